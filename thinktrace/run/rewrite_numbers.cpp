// SPDX-License-Identifier: MIT
#include "thinktrace/run/rewrite_numbers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "thinktrace/analysis/measures.h"
#include "thinktrace/error.h"
#include "thinktrace/publish/rewritten_rows.h"
#include "thinktrace/run/experiments.h"
#include "thinktrace/run/rewrite_plan.h"

namespace thinktrace {
namespace {

// What an experiment left of one trace.
struct RewrittenRecord {
  const TraceRecord& record;
  std::map<std::string, StoredOutcome> outcomes;  // By arm.
  std::vector<StoredContinuation> continuations;  // By position and arm.
};

[[noreturn]] void refuse_results(const OpenExperiment& open, const std::string& what) {
  throw Error(ErrorKind::kStore, fmt::format("[{}] {}: experiment {}: {}", open.experiment.kind,
                                             open.run.store.path(), open.experiment.number, what));
}

// Calls `visit` with every trace of the plan that was done.
void for_each_rewritten(const OpenExperiment& open,
                        const std::function<void(const RewrittenRecord&)>& visit) {
  const Store& store = open.run.store;
  store.for_each_trace(
      [&](const TraceRecord& record) {
        if (record.id.empty()) return;
        RewrittenRecord rewritten{record, {}, {}};
        for (StoredOutcome& o : store.outcomes(record, open.experiment.id)) {
          const std::string arm = o.arm;
          rewritten.outcomes.emplace(arm, std::move(o));
        }
        if (rewritten.outcomes.empty()) return;
        if (!rewritten.outcomes.contains(kRealEnd)) refuse_results(open, "a trace lacks its untouched end");
        rewritten.continuations = store.continuations(record, open.experiment.id);
        visit(rewritten);
      },
      kNoReader);
}

// Questions and traces numbered from 0 in the order in which they come, by subject and over all.
template <class Entry>
struct Numbered {
  std::vector<Entry> entries;
  std::map<std::string, int> question_of;
  int n_traces = 0;

  int question(const TraceRecord& record) {
    return question_of.try_emplace(record.question.id, static_cast<int>(question_of.size())).first->second;
  }
  int n_questions() const { return static_cast<int>(question_of.size()); }
};

// The texts of the first `n` tokens; of all.
std::string beginning_text(const std::vector<std::string>& texts, int n) {
  return fmt::format("{}", fmt::join(texts.begin(), texts.begin() + n, ""));
}
std::string whole_text(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, ""));
}

// --- Mistakes

// The untouched sentence at each position, from its own arm.
std::map<int, std::string> sentences_at(const std::vector<StoredContinuation>& continuations) {
  std::map<int, std::string> sentences;
  for (const StoredContinuation& c : continuations) {
    if (c.arm == kUntouched) sentences[c.position] = whole_text(c.inserted_text);
  }
  return sentences;
}

int arm_place(const OpenExperiment& open, const std::vector<std::string>& arms, const std::string& arm) {
  const auto at = std::find(arms.begin(), arms.end(), arm);
  if (at == arms.end()) refuse_results(open, "a continuation is of none of its arms");
  return static_cast<int>(at - arms.begin());
}

std::vector<RewrittenPlace> places_of(const OpenExperiment& open, const std::vector<std::string>& arms,
                                      const RewrittenRecord& rewritten) {
  const TraceRecord& record = rewritten.record;
  std::map<int, RewrittenPlace> by_position;
  for (const StoredContinuation& c : rewritten.continuations) {
    if (c.logprobs.empty()) continue;
    RewrittenPlace& place = by_position[c.position];
    place.arms.resize(arms.size());
    place.arms[arm_place(open, arms, c.arm)] = RewrittenOutcome{c.logprobs, true, c.chosen};
  }
  const std::vector<float>& real = rewritten.outcomes.at(kRealEnd).logprobs;
  std::vector<RewrittenPlace> places;
  for (auto& [position, place] : by_position) {
    place.answer = record.question.answer;
    place.before = static_cast<double>(position) / static_cast<double>(record.trace.think_ids.size());
    place.real = real;
    place.real_chosen = record.chosen;
    places.push_back(std::move(place));
  }
  return places;
}

using MistakePlaces = Numbered<RewrittenPlace>;

void add_places(const TraceRecord& record, const std::vector<RewrittenPlace>& places, MistakePlaces& into) {
  const int question = into.question(record);
  for (RewrittenPlace place : places) {
    place.question = question;
    place.trace = into.n_traces;
    into.entries.push_back(std::move(place));
  }
  into.n_traces++;
}

