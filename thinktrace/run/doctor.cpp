// SPDX-License-Identifier: MIT
#include "thinktrace/run/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "thinktrace/error.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr double kLowMass = 0.5;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Question built_in_question() {
  Question q{
      "", "general", "Which of these is the name of a colour?", {"seven", "blue", "quickly", "a spoon"}, 1};
  q.id = question_id(q);
  return q;
}

std::vector<std::string> texts(const Model& model, const std::vector<Token>& tokens) {
  std::vector<std::string> out;
  for (const Token t : tokens) out.push_back(to_utf8(model.piece(t)));
  return out;
}

void describe_form(const Model& model, const AnswerForm& form, DoctorReport& report) {
  report.suffix_pieces = texts(model, form.suffix);
  for (const OptionTokens& option : form.options) {
    report.option_pieces.push_back(texts(model, option.tokens));
    report.one_token_an_option &= option.tokens.size() == 1 && !option.until_label_ends;
  }
}

void add_warnings(const RunOptions& options, const Model& model, const PromptFormat& format,
                  DoctorReport& report) {
  report.warnings = format_notes(model, format);
  if (!report.one_token_an_option)
    report.warnings.push_back(
        "some option's label is more than one token (or its end must be read): probes cost a branch an "
        "option; --labels letters may help");
  if (report.stop == Stop::kBudget) {
    report.warnings.push_back(
        fmt::format("the sample did not close its thinking within {} tokens; that is no fault in a model "
                    "that thinks long",
                    report.n_think));
  }
  if (report.stop == Stop::kEndOfText)
    report.warnings.push_back(
        "the sample ended its output without closing its thinking; its traces will count as not ended");
  const auto low = [&](const char* where, double mass) {
    if (mass < kLowMass) {
      report.warnings.push_back(
          fmt::format("mass {:.2f} {}: after the suffix '{}' this model mostly says something else than a "
                      "label; see --suffix",
                      mass, where, options.format.suffix));
    }
  };
  low("before any thinking", report.mass_start);
  low("at the end of the sample", report.mass_end);
}

}  // namespace

DoctorReport examine_model(const RunOptions& given, const RunObserver& observer, int n_think) {
  const Question question =
      given.questions_path.empty() ? built_in_question() : load_questions(given, {}).front();
  const Model model = Model::load(given.model_path, {.gpu_layers = given.compute.gpu_layers});
  const PromptFormat format = complete_format(model, given.format);
  const ComputeOptions compute = resolve_compute(given.compute);
  const Prompt prompt = build_prompt(model, question, format);
  const AnswerForm form = build_answer_form(model, prompt.labels, format);
  DoctorReport report;
  report.model = model.card();
  report.engine = engine_info();
  report.tags = format.tags;
  report.prompt_text = to_utf8(prompt.text);
  report.n_prompt_tokens = static_cast<int>(prompt.ids.size());
  describe_form(model, form, report);

  TraceOptions trace_options = given.trace;
  const int room = model.card().n_ctx_train - report.n_prompt_tokens;
  trace_options.budget =
      std::min({n_think, trace_options.budget, room - static_cast<int>(form.suffix.size()) - 16});
  trace_options.max_tokens = room;
  if (trace_options.budget < 1)
    throw Error(ErrorKind::kInput,
                fmt::format("[doctor] {}: the question's prompt fills the model's context of {} tokens",
                            model.card().path, model.card().n_ctx_train));
  const int probing = compute.branches * static_cast<int>(form.suffix.size() + 2);
  Session session(model, {.n_cells = (report.n_prompt_tokens + trace_options.budget +
                                      std::max(probing, trace_options.answer_tokens + 64) + 511) /
                                     256 * 256,
                          .n_branches = compute.branches + 1,
                          .batch = std::max(512, probing),
                          .threads = compute.threads,
                          .precision = compute.precision,
                          .should_stop = observer.should_stop});
  session.prefill(0, prompt.ids);  // Warms the engine up, so that the first timing is of the work alone.
  const double begin = now();
  session.clear();
  session.prefill(0, prompt.ids);
  const double prefilled = now();
  TraceRecord r;
  r.trace = sample_traces(session, {prompt.ids, format.tags.close, 0, 1}, trace_options).front();
  const double sampled = now();
  r.prompt_ids = prompt.ids;
  ForkReader forks(session);
  PrefillReader prefills(session);
  AnswerReader& reader = model.card().can_fork ? static_cast<AnswerReader&>(forks) : prefills;
  const std::vector<int> positions = probe_positions(static_cast<int>(r.trace.think_ids.size()), 1);
  r.curve = probe_trace(reader, prompt.ids, r.trace.think_ids, form, positions);
  const double probed = now();
  const int n_options = static_cast<int>(question.options.size());
  report.noise_floor = measure_noise_floor(model, compute, r, form, observer.should_stop);
  report.n_think = static_cast<int>(r.trace.think_ids.size());
  report.stop = r.trace.stop;
  report.think_beginning = to_utf8(model.text(r.trace.think_ids)).substr(0, 400);
  report.answer_text = r.trace.answer_text;
  report.mass_start = mass_at(r.curve, n_options, 0);
  report.mass_end = mass_at(r.curve, n_options, static_cast<int>(positions.size()) - 1);
  const ModelCard& card = model.card();
  report.cache_bytes_a_token = 2.0 * 2 * card.n_layers * card.n_head_kv * card.n_head_dim;
  report.prefill_tokens_a_second = report.n_prompt_tokens / (prefilled - begin);
  // Sampling begins with the prompt's prefill, which is counted by itself.
  const double sampling = std::max(1e-3, sampled - prefilled - (prefilled - begin));
  report.sampled_tokens_a_second =
      static_cast<double>(r.trace.think_ids.size() + r.trace.answer_ids.size()) / sampling;
  report.probes_a_second = static_cast<double>(positions.size()) / (probed - sampled);
  add_warnings(given, model, format, report);
  return report;
}

}  // namespace thinktrace
