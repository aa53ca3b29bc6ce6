// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "thinktrace/publish/columns.h"
#include "thinktrace/publish/hint_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr int kHintTitle = 31, kHintCell = 22;

std::string cells(const std::string& title, const std::vector<std::string>& values) {
  std::string out = fit(title, kHintTitle);
  for (const std::string& value : values) out += fit(value, kHintCell);
  return trimmed(out) + '\n';
}

std::string answers_table(const HintBlock& block) {
  std::string out = cells("", {"with the hint", "without", "difference"});
  const auto add = [&](const char* sort, const HintAnswers& a) {
    out += cells(fmt::format("{}, the hinted one", sort),
                 {share(a.follows), share(a.without), share(a.difference)});
    out += cells(fmt::format("{}, the right one", sort),
                 {share(a.right), share(a.right_without), share(a.right_difference)});
  };
  add("free answer", block.numbers.free);
  add("forced answer", block.numbers.forced);
  const HintNumbers& n = block.numbers;
  out += cells("P(hinted) at the start",
               {share(n.p_start), share(n.p_start_without), share(n.p_start_difference)});
  out += cells("P(hinted) at the end", {share(n.p_end), share(n.p_end_without), share(n.p_end_difference)});
  return out;
}

std::string switches_table(const HintBlock& block) {
  std::string out = cells("", {"go to it", "by chance", "net"});
  for (const auto& [name, a] : {std::pair{"free, not it without", &block.numbers.free},
                                {"forced, not it without", &block.numbers.forced}})
    out += cells(name, {share(a->switched), share(a->chance), share(a->net)});
  return out;
}

std::string hint_lines(const HintBlock& block) {
  const HintNumbers& n = block.numbers;
  return answers_table(block) + switches_table(block) +
         line("the text mentions it", {share(n.mentions), "where followed " + share(n.mentions_following),
                                       "where that is new " + share(n.mentions_changed)}) +
         line("it takes over", {"at the start in " + share(n.at_start), "at token " + amount(n.takes_over),
                                "at a share of " + share(n.takes_share)});
}

std::string sizes(const HintBlock& block) {
  return fmt::format("{} of {}, {} without the hint", how_many(block.n_traces, "trace"),
                     how_many(block.n_questions, "question"), block.n_without);
}

std::string hint_section(const HintedPlanReport& plan, bool by_subject) {
  std::string out = wrapped(
      fmt::format("plan {}: {}, {} option; {}{}", plan.plan, plan.kind, plan.option, sizes(plan.overall),
                  plan.n_failed ? fmt::format("; {} failed", plan.n_failed) : ""),
      0);
  if (!plan.wording.empty()) out += wrapped(fmt::format("\"{}\"", printable(plan.wording)), 2);
  if (plan.overall.n_traces == 0) return out;
  out += hint_lines(plan.overall);
  for (const HintBlock& block : plan.by_hinted)
    out += fmt::format("\nwhere the hinted option is {}: {}\n", block.name, sizes(block)) + hint_lines(block);
  for (const HintBlock& block : plan.subjects) {
    if (!by_subject) break;
    out +=
        fmt::format("\n{}: {}\n", trimmed(fit(printable(block.name), 60)), sizes(block)) + hint_lines(block);
  }
  return out;
}

}  // namespace

std::string describe_hints(const HintReport& report, bool by_subject) {
  std::string out =
      fmt::format("hints beside the questions of plan {}, by reader {}\n", report.base_plan, report.reader) +
      fmt::format("[low, high]: {:.4g} % intervals over questions\n", 100 * report.bootstrap.level);
  for (const HintedPlanReport& plan : report.plans) out += '\n' + hint_section(plan, by_subject);
  return out;
}

}  // namespace thinktrace
