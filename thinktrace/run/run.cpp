// SPDX-License-Identifier: MIT
// The whole pipeline: questions -> prompts -> (for each unit: traces -> probes -> store) -> noise floor.
#include "thinktrace/run/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/question/read_questions.h"
#include "thinktrace/text/utf8.h"
#include "thinktrace/trace/parse_answer.h"

namespace thinktrace {
namespace {

using nlohmann::json;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr int kSmallestBudget = 16;  // Thinking tokens for which it is worth to begin.
constexpr int kSmallestAnswer = 16;  // Tokens kept free for an answer.

struct Unit {
  const Question* question = nullptr;
  int first_sample = 0;
};

// Everything that all units of a run share.
struct Bench {
  const RunOptions& options;
  const RunObserver& observer;
  Model model;
  StoredPlan plan;
  std::map<std::string, Prompt> prompts;     // By question id.
  std::map<std::string, std::string> unfit;  // Question id -> why it can't be prompted.
  Progress progress;
  double begin = 0;

  void tell(const std::string& text) const {
    if (observer.note) observer.note(text);
  }
  void report() {
    progress.seconds = now() - begin;
    if (observer.progress) observer.progress(progress);
  }
};

int form_tokens(const AnswerForm& form) {
  size_t longest = 0;
  for (const OptionTokens& option : form.options) longest = std::max(longest, option.tokens.size());
  return static_cast<int>(form.suffix.size() + longest);
}

// The trace options for one prompt: the budget is cut to what the model's context leaves.
TraceOptions fit_to_context(const RunOptions& options, const Model& model, size_t n_prompt,
                            const AnswerForm& form) {
  TraceOptions fitted = options.trace;
  const int room = model.card().n_ctx_train - static_cast<int>(n_prompt);
  const int reserve = std::max(form_tokens(form), kSmallestAnswer);
  fitted.budget = std::min(fitted.budget, room - reserve);
  fitted.max_tokens = room;
  if (fitted.budget < std::min(kSmallestBudget, options.trace.budget)) {
    throw Error(ErrorKind::kFailed,
                fmt::format("the prompt has {} tokens and the model's context {}: no room to think", n_prompt,
                            model.card().n_ctx_train));
  }
  return fitted;
}

void build_prompts(Bench& bench, const std::vector<Question>& questions) {
  for (const Question& q : questions) {
    Prompt prompt = build_prompt(bench.model, q, bench.options.format);
    const AnswerForm form = build_answer_form(bench.model, prompt.labels, bench.options.format);
    try {
      fit_to_context(bench.options, bench.model, prompt.ids.size(), form);
    } catch (const Error& e) {
      bench.unfit[q.id] = e.what();
    }
    bench.prompts[q.id] = std::move(prompt);
  }
}

// A session with room for the longest prompt's samples and for its probes.
Session make_session(const Bench& bench) {
  const RunOptions& o = bench.options;
  int cells = 0, batch = 512;
  for (const auto& [id, prompt] : bench.prompts) {
    if (bench.unfit.contains(id)) continue;
    const AnswerForm form = build_answer_form(bench.model, prompt.labels, o.format);
    const TraceOptions fitted = fit_to_context(o, bench.model, prompt.ids.size(), form);
    const int n_prompt = static_cast<int>(prompt.ids.size());
    const int longest = std::min(fitted.max_tokens,
                                 fitted.budget + fitted.answer_tokens + 64);  // 64: a closing tag under way
    const int probing = o.compute.branches * form_tokens(form);
    cells =
        std::max({cells, n_prompt + bench.plan.unit_size * longest, n_prompt + fitted.budget + 64 + probing});
    batch = std::max(batch, probing);
  }
  // Whole multiples, so that a longer prompt elsewhere in the run does not change how this one is decoded.
  const auto round_up = [](int value, int step) { return (value + step - 1) / step * step; };
  return Session(bench.model, {.n_cells = round_up(std::max(cells, 512), 256),
                               .n_branches = std::max(o.compute.branches, bench.plan.unit_size) + 1,
                               .batch = batch,
                               .threads = o.compute.threads,
                               .precision = o.compute.precision,
                               .should_stop = bench.observer.should_stop});
}

StoredUnit begin_unit(const Bench& bench, const Unit& unit) {
  StoredUnit stored;
  stored.question_id = unit.question->id;
  stored.first_sample = unit.first_sample;
  stored.n_samples = bench.plan.unit_size;
  stored.settings = compute_settings(bench.options.compute);
  stored.model_sha256 = bench.model.card().sha256;
  const Prompt& prompt = bench.prompts.at(unit.question->id);
  stored.labels = prompt.labels;
  stored.prompt_text = to_utf8(prompt.text);
  stored.prompt_ids = prompt.ids;
  return stored;
}

std::vector<TraceRecord> sample_unit(Bench& bench, Session& session, const Unit& unit,
                                     const TraceOptions& fitted) {
  const Prompt& prompt = bench.prompts.at(unit.question->id);
  const TraceRequest request{prompt.ids, bench.options.format.tags.close, unit.first_sample,
                             bench.plan.unit_size};
  std::vector<TraceRecord> records;
  for (Trace& trace : sample_traces(session, request, fitted, [&](int n) {
         bench.progress.tokens += n;
         bench.report();
       })) {
    TraceRecord r;
    r.id = trace_id(bench.model.card().sha256, prompt.ids, bench.options.trace, trace.sample);
    r.question = *unit.question;
    r.labels = prompt.labels;
    r.prompt_text = prompt.text;
    r.prompt_ids = prompt.ids;
    r.seed = bench.options.trace.seed;
    r.think_text = token_texts(bench.model.pieces(trace.think_ids));
    if (trace.stop == Stop::kClosed)
      r.chosen = parse_answer(trace.answer_text, prompt.labels, unit.question->options);
    r.trace = std::move(trace);
    records.push_back(std::move(r));
  }
  return records;
}

StoredUnit do_unit(Bench& bench, Session& session, const Unit& unit) {
  StoredUnit stored = begin_unit(bench, unit);
  try {
    if (const auto it = bench.unfit.find(unit.question->id); it != bench.unfit.end())
      throw Error(ErrorKind::kFailed, it->second);
    const AnswerForm form = build_answer_form(bench.model, stored.labels, bench.options.format);
    const TraceOptions fitted = fit_to_context(bench.options, bench.model, stored.prompt_ids.size(), form);
    stored.suffix_ids = form.suffix;
    const double begin = now();
    stored.records = sample_unit(bench, session, unit, fitted);
    const double sampled = now();
    ForkReader forks(session);
    PrefillReader prefills(session);
    AnswerReader& reader = bench.model.card().can_fork && bench.options.compute.precision == Precision::kFast
                               ? static_cast<AnswerReader&>(forks)
                               : prefills;
    for (TraceRecord& r : stored.records) {
      const std::vector<int> positions =
          probe_positions(static_cast<int>(r.trace.think_ids.size()), bench.options.stride);
      r.curve = probe_trace(reader, r.prompt_ids, r.trace.think_ids, form, positions);
      r.forced_text = to_utf8(bench.model.text(form.suffix));
      stored.reading_ids.push_back(reading_id(r.id, stored.model_sha256, form, r.labels));
      bench.progress.probes += static_cast<int64_t>(positions.size());
      bench.report();
    }
    stored.seconds_sampling = sampled - begin;
    stored.seconds_probing = now() - sampled;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kInterrupted) throw;
    stored.status = Status::kFailed;
    stored.error = e.what();
    stored.records.clear();
    stored.reading_ids.clear();
  }
  return stored;
}

std::vector<Unit> units_to_do(const Bench& bench, const std::vector<Question>& questions,
                              const std::set<std::pair<std::string, int>>& done, int* total) {
  std::vector<Unit> units;
  for (const Question& q : questions) {
    for (int first = 0; first < bench.plan.samples; first += bench.plan.unit_size) {
      ++*total;
      if (!done.contains({q.id, first})) units.push_back({&q, first});
    }
  }
  return units;
}

// Measured when all is done, on traces spread over the run, so that an interrupted run measures what an
// uninterrupted one does.
void measure_noise_of_run(Bench& bench, Store& store) {
  constexpr int kTraces = 4;
  bench.tell("measuring the noise floor");
  NoiseFloor noise;
  for (const TraceRecord& r : store.spread_traces(kTraces)) {
    noise = merge(noise, measure_noise_floor(bench.model, bench.options.compute, r,
                                             build_answer_form(bench.model, r.labels, bench.options.format),
                                             bench.observer.should_stop));
  }
  if (noise.n_positions == 0) return;
  bench.plan.noise_floor = to_json(noise);
  store.save_noise_floor(bench.plan.noise_floor);
  bench.tell(describe(noise));
}

// Units of one run are to be computed alike: what the command leaves open is taken from the stored plan, and
// what then still differs is said.
void take_stored_compute(RunOptions& options, const std::optional<StoredPlan>& stored,
                         const RunObserver& observer) {
  if (stored) {
    const json compute = json::parse(stored->provenance).at("compute");
    if (options.compute.threads == 0) options.compute.threads = compute.value("threads", 0);
    if (options.compute.branches == 0) options.compute.branches = compute.value("branches", 0);
    options.compute = resolve_compute(options.compute);
    const std::string now_used = compute_settings(options.compute);
    if (json::parse(now_used) != compute && observer.note) {
      observer.note(fmt::format(
          "units stored so far were computed with {}, those to come with {}: their last digits may differ",
          compute.dump(), now_used));
    }
  }
  options.compute = resolve_compute(options.compute);
}

}  // namespace

