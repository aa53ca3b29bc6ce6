// SPDX-License-Identifier: MIT
// Sampling many traces together.
//
// Each sample that grows has a place, which is a branch of the session. Every pass decodes what each place has not decoded yet:
// one token of a sample that grows, and as much of a beginning sample's prompt as there is room for. Samples of one
// prompt that begin together wait for the first of them: they draw from the row of its last token and fork its cells. One that
// begins later, in the place of one that has ended, forks the prompt of any that still grows and decodes its last token once
// more. Tested by trace_test.cpp: against sampling each trace with a fresh prefill at each token, and by properties.
#include "thinktrace/trace/sample.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "thinktrace/text/hash.h"
#include "thinktrace/trace/growing.h"

namespace thinktrace {
namespace {

struct Place {
  std::unique_ptr<GrowingTrace> sample;  // None: the place is free.
  int request = 0;
  int n_decoded = 0;  // Tokens of the branch.
  int leader = -1;    // Place whose prompt this one waits for.
};

class Sampling {
 public:
  Sampling(Session& session, std::span<const TraceRequest> requests, int at_once)
      : session_(session), requests_(requests), places_(at_once), traces_(requests.size()) {}

  // One pass; gives the number of tokens that were drawn, or -1 where nothing is left to do.
  int pass() {
    fill_places();
    steps_.clear();
    drawing_.clear();
    add_growing();
    add_prompts();
    if (steps_.empty()) return -1;
    session_.decode(steps_);
    return draw();
  }

  // As they began, not as they ended.
  std::vector<std::vector<Trace>> result() {
    for (std::vector<Trace>& list : traces_)
      std::sort(list.begin(), list.end(), [](const Trace& a, const Trace& b) { return a.sample < b.sample; });
    return std::move(traces_);
  }

 private:
  const std::vector<Token>& prompt_of(const Place& place) const {
    return requests_[place.request].prompt_ids;
  }
  int n_prompt(const Place& place) const { return static_cast<int>(prompt_of(place).size()); }

  void fill_places() {
    for (size_t p = 0; p < places_.size() && next_request_ < requests_.size(); p++) {
      if (!places_[p].sample) begin_sample(static_cast<int>(p));
    }
  }

  void begin_sample(int p) {
    const TraceRequest& request = requests_[next_request_];
    Place& place = places_[p];
    place = {std::make_unique<GrowingTrace>(session_.model(), request, request.first_sample + next_sample_),
             static_cast<int>(next_request_)};
    if (++next_sample_ == request.n_samples) next_request_++, next_sample_ = 0;
    for (int other = 0; other < static_cast<int>(places_.size()); other++) {
      const Place& from = places_[other];
      if (other == p || !from.sample || from.leader >= 0 || prompt_of(from) != prompt_of(place)) continue;
      if (from.n_decoded < n_prompt(from)) {
        place.leader = other;
      } else {
        place.n_decoded = n_prompt(place) - 1;
        session_.fork(other, p, place.n_decoded);
      }
      break;
    }
  }

  void add_growing() {
    for (size_t p = 0; p < places_.size(); p++) {
      Place& place = places_[p];
      if (!place.sample || place.leader >= 0 || place.n_decoded < n_prompt(place)) continue;
      steps_.push_back({place.sample->last(), place.n_decoded++, static_cast<int>(p), true});
      drawing_.push_back(static_cast<int>(p));
    }
  }

  void add_prompts() {
    const auto room = static_cast<size_t>(std::min(session_.options().batch, kPrefillChunk));
    for (size_t p = 0; p < places_.size(); p++) {
      Place& place = places_[p];
      if (!place.sample || place.leader >= 0 || place.n_decoded >= n_prompt(place)) continue;
      while (place.n_decoded < n_prompt(place) && steps_.size() < room) {
        const bool is_last = place.n_decoded + 1 == n_prompt(place);
        steps_.push_back({prompt_of(place)[place.n_decoded], place.n_decoded, static_cast<int>(p), is_last});
        place.n_decoded++;
        if (is_last) drawing_.push_back(static_cast<int>(p));
      }
    }
  }

  int draw() {
    int n = 0;
    for (size_t i = 0; i < drawing_.size(); i++) {
      const int p = drawing_[i], row = static_cast<int>(i);
      places_[p].sample->draw(session_, row);
      n++;
      for (size_t q = 0; q < places_.size(); q++) {
        Place& follower = places_[q];
        if (!follower.sample || follower.leader != p) continue;
        follower.leader = -1;
        follower.n_decoded = n_prompt(follower);
        session_.fork(p, static_cast<int>(q), follower.n_decoded);
        follower.sample->draw(session_, row);
        n++;
      }
    }
    // Only now, since others may have forked what is dropped.
    for (size_t p = 0; p < places_.size(); p++) {
      if (places_[p].sample && places_[p].sample->finished()) end_sample(static_cast<int>(p));
    }
    return n;
  }

  void end_sample(int p) {
    traces_[places_[p].request].push_back(places_[p].sample->result());
    places_[p].sample.reset();
    session_.drop(p);
  }

  Session& session_;
  std::span<const TraceRequest> requests_;
  std::vector<Place> places_;
  std::vector<std::vector<Trace>> traces_;
  size_t next_request_ = 0;
  int next_sample_ = 0;
  std::vector<Step> steps_;
  std::vector<int> drawing_;  // Places that draw from the pass's rows, in their order.
};

}  // namespace

uint32_t sample_seed(uint64_t seed, const std::vector<Token>& prompt_ids, int sample) {
  const std::string digest = sha256(fmt::format("sample/{}/{}/{}", seed, fmt::join(prompt_ids, ","), sample));
  return static_cast<uint32_t>(std::stoul(digest.substr(0, 8), nullptr, 16));
}

std::vector<std::vector<Trace>> sample_traces(Session& session, std::span<const TraceRequest> requests,
                                              int at_once, const std::function<void(int)>& on_token) {
  session.clear();
  Sampling sampling(session, requests, at_once);
  for (int n = sampling.pass(); n >= 0; n = sampling.pass()) {
    if (on_token && n > 0) on_token(n);
  }
  session.clear();
  return sampling.result();
}

int longest_sample(const TraceRequest& request) {
  // A closing tag may be under way when the budget ends.
  const int thinking = request.options.budget + static_cast<int>(request.close.size());
  return std::min(request.options.max_tokens, thinking + request.options.answer_tokens);
}

int cells_to_sample(int longest_prompt, int n_prompts, int longest_sample, int n_sequences) {
  // One that takes another's place shares a prompt but for its last token.
  return std::min(n_prompts, n_sequences) * longest_prompt + n_sequences * (longest_sample + 1);
}

}  // namespace thinktrace
