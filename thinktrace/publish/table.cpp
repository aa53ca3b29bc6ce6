// SPDX-License-Identifier: MIT
#include "thinktrace/publish/table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "thinktrace/analysis/statistics.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;

// ASCII and their full-width forms, which some spreadsheets take as well.
constexpr std::array<std::string_view, 8> kFormulaSigns{
    "=", "+", "-", "@", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

bool looks_like_formula(const std::string& text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return false;
  const std::string_view rest = std::string_view(text).substr(first);
  for (const std::string_view sign : kFormulaSigns) {
    if (rest.starts_with(sign)) return true;
  }
  return rest.starts_with("\\t") ||
         rest.starts_with("\\r");  // As printable() writes tab and carriage return.
}

std::string csv_text(const std::string& raw) {
  std::string text = printable(raw);
  if (looks_like_formula(text)) text.insert(0, "'");
  if (text.find_first_of(",\"\n\r;\t") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string csv_cell(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return csv_text(*text);
  if (const auto* number = std::get_if<double>(&cell))
    return std::isfinite(*number) ? fmt::format("{}", *number) : "";
  if (const auto* whole = std::get_if<int64_t>(&cell)) return fmt::format("{}", *whole);
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "true" : "false";
  if (const auto* texts = std::get_if<std::vector<std::string>>(&cell))
    return csv_text(json(*texts).dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace));
  return "";
}

json json_cell(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<double>(&cell))
    return std::isfinite(*number) ? json(*number) : json(nullptr);
  if (const auto* whole = std::get_if<int64_t>(&cell)) return *whole;
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag;
  if (const auto* texts = std::get_if<std::vector<std::string>>(&cell)) return *texts;
  return nullptr;
}

const char* name_of(TraceClass c) {
  switch (c) {
    case TraceClass::kProductive:
      return "productive";
    case TraceClass::kCounterproductive:
      return "counterproductive";
    case TraceClass::kRightThroughout:
      return "right throughout";
    case TraceClass::kWrongThroughout:
      return "wrong throughout";
    case TraceClass::kWavering:
      break;
  }
  return "wavering";
}

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, "")); }

Cell ended(const TraceRecord& r) {
  if (r.id.empty() || r.trace.stop == Stop::kUnknown) return {};
  return r.trace.stop == Stop::kClosed;
}

void add_curve_cells(Row& row, const std::optional<CurveMeasures>& curve) {
  const auto add = [&](const char* name, auto value) {
    row.emplace_back(name, curve ? Cell(value(*curve)) : Cell());
  };
  using C = const CurveMeasures&;
  add("first_position", [](C m) { return whole(m.first_position); });
  add("top_start", [](C m) { return whole(m.top_start); });
  add("top_end", [](C m) { return whole(m.top_end); });
  add("p_start", [](C m) { return m.p_start; });
  add("p_end", [](C m) { return m.p_end; });
  add("mass_start", [](C m) { return m.mass_start; });
  add("mass_end", [](C m) { return m.mass_end; });
  add("entropy_start", [](C m) { return m.entropy_start; });
  add("entropy_end", [](C m) { return m.entropy_end; });
  add("entropy_mean", [](C m) { return m.entropy_mean; });
  add("flips", [](C m) { return whole(m.flips); });
  add("t_exit", [](C m) { return whole(m.t_exit); });
  add("t_exit_low", [](C m) { return whole(m.t_exit_low); });
  add("p_right_at_exit", [](C m) { return m.p_right_at_exit; });
  add("performative_share", [](C m) { return maybe(m.performative_share); });
  add("performative_share_high", [](C m) { return maybe(m.performative_share_high); });
  add("area_over", [](C m) { return maybe(m.area_over); });
  add("area_over_sentences", [](C m) { return maybe(m.area_over_sentences); });
  add("sentences", [](C m) { return whole(m.n_sentences); });
  add("class", [](C m) { return std::string(name_of(m.trace_class)); });
  add("known_already", [](C m) { return maybe(m.known_already); });
  add("option_agreement", [](C m) { return m.order_agreement ? Cell(m.order_agreement->option) : Cell(); });
  add("label_agreement", [](C m) { return m.order_agreement ? Cell(m.order_agreement->label) : Cell(); });
}

}  // namespace

Row identity_cells(const TraceRecord& r, const ExportContext& c) {
  return {{"run", c.run},
          {"trace_id", r.id},
          {"question_id", r.question.id},
          {"subject", r.question.subject},
          {"sample", whole(r.trace.sample)}};
}

void add_probabilities(Row& row, std::span<const float> logprobs, int n_options) {
  for (int i = 0; i < n_options; i++) {
    const bool is_there = i < static_cast<int>(logprobs.size());
    row.emplace_back(fmt::format("p_{}", i + 1),
                     is_there ? Cell(std::exp(static_cast<double>(logprobs[i]))) : Cell());
  }
}

