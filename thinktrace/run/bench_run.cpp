// SPDX-License-Identifier: MIT
#include "thinktrace/run/bench_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>

#include "thinktrace/error.h"
#include "thinktrace/run/progress.h"
#include "thinktrace/run/reader.h"
#include "thinktrace/run/together.h"
#include "thinktrace/run/unit.h"

namespace thinktrace {
namespace {

// A folder that goes with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "thinktrace-bench-XXXXXX").string();
    if (!::mkdtemp(name.data()))
      throw Error(ErrorKind::kFailed, fmt::format("[bench] {}: {}", name, std::strerror(errno)));
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// What one round took and made.
struct RunRound {
  double seconds = 0, sampling = 0, probing = 0;
  int n_traces = 0;
  int64_t n_prompt = 0, n_sampled = 0, n_suffix = 0, n_think = 0, n_read = 0;
};

void add(const StoredUnit& unit, const AnswerForm& form, RunRound& round) {
  const Attempt& attempt = unit.attempt;
  if (attempt.status == Status::kFailed) throw Error(ErrorKind::kFailed, attempt.error);
  round.sampling += attempt.seconds_sampling;
  round.probing += attempt.seconds_probing;
  round.n_traces += static_cast<int>(unit.records.size());
  round.n_prompt += static_cast<int64_t>(unit.prompt_ids.size());
  round.n_sampled += attempt.tokens;
  round.n_read += attempt.probes;
  round.n_suffix += attempt.probes * n_branch_tokens(form);
  for (const TraceRecord& r : unit.records) round.n_think += static_cast<int64_t>(r.trace.think_ids.size());
}

Store make_store(const std::string& folder, const Model& model, const RunOptions& options,
                 const std::vector<Question>& questions, std::string& sampling_id) {
  Store store = Store::create(folder);
  PlanChoice choice = choose_plan(store, options, model, questions, options.together);
  const StoredReader reader = make_reader(
      {.format = options.format, .probing = options.probing, .precision = options.compute.precision}, model,
      options.compute);
  store.save_reader(reader);
  choice.plan.reader_id = reader.id;
  store.save_plan(choice.plan, questions);
  sampling_id = choice.plan.sampling_id;
  return store;
}

RunRound do_round(Session& session, const RunOptions& options,
                  const std::vector<PreparedQuestion>& prepared) {
  const TemporaryFolder folder;
  std::vector<Question> questions;
  for (const PreparedQuestion& q : prepared) questions.push_back(q.question);
  std::string sampling_id;
  Store store = make_store(folder.path(), session.model(), options, questions, sampling_id);
  const std::vector<Unit> units =
      units_of(prepared, options.samples, options.together.unit_size, sampling_id);
  RunRound round;
  size_t at = 0;
  const double begin = monotonic_seconds();
  do_blocks(session, units, options, {}, [&](std::span<const StoredUnit> done) {
    store.commit_units(done);
    for (const StoredUnit& unit : done) add(unit, units[at++].question->form, round);
  });
  round.seconds = monotonic_seconds() - begin;
  return round;
}

// Tokens a second of a prefill in whole passes, of the questions' prompts one behind the other.
double measure_prefill(Session& session, const std::vector<PreparedQuestion>& prepared) {
  std::vector<Token> tokens;
  for (size_t i = 0; tokens.size() < kPrefillChunk; i++) {
    const std::vector<Token>& prompt = prepared[i % prepared.size()].prompt.ids;
    tokens.insert(tokens.end(), prompt.begin(), prompt.end());
  }
  tokens.resize(kPrefillChunk);
  constexpr int kTimes = 4;
  double seconds = 0;
  for (int i = 0; i < kTimes; i++) {
    session.clear();
    const double begin = monotonic_seconds();
    session.prefill(0, tokens);
    session.logits(0);
    seconds += monotonic_seconds() - begin;
  }
  return kTimes * kPrefillChunk / std::max(1e-9, seconds);
}

// Tokens a second of as many sequences as the run samples at once, each as long as its traces' thinking is on average.
double measure_generation(Session& session, const RunOptions& options, const PreparedQuestion& q,
                          int n_think) {
  TraceRequest request{q.prompt.ids, options.format.tags.close, 0, options.together.sequences, q.trace};
  request.options.budget = std::max(1, n_think);
  return generation_speed(session, request);
}

}  // namespace

RunSpeed measure_run(const RunOptions& given, int rounds, const std::function<bool()>& should_stop) {
  RunOptions options = given;
  const LoadedQuestions questions = load_questions(options, {});
  const Model model = Model::load(
      options.model_path, {.gpu_layers = options.compute.gpu_layers, .kernels = options.compute.kernels});
  options.format = complete_format(model, options.format);
  options.compute = resolve_compute(options.compute);
  std::vector<PreparedQuestion> prepared = prepare_questions(model, questions.selected, options);
  std::erase_if(prepared, [](const PreparedQuestion& q) { return !q.unfit.empty(); });
  if (prepared.empty())
    throw Error(ErrorKind::kInput, "[bench] none of the questions fits into the model's context");
  options.together = plan_together(options, model, prepared);
  Session session = make_session(model, prepared, options, should_stop);

  RunSpeed speed{.together = options.together, .n_questions = static_cast<int>(prepared.size())};
  std::vector<double> rate, prefill, generation, ratio, sampling, probing, storing, saving;
  options.probing = {};
  RunOptions adaptive = options;
  adaptive.probing = probing_named("adaptive");
  for (int i = -1; i < rounds; i++) {  // The first is thrown away.
    const RunRound round = do_round(session, options, prepared),
                   sparing = do_round(session, adaptive, prepared);
    speed.n_traces = round.n_traces;
    speed.n_prompt = round.n_prompt;
    speed.n_sampled = round.n_sampled;
    speed.n_suffix = round.n_suffix;
    const double a = measure_prefill(session, prepared);
    const double b = measure_generation(session, options, prepared[prepared.size() / 2],
                                        static_cast<int>(round.n_think / std::max(1, round.n_traces)));
    if (i < 0) continue;
    prefill.push_back(a);
    generation.push_back(b);
    rate.push_back(3600.0 * speed.n_questions / round.seconds);
    ratio.push_back((static_cast<double>(round.n_prompt + round.n_suffix) / a +
                     static_cast<double>(round.n_sampled) / b) /
                    round.seconds);
    sampling.push_back(round.sampling);
    probing.push_back(round.probing);
    saving.push_back(round.probing / std::max(1e-9, sparing.probing));
    speed.adaptive_share =
        static_cast<double>(sparing.n_read) / static_cast<double>(std::max<int64_t>(1, round.n_read));
    storing.push_back(round.seconds - round.sampling - round.probing);
  }
  speed.questions_an_hour = spread_of(rate);
  speed.prefill = spread_of(prefill);
  speed.generation = spread_of(generation);
  speed.of_bound = spread_of(ratio);
  speed.sampling = spread_of(sampling);
  speed.probing = spread_of(probing);
  speed.storing = spread_of(storing);
  speed.adaptive_to_exact = spread_of(saving);
  speed.cache_bytes = session.options().n_cells * cell_bytes(model.card(), options.compute.precision);
  speed.peak_bytes = peak_memory();
  return speed;
}

}  // namespace thinktrace
