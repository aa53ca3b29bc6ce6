// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "thinktrace/analysis/summary.h"
#include "thinktrace/publish/analysis_text.h"
#include "thinktrace/publish/columns.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

std::string suffix_of(const EnsembleReader& reader) {
  std::string text = fmt::format("reader {}: '{}'", reader.number, printable(reader.suffix));
  if (reader.order > 0) text += fmt::format(", order {}", reader.order);
  return text;
}

std::string both_ends(const std::string& start, const Estimate& first, const Estimate& last) {
  return fmt::format("{} {}, {} at the end", share(first), start, share(last));
}

std::string describe_ensemble(const Analysis& analysis, const std::string& start) {
  const EnsembleFacts& e = analysis.overall.ensemble;
  std::string out = fmt::format("{} traces read in several ways, by {} readers\n", e.spread.n_traces,
                                analysis.readers.size());
  for (const EnsembleReader& reader : analysis.readers) {
    out += "  " + trimmed(fit(suffix_of(reader), 60));
    const auto prior = reader.prior.find(analysis.overall.labels.n_options);
    if (prior != reader.prior.end()) {
      out += "  without a question";
      for (const double p : prior->second) out += ' ' + short_number(p);
    }
    out += '\n';
  }
  out += line("  right by their mean", {both_ends(start, e.right_at_start, e.right_at_end)});
  out += line("  P(right), mean", {both_ends(start, e.p_right_at_start, e.p_right_at_end)});
  out += line("  its deviation", {share(e.deviation) + " over positions",
                                  both_ends(start, e.deviation_at_start, e.deviation_at_end)});
  return out +
         line("  readers that agree", {share(e.agreement) + " over positions",
                                       both_ends(start, e.agreement_at_start, e.agreement_at_end)}) +
         '\n';
}

std::string describe_label_bias(const Block& block, const std::string& start) {
  const LabelBias &first = block.label_bias_at_start, &last = block.label_bias_at_end;
  std::string out =
      fmt::format("{} readings in all orders: how often a label is chosen, and where it is right (recall)\n",
                  first.labels[0].chosen.n_traces);
  const auto row = [](const std::string& name, const std::vector<std::string>& cells) {
    constexpr int kName = 10, kCell = 21;
    std::string text = fit("  " + name, kName);
    for (const std::string& cell : cells) text += fit(cell, kCell);
    return trimmed(text) + '\n';
  };
  out += row("label", {"chosen " + start, "recall", "chosen at the end", "recall"});
  for (size_t i = 0; i < first.labels.size(); i++) {
    out += row(std::to_string(i + 1), {share(first.labels[i].chosen), share(first.labels[i].recall),
                                       share(last.labels[i].chosen), share(last.labels[i].recall)});
  }
  return out +
         line("  deviation of recalls", {both_ends(start, first.recall_deviation, last.recall_deviation)}) +
         '\n';
}

std::string describe_comparison(const Analysis& analysis, const std::string& start) {
  const ComparisonFacts& c = analysis.overall.against_own;
  std::string out = fmt::format(
      "beside reader {}, the plan's own, on the same {} traces; differences are this reader minus that\n",
      *analysis.own_reader, c.same_at_end.n_traces);
  std::vector<std::string> same{both_ends(start, c.same_at_start, c.same_at_end)};
  if (c.same.n_traces > 0) same.push_back(share(c.same) + " over positions");
  out += line("  same forced answer", same);
  out += line("  P(right)", {both_ends(start, c.p_right_at_start, c.p_right_at_end)});
  out += line("  mass", {both_ends(start, c.mass_at_start, c.mass_at_end)});
  if (c.t_exit_mean.n_traces == 0)
    return out + line("  t_exit", {"not known: the two readers' tokens could not be aligned"}) + '\n';
  return out +
         line("  t_exit", {"mean " + amount(c.t_exit_mean), "median " + amount(c.t_exit_median),
                           share(c.t_exit_share) + " of the thinking"}) +
         line("", {"earlier in " + share(c.earlier), "later in " + share(c.later)}) + '\n';
}

}  // namespace

std::string describe_readings(const Analysis& analysis) {
  const Block& all = analysis.overall;
  const std::string start = name_of_start(all);
  std::string out;
  if (all.ensemble.spread.n_traces > 0) out += describe_ensemble(analysis, start);
  if (!all.label_bias_at_start.labels.empty()) out += describe_label_bias(all, start);
  if (analysis.own_reader && all.against_own.same_at_end.n_traces > 0)
    out += describe_comparison(analysis, start);
  return out;
}

}  // namespace thinktrace