std::string csv_header(const Row& row) {
  std::vector<std::string> names;
  for (const auto& [name, value] : row) names.push_back(csv_text(name));
  return fmt::format("{}", fmt::join(names, ","));
}

std::string csv_line(const Row& row) {
  std::vector<std::string> cells;
  for (const auto& [name, value] : row) cells.push_back(csv_cell(value));
  return fmt::format("{}", fmt::join(cells, ","));
}

std::string json_line(const Row& row) {
  json line = json::object();
  for (const auto& [name, value] : row) line[name] = json_cell(value);
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

Row trace_row(const TraceRecord& r, const TraceMeasures& m, const ExportContext& c) {
  Row row = identity_cells(r, c);
  const bool ok = r.status == Status::kOk;
  const bool known = !r.id.empty();  // A trace may be known of which only the reading failed.
  row.insert(row.end(), {{"question", r.question.text},
                         {"options", r.question.options},
                         {"answer", whole(r.question.answer)},
                         {"seed", r.seed ? Cell(std::to_string(*r.seed)) : Cell()},
                         {"temperature", maybe(c.temperature)},
                         {"model", c.model},
                         {"model_sha256", c.model_sha256},
                         {"reader", whole(c.reader)},
                         {"thinking_tokens", known ? maybe(m.length) : Cell()},
                         {"stop", known ? Cell(std::string(name_of(r.trace.stop))) : Cell()},
                         {"ended", ended(r)},
                         {"chosen", maybe(r.chosen)},
                         {"correct", known ? maybe(m.free_correct) : Cell()}});
  add_curve_cells(row, ok ? m.curve : std::nullopt);
  const std::optional<CurveError>& error = r.curve.error;
  row.insert(row.end(),
             {{"probed", ok && known ? whole(static_cast<int64_t>(read_rows(r.curve).size())) : Cell()},
              {"mean_abs_dp", error ? Cell(error->mean_abs_dp) : Cell()},
              {"mean_abs_dp_upper", error ? Cell(error->mean_abs_dp_upper) : Cell()},
              {"answer_text", r.trace.answer_text},
              {"thinking", joined(r.think_text)},
              {"lacks", fmt::format("{}", fmt::join(missing_parts(r), " "))},
              {"status", std::string(ok ? "ok" : "failed")},
              {"error", r.error}});
  return row;
}

Row before_after_row(const TraceRecord& r, const TraceMeasures& m, const ExportContext& c) {
  Row row = identity_cells(r, c);
  const auto& curve = m.curve;
  const auto of_curve = [&](auto value) { return curve ? Cell(value(*curve)) : Cell(); };
  row.insert(row.end(), {{"question", r.question.text},
                         {"options", r.question.options},
                         {"answer", whole(r.question.answer)},
                         {"before_position", of_curve([](const auto& k) { return whole(k.first_position); })},
                         {"before", of_curve([](const auto& k) { return whole(k.top_start); })},
                         {"p_right_before", of_curve([](const auto& k) { return k.p_start; })},
                         {"right_before", of_curve([](const auto& k) { return k.right_start; })},
                         {"after", of_curve([](const auto& k) { return whole(k.top_end); })},
                         {"p_right_after", of_curve([](const auto& k) { return k.p_end; })},
                         {"right_after", of_curve([](const auto& k) { return k.right_end; })},
                         {"free", maybe(r.chosen)},
                         {"right_free", maybe(m.free_correct)},
                         {"ended", ended(r)},
                         {"thinking_tokens", maybe(m.length)},
                         {"model", c.model}});
  return row;
}

std::vector<Row> probe_rows(const TraceRecord& r, const ExportContext& c, int n_options) {
  std::vector<Row> rows;
  const int n = static_cast<int>(r.question.options.size());
  for (int k = 0; k < static_cast<int>(r.curve.positions.size()); k++) {
    const int t = r.curve.positions[k];
    Row row = identity_cells(r, c);
    row.emplace_back("position", whole(t));
    row.emplace_back("token", t > 0 && r.has_tokens ? Cell(r.think_text[t - 1]) : Cell());
    add_probabilities(row, std::span(r.curve.logprobs).subspan(static_cast<size_t>(k) * n, n), n_options);
    row.emplace_back("p_right", std::exp(static_cast<double>(r.curve.logprobs[k * n + r.question.answer])));
    row.emplace_back("top", whole(top_option(r.curve, n, k)));
    row.emplace_back("mass", mass_at(r.curve, n, k));
    row.emplace_back("interpolated", !r.curve.interpolated.empty() && r.curve.interpolated[k] != 0);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> ensemble_rows(const TraceRecord& r, const std::vector<EnsemblePoint>& points,
                               const ExportContext& c, int n_options) {
  std::vector<Row> rows;
  for (const EnsemblePoint& point : points) {
    const int t = point.position;
    Row row = identity_cells(r, c);
    row.emplace_back("position", whole(t));
    row.emplace_back("token", t > 0 && r.has_tokens ? Cell(r.think_text[t - 1]) : Cell());
    row.emplace_back("n_readers", whole(point.n_readers));
    const auto add = [&](const char* name, const std::vector<double>& values) {
      for (size_t i = 0; i < static_cast<size_t>(n_options); i++)
        row.emplace_back(fmt::format("{}_{}", name, i + 1), i < values.size() ? Cell(values[i]) : Cell());
    };
    add("mean", point.mean);
    add("deviation", point.deviation);
    row.insert(row.end(), {{"p_right", point.mean[r.question.answer]},
                           {"p_right_deviation", point.deviation[r.question.answer]},
                           {"top", whole(point.top)},
                           {"agreement", point.agreement},
                           {"spread", point.spread},
                           {"mass", std::accumulate(point.mean.begin(), point.mean.end(), 0.0)},
                           {"entropy", point.entropy},
                           {"entropy_mean", point.entropy_mean}});
    rows.push_back(std::move(row));
  }
  return rows;
}

Row cue_row(const TraceRecord& r, const CuedEvent& e, const ExportContext& c) {
  Row row = identity_cells(r, c);
  const auto n_tokens = static_cast<int>(r.think_text.size());
  row.insert(row.end(), {{"reader", whole(c.reader)},
                         {"event", whole(e.event)},
                         {"kind", std::string(e.is_place ? "place" : "cue")},
                         {"cue", e.cue},
                         {"position", whole(e.position)},
                         {"token", e.position < n_tokens ? Cell(r.think_text[e.position]) : Cell()},
                         {"thinking_tokens", whole(n_tokens)},
                         {"answer", whole(r.question.answer)},
                         {"final", whole(e.final_option)}});
  const int window = static_cast<int>(e.rows.size()) / 2;
  const auto add = [&](const char* name, auto value) {
    for (int offset = -window; offset <= window; offset++) {
      const std::span<const float> at = e.rows[offset + window];
      row.emplace_back(fmt::format("{}_{}", name, offset), at.empty() ? Cell() : Cell(value(at)));
    }
  };
  add("p_final", [&](std::span<const float> at) { return probability_of(at[e.final_option]); });
  add("p_right", [&](std::span<const float> at) { return probability_of(at[r.question.answer]); });
  add("top", [](std::span<const float> at) { return whole(most_likely(at)); });
  return row;
}

Row ablation_row(const TraceRecord& r, const AblatedAnswer& a, const ExportContext& c, int n_options) {
  Row row = identity_cells(r, c);
  row.insert(row.end(), {{"reader", whole(c.reader)},
                         {"experiment", whole(a.experiment)},
                         {"arm", a.arm},
                         {"draw", whole(a.draw)},
                         {"n_tokens", whole(a.n_tokens)},
                         {"source_trace", maybe(a.source_trace)},
                         {"answer", whole(r.question.answer)}});
  add_probabilities(row, a.logprobs, n_options);
  row.insert(row.end(), {{"p_right", a.outcome.p_right},
                         {"mass", a.outcome.mass},
                         {"top", whole(a.outcome.top)},
                         {"right", a.outcome.right},
                         {"same_as_real", maybe(a.outcome.same_as_real)},
                         {"same_as_none", maybe(a.outcome.same_as_none)}});
  return row;
}

Row hint_row(const TraceRecord& r, const HintedAnswer& a, const ExportContext& c) {
  const HintTrace& t = a.trace;
  std::vector<std::string> free, forced;
  std::vector<double> p_start, p_end;
  for (const HintTrace& w : a.without) {
    free.push_back(w.free ? std::to_string(*w.free) : "");
    forced.push_back(w.forced ? std::to_string(*w.forced) : "");
    if (w.p_start) p_start.push_back(*w.p_start);
    if (w.p_end) p_end.push_back(*w.p_end);
  }
  const auto is_hinted = [&](const std::optional<int>& option) { return option == t.hinted; };
  Row row = identity_cells(r, c);
  row.insert(row.end(), {{"plan", whole(a.plan)},
                         {"kind", a.kind},
                         {"hint_at", a.option},
                         {"hinted", whole(t.hinted)},
                         {"answer", whole(t.answer)},
                         {"free_without", free},
                         {"free", maybe(t.free)},
                         {"follows", is_hinted(t.free)},
                         {"forced_without", forced},
                         {"forced", maybe(t.forced)},
                         {"forced_follows", t.forced ? Cell(is_hinted(t.forced)) : Cell()},
                         {"mentions", t.mentions},
                         {"mention_rule", t.mentions ? Cell(a.mention_rule) : Cell()},
                         {"mention_position", maybe(a.mention_position)},
                         {"takes_over", maybe(t.takes_over)},
                         {"thinking_tokens", whole(t.end)},
                         {"ended", ended(r)},
                         {"p_hinted_start", maybe(t.p_start)},
                         {"p_hinted_start_without", maybe(mean(p_start))},
                         {"p_hinted_end", maybe(t.p_end)},
                         {"p_hinted_end_without", maybe(mean(p_end))}});
  return row;
}

}  // namespace thinktrace
