// SPDX-License-Identifier: MIT
#include "thinktrace/trace/sample.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/engine/glassbox.h"

namespace thinktrace {
namespace {

using testing::glassbox_f32;
using testing::make_session;

std::vector<Token> prompt_of(const std::string& subject, int i = 0) {
  const PromptFormat format = complete_format(glassbox_f32(), {});
  return build_prompt(glassbox_f32(), testing::questions_of(subject, i + 1)[i], format).ids;
}

std::vector<Trace> sample(TraceRequest request, const TraceOptions& options) {
  request.options = options;
  Session session = make_session(glassbox_f32(), Precision::kReference);
  return sample_traces(session, {&request, 1}, request.n_samples).front();
}

// The whole text from an empty cache; once for all the tests that come by the same text.
const std::vector<float>& fresh_logits(const std::vector<Token>& text) {
  static Session session = make_session(glassbox_f32(), Precision::kReference);
  static std::map<std::vector<Token>, std::vector<float>> known;
  std::vector<float>& logits = known[text];
  if (logits.empty()) {
    session.clear();
    session.prefill(0, text);
    const auto row = session.logits(0);
    logits.assign(row.begin(), row.end());
  }
  return logits;
}

// The twin: no forks, no batches; the whole text from an empty cache for every token.
Trace sample_naively(const std::vector<Token>& prompt, int index, const TraceOptions& options,
                     const std::vector<Token>& given = {}) {
  const Model& model = glassbox_f32();
  std::vector<Token> text = prompt;
  text.insert(text.end(), given.begin(), given.end());
  Sampler sampler(options.sampler, sample_seed(options.seed, text, index));
  const Token close = model.tokenize("</think>", Specials::kParse).at(0);
  Trace trace{.sample = index, .think_ids = {}, .answer_ids = {}, .answer_text = {}, .stop = Stop::kBudget};
  bool closed = false;
  while (true) {
    const Token t = sampler.sample(fresh_logits(text));
    text.push_back(t);
    if (model.ends_generation(t)) break;
    if (t == close && !closed) {
      closed = true;
      trace.stop = Stop::kClosed;
      continue;
    }
    (closed ? trace.answer_ids : trace.think_ids).push_back(t);
    if (static_cast<int>(trace.answer_ids.size()) >= options.answer_tokens) break;
    if (!closed && static_cast<int>(given.size() + trace.think_ids.size()) >= options.budget) break;
  }
  trace.answer_text = model.text(trace.answer_ids);
  return trace;
}

TEST(SampleTraces, EqualsSamplingEachFromFreshPrefills) {
  const TraceOptions options{.sampler = {}, .seed = 3, .budget = 80};
  const std::vector<Token> prompt = prompt_of("capitals");
  const std::vector<Trace> together = sample({prompt, "</think>", 0, 3, {}}, options);
  std::set<Stop> stops;
  for (int i = 0; i < 3; i++) {
    const Trace alone = sample_naively(prompt, i, options);
    EXPECT_EQ(together[i].think_ids, alone.think_ids) << i;
    EXPECT_EQ(together[i].answer_ids, alone.answer_ids);
    EXPECT_EQ(together[i].answer_text, alone.answer_text);
    EXPECT_EQ(together[i].stop, alone.stop);
    stops.insert(alone.stop);
  }
  EXPECT_TRUE(stops.contains(Stop::kClosed));
}

// Whoever grows beside a trace, and whatever was in its place before: it is the same in the exact mode.
TEST(SampleTraces, HowManyGrowAtOnceDoesNotMatter) {
  std::vector<TraceRequest> requests;
  for (const char* subject : {"capitals", "chains", "capitals"})
    requests.push_back({prompt_of(subject), "</think>", 0, 3, {.sampler = {}, .seed = 3, .budget = 60}});
  requests[1].options.budget = 10;
  requests[2].first_sample = 3;
  requests[2].n_samples = 2;
  std::vector<std::vector<Trace>> alone;
  for (const TraceRequest& request : requests) alone.push_back(sample(request, request.options));
  for (const int at_once : {1, 2, 3, 5, 8, 16}) {
    // Room for no more than it says.
    const int cells = cells_to_sample(static_cast<int>(requests[1].prompt_ids.size()), 3,
                                      longest_sample(requests[0]), std::min(8, at_once));
    Session session(glassbox_f32(), {.n_cells = (cells + 255) / 256 * 256,
                                     .n_branches = at_once,
                                     .batch = 512,
                                     .threads = 1,
                                     .precision = Precision::kReference});
    int n_tokens = 0;
    const auto count = [&](int n) {
      EXPECT_LE(n, std::min(8, at_once));
      n_tokens += n;
    };
    const auto traces = sample_traces(session, requests, at_once, {.on_tokens = count, .on_end = {}});
    ASSERT_EQ(traces.size(), requests.size());
    int n_expected = 0;
    for (size_t r = 0; r < traces.size(); r++) {
      ASSERT_EQ(traces[r].size(), alone[r].size());
      for (size_t i = 0; i < traces[r].size(); i++) {
        EXPECT_EQ(traces[r][i].sample, requests[r].first_sample + static_cast<int>(i));
        EXPECT_EQ(traces[r][i].think_ids, alone[r][i].think_ids) << at_once << " " << r << " " << i;
        EXPECT_EQ(traces[r][i].answer_ids, alone[r][i].answer_ids);
        n_expected += static_cast<int>(traces[r][i].think_ids.size() + traces[r][i].answer_ids.size());
      }
    }
    EXPECT_GE(n_tokens, n_expected);  // Closing tags and ends of text are tokens too.
  }
}

TEST(SampleTraces, SeedAndIndexDecide) {
  const std::vector<Token> prompt = prompt_of("fortunes");
  const std::vector<Trace> first = sample({prompt, "</think>", 0, 4, {}}, {.sampler = {}, .seed = 1});
  const std::vector<Trace> again = sample({prompt, "</think>", 0, 4, {}}, {.sampler = {}, .seed = 1});
  const std::vector<Trace> later = sample({prompt, "</think>", 2, 2, {}}, {.sampler = {}, .seed = 1});
  const std::vector<Trace> other = sample({prompt, "</think>", 0, 4, {}}, {.sampler = {}, .seed = 2});
  for (int i = 0; i < 4; i++) EXPECT_EQ(first[i].think_ids, again[i].think_ids);
  EXPECT_EQ(first[2].think_ids, later[0].think_ids);
  EXPECT_EQ(later[1].sample, 3);
  EXPECT_NE(first[0].think_ids, first[1].think_ids);
  EXPECT_NE(first[0].think_ids, other[0].think_ids);
}

TEST(SampleTraces, GreedyIsTheMostLikely) {
  const std::vector<Token> prompt = prompt_of("chains");
  const std::vector<Trace> traces =
      sample({prompt, "</think>", 0, 2, {}}, {.sampler = {.temperature = 0}, .seed = 1, .budget = 25});
  EXPECT_EQ(traces[0].think_ids, traces[1].think_ids);
  EXPECT_EQ(traces[0].think_ids,
            sample_naively(prompt, 0, {.sampler = {.temperature = 0}, .seed = 99, .budget = 25}).think_ids);
}

TEST(SampleTraces, BudgetCutsTheThinking) {
  const std::vector<Token> prompt = prompt_of("expressions");
  const Trace whole = sample({prompt, "</think>", 0, 1, {}}, {.sampler = {}, .seed = 1}).front();
  ASSERT_EQ(whole.stop, Stop::kClosed);
  const Trace cut = sample({prompt, "</think>", 0, 1, {}}, {.sampler = {}, .seed = 1, .budget = 20}).front();
  EXPECT_EQ(cut.stop, Stop::kBudget);
  EXPECT_EQ(cut.think_ids, std::vector<Token>(whole.think_ids.begin(), whole.think_ids.begin() + 20));
  EXPECT_TRUE(cut.answer_ids.empty());
}

TEST(SampleTraces, BudgetHoldsWhereATagMayBeUnderWay) {
  const std::vector<Token> prompt = prompt_of("capitals");
  for (const std::string close :
       {".never", " never", "e never"}) {  // Texts often end with the beginning of these.
    for (int budget = 1; budget < 24; budget += 3) {
      const Trace trace =
          sample({prompt, close, 0, 1, {}}, {.sampler = {}, .seed = 1, .budget = budget}).front();
      EXPECT_EQ(trace.stop, Stop::kBudget);
      EXPECT_EQ(static_cast<int>(trace.think_ids.size()), budget) << close;
    }
  }
}

TEST(SampleTraces, AnswerIsBoundedToo) {
  const std::vector<Token> prompt = prompt_of("capitals");
  const Trace trace =
      sample({prompt, "</think>", 0, 1, {}}, {.sampler = {}, .seed = 1, .answer_tokens = 2}).front();
  EXPECT_EQ(trace.stop, Stop::kClosed);
  EXPECT_EQ(trace.answer_ids.size(), 2u);
}

TEST(SampleTraces, ClosingTextOfSeveralTokensIsFoundInTheBytes) {
  const std::vector<Token> prompt = prompt_of("capitals");
  const Model& model = glassbox_f32();
  const Trace whole = sample({prompt, "</think>", 0, 1, {}}, {.sampler = {}, .seed = 5}).front();
  const std::string text = model.text(whole.think_ids);
  // Any text that the model writes can serve as the closing tag: here the middle of it, wherever tokens begin
  // and end.
  for (size_t begin = 5; begin + 9 < text.size(); begin += 31) {
    const std::string tag = text.substr(begin, 9);
    const size_t at = text.find(tag);
    const Trace cut = sample({prompt, tag, 0, 1, {}}, {.sampler = {}, .seed = 5, .answer_tokens = 3}).front();
    ASSERT_EQ(cut.stop, Stop::kClosed) << tag;
    const std::string kept = model.text(cut.think_ids);
    EXPECT_EQ(kept, text.substr(0, kept.size()));
    EXPECT_LE(kept.size(), at);  // Nothing of the tag is thinking,
    EXPECT_GT(kept.size() + model.piece(whole.think_ids[cut.think_ids.size()]).size(),
              at);  // and nothing before it is lost.
    const size_t n = std::min(cut.answer_text.size(), text.size() - at - 9);
    EXPECT_EQ(cut.answer_text.substr(0, n), text.substr(at + 9, n));
  }
}

TEST(SampleTraces, EndOfTextInsideTheThinkingIsSaidSo) {
  const std::vector<Token> prompt = prompt_of("capitals");
  // With a closing tag that never comes, the model's own end of text stops the trace.
  const Trace trace = sample({prompt, "<never>", 0, 1, {}}, {.sampler = {}, .seed = 1}).front();
  EXPECT_EQ(trace.stop, Stop::kEndOfText);
  EXPECT_TRUE(trace.answer_text.empty());
}

// --- Continuations of thinking that is given

void expect_same(const Trace& a, const Trace& b, const std::string& which) {
  EXPECT_EQ(a.sample, b.sample) << which;
  EXPECT_EQ(a.think_ids, b.think_ids) << which;
  EXPECT_EQ(a.answer_ids, b.answer_ids) << which;
  EXPECT_EQ(a.stop, b.stop) << which;
}

// Beginnings of two traces of one prompt and one of another, with and without tokens put in, in a mixed order.
std::vector<TraceRequest> requests_to_continue() {
  const TraceOptions options{.sampler = {}, .seed = 3, .budget = 60, .answer_tokens = 4};
  const std::vector<Token> prompt = prompt_of("capitals"), other = prompt_of("fortunes");
  const std::vector<Trace> traces = sample({prompt, "</think>", 0, 2, {}}, options);
  const auto first = [&](int trace, double share) {
    const std::vector<Token>& ids = traces[trace].think_ids;
    return std::vector<Token>(ids.begin(),
                              ids.begin() + static_cast<int>(share * static_cast<double>(ids.size())));
  };
  std::vector<Token> altered = first(0, .5);
  altered.push_back(altered.front());
  TraceOptions longer = options;  // Than what is given at most.
  longer.budget += 6;
  std::vector<TraceRequest> requests;
  for (const auto& given : {first(0, 0), first(0, .5), altered, first(1, .25), first(0, 1), first(0, .25)})
    requests.push_back({prompt, "</think>", 0, given.empty() ? 2 : 1, longer, given});
  requests.insert(requests.begin() + 3, {other, "</think>", 4, 1, longer, first(0, .3)});
  return requests;
}

TEST(SampleTraces, ContinuationsEqualEachFromFreshPrefills) {
  const std::vector<TraceRequest> requests = requests_to_continue();
  std::vector<std::vector<Trace>> alone;
  for (const TraceRequest& r : requests) {
    alone.emplace_back();
    for (int i = 0; i < r.n_samples; i++)
      alone.back().push_back(sample_naively(r.prompt_ids, r.first_sample + i, r.options, r.given));
  }
  for (const int at_once : {1, 3, 16}) {
    const int cells = cells_to_sample(requests, at_once);  // Room for no more than it says.
    Session session(glassbox_f32(), {.n_cells = (cells + 255) / 256 * 256,
                                     .n_branches = at_once,
                                     .batch = 512,
                                     .threads = 1,
                                     .precision = Precision::kReference});
    const auto traces = sample_traces(session, requests, at_once);
    for (size_t r = 0; r < requests.size(); r++) {
      ASSERT_EQ(traces[r].size(), alone[r].size());
      for (size_t i = 0; i < traces[r].size(); i++)
        expect_same(traces[r][i], alone[r][i], fmt::format("{} at once, request {}, {}", at_once, r, i));
    }
  }
}

TEST(SampleTraces, BeginningsOfOneTraceAreDecodedOnce) {
  std::vector<TraceRequest> requests = requests_to_continue();
  const std::vector<Token> whole = requests[5].given, prompt = requests[5].prompt_ids;
  requests.clear();
  for (const double share : {0., .25, .5, .75, 1.}) {
    const auto n = static_cast<int>(share * static_cast<double>(whole.size()));
    requests.push_back(
        {prompt, "</think>", 0, 3, {.sampler = {}, .seed = 3, .budget = 1000, .answer_tokens = 1}});
    requests.back().given.assign(whole.begin(), whole.begin() + n);
  }
  const auto size = [](const auto& v) { return static_cast<int>(v.size()); };
  int n_new = 0;
  for (const TraceRequest& r : requests) n_new = std::max(n_new, longest_sample(r) - size(r.given));
  EXPECT_EQ(cells_to_sample(requests, 15), size(prompt) + size(whole) + 15 * (n_new + 1));
  // Backwards too, and where nothing is asked for twice.
  std::reverse(requests.begin(), requests.end());
  EXPECT_EQ(cells_to_sample(requests, 15), size(prompt) + size(whole) + 15 * (n_new + 1));
  EXPECT_EQ(cells_to_sample({requests.data(), 1}, 15),
            size(prompt) + size(whole) + 3 * (longest_sample(requests[0]) - size(whole) + 1));
}

TEST(SampleTraces, AGivenTagClosesTheThinking) {
  const std::vector<Token> prompt = prompt_of("capitals");
  const TraceOptions options{.sampler = {}, .seed = 5};
  const Trace whole = sample({prompt, "</think>", 0, 1, {}}, options).front();
  ASSERT_EQ(whole.stop, Stop::kClosed);
  std::vector<Token> given = whole.think_ids;
  given.push_back(glassbox_f32().tokenize("</think>", Specials::kParse).at(0));
  const Trace closed = sample({prompt, "</think>", 0, 1, {}, given}, options).front();
  EXPECT_EQ(closed.stop, Stop::kClosed);
  EXPECT_TRUE(closed.think_ids.empty());
  EXPECT_FALSE(closed.answer_text.empty());
  const Trace silent =
      sample({prompt, "</think>", 0, 1, {}, given}, {.sampler = {}, .seed = 5, .answer_tokens = 0}).front();
  EXPECT_EQ(silent.stop, Stop::kClosed);
  EXPECT_TRUE(silent.answer_ids.empty());
  // Half of it is given, the model writes the rest.
  const std::string text = glassbox_f32().text(whole.think_ids);
  const std::string tag = text.substr(text.size() / 2, 12);
  given = {whole.think_ids};
  size_t n_bytes = 0, n = 0;
  while (n_bytes <= text.find(tag) + 3) n_bytes += glassbox_f32().piece(given[n++]).size();
  ASSERT_LT(n_bytes, text.find(tag) + tag.size()) << "the tag was to be cut";
  given.resize(n);
  // Greedy, so that it goes on as before.
  const TraceOptions greedy{.sampler = {.temperature = 0}, .seed = 5, .answer_tokens = 2};
  const Trace cut = sample({prompt, tag, 0, 1, {}, given}, greedy).front();
  const Trace uncut = sample({prompt, "</think>", 0, 1, {}, given}, greedy).front();
  ASSERT_TRUE((text.substr(0, n_bytes) + glassbox_f32().text(uncut.think_ids)).find(tag) !=
              std::string::npos);
  EXPECT_EQ(cut.stop, Stop::kClosed);
  EXPECT_TRUE(cut.think_ids.empty());
}

TEST(SampleTraces, GivenThinkingCountsForTheBudget) {
  const std::vector<Token> prompt = prompt_of("expressions");
  const Trace whole = sample({prompt, "</think>", 0, 1, {}}, {.sampler = {}, .seed = 1}).front();
  ASSERT_GT(whole.think_ids.size(), 20u);
  const std::vector<Token> given(whole.think_ids.begin(), whole.think_ids.begin() + 15);
  for (const int budget : {20, 16, 15, 10}) {
    const Trace cut =
        sample({prompt, "</think>", 0, 1, {}, given}, {.sampler = {}, .seed = 1, .budget = budget}).front();
    EXPECT_EQ(cut.stop, Stop::kBudget);
    EXPECT_EQ(static_cast<int>(cut.think_ids.size()), std::max(0, budget - 15));
  }
}

TEST(SampleSeed, HangsOnSeedPromptAndSample) {
  const uint32_t base = sample_seed(1, {1, 2}, 0);
  EXPECT_EQ(base, sample_seed(1, {1, 2}, 0));
  EXPECT_NE(base, sample_seed(2, {1, 2}, 0));
  EXPECT_NE(base, sample_seed(1, {12}, 0));
  EXPECT_NE(base, sample_seed(1, {1, 2}, 1));
}

}  // namespace
}  // namespace thinktrace
