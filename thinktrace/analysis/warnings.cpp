// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "thinktrace/analysis/summary.h"

namespace thinktrace {
namespace {

constexpr int kFewestTraces = 20;         // Below, a label may win everywhere by chance.
constexpr double kAlwaysTheSame = 0.9;    // Share at which a label counts as always the same one …
constexpr double kRarelyElsewhere = 0.6;  // … unless it is the right one this often.
constexpr double kLowMass = 0.5;
constexpr double kManyNotEnded = 0.05;

double percent(const Estimate& e) { return 100 * e.value.value_or(0); }

std::string plural(int n, const char* noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

void warn_of_labels(const Block& block, std::vector<Warning>& warnings) {
  if (block.labels.n_traces < kFewestTraces) return;
  for (size_t i = 0; i < block.labels.labels.size(); i++) {
    const LabelShare& label = block.labels.labels[i];
    if (!(label.top_at_start.value >= kAlwaysTheSame && label.right.value < kRarelyElsewhere)) continue;
    warnings.push_back(
        {WarningKind::kLabelPreference,
         fmt::format("the same label wins: {} label {} of {} is the most likely one in {:.0f} % of "
                     "{} traces, "
                     "and right in {:.0f} %; a stable forced answer here is a preference for a label, not "
                     "knowledge",
                     name_of_start(block), i + 1, block.labels.n_options, percent(label.top_at_start),
                     block.labels.n_traces, percent(label.right))});
  }
}

// At the start alone: further on the text may have named a label, which then stays whatever the order.
void warn_of_orders(const Block& block, std::vector<Warning>& warnings) {
  const Estimate &option = block.orders.option_at_start, &label = block.orders.label_at_start;
  // By more than chance: their intervals don't overlap.
  if (!(option.interval && label.interval && option.interval->high < label.interval->low)) return;
  warnings.push_back(
      {WarningKind::kOrderDisagreement,
       fmt::format(
           "with the options in another order the same label wins more often than the same option {} ({:.0f} "
           "% "
           "against {:.0f} %); a stable forced answer there is a preference for a label, not knowledge",
           name_of_start(block), percent(label), percent(option))});
}

void warn_of_mass(const Block& block, std::vector<Warning>& warnings) {
  const auto warn = [&](const Estimate& mass, const std::string& where) {
    if (!(mass.value < kLowMass && mass.value)) return;
    warnings.push_back(
        {WarningKind::kLowMass,
         fmt::format("the mass is low: {:.2f} on average {}; the forced answer is not a natural thing "
                     "to say there, and its probabilities mean little",
                     *mass.value, where)});
  };
  warn(block.mass.at_start, name_of_start(block));
  warn(block.mass.at_end, "at the end");
}

}  // namespace

std::string name_of_start(const Block& block) {
  if (block.first_position != block.first_position_high) return "at the first position";
  const int t = block.first_position.value_or(0);
  return t == 0 ? "at the start" : "after " + plural(t, "token");
}

std::vector<Warning> warnings_of(const Block& block) {
  std::vector<Warning> warnings;
  if (block.n_bad_readings > 0) {
    warnings.push_back(
        {WarningKind::kBadReadings,
         fmt::format("{} with readings that are no log-probabilities; they count as probability 0",
                     plural(block.n_bad_readings, "trace"))});
  }
  warn_of_labels(block, warnings);
  warn_of_orders(block, warnings);
  warn_of_mass(block, warnings);
  const int n_known = block.n_traces - block.n_ended_unknown;
  if (block.n_not_ended > kManyNotEnded * n_known) {
    warnings.push_back(
        {WarningKind::kNotEnded,
         fmt::format("{} of {} traces did not end their thinking; they count with what they had, and "
                     "are left out of t_exit and the performative share",
                     block.n_not_ended, n_known)});
  }
  return warnings;
}

}  // namespace thinktrace
