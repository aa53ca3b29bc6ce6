// SPDX-License-Identifier: MIT
#include "thinktrace/run/hint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/run/experiments.h"
#include "thinktrace/run/free_sampling.h"
#include "thinktrace/run/hint_plan.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/run/read.h"
#include "thinktrace/run/sample_plan.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/version.h"

namespace thinktrace {
namespace {

using nlohmann::json;

// A hint and what is to be done for it.
struct HintedPlan {
  StoredPlan plan;     // Number 0: a new one.
  RunOptions options;  // format.hint is the hint.
  std::vector<PreparedQuestion> questions;
  std::vector<Unit> units, missing;  // They point into `questions`.
};

// Examples that were drawn once stay, so that a run that grows keeps its plan.
std::optional<Hint> examples_drawn(const std::vector<StoredPlan>& hinted, const HintSettings& settings) {
  for (const StoredPlan& plan : hinted) {
    std::optional<Hint> hint = hint_of(plan);
    const bool is_it = hint->kind == HintKind::kAlwaysFirst && hint->seed == settings.seed &&
                       static_cast<int>(hint->examples.size()) == settings.shots + 1;
    if (is_it) return hint;
  }
  return std::nullopt;
}

std::vector<Hint> hints_asked_for(const HintSettings& settings, const std::vector<Question>& questions,
                                  const std::vector<StoredPlan>& hinted) {
  std::vector<Hint> hints;
  for (const HintKind kind : settings.kinds) {
    if (kind == HintKind::kAlwaysFirst) {
      const std::optional<Hint> drawn = examples_drawn(hinted, settings);
      hints.push_back(drawn ? *drawn
                            : Hint{.kind = kind,
                                   .option = HintedOption::kFirst,
                                   .seed = settings.seed,
                                   .examples = draw_examples(questions, settings.shots, settings.seed)});
      continue;
    }
    for (const HintedOption option : settings.options)
      hints.push_back({.kind = kind,
                       .option = option,
                       .wording = kind == HintKind::kCustom ? settings.wording : usual_wording(kind),
                       .place = settings.place,
                       .seed = settings.seed});
  }
  return hints;
}

// The base's, with this command's options.
std::string hinted_provenance(const StoredPlan& base, const HintRequest& request, const ReadingRun& run) {
  json provenance = json::parse(base.provenance), options = json::object();
  for (const auto& [name, value] : request.read.options.provenance) options[name] = value;
  provenance["thinktrace"] = kVersionText;
  provenance["options"] = options;
  provenance["compute"] = json::parse(compute_settings(run.compute));
  provenance["model"] = json::parse(model_provenance(run.model));
  return provenance.dump(-1, ' ', false, json::error_handler_t::replace);
}

// The plan of a hint: the stored one, grown to what is asked for, or a new one.
StoredPlan plan_for(const Hint& hint, const HintRequest& request, const ReadingRun& run,
                    const std::vector<StoredPlan>& hinted) {
  const std::string identity = hinted_identity(run.plan, hint);
  const int samples = request.settings.samples.value_or(run.plan.samples);
  for (StoredPlan plan : hinted) {
    if (plan.identity != identity) continue;
    plan.samples = std::max(plan.samples, samples);
    return plan;
  }
  return {.number = 0,
          .sampling_id = content_id(identity),
          .identity = identity,
          .provenance = hinted_provenance(run.plan, request, run),
          .samples = samples,
          .unit_size = run.plan.unit_size,
          .reader_id = run.plan.reader_id};
}

std::vector<HintedPlan> plan_hints(const HintRequest& request, ReadingRun& run) {
  const std::vector<Question> all = run.store.questions();
  const std::vector<Question> selected = select_questions(all, request.settings.selection);
  const std::vector<StoredPlan> hinted = hinted_plans(run.store.plans(), run.plan);
  std::vector<HintedPlan> plans;
  for (const Hint& hint : hints_asked_for(request.settings, all, hinted)) {
    HintedPlan p{.plan = plan_for(hint, request, run, hinted), .options = sampling_options(run)};
    p.options.format.hint = hint;
    p.options.retry_failed = request.read.options.retry_failed;
    p.questions = prepare_questions(run.model, selected, p.options);
    p.units = units_of(p.questions, p.plan.samples, p.plan.unit_size, p.plan.sampling_id);
    if (p.plan.number > 0) run.store.choose_plan(p.plan.number);
    p.missing = p.plan.number > 0 ? missing_units(p.units, run.store, p.options) : p.units;
    run.store.choose_plan(run.plan.number);
    plans.push_back(std::move(p));
  }
  return plans;
}

// --- What it costs, going by the plan's own traces

// Means over a question's traces without the hint.
struct UsualLength {
  double thinking = 0, sampled = 0;
  int n = 0;
};

std::map<std::string, UsualLength> usual_lengths(const Store& store) {
  std::map<std::string, UsualLength> lengths;
  store.for_each_trace(
      [&](const TraceRecord& r) {
        if (r.status != Status::kOk) return;
        for (const std::string& of : {r.question.id, std::string()}) {  // Of the question, and of all.
          UsualLength& length = lengths[of];
          length.n++;
          const auto n = static_cast<double>(r.think_text.size());
          length.thinking += (n - length.thinking) / length.n;
          length.sampled += (n + static_cast<double>(r.trace.answer_ids.size()) - length.sampled) / length.n;
        }
      },
      kNoReader);
  return lengths;
}

// Probes a second, when some positions of the plan's first trace are read which the session holds as if sampled there.
double probing_speed(const ReadingRun& run, GrowingSession& sessions) {
  const bool by_forks = probes_by_forks(run.model, run.compute);
  const int n_wanted = by_forks ? 32 : 4;
  std::optional<TraceRecord> trace;
  for (const auto& [unit, status] : run.store.units()) {
    if (status == Status::kOk && !trace) trace = run.store.records(unit, kNoReader).front();
  }
  if (!trace) return 0;
  const std::vector<Token>& thinking = trace->trace.think_ids;
  const ReadingForm form = build_reading_form(run.model, trace->question, run.reader);
  std::vector<int> cuts;
  for (int i = 0; i < n_wanted; i++) {
    const int cut = static_cast<int>(thinking.size() * i / (n_wanted - 1));
    if (cuts.empty() || cuts.back() < cut) cuts.push_back(cut);
  }
  Session& session = sessions.with_room(static_cast<int>(form.prompt.ids.size() + thinking.size()),
                                        longest_branch(form.form));
  ForkReader forks(session, run.compute.branches);
  PrefillReader prefills(session);
  AnswerReader& reader = by_forks ? static_cast<AnswerReader&>(forks) : prefills;
  double seconds = 0;
  for (int i = 0; i < (by_forks ? 2 : 1); i++) {
    const double begin = monotonic_seconds();
    probe_trace(reader, form.prompt.ids, thinking, form.form, cuts);
    seconds = monotonic_seconds() - begin;
  }
  session.clear();
  return static_cast<double>(cuts.size()) / std::max(seconds, 1e-9);
}

void tell_cost(const std::vector<HintedPlan>& plans, const ReadingRun& run, const RunObserver& observer,
               const Reporter& reporter) {
  const std::map<std::string, UsualLength> lengths = usual_lengths(run.store);
  double n_tokens = 0, n_probes = 0;
  int64_t n_traces = 0, n_given = 0;
  for (const HintedPlan& p : plans) {
    for (const Unit& unit : p.missing) {
      const auto own = lengths.find(unit.question->question.id);
      const UsualLength& length = own == lengths.end() ? lengths.at("") : own->second;
      n_traces += unit.n_samples;
      n_tokens += unit.n_samples * length.sampled;
      n_probes += unit.n_samples * (1 + length.thinking / std::max(1, p.options.probing.stride));
      n_given += static_cast<int64_t>(unit.question->prompt.ids.size());
    }
  }
  GrowingSession sessions(run.model, run.compute, observer.should_stop);
  const double prefill = prefill_speed(run, sessions), probing = probing_speed(run, sessions),
               sampling = sampling_speed(run, free_sampling(run, 1, "hint"), sessions,
                                         static_cast<int64_t>(n_tokens));
  const double seconds =
      n_tokens / sampling + static_cast<double>(n_given) / prefill + (probing > 0 ? n_probes / probing : 0);
  reporter.note(
      fmt::format("to sample: {} traces, about {:.0f} tokens after {} of prompts, and {} {:.0f} probes; "
                  "about {} at {:.0f} "
                  "tokens/s ({:.0f} for prompts) and {:.0f} probes/s",
                  n_traces, n_tokens, n_given, run.reader.probing.adaptive ? "at most" : "about", n_probes,
                  time_text(seconds), sampling, prefill, probing));
}

void tell_hints(const std::vector<HintedPlan>& plans, const ReadingRun& run, const RunObserver& observer,
                const Reporter& reporter) {
  bool is_done = true;
  for (const HintedPlan& p : plans) {
    reporter.note(fmt::format("plan {} with a hint ({}): {}, {} of {} units to sample", run.plan.number,
                              describe(*p.options.format.hint),
                              p.plan.number > 0 ? fmt::format("plan {}", p.plan.number) : "a new plan",
                              p.missing.size(), p.units.size()));
    is_done = is_done && p.missing.empty();
  }
  if (is_done)
    reporter.note("nothing is left to sample");
  else
    tell_cost(plans, run, observer, reporter);
}

// --- Doing it

void do_hint(HintedPlan& p, ReadingRun& run, Reporter& reporter) {
  std::vector<Question> questions;
  for (const PreparedQuestion& q : p.questions) questions.push_back(q.question);
  p.plan.number = run.store.save_plan(p.plan, questions, CurrentPlan::kAsBefore);
  run.store.choose_plan(p.plan.number);
  if (!p.missing.empty()) {
    forget_noise_floor(run.store, p.plan.reader_id);
    do_and_store({run.model, p.options, run.store, reporter}, p.missing, p.questions);
  }
  ReaderOptions reader = run.reader;
  reader.format.hint = p.options.format.hint;
  measure_reader({run.model, run.store, run.compute}, reader, p.plan.reader_id, reporter);
}

void check_base(const ReadingRun& run) {
  const std::string where = fmt::format("[hint] {}: plan {}", run.store.path(), run.plan.number);
  if (run.reader.format.hint)
    throw Error(
        ErrorKind::kInput,
        where + " has a hint itself; choose the plan without it (--plan; thinktrace status lists them)");
  if (is_import(run.plan))
    throw Error(ErrorKind::kInput,
                where + " was imported; how it was sampled is not known, so nothing can be sampled like it");
  if (run.store.trace_ids().empty()) throw Error(ErrorKind::kInput, where + " has no traces");
  if (!run.same_model)
    throw Error(
        ErrorKind::kInput,
        fmt::format("{} was sampled by another model than {}, and what hints do is seen only where the same "
                    "model samples; name its file with --with",
                    where, run.model.card().path));
  const bool is_reference = json::parse(run.plan.identity).value("precision", "fast") == "reference";
  if (!is_reference && run.compute.precision == Precision::kReference)
    throw Error(ErrorKind::kInput, where + " was not sampled with --reference, so neither can its hints be");
}

}  // namespace

HintResult hint_run(const HintRequest& request, const RunObserver& observer) {
  Reporter reporter(observer);
  ReadingRun run = open_to_read(request.read, reporter);
  run.store.choose_plan(run.plan.number);
  check_base(run);
  std::vector<HintedPlan> plans = plan_hints(request, run);
  tell_hints(plans, run, observer, reporter);
  HintResult result{.base_plan = run.plan.number};
  size_t n_units = 0;
  for (const HintedPlan& p : plans) {
    n_units += p.units.size();
    result.units_here += static_cast<int>(p.missing.size());
  }
  reporter.begin(static_cast<int>(n_units), result.units_here);
  for (HintedPlan& p : plans) {
    do_hint(p, run, reporter);
    result.plans.push_back(p.plan.number);
    result.units_failed += static_cast<int>(run.store.counts().units_failed);
  }
  return result;
}

}  // namespace thinktrace