MistakesBlock measured_mistakes(const std::string& subject, const MistakePlaces& places, int n_arms,
                                const BootstrapOptions& bootstrap) {
  MistakesBlock block{subject, places.n_traces, places.n_questions(), {}};
  if (places.n_traces > 0)
    block.numbers =
        measure_rewritten(places.entries, places.n_questions(),
                          {.n_arms = n_arms, .control = n_arms - 1, .n_parts = 5, .bootstrap = bootstrap});
  return block;
}

// --- Paraphrase

using ParaphrasePlaces = Numbered<std::vector<RewrittenPlace>>;  // One place of each share.

// What a trace has of one share.
struct ShareOfTrace {
  const StoredContinuation& paraphrase;
  const StoredOutcome& prefix;
};
ShareOfTrace share_of(const OpenExperiment& open, const RewrittenRecord& rewritten, double share) {
  const auto prefix = rewritten.outcomes.find(prefix_arm(share));
  const auto paraphrase =
      std::find_if(rewritten.continuations.begin(), rewritten.continuations.end(),
                   [&](const StoredContinuation& c) { return c.arm == paraphrase_arm(share); });
  if (prefix == rewritten.outcomes.end() || paraphrase == rewritten.continuations.end())
    refuse_results(open, "a trace lacks one of its shares");
  return {*paraphrase, prefix->second};
}

// Arms: the paraphrase, the beginning as it was.
std::vector<RewrittenPlace> shares_of(const OpenExperiment& open, const RewrittenRecord& rewritten,
                                      const std::vector<double>& shares) {
  std::vector<RewrittenPlace> places;
  for (const double share : shares) {
    const ShareOfTrace at = share_of(open, rewritten, share);
    RewrittenPlace place{.answer = rewritten.record.question.answer, .before = share};
    place.real = rewritten.outcomes.at(kRealEnd).logprobs;
    place.real_chosen = rewritten.record.chosen;
    place.arms.resize(2);
    if (!at.paraphrase.logprobs.empty()) place.arms[0] = RewrittenOutcome{at.paraphrase.logprobs, false, {}};
    place.arms[1] = RewrittenOutcome{at.prefix.logprobs, false, {}};
    places.push_back(std::move(place));
  }
  return places;
}

void add_shares(const TraceRecord& record, std::vector<RewrittenPlace> places, ParaphrasePlaces& into) {
  for (RewrittenPlace& place : places) {
    place.question = into.question(record);
    place.trace = into.n_traces;
  }
  into.entries.push_back(std::move(places));
  into.n_traces++;
}

ParaphraseBlock measured_paraphrase(const std::string& subject, const ParaphrasePlaces& places,
                                    size_t n_shares, const BootstrapOptions& bootstrap) {
  ParaphraseBlock block{subject, places.n_traces, places.n_questions(), {}};
  for (size_t i = 0; i < n_shares && places.n_traces > 0; i++) {
    std::vector<RewrittenPlace> of_share;
    for (const std::vector<RewrittenPlace>& trace : places.entries) of_share.push_back(trace[i]);
    block.shares.push_back(measure_rewritten(
        of_share, places.n_questions(), {.n_arms = 2, .control = 1, .n_parts = 1, .bootstrap = bootstrap}));
  }
  return block;
}

// Calls `sink` with rows as lines.
class RowSink {
 public:
  RowSink(TableFormat format, const std::function<void(const std::string&)>& sink)
      : is_csv_(format == TableFormat::kCsv), sink_(sink) {}
  void take(const Row& row) {
    if (is_first_ && is_csv_) sink_(csv_header(row));
    is_first_ = false;
    sink_(is_csv_ ? csv_line(row) : json_line(row));
  }

 private:
  bool is_csv_, is_first_ = true;
  const std::function<void(const std::string&)>& sink_;
};

}  // namespace

MistakesReport report_mistakes(const RunView& view, std::optional<int> number,
                               const BootstrapOptions& bootstrap) {
  const OpenExperiment open = open_experiment(view, kMistakes, "mistakes", number);
  MistakesReport report{.experiment = open.experiment.number, .reader = open.run.reader.number};
  report.arms = mistake_arms(mistake_settings_of(open.experiment));
  report.bootstrap = bootstrap;
  MistakePlaces all;
  std::map<std::string, MistakePlaces> subjects;
  for_each_rewritten(open, [&](const RewrittenRecord& rewritten) {
    const std::map<int, std::string> sentences = sentences_at(rewritten.continuations);
    for (const StoredContinuation& c : rewritten.continuations) {
      if (c.arm != kByModel) continue;
      const auto sentence = sentences.find(c.position);
      report.n_unwritten += c.logprobs.empty();
      report.n_unchanged += sentence != sentences.end() && sentence->second == whole_text(c.inserted_text);
    }
    const std::vector<RewrittenPlace> places = places_of(open, report.arms, rewritten);
    report.n_without += places.empty();
    add_places(rewritten.record, places, all);
    add_places(rewritten.record, places, subjects[rewritten.record.question.subject]);
  });
  const auto n_arms = static_cast<int>(report.arms.size());
  report.overall = measured_mistakes("", all, n_arms, bootstrap);
  for (const auto& [subject, places] : subjects)
    report.subjects.push_back(measured_mistakes(subject, places, n_arms, bootstrap));
  report.n_unread = static_cast<int>(open.run.store.trace_ids().size()) - all.n_traces;
  return report;
}

