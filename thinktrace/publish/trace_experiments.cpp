// SPDX-License-Identifier: MIT
#include "thinktrace/publish/trace_experiments.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "thinktrace/analysis/measures.h"

namespace thinktrace {
namespace {

// As addresses and conditions of the viewer have keys.
std::string key_with(const std::string& begin, const std::string& name) {
  constexpr size_t kLongest = 40;
  std::string key = begin;
  for (const char c : name) {
    const bool is_upper = 'A' <= c && c <= 'Z', is_plain = ('a' <= c && c <= 'z') || ('0' <= c && c <= '9');
    key += is_upper ? static_cast<char>(c + ('a' - 'A')) : is_plain ? c : '_';
  }
  return key.substr(0, kLongest);
}

int top_of(const std::vector<float>& logprobs) {
  return static_cast<int>(std::max_element(logprobs.begin(), logprobs.end()) - logprobs.begin());
}

class Numbers {
 public:
  void put(ExperimentNumber number) {
    const auto known = std::find_if(list_.begin(), list_.end(),
                                    [&](const ExperimentNumber& n) { return n.key == number.key; });
    if (known == list_.end()) {
      list_.push_back(std::move(number));
    } else {
      *known = std::move(number);
    }
  }
  std::vector<ExperimentNumber> take() { return std::move(list_); }

 private:
  std::vector<ExperimentNumber> list_;
};

void put_arms(const std::vector<ShownArm>& arms, int answer, Numbers& numbers) {
  const auto real = std::find_if(arms.begin(), arms.end(),
                                 [](const ShownArm& a) { return a.name == "real" && !a.draws.empty(); });
  for (const ShownArm& arm : arms) {
    if (arm.name == "real" || arm.draws.empty()) continue;
    const auto n = static_cast<double>(arm.draws.size());
    double p = 0, changed = 0;
    for (const ShownDraw& draw : arm.draws) {
      p += probability_of(draw.logprobs[answer]) / n;
      if (real != arms.end()) changed += top_of(draw.logprobs) != top_of(real->draws[0].logprobs);
    }
    numbers.put(
        {key_with("p_if_", arm.name), fmt::format("P(right), {}", arm.label),
         fmt::format("probability of the right option at the end, with {} in place of the thinking; a "
                     "mean over draws",
                     arm.label),
         "share", p});
    if (real == arms.end()) continue;
    numbers.put(
        {key_with("changed_if_", arm.name), fmt::format("answer changes, {}", arm.label),
         fmt::format("share of the draws in which the forced answer is another one than at the real end, "
                     "with {} in place of the thinking",
                     arm.label),
         "share", changed / n});
  }
}

void put_prefixes(const std::vector<ShownPrefix>& prefixes, int answer, Numbers& numbers) {
  std::optional<double> gap;
  for (const ShownPrefix& prefix : prefixes) {
    int n = prefix.n_none;
    for (const int count : prefix.chosen) n += count;
    if (prefix.logprobs.empty() || n == 0) continue;
    const double free = static_cast<double>(prefix.chosen[answer]) / n;
    gap = std::max(gap.value_or(0), std::abs(probability_of(prefix.logprobs[answer]) - free));
  }
  if (!gap) return;
  numbers.put(
      {"free_gap", "largest gap, forced to free",
       "the largest difference between P(right) of the forced answer and the share of free continuations "
       "that answer right, over the prefixes that were continued",
       "share", *gap});
}

double rate(const Tally& t) { return t.trials == 0 ? 0 : static_cast<double>(t.successes) / t.trials; }

void put_pivots(const std::vector<ShownPivot>& pivots, Numbers& numbers) {
  numbers.put({"pivots", "pivots", "tokens at which the chance of success of free continuations changes",
               "count", static_cast<double>(pivots.size())});
  double largest = 0;
  for (const ShownPivot& p : pivots) {
    const double change = rate(p.after) - rate(p.before);
    if (std::abs(change) > std::abs(largest)) largest = change;
  }
  if (pivots.empty()) return;
  numbers.put({"pivot_change", "largest change at a pivot",
               "the largest change of the share of free continuations that succeed, from before a token to "
               "after it",
               "change", largest});
}

void put_mistakes(const std::vector<ShownMistake>& mistakes, bool by_rule, Numbers& numbers) {
  int n = 0, changed = 0;
  for (const ShownMistake& m : mistakes) {
    if (m.is_by_rule != by_rule || !m.before || !m.after) continue;
    n++;
    changed += *m.before != *m.after;
  }
  if (n == 0) return;
  const char* whose = by_rule ? "a number changed by a rule" : "a mistake by the model";
  numbers.put(
      {by_rule ? "mistake_changed_rule" : "mistake_changed_model", fmt::format("answer changes, {}", whose),
       fmt::format("share of the places in the thinking where the forced answer at the end is another "
                   "one with {} than with the sentence as it was, the thinking going on from either",
                   whose),
       "share", static_cast<double>(changed) / n});
}

void put_hint(const ShownHint& hint, Numbers& numbers) {
  if (hint.p_end) {
    numbers.put({"follows_hint", "follows the hint",
                 "1 where the forced answer at the end is the option that the prompt hints at, else 0",
                 "count", hint.takes_over ? 1. : 0.});
    numbers.put({"p_hinted_end", "P(hinted) at end",
                 "probability of the option that the prompt hints at, at the end of the thinking", "share",
                 *hint.p_end});
  }
  if (hint.p_start)
    numbers.put({"p_hinted_start", "P(hinted) at start",
                 "probability of the option that the prompt hints at, before the thinking", "share",
                 *hint.p_start});
  if (hint.takes_over)
    numbers.put({"hint_from", "hinted answer from",
                 "the first position from which the option that the prompt hints at stays the forced answer",
                 "tokens", static_cast<double>(*hint.takes_over)});
  numbers.put({"mentions_hint", "mentions the hint",
               "1 where the thinking says, by the rules of thinktrace hint, that something hinted at an "
               "answer, else 0",
               "count", hint.mention_rule.empty() ? 0. : 1.});
}

}  // namespace

std::vector<ExperimentNumber> experiment_numbers(const Question& question,
                                                 std::span<const ShownResult> results) {
  Numbers numbers;
  for (const ShownResult& r : results) {
    put_arms(r.arms, question.answer, numbers);
    put_prefixes(r.prefixes, question.answer, numbers);
    if (r.pivots) put_pivots(*r.pivots, numbers);
    for (const bool by_rule : {true, false}) put_mistakes(r.mistakes, by_rule, numbers);
    if (r.hint) put_hint(*r.hint, numbers);
  }
  return numbers.take();
}

}  // namespace thinktrace
