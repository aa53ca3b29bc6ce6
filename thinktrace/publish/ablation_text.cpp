// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "thinktrace/publish/ablation_report.h"
#include "thinktrace/publish/columns.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr int kNameColumns = 15, kCellColumns = 17;

std::string row(const std::string& name, const std::vector<std::string>& cells) {
  std::string out = fit(name, kNameColumns);
  for (const std::string& cell : cells) out += fit(cell, kCellColumns);
  return trimmed(out) + '\n';
}

std::string table(const AblationReport& report, const AblationBlock& block) {
  std::string out = row("arm", {"right", "as real", "as none", "P(right)", "mass"});
  for (size_t i = 0; i < report.arms.size(); i++) {
    const ArmNumbers& n = block.numbers.arms[i];
    out += row(report.arms[i].name, {share(n.accuracy), share(n.same_as_real), share(n.same_as_none),
                                     share(n.p_right), share(n.mass)});
  }
  return out;
}

std::string matter(const AblationBlock& block) {
  const AblationNumbers& n = block.numbers;
  if (n.does_not_matter.n_traces == 0) return "";
  return "\n" + line("thinking", {"does not matter " + share(n.does_not_matter), "helps " + share(n.helps),
                                  "harms " + share(n.harms)});
}

std::string head(const AblationReport& report) {
  const AblationBlock& all = report.overall;
  std::string out =
      fmt::format("ablation, experiment {} by reader {}: {} of {}", report.experiment, report.reader,
                  how_many(all.n_traces, "trace"), how_many(all.n_questions, "question"));
  if (report.n_unread > 0) out += fmt::format("; {} not read", report.n_unread);
  return wrapped(out, 0) +
         fmt::format("[low, high]: {:.4g} % intervals over questions\n", 100 * report.bootstrap.level);
}

std::string foot(const AblationReport& report) {
  std::vector<std::string> emptied, matched;
  std::string out = "\n";
  for (const AblationArm& arm : report.arms) {
    if (arm.is_emptied) emptied.push_back(arm.name);
    if (arm.is_length_matched) matched.push_back(arm.name);
    if (arm.n_left_out > 0)
      out += fmt::format("{} is left out for {}: nobody could lend\n", arm.name,
                         how_many(arm.n_left_out, "trace"));
  }
  out += wrapped(fmt::format("as long as the real thinking: {}", fmt::join(matched, ", ")), 0);
  if (report.overall.numbers.does_not_matter.n_traces > 0)
    out += wrapped(
        fmt::format("does not matter: the forced answer of {} is the real one's", fmt::join(emptied, ", ")),
        0);
  return out;
}

}  // namespace

std::string describe_ablation(const AblationReport& report, bool by_subject) {
  std::string out = head(report);
  if (report.overall.n_traces == 0) return out;
  out += '\n' + table(report, report.overall) + matter(report.overall);
  for (const AblationBlock& block : report.subjects) {
    if (!by_subject) break;
    out += fmt::format("\n{}: {} of {}\n", trimmed(fit(printable(block.subject), 60)),
                       how_many(block.n_traces, "trace"), how_many(block.n_questions, "question")) +
           table(report, block) + matter(block);
  }
  return out + foot(report);
}

}  // namespace thinktrace
