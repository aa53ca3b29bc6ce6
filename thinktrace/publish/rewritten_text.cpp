// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "thinktrace/publish/columns.h"
#include "thinktrace/publish/rewritten_report.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr int kRewrittenName = 10, kRewrittenColumns = 18;

std::string rewritten_row(const std::string& name, const std::vector<std::string>& cells) {
  std::string out = fit(name, kRewrittenName);
  for (const std::string& cell : cells) out += fit(cell, kRewrittenColumns);
  return trimmed(out) + '\n';
}

std::string mistakes_table(const MistakesBlock& block, const std::vector<std::string>& arms) {
  const RewrittenReport& n = block.numbers;
  std::string out = rewritten_row("arm", {"as real", "right", "free as real", "free right", "area over"});
  for (size_t i = 0; i < arms.size(); i++) {
    const RewrittenNumbers& arm = n.arms[i];
    out += rewritten_row(arms[i], {share(arm.same), share(arm.accuracy), share(arm.free_same),
                                   share(arm.free_accuracy), share(arm.area_over)});
  }
  out += rewritten_row("real", {"", share(n.real_accuracy), "", share(n.real_free_accuracy)});
  out += "\nminus untouched, in pairs\n";
  for (size_t i = 0; i + 1 < arms.size(); i++) {
    const RewrittenDifference& d = n.minus_control[i];
    out += rewritten_row(arms[i], {share(d.same), share(d.accuracy), "", share(d.free_accuracy)});
  }
  out += "\nas real, by where in the thinking the sentence stands\n";
  std::vector<std::string> parts;
  const size_t n_parts = n.arms.front().by_part.same.size();
  for (size_t part = 0; part < n_parts; part++)
    parts.push_back(fmt::format("{} to {}",
                                short_number(static_cast<double>(part) / static_cast<double>(n_parts)),
                                short_number(static_cast<double>(part + 1) / static_cast<double>(n_parts))));
  out += rewritten_row("arm", parts);
  for (size_t i = 0; i < arms.size(); i++) {
    std::vector<std::string> cells;
    for (const Estimate& e : n.arms[i].by_part.same) cells.push_back(share(e));
    out += rewritten_row(arms[i], cells);
  }
  return out;
}

std::string paraphrase_table(const ParaphraseBlock& block, const std::vector<double>& shares) {
  std::string out =
      rewritten_row("share", {"as real", "prefix as real", "difference", "right", "prefix right"});
  for (size_t i = 0; i < block.shares.size(); i++) {
    const RewrittenReport& n = block.shares[i];
    out += rewritten_row(short_number(shares[i]),
                         {share(n.arms[0].same), share(n.arms[1].same), share(n.minus_control[0].same),
                          share(n.arms[0].accuracy), share(n.arms[1].accuracy)});
  }
  return out;
}

std::string report_title(std::string_view what, int experiment, int reader, int n_traces, int n_questions) {
  return fmt::format("{}, experiment {} by reader {}: {} of {}", what, experiment, reader,
                     how_many(n_traces, "trace"), how_many(n_questions, "question"));
}

std::string level_line(const BootstrapOptions& bootstrap) {
  return fmt::format("[low, high]: {:.4g} % intervals over questions\n", 100 * bootstrap.level);
}

std::string subject_title(const std::string& subject, int n_traces, int n_questions) {
  return fmt::format("\n{}: {} of {}\n", trimmed(fit(printable(subject), 60)), how_many(n_traces, "trace"),
                     how_many(n_questions, "question"));
}

}  // namespace

std::string describe_mistakes(const MistakesReport& report, bool by_subject) {
  const MistakesBlock& all = report.overall;
  std::string title =
      report_title("mistakes", report.experiment, report.reader, all.n_traces, all.n_questions);
  if (report.n_unread > 0) title += fmt::format("; {} not read", report.n_unread);
  std::string out = wrapped(title, 0) + level_line(report.bootstrap);
  if (all.n_traces == 0) return out;
  out += '\n' + mistakes_table(all, report.arms);
  for (const MistakesBlock& block : report.subjects) {
    if (by_subject)
      out += subject_title(block.subject, block.n_traces, block.n_questions) +
             mistakes_table(block, report.arms);
  }
  out += '\n';
  for (size_t i = 0; i < report.arms.size(); i++)
    out += fmt::format("{}: {}\n", report.arms[i], how_many(all.numbers.arms[i].n_places, "place"));
  if (report.n_unwritten > 0)
    out += fmt::format("at {} the model wrote nothing that can be used\n",
                       how_many(report.n_unwritten, "place"));
  if (report.n_unchanged > 0)
    out += fmt::format("at {} it wrote the sentence as it was\n", how_many(report.n_unchanged, "place"));
  if (report.n_without > 0)
    out +=
        fmt::format("{} without a place for a mistake: in no number\n", how_many(report.n_without, "trace"));
  return out + wrapped(
                   "as real: the forced answer is that of the untouched thinking; untouched: the sentence as "
                   "it was, and "
                   "what follows sampled again",
                   0);
}

std::string describe_paraphrase(const ParaphraseReport& report, bool by_subject) {
  const ParaphraseBlock& all = report.overall;
  std::string title =
      report_title("paraphrase", report.experiment, report.reader, all.n_traces, all.n_questions);
  if (report.n_unread > 0) title += fmt::format("; {} not read", report.n_unread);
  std::string out = wrapped(title, 0) + level_line(report.bootstrap);
  if (all.n_traces == 0) return out;
  out += '\n' + paraphrase_table(all, report.shares);
  for (const ParaphraseBlock& block : report.subjects) {
    if (by_subject)
      out += subject_title(block.subject, block.n_traces, block.n_questions) +
             paraphrase_table(block, report.shares);
  }
  out += '\n';
  if (report.n_unwritten > 0)
    out += fmt::format("of {} the model wrote nothing that can be used\n",
                       how_many(report.n_unwritten, "beginning"));
  if (report.n_unchanged > 0)
    out += fmt::format("{} as the beginning was\n", how_many(report.n_unchanged, "paraphrase"));
  if (report.n_cut > 0) out += fmt::format("{} cut by the budget\n", how_many(report.n_cut, "paraphrase"));
  return out +
         wrapped(
             "as real: the forced answer is that of the whole thinking; prefix: the same beginning as it was",
             0);
}

}  // namespace thinktrace