ParaphraseReport report_paraphrase(const RunView& view, std::optional<int> number,
                                   const BootstrapOptions& bootstrap) {
  const OpenExperiment open = open_experiment(view, kParaphrase, "paraphrase", number);
  ParaphraseReport report{.experiment = open.experiment.number, .reader = open.run.reader.number};
  report.shares = paraphrase_settings_of(open.experiment).shares;
  report.bootstrap = bootstrap;
  ParaphrasePlaces all;
  std::map<std::string, ParaphrasePlaces> subjects;
  for_each_rewritten(open, [&](const RewrittenRecord& rewritten) {
    for (const double share : report.shares) {
      const ShareOfTrace at = share_of(open, rewritten, share);
      const std::string text = whole_text(at.paraphrase.think_text);
      report.n_unwritten += text.empty();
      report.n_unchanged +=
          !text.empty() && text == beginning_text(rewritten.record.think_text, at.prefix.n_tokens);
      report.n_cut += at.paraphrase.stop == Stop::kBudget;
    }
    const std::vector<RewrittenPlace> places = shares_of(open, rewritten, report.shares);
    add_shares(rewritten.record, places, all);
    add_shares(rewritten.record, places, subjects[rewritten.record.question.subject]);
  });
  report.overall = measured_paraphrase("", all, report.shares.size(), bootstrap);
  for (const auto& [subject, places] : subjects)
    report.subjects.push_back(measured_paraphrase(subject, places, report.shares.size(), bootstrap));
  report.n_unread = static_cast<int>(open.run.store.trace_ids().size()) - all.n_traces;
  return report;
}

void export_mistakes(const RunView& view, std::optional<int> number, TableFormat format,
                     const std::function<void(const std::string&)>& sink) {
  const OpenExperiment open = open_experiment(view, kMistakes, "mistakes", number);
  const ExportContext context = export_context(open.run);
  const int n_options = most_options(open.run);
  RowSink rows(format, sink);
  for_each_rewritten(open, [&](const RewrittenRecord& rewritten) {
    const std::map<int, std::string> sentences = sentences_at(rewritten.continuations);
    for (const StoredContinuation& c : rewritten.continuations) {
      const auto sentence = sentences.find(c.position);
      if (sentence == sentences.end()) refuse_results(open, "a place lacks its untouched sentence");
      RewrittenRow row{open.experiment.number, c.arm, c.position};
      row.sentence = sentence->second;
      if (!c.logprobs.empty()) row.written = whole_text(c.inserted_text);
      row.thinking = whole_text(c.think_text);
      row.stop = name_of(c.stop);
      row.answer_text = c.answer_text;
      row.chosen = c.chosen;
      row.n_tokens = c.position + static_cast<int>(c.inserted.size() + c.think_ids.size());
      row.logprobs = c.logprobs;
      row.real = rewritten.outcomes.at(kRealEnd).logprobs;
      rows.take(mistake_row(rewritten.record, row, context, n_options));
    }
  });
}

void export_paraphrases(const RunView& view, std::optional<int> number, TableFormat format,
                        const std::function<void(const std::string&)>& sink) {
  const OpenExperiment open = open_experiment(view, kParaphrase, "paraphrase", number);
  const ExportContext context = export_context(open.run);
  const int n_options = most_options(open.run);
  const std::vector<double> shares = paraphrase_settings_of(open.experiment).shares;
  RowSink rows(format, sink);
  for_each_rewritten(open, [&](const RewrittenRecord& rewritten) {
    for (const double share : shares) {
      const auto& [paraphrase, prefix] = share_of(open, rewritten, share);
      RewrittenRow row{open.experiment.number, "prefix", prefix.n_tokens};
      row.written = beginning_text(rewritten.record.think_text, prefix.n_tokens);
      row.n_tokens = prefix.n_tokens;
      row.logprobs = prefix.logprobs;
      row.real = rewritten.outcomes.at(kRealEnd).logprobs;
      rows.take(paraphrase_row(rewritten.record, row, share, context, n_options));
      row.arm = "paraphrase";
      row.written.reset();
      if (!paraphrase.logprobs.empty()) row.written = whole_text(paraphrase.think_text);
      row.n_tokens = static_cast<int>(paraphrase.think_ids.size());
      row.logprobs = paraphrase.logprobs;
      rows.take(paraphrase_row(rewritten.record, row, share, context, n_options));
    }
  });
}

}  // namespace thinktrace
