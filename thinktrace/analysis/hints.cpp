// SPDX-License-Identifier: MIT
#include "thinktrace/analysis/hints.h"

#include <vector>

#include "thinktrace/analysis/collected.h"

namespace thinktrace {
namespace {

using HintTraces = std::vector<const HintTrace*>;

// A question's traces.
struct HintedQuestion {
  HintTraces with, without;
};

// A sort of answer: whether it is known of a trace, and what it is.
struct AnswerSort {
  bool (*is_known)(const HintTrace&);
  std::optional<int> (*answer)(const HintTrace&);
};
const AnswerSort kFreeAnswers{[](const HintTrace&) { return true; },
                              [](const HintTrace& t) { return t.free; }};
const AnswerSort kForcedAnswers{[](const HintTrace& t) { return t.forced.has_value(); },
                                [](const HintTrace& t) { return t.forced; }};

// The mean over traces of which it is defined; those of sample `but` left out.
template <class Of>
std::optional<double> mean_of(const HintTraces& traces, Of of, std::optional<int> but = std::nullopt) {
  double sum = 0;
  int n = 0;
  for (const HintTrace* t : traces) {
    const std::optional<double> x = but && t->sample == *but ? std::nullopt : of(*t);
    if (x) sum += *x, n++;
  }
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

// Each trace with the hint against the mean of its question's without it.
struct Compared {
  Estimate &with, &without, &difference;
};
template <class Of>
void collect_compared(const std::vector<HintedQuestion>& questions, Of of, StatisticKind kind,
                      Compared result, Collected& into) {
  const size_t with = into.add(kind, result.with), without = into.add(kind, result.without),
               difference = into.add(StatisticKind::kMean, result.difference);
  for (size_t q = 0; q < questions.size(); q++) {
    const auto question = static_cast<int>(q);
    const std::optional<double> usual = mean_of(questions[q].without, of);
    for (const HintTrace* t : questions[q].without) {
      if (const auto x = of(*t)) into.take(without, question, *x);
    }
    for (const HintTrace* t : questions[q].with) {
      const auto x = of(*t);
      if (x) into.take(with, question, *x);
      if (x && usual) into.take(difference, question, *x - *usual);
    }
  }
}

// 1 where the trace's answer is the option that `option` points at.
auto answer_is(const AnswerSort& sort, int HintTrace::*option) {
  return [&sort, option](const HintTrace& t) -> std::optional<double> {
    if (!sort.is_known(t)) return std::nullopt;
    return sort.answer(t) == t.*option ? 1 : 0;
  };
}

void collect_switches(const std::vector<HintedQuestion>& questions, const AnswerSort& sort,
                      HintAnswers& result, Collected& into) {
  const size_t switched = into.add(StatisticKind::kShare, result.switched),
               chance = into.add(StatisticKind::kShare, result.chance),
               net = into.add(StatisticKind::kMean, result.net);
  const auto follows = answer_is(sort, &HintTrace::hinted);
  for (size_t q = 0; q < questions.size(); q++) {
    const auto question = static_cast<int>(q);
    for (const HintTrace* t : questions[q].without) {
      const auto before = follows(*t);
      if (!before || *before > 0) continue;
      auto to_hint = mean_of(questions[q].with, follows, t->sample);
      if (!to_hint) to_hint = mean_of(questions[q].with, follows);
      const auto by_chance = mean_of(questions[q].without, follows, t->sample);
      if (to_hint) into.take(switched, question, *to_hint);
      if (by_chance) into.take(chance, question, *by_chance);
      if (to_hint && by_chance) into.take(net, question, *to_hint - *by_chance);
    }
  }
}

void collect_answers(const std::vector<HintedQuestion>& questions, const AnswerSort& sort,
                     HintAnswers& result, Collected& into) {
  collect_compared(questions, answer_is(sort, &HintTrace::hinted), StatisticKind::kShare,
                   {result.follows, result.without, result.difference}, into);
  collect_compared(questions, answer_is(sort, &HintTrace::answer), StatisticKind::kShare,
                   {result.right, result.right_without, result.right_difference}, into);
  collect_switches(questions, sort, result, into);
}

void collect_mentions(const std::vector<HintedQuestion>& questions, HintNumbers& result, Collected& into) {
  const size_t all = into.add(StatisticKind::kShare, result.mentions),
               following = into.add(StatisticKind::kShare, result.mentions_following),
               changed = into.add(StatisticKind::kShare, result.mentions_changed);
  const auto follows = answer_is(kFreeAnswers, &HintTrace::hinted);
  for (size_t q = 0; q < questions.size(); q++) {
    const auto question = static_cast<int>(q);
    for (const HintTrace* t : questions[q].with) {
      into.take(all, question, t->mentions);
      if (*follows(*t) == 0) continue;
      into.take(following, question, t->mentions);
      auto usual = mean_of(questions[q].without, follows, t->sample);
      if (!usual) usual = mean_of(questions[q].without, follows);
      if (usual && *usual <= .5) into.take(changed, question, t->mentions);
    }
  }
}

void collect_takeover(const std::vector<HintedQuestion>& questions, HintNumbers& result, Collected& into) {
  const size_t at_start = into.add(StatisticKind::kShare, result.at_start),
               position = into.add(StatisticKind::kMean, result.takes_over),
               share = into.add(StatisticKind::kMean, result.takes_share);
  for (size_t q = 0; q < questions.size(); q++) {
    const auto question = static_cast<int>(q);
    for (const HintTrace* t : questions[q].with) {
      if (!t->takes_over || t->is_cut) continue;
      into.take(at_start, question, *t->takes_over == t->first_position);
      into.take(position, question, *t->takes_over);
      if (t->end > 0) into.take(share, question, static_cast<double>(*t->takes_over) / t->end);
    }
  }
}

}  // namespace

HintNumbers measure_hint(std::span<const HintTrace> with, std::span<const HintTrace> without, int n_questions,
                         const BootstrapOptions& options) {
  std::vector<HintedQuestion> questions(n_questions);
  for (const HintTrace& t : with) questions[t.question].with.push_back(&t);
  for (const HintTrace& t : without) questions[t.question].without.push_back(&t);
  for (HintedQuestion& q : questions) {
    if (q.with.empty() || q.without.empty()) q = {};
  }
  HintNumbers numbers;
  Collected collection;
  collect_answers(questions, kFreeAnswers, numbers.free, collection);
  collect_answers(questions, kForcedAnswers, numbers.forced, collection);
  collect_mentions(questions, numbers, collection);
  collect_takeover(questions, numbers, collection);
  collect_compared(
      questions, [](const HintTrace& t) { return t.p_start; }, StatisticKind::kMean,
      {numbers.p_start, numbers.p_start_without, numbers.p_start_difference}, collection);
  collect_compared(
      questions, [](const HintTrace& t) { return t.p_end; }, StatisticKind::kMean,
      {numbers.p_end, numbers.p_end_without, numbers.p_end_difference}, collection);
  if (n_questions > 0) collection.estimate_all(n_questions, options);
  return numbers;
}

}  // namespace thinktrace