std::string to_json(const NoiseFloor& n) {
  return json{{"max_abs_dp", n.max_abs_dp},
              {"mean_abs_dp", n.mean_abs_dp},
              {"n_positions", n.n_positions},
              {"n_top_changed", n.n_top_changed}}
      .dump();
}

NoiseFloor noise_floor_from_json(const std::string& text) {
  const json n = json::parse(text);
  return {n.at("max_abs_dp"), n.at("mean_abs_dp"), n.at("n_positions"), n.at("n_top_changed")};
}

NoiseFloor measure_noise_floor(const Model& model, const ComputeOptions& compute, const TraceRecord& r,
                               const AnswerForm& form, const std::function<bool()>& should_stop) {
  constexpr int kPositions = 4;
  const int n_options = static_cast<int>(form.options.size());
  Curve stored;
  for (const int k : spread_positions(static_cast<int>(r.curve.positions.size()) - 1, kPositions)) {
    stored.positions.push_back(r.curve.positions[k]);
    for (int i = 0; i < n_options; i++) stored.logprobs.push_back(r.curve.logprobs[k * n_options + i]);
  }
  const int cells =
      static_cast<int>(r.prompt_ids.size() + r.trace.think_ids.size()) + form_tokens(form) + 256;
  Session session(model, {.n_cells = cells,
                          .n_branches = 1,
                          .batch = 512,
                          .threads = compute.threads,
                          .precision = Precision::kReference,
                          .should_stop = should_stop});
  PrefillReader reader(session);
  return compare_curves(stored, probe_trace(reader, r.prompt_ids, r.trace.think_ids, form, stored.positions),
                        n_options);
}

