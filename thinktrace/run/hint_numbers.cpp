// SPDX-License-Identifier: MIT
#include "thinktrace/run/hint_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/error.h"
#include "thinktrace/experiment/mentions.h"
#include "thinktrace/run/hint_plan.h"

namespace thinktrace {
namespace {

// The plan without a hint, and those with.
struct OpenHints {
  OpenRun base;
  std::vector<OpenRun> hinted;
};

OpenHints open_hints(const HintView& view) {
  OpenRun given = open_run(view.run);
  const std::vector<StoredPlan> plans = given.store.plans();
  StoredPlan base = given.plan;
  std::vector<int> wanted = view.plans;
  if (hint_of(given.plan)) {
    wanted = {given.plan.number};
    const auto found = std::find_if(plans.begin(), plans.end(), [&](const StoredPlan& p) {
      const std::vector<StoredPlan> hinted = hinted_plans({given.plan}, p);
      return !hinted.empty();
    });
    if (found == plans.end())
      throw Error(ErrorKind::kStore, fmt::format("[hint] {}: the plan without the hint of plan {} is gone",
                                                 given.store.path(), given.plan.number));
    base = *found;
  }
  RunView one = view.run;
  one.note = {};
  one.plan = base.number;
  OpenHints open{open_run(one), {}};
  // All are read by one reader, whatever their own is.
  one.reader = open.base.reader.number;
  for (const StoredPlan& plan : hinted_plans(plans, base)) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), plan.number) == wanted.end()) continue;
    one.plan = plan.number;
    open.hinted.push_back(open_run(one));
  }
  if (open.hinted.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("[hint] {}: plan {} was not sampled with a hint yet (thinktrace hint {})",
                            view.run.folder, base.number, view.run.folder));
  return open;
}

// A trace without a hint, until it is known at which option one points.
struct KnownTrace {
  HintTrace trace;
  std::vector<float> start, end;  // Rows of log-probabilities; empty where nothing was read.
};
using KnownTraces = std::map<std::string, std::vector<KnownTrace>>;  // By question id.

KnownTrace known_trace(const TraceRecord& r) {
  KnownTrace known{{.sample = r.trace.sample, .answer = r.question.answer, .free = r.chosen}, {}, {}};
  const auto n = static_cast<long>(r.question.options.size());
  if (!r.curve.positions.empty()) {
    known.start = {r.curve.logprobs.begin(), r.curve.logprobs.begin() + n};
    known.end = {r.curve.logprobs.end() - n, r.curve.logprobs.end()};
    known.trace.forced = most_likely(known.end);
    known.trace.first_position = r.curve.positions.front();
  }
  known.trace.is_cut = r.trace.stop == Stop::kBudget;
  known.trace.end = static_cast<int>(r.think_text.size());
  return known;
}

HintTrace hinted_at(const KnownTrace& known, int option, int question) {
  HintTrace trace = known.trace;
  trace.question = question;
  trace.hinted = option;
  if (!known.end.empty()) {
    trace.p_start = probability_of(known.start[option]);
    trace.p_end = probability_of(known.end[option]);
  }
  return trace;
}

KnownTraces known_traces(const OpenRun& base) {
  KnownTraces known;
  base.store.for_each_trace(
      [&](const TraceRecord& r) {
        if (r.status == Status::kOk) known[r.question.id].push_back(known_trace(r));
      },
      base.reader.id);
  return known;
}

// Calls `visit` with every trace of a plan with a hint, beside the question's traces without. The question's number is 0 in both.
// Gives how many failed.
int for_each_hinted(const OpenRun& run, const KnownTraces& without, const std::vector<std::string>& phrases,
                    const std::function<void(const TraceRecord&, const HintedAnswer&)>& visit) {
  const Hint hint = *hint_of(run.plan);
  int n_failed = 0;
  run.store.for_each_trace(
      [&](const TraceRecord& r) {
        if (r.status != Status::kOk) {
          n_failed++;
          return;
        }
        HintedAnswer a = hinted_answer(run.plan, hint, r, phrases);
        const int option = a.trace.hinted;
        if (const auto it = without.find(r.question.id); it != without.end()) {
          for (const KnownTrace& known : it->second) a.without.push_back(hinted_at(known, option, 0));
        }
        visit(r, a);
      },
      run.reader.id);
  return n_failed;
}

