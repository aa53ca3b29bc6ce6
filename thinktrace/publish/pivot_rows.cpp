// SPDX-License-Identifier: MIT
#include "thinktrace/publish/pivot_rows.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;

constexpr const char* kTaskType = "qa";

double success_rate(const Tally& t) {
  return t.trials == 0 ? 0. : static_cast<double>(t.successes) / t.trials;
}

// The name of the model that went on with the trace.
const std::string& continued_by(const ExportContext& c) {
  return c.reader_model.empty() ? c.model : c.reader_model;
}

// What the model had read when it came to the fork.
std::string context_of(const TraceRecord& record, int token) {
  std::string text = record.prompt_text;
  for (int i = 0; i < token; i++) text += record.think_text[i];
  return text;
}

const ForkRow* own_token(const PivotRow& pivot) {
  for (const ForkRow& fork : pivot.tried) {
    if (fork.is_own) return &fork;
  }
  return nullptr;
}

// Of a token that raises the chance: the most likely other one that would not have.
const ForkRow* rejected_token(const PivotRow& pivot) {
  const ForkRow* own = own_token(pivot);
  if (!own || success_rate(pivot.after) <= success_rate(pivot.before)) return nullptr;
  for (const ForkRow& fork : pivot.tried) {
    if (fork.differs && success_rate(fork.tally) < success_rate(own->tally)) return &fork;
  }
  return nullptr;
}

json tried_json(const PivotRow& pivot) {
  json tried = json::array();
  for (const ForkRow& f : pivot.tried) {
    tried.push_back({{"token_id", f.id},
                     {"text", f.text},
                     {"probability", f.probability},
                     {"own", f.is_own},
                     {"successes", f.tally.successes},
                     {"trials", f.tally.trials},
                     {"differs", f.differs}});
  }
  return tried;
}

template <typename T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string pivot_line(const TraceRecord& r, const PivotRow& p, const ExportContext& c) {
  const double before = success_rate(p.before), after = success_rate(p.after);
  const ForkRow *own = own_token(p), *rejected = rejected_token(p);
  json line{{"model_id", continued_by(c)},
            {"query", r.question.text},
            {"pivot_context", context_of(r, p.token)},
            {"pivot_token", r.think_text[p.token]},
            {"pivot_token_id", r.trace.think_ids[p.token]},
            {"prob_before", before},
            {"prob_after", after},
            {"prob_delta", after - before},
            {"is_positive", after > before},
            {"task_type", kTaskType},
            {"dataset_id", r.question.subject},
            {"dataset_item_id", r.question.id},
            {"token_logprob", own ? json(std::log(own->probability)) : json(nullptr)},
            {"rejected_token", rejected ? json(rejected->text) : json(nullptr)},
            {"rejected_token_id", rejected ? json(rejected->id) : json(nullptr)}};
  line.update({{"run", c.run},
               {"trace_id", r.id},
               {"question_id", r.question.id},
               {"subject", r.question.subject},
               {"options", r.question.options},
               {"answer", r.question.answer},
               {"sample", r.trace.sample},
               {"reader", c.reader},
               {"experiment", p.experiment},
               {"success", p.success},
               {"wanted", or_null(p.wanted)},
               {"token", p.token},
               {"successes_before", p.before.successes},
               {"trials_before", p.before.trials},
               {"successes_after", p.after.successes},
               {"trials_after", p.after.trials},
               {"delta_low", p.change.low},
               {"delta_high", p.change.high},
               {"decided", p.decided},
               {"forced_before", or_null(p.forced_before)},
               {"forced_after", or_null(p.forced_after)},
               {"tried", tried_json(p)}});
  return dumped(line);
}

std::vector<std::string> preference_lines(const TraceRecord& r, const PivotRow& p, const ExportContext& c) {
  std::vector<std::string> lines;
  const ForkRow* own = own_token(p);
  if (!own) return lines;
  for (const ForkRow& other : p.tried) {
    const bool is_pair =
        other.differs && !other.text.empty() && !own->text.empty() && other.text != own->text;
    if (!is_pair) continue;
    const bool own_is_better = success_rate(own->tally) > success_rate(other.tally);
    const ForkRow &chosen = own_is_better ? *own : other, &rejected = own_is_better ? other : *own;
    const double p_chosen = success_rate(chosen.tally), p_rejected = success_rate(rejected.tally);
    lines.push_back(dumped({{"prompt", context_of(r, p.token)},
                            {"chosen", chosen.text},
                            {"rejected", rejected.text},
                            {"metadata",
                             {{"original_query", r.question.text},
                              {"prob_chosen", p_chosen},
                              {"prob_rejected", p_rejected},
                              {"prob_delta", p_chosen - p_rejected},
                              {"task_type", kTaskType},
                              {"model_id", continued_by(c)},
                              {"run", c.run},
                              {"trace_id", r.id},
                              {"question_id", r.question.id},
                              {"subject", r.question.subject},
                              {"experiment", p.experiment},
                              {"token", p.token},
                              {"chosen_token_id", chosen.id},
                              {"rejected_token_id", rejected.id},
                              {"trials_chosen", chosen.tally.trials},
                              {"trials_rejected", rejected.tally.trials}}}}));
  }
  return lines;
}

Row pivot_row(const TraceRecord& r, const PivotRow& p, const ExportContext& c) {
  const auto whole_number = [](int64_t n) { return Cell(n); };
  const auto if_known = [](const std::optional<double>& x) { return x ? Cell(*x) : Cell(); };
  const double before = success_rate(p.before), after = success_rate(p.after);
  const ForkRow *own = own_token(p), *rejected = rejected_token(p);
  return {{"run", c.run},
          {"trace_id", r.id},
          {"question_id", r.question.id},
          {"subject", r.question.subject},
          {"sample", whole_number(r.trace.sample)},
          {"reader", whole_number(c.reader)},
          {"experiment", whole_number(p.experiment)},
          {"token", whole_number(p.token)},
          {"token_id", whole_number(r.trace.think_ids[p.token])},
          {"text", r.think_text[p.token]},
          {"before", before},
          {"trials_before", whole_number(p.before.trials)},
          {"after", after},
          {"trials_after", whole_number(p.after.trials)},
          {"delta", after - before},
          {"delta_low", p.change.low},
          {"delta_high", p.change.high},
          {"decided", p.decided},
          {"forced_before", if_known(p.forced_before)},
          {"forced_after", if_known(p.forced_after)},
          {"probability", own ? Cell(own->probability) : Cell()},
          {"n_tried", whole_number(static_cast<int64_t>(p.tried.size()))},
          {"rejected_token", rejected ? Cell(rejected->text) : Cell()}};
}

}  // namespace thinktrace
