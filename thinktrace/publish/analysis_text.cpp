// SPDX-License-Identifier: MIT
#include "thinktrace/publish/analysis_text.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <vector>

#include "thinktrace/analysis/summary.h"
#include "thinktrace/publish/columns.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr int kSubjectColumns = 20, kAreaColumns = 19;

std::string counted(const CountedShare& c) { return fmt::format("{:>7}  {:<20}", c.count, share(c.share)); }

std::string two_by_two(const TwoByTwo& table, std::string_view rows, std::string_view columns) {
  const auto row = [](std::string name, const std::string& first, const std::string& second) {
    return trimmed(fit(std::move(name), 33) + fit(first, 31) + second) + '\n';
  };
  const auto cells = [&](std::string_view truth, const CountedShare& a, const CountedShare& b) {
    return row(fmt::format("  {} {}", rows, truth), counted(a), counted(b));
  };
  return row("", fmt::format("{:>7}  {} right", "", columns), fmt::format("{:>7}  {} wrong", "", columns)) +
         cells("right", table.right_right, table.right_wrong) +
         cells("wrong", table.wrong_right, table.wrong_wrong);
}

std::string describe_answers(const Block& block, const std::string& start) {
  const ForcedAnswers& forced = block.forced;
  std::string out = line("forced answer right", {start + ' ' + share(forced.right_at_start),
                                                 "at the end " + share(forced.right_at_end)});
  out += line("P(right)",
              {start + ' ' + share(forced.p_right_at_start), "at the end " + share(forced.p_right_at_end)});
  out += line("mass", {start + ' ' + share(block.mass.at_start), "at the end " + share(block.mass.at_end),
                       fmt::format("lowest {} and {}", short_number(block.mass.lowest_at_start),
                                   short_number(block.mass.lowest_at_end))});
  if (block.free_right.value) {
    out += line("free answer right",
                {share(block.free_right), fmt::format("of {} traces", block.free_right.n_traces)});
  }
  out += '\n' + two_by_two(forced.start_by_end, start, "at the end");
  if (forced.end_by_free.right_right.share.n_traces > 0)
    out += two_by_two(forced.end_by_free, "at the end", "free answer");
  return out + '\n';
}

std::string describe_length(const ThinkingLength& length) {
  std::vector<std::string> pieces{"mean " + amount(length.mean), "median " + amount(length.median)};
  if (length.longest) pieces.push_back(fmt::format("longest {}", *length.longest));
  if (length.n_unknown > 0) pieces.push_back(fmt::format("unknown in {} traces", length.n_unknown));
  std::string out = line("thinking length", pieces);
  const auto add = [&](std::string_view title, const LengthCorrelation& r) {
    if (r.over_traces.n_traces == 0) return;
    std::vector<std::string> forms{share(r.over_traces) + " over traces"};
    if (r.within_questions.n_traces > 0) forms.push_back(share(r.within_questions) + " within questions");
    if (r.within_subjects.n_traces > 0) forms.push_back(share(r.within_subjects) + " within subjects");
    out += line(title, forms);
  };
  add("r(length, right at end)", length.with_forced_right_at_end);
  add("r(length, free right)", length.with_free_right);
  return out;
}

std::vector<std::string> groups_of(const std::vector<LengthGroup>& groups, std::string_view unit) {
  std::vector<std::string> pieces;
  for (size_t g = 0; g < groups.size(); g++) {
    const int from = groups[g].from, last = g + 1 < groups.size() ? groups[g + 1].from - 1 : from;
    const std::string lengths = g + 1 == groups.size() ? fmt::format("{} or more", from)
                                : last > from          ? fmt::format("{}-{}", from, last)
                                                       : std::to_string(from);
    pieces.push_back(
        fmt::format("{}{}: {}", g == 0 ? fmt::format("{} ", unit) : "", lengths, share(groups[g].area_over)));
  }
  return pieces;
}

