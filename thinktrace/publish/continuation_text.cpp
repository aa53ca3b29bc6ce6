// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "thinktrace/publish/columns.h"
#include "thinktrace/publish/continuation_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr int kPlaceColumns = 9, kNumberColumns = 18;

std::string place_row(const std::string& name, const std::vector<std::string>& cells) {
  std::string out = fit(name, kPlaceColumns);
  for (const std::string& cell : cells) out += fit(cell, kNumberColumns);
  return trimmed(out) + '\n';
}

std::string place_name(const ContinuedPlace& place) {
  if (!place.share) return fmt::format("t={}", place.tokens);
  return *place.share == 0 ? "start" : *place.share == 1 ? "end" : short_number(*place.share);
}

std::string places_table(const ContinuationBlock& block) {
  std::string out = place_row("at", {"forced right", "free right", "free - forced", "beyond chance", "none"});
  for (const ContinuedPlace& place : block.places) {
    const ContinuationNumbers& n = place.numbers;
    out += place_row(place_name(place), {share(n.forced_right), share(n.free_right), share(n.more_right),
                                         share(n.beyond_chance), share(n.none)});
  }
  out +=
      '\n' + place_row("at", {"alike", "free more right", "free less right", "undecided", "continuations"});
  for (const ContinuedPlace& place : block.places) {
    const ContinuationNumbers& n = place.numbers;
    out += place_row(place_name(place), {share(n.alike), share(n.more), share(n.less), share(n.undecided),
                                         fmt::format("{}", place.n_continuations)});
  }
  return out;
}

}  // namespace

std::string describe_continuations(const ContinuationReport& report, bool by_subject) {
  const ContinuationBlock& all = report.overall;
  std::string out = wrapped(
      fmt::format("free continuations, experiment {} by reader {}: {} of {}{}", report.experiment,
                  report.reader, how_many(all.n_traces, "trace"), how_many(all.n_questions, "question"),
                  report.n_left > 0 ? fmt::format("; {} not continued", report.n_left) : ""),
      0);
  out += fmt::format("[low, high]: {:.4g} % intervals over questions\n", 100 * report.bootstrap.level);
  if (all.n_traces == 0) return out;
  out += '\n' + places_table(all);
  for (const ContinuationBlock& block : report.subjects) {
    if (!by_subject) break;
    out += fmt::format("\n{}: {} of {}\n", trimmed(fit(printable(block.subject), 60)),
                       how_many(block.n_traces, "trace"), how_many(block.n_questions, "question")) +
           places_table(block);
  }
  out += '\n' +
         wrapped(fmt::format("means are of the first {} continuations of each beginning; verdicts are of all",
                             report.samples),
                 0);
  out += wrapped(
      "beyond chance: total variation between forced and free answers, less what it would be if the free "
      "ones were drawn from the forced distribution",
      0);
  return out +
         wrapped(fmt::format("alike: P(right) differs by less than {:.4g}; more, less: by more than {:.4g}",
                             report.difference.least, report.difference.negligible),
                 0);
}

}  // namespace thinktrace
