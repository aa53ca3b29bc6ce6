// SPDX-License-Identifier: MIT
#include "thinktrace/run/free_sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "thinktrace/error.h"
#include "thinktrace/run/ablation_plan.h"
#include "thinktrace/run/bench.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/text/utf8.h"
#include "thinktrace/trace/parse_answer.h"

namespace thinktrace {

FreeSampling free_sampling(const ReadingRun& run, uint64_t seed, std::string_view verb) {
  if (is_import(run.plan))
    throw Error(ErrorKind::kInput, fmt::format("[{}] {}: plan {} was imported, and does not say how its "
                                               "traces were sampled; sample some with `thinktrace run`",
                                               verb, run.store.path(), run.plan.number));
  require_writer(run, verb);
  FreeSampling free{.options = sampling_of(run.plan.identity), .close = run.reader.format.tags.close};
  free.options.seed = seed;
  free.at_once = together_of(run.plan).sequences;
  return free;
}

TraceOptions chosen_sampling(const ReadingRun& run, const SamplingChoice& choice, uint64_t seed) {
  TraceOptions options = is_import(run.plan) ? TraceOptions{} : sampling_of(run.plan.identity);
  SamplerOptions& sampler = options.sampler;
  sampler.temperature = choice.temperature.value_or(sampler.temperature);
  sampler.top_p = choice.top_p.value_or(sampler.top_p);
  sampler.top_k = choice.top_k.value_or(sampler.top_k);
  sampler.min_p = choice.min_p.value_or(sampler.min_p);
  options.budget = choice.budget.value_or(options.budget);
  options.answer_tokens = choice.answer_tokens.value_or(options.answer_tokens);
  options.seed = seed;
  return options;
}

void require_writer(const ReadingRun& run, std::string_view verb) {
  if (run.same_model || is_import(run.plan)) return;
  throw Error(ErrorKind::kInput,
              fmt::format("[{}] {}: only the model that wrote a trace can go on with it; {} is another", verb,
                          run.store.path(), run.model.card().path));
}

void require_reading(const ReadingRun& run, const StoredReader& reader, std::string_view verb) {
  if (run.store.reader(reader.id) && run.store.reader_counts().contains(reader.id)) return;
  const std::string folder = std::filesystem::path(run.store.path()).parent_path().string();
  throw Error(ErrorKind::kInput,
              fmt::format("[{}] {}: plan {} was not read by this model yet: first call thinktrace probe {} "
                          "--with {}",
                          verb, folder, run.plan.number, folder, run.model.card().path));
}

double sampling_speed(const ReadingRun& run, const FreeSampling& free, GrowingSession& sessions,
                      int64_t n_wanted) {
  constexpr int kFewTokens = 16;
  constexpr double kShareOfWork = .05, kPatience = 2;  // Seconds.
  const ReadingForm form = build_reading_form(run.model, run.store.questions().front(), run.reader);
  const auto speed_over = [&](int n_tokens) {
    TraceRequest request{form.prompt.ids, free.close, 0, free.at_once, free.options};
    request.options.max_tokens = request.options.budget = n_tokens;
    const std::vector<TraceRequest> requests{request};
    Session& session = sessions.with_room_to_sample(requests, free.at_once);
    return std::max(generation_speed(session, request), 1e-9);
  };
  const double few = speed_over(kFewTokens);
  const double seconds = std::min(kPatience, kShareOfWork * static_cast<double>(n_wanted) / few);
  const StoreCounts counts = run.store.counts();
  const int64_t usual = counts.tokens / std::max<int64_t>(1, counts.traces),
                room = run.model.card().n_ctx_train - static_cast<int64_t>(form.prompt.ids.size());
  const auto affordable = static_cast<int64_t>(seconds * few / free.at_once);
  const int64_t n_tokens = std::min({usual, room, affordable});
  return n_tokens > kFewTokens ? speed_over(static_cast<int>(n_tokens)) : few;
}

TraceRequest request_to_continue(const Model& model, const FreeSampling& free, const ContinueFrom& from) {
  const TraceRecord& trace = *from.trace;
  const std::vector<Token>& thinking = trace.trace.think_ids;
  TraceRequest request{trace.prompt_ids, free.close, from.first_draw, from.n_draws, free.options};
  request.given.assign(thinking.begin(), thinking.begin() + from.position);
  request.given.insert(request.given.end(), from.inserted.begin(), from.inserted.end());
  request.options.max_tokens = model.card().n_ctx_train - static_cast<int>(trace.prompt_ids.size());
  request.options.budget = std::min(request.options.budget, request.options.max_tokens - kSmallestAnswer);
  request.options.seed =
      draw_seed(free.options.seed, trace.id, fmt::format("{}/{}", from.arm, from.position), -1);
  return request;
}

std::vector<StoredContinuation> sample_continuations(GrowingSession& sessions, const Model& model,
                                                     const FreeSampling& free,
                                                     std::span<const ContinueFrom> from,
                                                     const std::function<void(int)>& on_tokens) {
  std::vector<TraceRequest> requests;
  for (const ContinueFrom& f : from) requests.push_back(request_to_continue(model, free, f));
  const auto drawn = sample_traces(sessions.with_room_to_sample(requests, free.at_once), requests,
                                   free.at_once, {.on_tokens = on_tokens, .on_end = {}});
  std::vector<StoredContinuation> found;
  for (size_t i = 0; i < from.size(); i++) {
    for (const Trace& t : drawn[i]) {
      StoredContinuation c{from[i].trace->id,
                           from[i].position,
                           from[i].arm,
                           t.sample,
                           from[i].inserted,
                           t.think_ids,
                           token_texts(model.pieces(t.think_ids))};
      c.inserted_text = token_texts(model.pieces(c.inserted));
      c.stop = t.stop;
      c.answer_ids = t.answer_ids;
      c.answer_text = t.answer_text;
      if (t.stop == Stop::kClosed)
        c.chosen = parse_answer(t.answer_text, from[i].trace->labels, from[i].trace->question.options);
      found.push_back(std::move(c));
    }
  }
  return found;
}

}  // namespace thinktrace