std::string describe_early_answers(const EarlyAnswering& early) {
  if (early.area_over.n_traces == 0) return "";
  std::vector<std::string> pieces{"cut at tokens " + share(early.area_over)};
  if (early.area_over_sentences.n_traces > 0)
    pieces.push_back("at sentence ends " + share(early.area_over_sentences));
  std::string out = line("area over the curve", pieces);
  if (early.by_tokens.size() > 1) out += line("  by length", groups_of(early.by_tokens, "tokens"));
  if (early.by_sentences.size() > 1) out += line("", groups_of(early.by_sentences, "sentences"));
  pieces.clear();
  for (size_t i = 0; i < early.same_at.size(); i++)
    pieces.push_back(
        fmt::format("{} {}", i == 0 ? "with none" : short_number(kEarlyShares[i]), share(early.same_at[i])));
  return out + line("  same answer", pieces);
}

// The performative share never stands alone: stability is not knowledge.
std::string describe_commitment(const Block& block, const std::string& start) {
  const Commitment& c = block.commitment;
  std::vector<std::string> pieces{"mean " + amount(c.t_exit_mean), "median " + amount(c.t_exit_median)};
  if (c.n_censored > 0) pieces.push_back(fmt::format("{} traces were cut and are left out", c.n_censored));
  std::string out = line("t_exit", pieces);
  std::vector<std::string> shares{share(c.performative_share)};
  if (c.performative_share_high.value != c.performative_share.value)  // Strides, or no t = 0.
    shares.push_back("at most " + share(c.performative_share_high));
  out += line("performative share", shares);
  out += line("  beside it", {"P(right) at t_exit " + share(c.p_right_at_exit)});
  out +=
      line("", {block.labels.prior_right
                    ? "the label preferred without a question is right in " + share(*block.labels.prior_right)
                    : "prior of the labels: not known, as no model has read these traces here"});
  const OrderFacts& orders = block.orders;
  if (orders.option.n_traces > 0) {
    const auto both = [&](std::string_view what, const Estimate& first, const Estimate& last) {
      return fmt::format("{} {} {}, {} at the end", what, share(first), start, share(last));
    };
    out += line("  same in other orders", {both("option", orders.option_at_start, orders.option_at_end)});
    out += line("", {both("label", orders.label_at_start, orders.label_at_end)});
  } else {
    out += line("", {"one order only: a preference for a label is not excluded (--permute)"});
  }
  out += describe_early_answers(block.early);
  return out + line("flips", {"mean " + amount(block.flips)}) + '\n';
}

std::string describe_classes(const Classes& classes) {
  const auto row = [](std::string_view name, const CountedShare& c) {
    return trimmed(fit(std::string(name), kTitleColumns) + counted(c)) + '\n';
  };
  std::string out = row("productive", classes.productive) +
                    row("counterproductive", classes.counterproductive) +
                    row("meaningless effort", classes.meaningless_effort) +
                    row("  right throughout", classes.right_throughout);
  if (classes.known_already.share.n_traces > 0) {
    out += trimmed(fit("    known already", kTitleColumns) + counted(classes.known_already)) +
           fmt::format("  of {} traces\n", classes.known_already.share.n_traces);
  }
  return out + row("  wrong throughout", classes.wrong_throughout) + row("  wavering", classes.wavering) +
         '\n';
}

std::string describe_labels(const LabelFacts& labels, const std::string& start) {
  std::string out =
      fmt::format("share of {} traces with {} options in which a label is the most likely one\n",
                  labels.n_traces, labels.n_options);
  out += trimmed(fmt::format("  {:<8}{:<24}{:<20}{:<20}{}", "label", start, "at the end", "is right",
                             labels.prior_right ? "without a question" : "")) +
         '\n';
  for (size_t i = 0; i < labels.labels.size(); i++) {
    const LabelShare& label = labels.labels[i];
    out += trimmed(fmt::format("  {:<8}{:<24}{:<20}{:<20}{}", i + 1, share(label.top_at_start),
                               share(label.top_at_end), share(label.right),
                               label.prior ? short_number(label.prior) : "")) +
           '\n';
  }
  return out + '\n';
}

