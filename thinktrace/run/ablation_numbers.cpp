// SPDX-License-Identifier: MIT
#include "thinktrace/run/ablation_numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/publish/table.h"
#include "thinktrace/run/experiments.h"

namespace thinktrace {
namespace {

// A trace's outcomes by arm and draw; empty inner lists where an arm was left out.
struct AblatedRecord {
  const TraceRecord& record;
  std::vector<std::vector<StoredOutcome>> arms;  // [n_arms][n_draws]
};

AblatedRecord arrange(const OpenAblation& ablation, const TraceRecord& record,
                      std::vector<StoredOutcome> outcomes) {
  AblatedRecord by_arm{record, std::vector<std::vector<StoredOutcome>>(ablation.arms.size())};
  std::sort(outcomes.begin(), outcomes.end(),
            [](const StoredOutcome& a, const StoredOutcome& b) { return a.draw < b.draw; });
  for (StoredOutcome& outcome : outcomes) {
    const auto arm = std::find_if(ablation.arms.begin(), ablation.arms.end(),
                                  [&](const ArmCase& a) { return a.name == outcome.arm; });
    if (arm == ablation.arms.end() || outcome.draw >= arm->draws)
      throw Error(ErrorKind::kStore, fmt::format("[ablate] {}: an outcome is of no arm of experiment {}",
                                                 ablation.run.store.path(), ablation.experiment.number));
    by_arm.arms[arm - ablation.arms.begin()].push_back(std::move(outcome));
  }
  return by_arm;
}

// Calls `visit` with every trace of the plan that was read.
void for_each_ablated(const OpenAblation& ablation, const std::function<void(const AblatedRecord&)>& visit) {
  const Store& store = ablation.run.store;
  store.for_each_trace(
      [&](const TraceRecord& record) {
        if (record.id.empty()) return;
        std::vector<StoredOutcome> outcomes = store.outcomes(record, ablation.experiment.id);
        if (!outcomes.empty()) visit(arrange(ablation, record, std::move(outcomes)));
      },
      kNoReader);
}

int most_draws(const std::vector<ArmCase>& arms) {
  int most = 1;
  for (const ArmCase& arm : arms) most = std::max(most, arm.draws);
  return most;
}

// One entry a draw; an arm without draws is the same in all.
AblatedTrace entry_of(const AblatedRecord& ablated, int question, int draw) {
  AblatedTrace entry{question, ablated.record.question.answer, {}};
  for (const std::vector<StoredOutcome>& outcomes : ablated.arms) {
    const auto at = outcomes.size() == 1
                        ? outcomes.begin()
                        : std::find_if(outcomes.begin(), outcomes.end(),
                                       [&](const StoredOutcome& o) { return o.draw == draw; });
    entry.logprobs.push_back(at == outcomes.end() ? std::vector<float>{} : at->logprobs);
  }
  return entry;
}

int place_of(const std::vector<ArmCase>& arms, Arm arm) {
  return static_cast<int>(
      std::find_if(arms.begin(), arms.end(), [&](const ArmCase& a) { return a.arm == arm; }) - arms.begin());
}

AblationOptions options_for(const OpenAblation& ablation) {
  return {.real = place_of(ablation.arms, Arm::kReal),
          .none = place_of(ablation.arms, Arm::kNone),
          .draws = most_draws(ablation.arms)};
}

// The traces of a block, questions numbered from 0 in the order in which they come.
struct Entries {
  std::vector<AblatedTrace> traces;
  std::map<std::string, int> question_of;
  int n_traces = 0;

  void add(const AblatedRecord& ablated, int draws) {
    const int question =
        question_of.try_emplace(ablated.record.question.id, static_cast<int>(question_of.size()))
            .first->second;
    for (int draw = 0; draw < draws; draw++) traces.push_back(entry_of(ablated, question, draw));
    n_traces++;
  }
  AblationBlock measured(const std::string& subject, int n_arms, const AblationOptions& options) const {
    const auto n_questions = static_cast<int>(question_of.size());
    AblationBlock block{subject, n_traces, n_questions, {}};
    if (n_traces > 0) block.numbers = measure_ablation(traces, n_questions, n_arms, options);
    return block;
  }
};

}  // namespace

OpenAblation open_ablation(const RunView& view, std::optional<int> number) {
  OpenExperiment open = open_experiment(view, kAblation, "ablate", number);
  const std::vector<ArmCase> arms = arm_cases(ablation_settings_of(open.experiment));
  return {std::move(open.run), std::move(open.experiment), arms};
}

AblationReport report_ablation(const OpenAblation& ablation, const BootstrapOptions& bootstrap) {
  AblationReport report{.experiment = ablation.experiment.number, .reader = ablation.run.reader.number};
  report.bootstrap = bootstrap;
  for (const ArmCase& arm : ablation.arms)
    report.arms.push_back({arm.name, label_of(arm), arm.draws, is_length_matched(arm.arm), false, 0});
  AblationOptions options = options_for(ablation);
  options.bootstrap = bootstrap;
  Entries all;
  std::map<std::string, Entries> subjects;
  for_each_ablated(ablation, [&](const AblatedRecord& ablated) {
    all.add(ablated, options.draws);
    subjects[ablated.record.question.subject].add(ablated, options.draws);
    for (size_t i = 0; i < report.arms.size(); i++) report.arms[i].n_left_out += ablated.arms[i].empty();
  });
  for (size_t i = 0; i < report.arms.size(); i++) {
    report.arms[i].is_emptied = is_emptied(ablation.arms[i].arm) && report.arms[i].n_left_out < all.n_traces;
    if (report.arms[i].is_emptied) options.emptied.push_back(static_cast<int>(i));
  }
  const auto n_arms = static_cast<int>(ablation.arms.size());
  report.overall = all.measured("", n_arms, options);
  for (const auto& [subject, entries] : subjects)
    report.subjects.push_back(entries.measured(subject, n_arms, options));
  report.n_unread = static_cast<int>(ablation.run.store.trace_ids().size()) - all.n_traces;
  return report;
}

void export_ablation(const RunView& view, std::optional<int> number, TableFormat format,
                     const std::function<void(const std::string&)>& sink) {
  const OpenAblation ablation = open_ablation(view, number);
  const ExportContext context = export_context(ablation.run);
  const int n_options = most_options(ablation.run);
  const AblationOptions options = options_for(ablation);
  bool is_first = true;
  for_each_ablated(ablation, [&](const AblatedRecord& ablated) {
    std::vector<TraceOutcome> by_draw;
    for (int draw = 0; draw < options.draws; draw++)
      by_draw.push_back(compare_trace(entry_of(ablated, 0, draw), options));
    for (size_t arm = 0; arm < ablated.arms.size(); arm++) {
      for (const StoredOutcome& o : ablated.arms[arm]) {
        const Row row = ablation_row(ablated.record,
                                     {ablation.experiment.number, o.arm, o.draw, o.n_tokens, o.source_trace,
                                      o.logprobs, by_draw[o.draw].arms[arm].value()},
                                     context, n_options);
        if (is_first && format == TableFormat::kCsv) sink(csv_header(row));
        is_first = false;
        sink(format == TableFormat::kCsv ? csv_line(row) : json_line(row));
      }
    }
  });
}

}  // namespace thinktrace
