// SPDX-License-Identifier: MIT
#include "thinktrace/run/gallery_experiments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "thinktrace/run/ablation_plan.h"
#include "thinktrace/run/continuation_plan.h"
#include "thinktrace/run/hint_numbers.h"
#include "thinktrace/run/hint_plan.h"
#include "thinktrace/run/pivot_plan.h"
#include "thinktrace/run/rewrite_plan.h"

namespace thinktrace {
namespace {

std::string about_ablation(const StoredExperiment& experiment) {
  const AblationSettings settings = ablation_settings_of(experiment);
  return fmt::format("{} of what is drawn, seed {}",
                     settings.draws == 1 ? "1 draw" : fmt::format("{} draws", settings.draws), settings.seed);
}

std::string about_pivots(const StoredExperiment& experiment) {
  const PivotSettings settings = pivot_settings_of(experiment);
  return fmt::format(
      "success is {}; a change of {:g} or more, {} continuations of a position at most, seed {}",
      settings.success == Success::kRight ? "the right answer" : "the trace's own answer",
      settings.search.difference.least, settings.search.cap, settings.sampling.seed);
}

std::string about_continuation(const StoredExperiment& experiment) {
  const ContinueSettings settings = continue_settings_of(experiment);
  return settings.most > settings.samples
             ? fmt::format("{} continuations of a prefix, and up to {} for the verdict; seed {}",
                           settings.samples, settings.most, settings.seed)
             : fmt::format("{} continuations of a prefix, seed {}", settings.samples, settings.seed);
}

std::string about_mistakes(const StoredExperiment& experiment) {
  const MistakeSettings settings = mistake_settings_of(experiment);
  return settings.per_trace == kEverySentence
             ? fmt::format("in every sentence, seed {}", settings.seed)
             : fmt::format("{} of each kind a trace at most, seed {}", settings.per_trace, settings.seed);
}

// What of an experiment can be shown; empty: nothing.
std::string about_experiment(const StoredExperiment& experiment) {
  if (experiment.kind == kAblation) return about_ablation(experiment);
  if (experiment.kind == kContinuation) return about_continuation(experiment);
  if (experiment.kind == kPivots) return about_pivots(experiment);
  if (experiment.kind == kMistakes) return about_mistakes(experiment);
  if (experiment.kind == kParaphrase)
    return fmt::format("paraphrased by the model itself, seed {}", paraphrase_settings_of(experiment).seed);
  return "";
}

// Arms in the order of the experiment, draws rising.
void add_arms(const Store& store, const TraceRecord& record, const StoredExperiment& experiment,
              ShownResult& result) {
  const std::vector<StoredOutcome> outcomes = store.outcomes(record, experiment.id);
  if (outcomes.empty()) return;
  for (const ArmCase& arm : arm_cases(ablation_settings_of(experiment))) {
    ShownArm found{arm.name, label_of(arm), {}};
    for (int draw = 0; draw < arm.draws; draw++) {
      for (const StoredOutcome& o : outcomes) {
        if (o.arm == arm.name && o.draw == draw)
          found.draws.push_back({o.n_tokens, o.logprobs, o.source_trace.value_or("")});
      }
    }
    if (!found.draws.empty()) result.arms.push_back(std::move(found));
  }
}

void add_prefixes(const Store& store, const TraceRecord& record, const StoredExperiment& experiment,
                  ShownResult& result) {
  const ContinueSettings settings = continue_settings_of(experiment);
  const std::vector<PrefixPlace> places = prefix_places(settings);
  for (KnownPrefix& known : known_prefixes(store, record, places, experiment)) {
    if (known.continuations.empty()) continue;
    ShownPrefix prefix{known.position, std::move(known.forced),
                       std::vector<int>(record.question.options.size()), 0};
    // How many were added hangs on what they were; a share of all would be biased.
    known.continuations.resize(std::min<size_t>(known.continuations.size(), settings.samples));
    for (const StoredContinuation& c : known.continuations)
      (c.chosen ? prefix.chosen[*c.chosen] : prefix.n_none)++;
    result.prefixes.push_back(std::move(prefix));
  }
}

// The trace's own token at a fork is not among the alternatives: what comes after it is the pivot's.
void add_pivots(const Store& store, const TraceRecord& record, const StoredExperiment& experiment,
                ShownResult& result) {
  const std::vector<StoredContinuation> continuations = store.continuations(record, experiment.id);
  if (continuations.empty() || record.curve.positions.empty()) return;
  const PivotSettings settings = pivot_settings_of(experiment);
  PivotState state = pivot_state(record, continuations, settings);
  if (!is_over(state, settings)) return;
  result.pivots.emplace();
  for (const Pivot& p : state.pivots) {
    ShownPivot pivot{p.token,         p.tallies.before,
                     p.tallies.after, difference_interval(p.tallies, settings.search.difference.alpha),
                     p.decided,       {}};
    for (TriedToken& tried : state.forks[p.token]) {
      if (p.token >= static_cast<int>(record.trace.think_ids.size()) ||
          tried.token != record.trace.think_ids[p.token])
        pivot.alternatives.push_back({std::move(tried.text), tried.probability, tried.tally});
    }
    result.pivots->push_back(std::move(pivot));
  }
}

bool has_something(const ShownResult& r) {
  return !r.arms.empty() || !r.prefixes.empty() || r.pivots || !r.mistakes.empty();
}

// The forced answer where it was read, else the free one.
std::optional<int> answer_of(const StoredContinuation& c) {
  if (c.logprobs.empty()) return c.chosen;
  return static_cast<int>(std::max_element(c.logprobs.begin(), c.logprobs.end()) - c.logprobs.begin());
}

// Each beside the continuation of the sentence as it was. Where the model wrote nothing usable there is none.
void add_mistakes(const Store& store, const TraceRecord& record, const StoredExperiment& experiment,
                  ShownResult& result) {
  const std::vector<StoredContinuation> continuations = store.continuations(record, experiment.id);
  for (const StoredContinuation& c : continuations) {
    if (c.arm == kUntouched || c.inserted.empty()) continue;
    const auto control = std::find_if(
        continuations.begin(), continuations.end(),
        [&](const StoredContinuation& o) { return o.arm == kUntouched && o.position == c.position; });
    result.mistakes.push_back(
        {c.position, fmt::format("{}", fmt::join(c.inserted_text, "")), c.arm == kByRule,
         control == continuations.end() ? std::nullopt : answer_of(*control), answer_of(c)});
  }
}

// The real end, the beginnings, and each in other words.
void add_paraphrases(const Store& store, const TraceRecord& record, const StoredExperiment& experiment,
                     ShownResult& result) {
  constexpr double kPercent = 100;
  const std::vector<StoredOutcome> outcomes = store.outcomes(record, experiment.id);
  const auto add_outcome = [&](const std::string& arm, const std::string& label) {
    for (const StoredOutcome& o : outcomes) {
      if (o.arm == arm) result.arms.push_back({arm, label, {{o.n_tokens, o.logprobs, ""}}});
    }
  };
  add_outcome(kRealEnd, "the real thinking");
  const std::vector<StoredContinuation> continuations = store.continuations(record, experiment.id);
  const ParaphraseSettings settings = paraphrase_settings_of(experiment);
  for (const double share : std::set<double>(settings.shares.begin(), settings.shares.end())) {
    add_outcome(prefix_arm(share), fmt::format("the first {:g} % of its sentences", kPercent * share));
    for (const StoredContinuation& c : continuations) {
      if (c.arm == paraphrase_arm(share) && !c.logprobs.empty())
        result.arms.push_back(
            {c.arm,
             fmt::format("the first {:g} % of its sentences in other words", kPercent * share),
             {{static_cast<int>(c.think_ids.size()), c.logprobs, ""}}});
    }
  }
}

ShownHint shown_hint(const StoredPlan& plan, const Hint& hint, const TraceRecord& record) {
  HintedAnswer a = hinted_answer(plan, hint, record, {});
  return {a.trace.hinted,     hint_words(hint, record.question, record.labels),
          a.trace.p_start,    a.trace.p_end,
          a.trace.takes_over, std::move(a.mention_rule),
          a.mention_position};
}

// What comes of going on from the trace's own tokens.
void add_continued(const Store& store, const TraceRecord& record, const StoredExperiment& experiment,
                   ShownResult& result) {
  if (experiment.kind == kContinuation) add_prefixes(store, record, experiment, result);
  if (experiment.kind == kPivots) add_pivots(store, record, experiment, result);
  if (experiment.kind == kMistakes) add_mistakes(store, record, experiment, result);
}

// The trace as the experiment's reader read it, if that was in the tokens that the record is shown in: then what was put between
// them has a place there.
std::optional<TraceRecord> as_read_by(const Store& store, const TraceRecord& record,
                                      const std::string& reader_id) {
  const auto reading = store.reading(record.id, reader_id);
  const bool has_own_tokens = reading && !reading->think_text.empty();
  if (record.think_text != (has_own_tokens ? reading->think_text : store.written_tokens(record.id)))
    return {};
  TraceRecord read = record;
  read.curve = reading ? reading->curve : Curve();
  return read;
}

}  // namespace

GalleryExperiments::GalleryExperiments(const OpenRun& run)
    : reader_id_(run.reader.id), plan_(run.plan), hint_(hint_of(run.plan)) {
  // An empty wording is no hint.
  if (hint_ && hint_->wording.empty() && hint_->examples.empty()) hint_.reset();
  if (hint_) shown_.push_back({plan_.number, kShownHint, describe(*hint_)});
  for (StoredExperiment& e : run.store.experiments()) {
    std::string about = about_experiment(e);
    if (about.empty() || !run.store.has_results(e.id)) continue;
    if (e.reader_id != run.reader.id) {
      const auto reader = run.store.reader(e.reader_id);
      if (reader) about += fmt::format("; read by {}", describe_reader(*reader, run.reader));
    }
    shown_.push_back({e.number, e.kind, std::move(about)});
    experiments_.push_back(std::move(e));
  }
}

std::vector<std::string> GalleryExperiments::ids() const {
  std::vector<std::string> ids;
  for (const StoredExperiment& e : experiments_) ids.push_back(e.id);
  return ids;
}

std::vector<ShownResult> GalleryExperiments::of(const Store& store, const TraceRecord& record) const {
  std::vector<ShownResult> results;
  if (record.id.empty()) return results;
  if (hint_) results.push_back({.experiment = 0, .hint = shown_hint(plan_, *hint_, record)});
  const size_t n_before = results.size();
  for (size_t i = 0; i < experiments_.size(); i++) {
    const StoredExperiment& e = experiments_[i];
    ShownResult result{.experiment = static_cast<int>(n_before + i)};
    if (e.kind == kAblation) {
      add_arms(store, record, e, result);
    } else if (e.kind == kParaphrase) {
      add_paraphrases(store, record, e, result);
    } else if (e.reader_id == reader_id_) {
      add_continued(store, record, e, result);
    } else if (const auto read = as_read_by(store, record, e.reader_id)) {
      add_continued(store, *read, e, result);
    }
    if (has_something(result)) results.push_back(std::move(result));
  }
  return results;
}

}  // namespace thinktrace
