// SPDX-License-Identifier: MIT
// Sampling many traces together.
//
// Each sample that grows has a place, which is a branch of the session. Every pass decodes what each place has not decoded yet:
// one token of a sample that grows, and as much of a beginning sample's prompt and given thinking as there is room for. A
// sample begins with what it shares with the place that shares most: with what its own place held before, by forking from
// one that has decoded it, or by waiting for one that is about to. Samples with the same beginning that begin together draw
// from the row of its last token; whoever begins later decodes that token once more. Tested by trace_test.cpp: against sampling
// each trace with a fresh prefill at each token, and by properties.
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
  int request = -1;                      // That of the sample, or of the last one.
  int n_decoded = 0;  // Tokens of the branch; in a free place they are of the request's beginning.
  int leader = -1;    // Place that this one waits for,
  int n_shared = 0;   // until it has decoded so many tokens.
};

int common_length(const std::vector<Token>& a, const std::vector<Token>& b) {
  return static_cast<int>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

class Sampling {
 public:
  Sampling(Session& session, std::span<const TraceRequest> requests, int at_once,
           const SamplingObserver& observer)
      : session_(session),
        observer_(observer),
        requests_(requests),
        can_fork_(session.model().card().can_fork),
        places_(at_once),
        traces_(requests.size()) {
    for (const TraceRequest& request : requests) beginnings_.push_back(beginning_of(request));
  }

  // One pass; gives the number of tokens that were drawn, or -1 where nothing is left to do.
  int pass() {
    fill_places();
    steps_.clear();
    drawing_.clear();
    add_growing();
    add_beginnings();
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
  const std::vector<Token>& beginning(const Place& place) const { return beginnings_[place.request]; }
  int n_beginning(const Place& place) const { return static_cast<int>(beginning(place).size()); }

  void fill_places() {
    for (size_t p = 0; p < places_.size(); p++) {
      while (!places_[p].sample && next_request_ < requests_.size()) begin_sample(static_cast<int>(p));
    }
  }

  // Tokens that a sample of `request` can share with a place. What has another prompt shares nothing, since how a prompt
  // is cut into passes must not hang on its neighbours.
  int n_shared_with(const Place& from, size_t request) const {
    if (from.request < 0 || requests_[from.request].prompt_ids != requests_[request].prompt_ids) return 0;
    const int n = common_length(beginning(from), beginnings_[request]);
    if (!from.sample) return can_fork_ ? std::min(n, from.n_decoded) : 0;
    // A state that can't be cut can be copied as it is.
    const bool is_whole = n == n_beginning(from) && n == static_cast<int>(beginnings_[request].size());
    return can_fork_ || (is_whole && from.n_decoded < n) ? n : 0;
  }

  void begin_sample(int p) {
    const size_t r = next_request_;
    const TraceRequest& request = requests_[r];
    int from = p, n_shared = n_shared_with(places_[p], r);
    for (int other = 0; other < static_cast<int>(places_.size()); other++) {
      const int n = other == p || !places_[other].sample ? 0 : n_shared_with(places_[other], r);
      if (n > n_shared) from = other, n_shared = n;
    }
    Place& place = places_[p];
    place.sample =
        std::make_unique<GrowingTrace>(session_.model(), request, request.first_sample + next_sample_);
    place.request = static_cast<int>(r);
    place.n_shared = n_shared;
    if (++next_sample_ == request.n_samples) next_request_++, next_sample_ = 0;
    const bool waits = from != p && places_[from].n_decoded < n_shared;
    place.leader = waits ? from : -1;
    place.n_decoded = waits ? 0 : std::min(n_shared, n_beginning(place) - 1);
    session_.drop(p, from == p ? place.n_decoded : 0);
    if (from != p && !waits) session_.fork(from, p, place.n_decoded);
    if (place.sample->finished()) end_sample(p);
  }

  void add_growing() {
    for (size_t p = 0; p < places_.size(); p++) {
      Place& place = places_[p];
      if (!place.sample || place.leader >= 0 || place.n_decoded < n_beginning(place)) continue;
      steps_.push_back({place.sample->last(), place.n_decoded++, static_cast<int>(p), true});
      drawing_.push_back(static_cast<int>(p));
    }
  }

  void add_beginnings() {
    const auto room = static_cast<size_t>(std::min(session_.options().batch, kPrefillChunk));
    for (size_t p = 0; p < places_.size(); p++) {
      Place& place = places_[p];
      if (!place.sample || place.leader >= 0 || place.n_decoded >= n_beginning(place)) continue;
      while (place.n_decoded < n_beginning(place) && steps_.size() < room) {
        const bool is_last = place.n_decoded + 1 == n_beginning(place);
        steps_.push_back({beginning(place)[place.n_decoded], place.n_decoded, static_cast<int>(p), is_last});
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
        if (follower.leader != p || follower.n_shared < n_beginning(places_[p])) continue;
        if (follower.n_shared < n_beginning(follower)) continue;
        follower.leader = -1;
        follower.n_decoded = n_beginning(follower);
        session_.fork(p, static_cast<int>(q), follower.n_decoded);
        follower.sample->draw(session_, row);
        n++;
      }
    }
    release_followers();
    // Only now, since others may have forked what is dropped.
    for (size_t p = 0; p < places_.size(); p++) {
      if (places_[p].sample && places_[p].sample->finished()) end_sample(static_cast<int>(p));
    }
    return n;
  }

  // Those that share a part of what others have decoded by now.
  void release_followers() {
    for (size_t q = 0; q < places_.size(); q++) {
      Place& follower = places_[q];
      if (follower.leader < 0 || places_[follower.leader].n_decoded < follower.n_shared) continue;
      follower.n_decoded = std::min(follower.n_shared, n_beginning(follower) - 1);
      session_.fork(follower.leader, static_cast<int>(q), follower.n_decoded);
      follower.leader = -1;
    }
  }

  // The beginning stays, for the next sample.
  void end_sample(int p) {
    Place& place = places_[p];
    Trace trace = place.sample->result();
    const bool is_kept = !observer_.on_end || observer_.on_end({place.request, trace, p, place.n_decoded});
    traces_[place.request].push_back(std::move(trace));
    place.sample.reset();
    place.leader = -1;
    place.n_decoded = can_fork_ && is_kept ? std::min(place.n_decoded, n_beginning(place)) : 0;
    session_.drop(p, place.n_decoded);
  }

  Session& session_;
  const SamplingObserver& observer_;
  std::span<const TraceRequest> requests_;
  std::vector<std::vector<Token>> beginnings_;  // [n_requests]
  bool can_fork_;
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
                                              int at_once, const SamplingObserver& observer) {
  session.clear();
  Sampling sampling(session, requests, at_once, observer);
  for (int n = sampling.pass(); n >= 0; n = sampling.pass()) {
    if (observer.on_tokens && n > 0) observer.on_tokens(n);
  }
  session.clear();
  return sampling.result();
}

int longest_sample(const TraceRequest& request) {
  // A closing tag may be under way when the budget ends.
  const int thinking = request.options.budget + static_cast<int>(request.close.size());
  return std::min(request.options.max_tokens, thinking + request.options.answer_tokens);
}

int cells_to_sample(std::span<const TraceRequest> requests, int at_once) {
  std::vector<std::vector<Token>> beginnings;
  int longest = 0, n_samples = 0;
  for (const TraceRequest& request : requests) {
    beginnings.push_back(beginning_of(request));
    longest = std::max(longest, longest_sample(request) - static_cast<int>(request.given.size()));
    n_samples += request.n_samples;
  }
  std::sort(beginnings.begin(), beginnings.end());
  int n = std::min(at_once, n_samples) * (longest + 1);
  for (size_t i = 0; i < beginnings.size(); i++)
    n += static_cast<int>(beginnings[i].size()) - (i ? common_length(beginnings[i - 1], beginnings[i]) : 0);
  return n;
}

int cells_to_sample(int longest_prompt, int n_prompts, int longest_sample, int n_sequences) {
  // One that takes another's place shares a prompt but for its last token.
  return std::min(n_prompts, n_sequences) * longest_prompt + n_sequences * (longest_sample + 1);
}

}  // namespace thinktrace
