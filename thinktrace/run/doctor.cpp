// SPDX-License-Identifier: MIT
#include "thinktrace/run/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "thinktrace/error.h"
#include "thinktrace/run/noise_floor.h"
#include "thinktrace/run/unit.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr double kLowMass = 0.5;
constexpr size_t kShownTokens = 80;

// Wordings that are tried beside the run's own: shorter and longer ones, plain and as models write them themselves.
constexpr const char* kOtherSuffixes[] = {
    kDefaultSuffix, "\n\nAnswer: ", "\n\n", "\n\nThe final answer is ", "\n\n**Answer:** ", "\n\n\\boxed{"};
constexpr int kSuffixPositions = 5;

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

void describe_question(const Model& model, const PreparedQuestion& q, DoctorReport& report) {
  report.prompt_text = to_utf8(q.prompt.text);
  report.n_prompt_tokens = static_cast<int>(q.prompt.ids.size());
  report.suffix_pieces = texts(model, q.form.suffix);
  for (const OptionTokens& option : q.form.options) {
    report.option_pieces.push_back(texts(model, option.tokens));
    report.one_token_an_option &= option.tokens.size() == 1 && !option.until_label_ends;
  }
}

void describe_sample(const Model& model, const StoredUnit& unit, DoctorReport& report) {
  const TraceRecord& r = unit.records.front();
  const int n_options = static_cast<int>(r.question.options.size()),
            last = static_cast<int>(r.curve.positions.size()) - 1;
  report.n_think = static_cast<int>(r.trace.think_ids.size());
  report.stop = r.trace.stop;
  const size_t n_shown = std::min(kShownTokens, r.trace.think_ids.size());
  report.think_beginning = to_utf8(
      model.text({r.trace.think_ids.begin(), r.trace.think_ids.begin() + static_cast<ptrdiff_t>(n_shown)}));
  report.answer_text = r.trace.answer_text;
  report.mass_start = mass_at(r.curve, n_options, 0);
  report.mass_end = mass_at(r.curve, n_options, last);
}

void add_warnings(const Model& model, const RunOptions& options, const PreparedQuestion& q,
                  DoctorReport& report) {
  report.warnings = format_notes(model, options.format);
  if (!report.one_token_an_option) {
    report.warnings.push_back(
        "some option's label is more than one token (or its end must be read): probes cost a branch an "
        "option; --labels letters may help");
  }
  const std::string wanted = options.format.tags.close + options.format.suffix + q.prompt.labels[0];
  const std::string made = model.text(q.form.suffix) + model.text(q.form.options[0].tokens);
  if (made != wanted) {
    report.warnings.push_back(
        fmt::format("the tokenizer changes the forced text: '{}' becomes '{}'", wanted, to_utf8(made)));
  }
  if (report.stop == Stop::kBudget) {
    report.warnings.push_back(
        fmt::format("the sample did not close its thinking within {} tokens; that is no fault in a model "
                    "that thinks long",
                    report.n_think));
  }
  if (report.stop == Stop::kEndOfText) {
    report.warnings.push_back(
        "the sample ended its output without closing its thinking; its traces will count as not ended");
  }
  const auto low = [&](const char* where, double mass) {
    if (mass >= kLowMass) return;
    report.warnings.push_back(
        fmt::format("mass {:.2f} {}: after the suffix '{}' this model mostly says something else than a "
                    "label; see --suffix",
                    mass, where, options.format.suffix));
  };
  low("before any thinking", report.mass_start);
  low("at the end of the sample", report.mass_end);
}

// The question with each suffix: the run's own, then the others; without those for which labels become the same tokens.
std::vector<PreparedQuestion> with_suffixes(const Model& model, const PreparedQuestion& q,
                                            const PromptFormat& format, std::vector<std::string>& suffixes) {
  suffixes = {format.suffix};
  std::vector<PreparedQuestion> prepared = {q};
  for (const std::string other : kOtherSuffixes) {
    if (other == format.suffix) continue;
    PromptFormat changed = format;
    changed.suffix = other;
    try {
      PreparedQuestion variant = q;
      variant.form = build_answer_form(model, q.prompt.labels, changed);
      prepared.push_back(std::move(variant));
      suffixes.push_back(other);
    } catch (const Error&) {  // That wording can't be read with these labels.
    }
  }
  return prepared;
}