std::string describe(const NoiseFloor& n) {
  return fmt::format(
      "noise floor: max |dP| {:.2g}, mean {:.2g} over {} positions (against fresh prefills without flash "
      "attention, F32 cache)",
      n.max_abs_dp, n.mean_abs_dp, n.n_positions);
}

std::vector<std::string> format_notes(const Model& model, const PromptFormat& format) {
  std::vector<std::string> notes;
  if (format.tags.source == TagSource::kNone) {
    notes.push_back(
        fmt::format("{}: the model has no thinking tags in its chat template or vocabulary; {} and {} are "
                    "used as plain text, "
                    "and it may seldom close its thinking (give its own with --think-open and --think-close)",
                    model.card().path, format.tags.open, format.tags.close));
  }
  if (!model.card().can_fork) {
    notes.push_back(
        fmt::format("{}: a recurrent or hybrid model, whose cache can't be forked; every probe is a fresh "
                    "prefill, which is slow",
                    model.card().path));
  }
  return notes;
}

std::vector<Question> load_questions(const RunOptions& options,
                                     const std::function<void(const std::string&)>& note) {
  const QuestionFile file = read_questions(options.questions_path);
  constexpr size_t kShown = 5;
  if (!file.bad.empty() && !options.skip_bad) {
    std::string message = "[questions] ";
    for (size_t i = 0; i < std::min(file.bad.size(), kShown); i++)
      message += (i ? "; " : "") + describe(file.bad[i]);
    if (file.bad.size() > kShown) message += fmt::format("; and {} more", file.bad.size() - kShown);
    throw Error(ErrorKind::kInput, message + " (--skip-bad runs the others)");
  }
  if (note) {
    for (const BadRecord& bad : file.bad) note(fmt::format("skipped {}", describe(bad)));
    for (const BadRecord& twice : file.duplicates) note(fmt::format("left out {}", describe(twice)));
  }
  if (file.questions.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("[questions] {}: no good record is left", options.questions_path));
  return select_questions(file.questions, options.selection);
}

RunResult run_plan(const RunOptions& given, const RunObserver& observer) {
  const std::vector<Question> questions = load_questions(given, observer.note);
  check_run_folder(given.out);
  Model model = Model::load(given.model_path, {.gpu_layers = given.compute.gpu_layers});
  RunOptions options = given;
  options.format = complete_format(model, options.format);
  if (options.trace.sampler.temperature <= 0) options.samples = 1;  // All greedy samples are the same.
  Bench bench{options, observer, std::move(model), {}, {}, {}, {}, 0};
  for (const std::string& text : format_notes(bench.model, options.format)) bench.tell(text);
  build_prompts(bench, questions);

  Store store = Store::create(options.out);
  take_stored_compute(options, store.plan(), observer);
  bench.plan = merge_plan(store.plan(), options, bench.model);
  store.save_plan(bench.plan, questions);
  const std::vector<Unit> units =
      units_to_do(bench, questions, store.units_done(), &bench.progress.units_total);
  bench.progress.units_here_total = static_cast<int>(units.size());
  bench.progress.units_done = bench.progress.units_total - bench.progress.units_here_total;
  RunResult result;
  if (!units.empty()) {
    Session session = make_session(bench);
    bench.begin = now();
    for (const Unit& unit : units) {
      bench.report();
      const StoredUnit stored = do_unit(bench, session, unit);
      store.commit_unit(stored);
      result.units_failed_here += stored.status == Status::kFailed;
      if (stored.status == Status::kFailed)
        bench.tell(fmt::format("question {} failed: {}", stored.question_id, stored.error));
      bench.progress.units_here++;
      bench.progress.units_done++;
      bench.report();
    }
  }
  if (!units.empty() || bench.plan.noise_floor.empty()) measure_noise_of_run(bench, store);
  result.counts = store.counts();
  result.units_here = bench.progress.units_here;
  if (!bench.plan.noise_floor.empty()) result.noise_floor = noise_floor_from_json(bench.plan.noise_floor);
  return result;
}

}  // namespace thinktrace
