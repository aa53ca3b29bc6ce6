// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thinktrace/publish/columns.h"
#include "thinktrace/publish/pivot_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

std::string count_of(int64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string pivot_block(const PivotBlock& block) {
  const PivotNumbers& n = block.numbers;
  std::string out = line("a trace", {"pivots " + amount(n.per_trace), "rises " + amount(n.rises),
                                     "falls " + amount(n.falls), "has one " + share(n.has_one)});
  out += line("traces with", {fmt::format("0, 1, 2, 3, more: {}", fmt::join(n.counts, ", "))});
  if (n.size.n_traces > 0) {
    out += line("a pivot", {"|change| " + share(n.size), "decided " + share(n.decided),
                            "another token differs " + share(n.has_counterpart)});
    out += line("in each tenth", {fmt::format("{}", fmt::join(n.places, ", "))});
  }
  return out + line("forced answer", {"jumps at a pivot " + share(n.of_forced_answer.recall),
                                      "a pivot at its jump " + share(n.of_forced_answer.precision)});
}

}  // namespace

std::string describe_pivots(const PivotReport& report, bool by_subject) {
  const PivotBlock& all = report.overall;
  std::string head =
      fmt::format("pivotal tokens, experiment {} by reader {}: {} of {}, {} at {}", report.experiment,
                  report.reader, count_of(all.n_traces, "trace"), count_of(all.n_questions, "question"),
                  count_of(all.n_continuations, "continuation"), count_of(all.n_positions, "position"));
  if (report.n_unfinished > 0) head += fmt::format("; {} not searched to the end", report.n_unfinished);
  if (report.n_unsearched > 0) head += fmt::format("; {} not searched", report.n_unsearched);
  std::string out =
      wrapped(head, 0) +
      wrapped(
          fmt::format("success: {}; a pivot changes its chance by {:.3g} or more (alpha {:.3g} for a pair of "
                      "positions, {} continuations at most, temperature {:.3g})",
                      report.success == "own" ? "the trace's own answer" : "the right answer",
                      report.difference.least, report.difference.alpha, report.most, report.temperature),
          0) +
      fmt::format("[low, high]: {:.4g} % intervals over questions\n", 100 * report.bootstrap.level);
  if (all.n_traces == 0) return out;
  out += '\n' + pivot_block(all);
  for (const PivotBlock& block : report.subjects) {
    if (!by_subject) break;
    out += fmt::format("\n{}: {} of {}\n", trimmed(fit(printable(block.subject), 60)),
                       count_of(block.n_traces, "trace"), count_of(block.n_questions, "question")) +
           pivot_block(block);
  }
  return out + fmt::format("\nforced answer: a jump and a pivot at most {} tokens apart are one place\n",
                           kPivotsAgree);
}

}  // namespace thinktrace