void weigh_suffixes(AnswerReader& reader, const TraceRecord& r, const std::vector<PreparedQuestion>& prepared,
                    const std::vector<std::string>& suffixes, DoctorReport& report) {
  const int n_options = static_cast<int>(r.question.options.size());
  report.suffix_positions = spread_positions(static_cast<int>(r.trace.think_ids.size()), kSuffixPositions);
  for (size_t i = 0; i < prepared.size(); i++) {
    const AnswerForm& form = prepared[i].form;
    const Curve curve = probe_trace(reader, r.prompt_ids, r.trace.think_ids, form, report.suffix_positions);
    SuffixWeight weight{suffixes[i], static_cast<int>(form.suffix.size()), n_branch_tokens(form), {}, {}};
    for (int k = 0; k < static_cast<int>(curve.positions.size()); k++) {
      weight.mass.push_back(mass_at(curve, n_options, k));
      weight.top.push_back(top_option(curve, n_options, k));
      weight.n_same += weight.top[k] == (i == 0 ? weight : report.suffixes.front()).top[k];
    }
    report.suffixes.push_back(std::move(weight));
  }
}

// Seconds for one prefill of the prompt, after one that warms the engine up.
double time_prefill(Session& session, const std::vector<Token>& ids) {
  session.prefill(0, ids);
  session.clear();
  const double begin = monotonic_seconds();
  session.prefill(0, ids);
  const double seconds = monotonic_seconds() - begin;
  session.clear();
  return seconds;
}

}  // namespace

DoctorReport examine_model(const RunOptions& given, const RunObserver& observer, int n_think) {
  RunOptions options = given;
  const Question question =
      given.questions_path.empty() ? built_in_question() : load_questions(given, {}).selected.front();
  const Model model = Model::load(given.model_path,
                                  {.gpu_layers = given.compute.gpu_layers, .kernels = given.compute.kernels});
  options.format = complete_format(model, options.format);
  options.compute = resolve_compute(options.compute);
  options.trace.budget = n_think;
  options.together = {1, 1, 1};
  const std::vector<PreparedQuestion> prepared = prepare_questions(model, {question}, options);
  const PreparedQuestion& q = prepared.front();
  if (!q.unfit.empty())
    throw Error(ErrorKind::kInput, fmt::format("[doctor] {}: {}", model.card().path, q.unfit));
  DoctorReport report{.model = model.card(),
                      .engine = engine_info(),
                      .kernels = model.kernels(),
                      .tags = options.format.tags};
  describe_question(model, q, report);

  std::vector<std::string> suffixes;
  const std::vector<PreparedQuestion> variants = with_suffixes(model, q, options.format, suffixes);
  Session session = make_session(model, variants, options, observer.should_stop);
  const double prefill = time_prefill(session, q.prompt.ids);
  const Unit wanted{&q, 0, 1};
  const StoredUnit unit = do_units(session, {&wanted, 1}, options).front();
  if (unit.attempt.status == Status::kFailed)
    throw Error(ErrorKind::kFailed, fmt::format("[doctor] {}: {}", model.card().path, unit.attempt.error));
  describe_sample(model, unit, report);
  const TraceRecord& r = unit.records.front();
  ForkReader forks(session, options.compute.branches);
  PrefillReader prefills(session);
  weigh_suffixes(probes_by_forks(model, options.compute) ? static_cast<AnswerReader&>(forks) : prefills, r,
                 variants, suffixes, report);
  report.noise_floor = measure_noise_floor(r, q.form, {model, options.compute.threads, observer.should_stop});

  const ModelCard& card = model.card();
  report.cache_bytes_a_token = 2.0 * 2 * card.n_layers * card.n_head_kv * card.n_head_dim;
  report.run_budget =
      std::min(given.trace.budget, q.trace.max_tokens - std::max(longest_branch(q.form), kSmallestAnswer));
  const int run_cells =
      report.n_prompt_tokens + report.run_budget +
      std::max(options.compute.branches * longest_branch(q.form), options.trace.answer_tokens);
  report.run_cache_bytes = report.cache_bytes_a_token * run_cells;
  report.prefill_tokens_a_second = report.n_prompt_tokens / prefill;
  // Sampling begins with the prompt's prefill, which is counted by itself.
  const double sampling = std::max(1e-3, unit.attempt.seconds_sampling - prefill);
  report.sampled_tokens_a_second =
      static_cast<double>(r.trace.think_ids.size() + r.trace.answer_ids.size()) / sampling;
  report.probes_a_second = static_cast<double>(r.curve.positions.size()) / unit.attempt.seconds_probing;
  add_warnings(model, options, q, report);
  return report;
}

}  // namespace thinktrace