std::string describe_subjects(const std::vector<Block>& subjects, const std::string& start) {
  const auto row = [](const std::string& name, auto traces, const std::string& first, const std::string& last,
                      const std::string& free, const std::string& length, const std::string& exit,
                      const std::string& performative) {
    return trimmed(fit(name, kSubjectColumns) + fmt::format("{:>7}  {:<17}{:<17}{:>4}{:>7}{:>7}  {}", traces,
                                                            first, last, free, length, exit, performative)) +
           '\n';
  };
  std::string out =
      fmt::format("forced answer right {} and at the end; medians of length and t_exit\n", start);
  out += row("subject", "traces", start == "at the start" ? "start" : "first", "end", "free", "length",
             "t_exit", "performative");
  for (const Block& b : subjects) {
    const auto middle = [](const Estimate& e) { return e.value ? fmt::format("{:.0f}", *e.value) : "-"; };
    out += row(printable(b.subject), b.n_traces, share(b.forced.right_at_start), share(b.forced.right_at_end),
               short_number(b.free_right.value), middle(b.length.median), middle(b.commitment.t_exit_median),
               share(b.commitment.performative_share));
  }
  return out;
}

std::string describe_early_by_subject(const std::vector<Block>& subjects) {
  const auto row = [](const std::string& name, const std::vector<std::string>& cells) {
    std::string out = fit(name, kSubjectColumns);
    for (const std::string& cell : cells) out += fit(cell, kAreaColumns);
    return trimmed(out) + '\n';
  };
  std::string out =
      "early answering: area over the curve, and same answer as at the end with a part of the thinking\n" +
      row("subject", {"cut at tokens", "at sentence ends", "same with none", "with half"});
  for (const Block& b : subjects) {
    const EarlyAnswering& early = b.early;
    out += row(printable(b.subject), {share(early.area_over), share(early.area_over_sentences),
                                      share(early.same_at[0]), share(early.same_at[2])});
  }
  return out;
}

// A subject's warning is left out where all traces together give one of its kind.
std::string describe_warnings(const Analysis& analysis) {
  std::string out;
  std::set<WarningKind> told;
  for (const Warning& warning : analysis.overall.warnings) {
    told.insert(warning.kind);
    out += '\n' + wrapped("! " + printable(warning.text), 0);
  }
  for (const Block& block : analysis.subjects) {
    for (const Warning& warning : block.warnings) {
      if (told.count(warning.kind) == 0 && analysis.subjects.size() > 1)
        out += '\n' + wrapped(fmt::format("! {}: {}", trimmed(fit(printable(block.subject), 60)),
                                          printable(warning.text)),
                              0);
    }
  }
  return out;
}

}  // namespace

std::string describe_analysis(const Analysis& analysis) {
  const Block& all = analysis.overall;
  const std::string start = name_of_start(all);
  const auto plural = [](size_t n, std::string_view noun) {
    return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
  };
  std::string head =
      fmt::format("{} of {} in {}", plural(all.n_traces, "trace"), plural(all.n_questions, "question"),
                  plural(analysis.subjects.size(), "subject"));
  if (all.n_read < all.n_traces) head += fmt::format("; {} with a curve", all.n_read);
  if (all.n_not_ended > 0) head += fmt::format("; {} did not end", all.n_not_ended);
  if (all.n_ended_unknown > 0) head += fmt::format("; {} not known to have ended", all.n_ended_unknown);
  if (analysis.n_failed > 0) head += fmt::format("; {} failed and left out", analysis.n_failed);
  std::string out = wrapped(head, 0);
  out += fmt::format("[low, high]: {:.4g} % intervals\n\n", 100 * analysis.level);
  if (all.n_traces == 0) return out;
  if (all.n_read > 0) out += describe_answers(all, start);
  out += describe_length(all.length);
  if (all.n_read > 0) {
    out +=
        describe_commitment(all, start) + describe_classes(all.classes) + describe_labels(all.labels, start);
    out += describe_readings(analysis);
    out += describe_subjects(analysis.subjects, start);
    if (all.early.area_over.n_traces > 0) out += '\n' + describe_early_by_subject(analysis.subjects);
  }
  return out + describe_warnings(analysis);
}

}  // namespace thinktrace