// The traces of a block, questions numbered from 0 in the order in which they come.
struct HintEntries {
  std::vector<HintTrace> with, without;
  std::map<std::string, int> question_of;

  void add(const std::string& question_id, const HintedAnswer& a) {
    if (a.without.empty()) return;
    const auto [it, is_new] = question_of.try_emplace(question_id, static_cast<int>(question_of.size()));
    with.push_back(a.trace);
    with.back().question = it->second;
    if (!is_new) return;
    for (HintTrace trace : a.without) {
      trace.question = it->second;
      without.push_back(trace);
    }
  }
  HintBlock measured(const std::string& name, const BootstrapOptions& bootstrap) const {
    const auto n = static_cast<int>(question_of.size());
    return {name, static_cast<int>(with.size()), static_cast<int>(without.size()), n,
            measure_hint(with, without, n, bootstrap)};
  }
};

HintedPlanReport report_plan(const OpenRun& run, const KnownTraces& without, const HintReport& report,
                             const std::vector<std::string>& phrases) {
  const Hint hint = *hint_of(run.plan);
  HintedPlanReport plan{.plan = run.plan.number, .kind = name_of(hint.kind), .option = name_of(hint.option)};
  plan.examples = hint.examples.empty() ? 0 : static_cast<int>(hint.examples.size()) - 1;
  if (hint.examples.empty()) plan.place = name_of(hint.place), plan.wording = hint.wording;
  HintEntries all;
  std::map<std::string, HintEntries> by_hinted, subjects;
  plan.n_failed = for_each_hinted(run, without, phrases, [&](const TraceRecord& r, const HintedAnswer& a) {
    all.add(r.question.id, a);
    by_hinted[a.trace.hinted == a.trace.answer ? "right" : "wrong"].add(r.question.id, a);
    subjects[r.question.subject].add(r.question.id, a);
  });
  plan.overall = all.measured("", report.bootstrap);
  for (const auto& [name, entries] : by_hinted) {
    if (by_hinted.size() > 1) plan.by_hinted.push_back(entries.measured(name, report.bootstrap));
  }
  for (const auto& [name, entries] : subjects)
    plan.subjects.push_back(entries.measured(name, report.bootstrap));
  return plan;
}

}  // namespace

HintedAnswer hinted_answer(const StoredPlan& plan, const Hint& hint, const TraceRecord& r,
                           const std::vector<std::string>& phrases) {
  HintedAnswer a{.plan = plan.number, .kind = name_of(hint.kind), .option = name_of(hint.option)};
  const int option = hinted_option(hint, r.question);
  a.trace = hinted_at(known_trace(r), option, 0);
  const auto n_options = static_cast<int>(r.question.options.size());
  if (a.trace.forced == option) {
    const auto row = first_stays(r.curve.logprobs, n_options, option);
    if (row) a.trace.takes_over = r.curve.positions[*row];
  }
  const std::string words = hint_words(hint, r.question, r.labels);
  const auto mention = find_mention(r.think_text, {.hint = words,
                                                   .has_examples = !hint.examples.empty(),
                                                   .question = r.question.text,
                                                   .options = r.question.options,
                                                   .phrases = phrases});
  a.trace.mentions = mention.has_value();
  if (mention) {
    a.mention_rule = name_of(mention->rule);
    if (r.has_tokens) a.mention_position = mention->token;
  }
  return a;
}

HintReport report_hints(const HintView& view, const BootstrapOptions& bootstrap) {
  const OpenHints open = open_hints(view);
  HintReport report{
      .base_plan = open.base.plan.number, .reader = open.base.reader.number, .bootstrap = bootstrap};
  const KnownTraces without = known_traces(open.base);
  for (const OpenRun& run : open.hinted)
    report.plans.push_back(report_plan(run, without, report, view.phrases));
  return report;
}

void export_hints(const HintView& view, TableFormat format,
                  const std::function<void(const std::string&)>& sink) {
  const OpenHints open = open_hints(view);
  const KnownTraces without = known_traces(open.base);
  if (format == TableFormat::kCsv) sink(csv_header(hint_row({}, {}, {})));
  for (const OpenRun& run : open.hinted) {
    const ExportContext context = export_context(run);
    for_each_hinted(run, without, view.phrases, [&](const TraceRecord& r, const HintedAnswer& a) {
      const Row row = hint_row(r, a, context);
      sink(format == TableFormat::kCsv ? csv_line(row) : json_line(row));
    });
  }
}

}  // namespace thinktrace
