// SPDX-License-Identifier: MIT
#include "thinktrace/publish/shelf.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "thinktrace/publish/encode.h"

namespace thinktrace {
namespace {

using json = nlohmann::ordered_json;

// Probabilities of a curve.
struct Rows {
  size_t n_options;
  std::vector<double> p;  // [n_positions, n_options]

  Rows(const std::vector<float>& logprobs, size_t n) : n_options(n) {
    p.reserve(logprobs.size());
    for (const float logprob : logprobs) p.push_back(probability_of(logprob));
  }
  std::vector<double> of_option(size_t option) const {
    std::vector<double> column;
    for (size_t k = option; k < p.size(); k += n_options) column.push_back(p[k]);
    return column;
  }
  std::vector<double> mass() const {
    std::vector<double> sums(p.size() / n_options, 0);
    for (size_t k = 0; k < p.size(); k++) sums[k / n_options] += p[k];
    return sums;
  }
  std::string curve_bytes() const {
    std::string bytes;
    for (size_t i = 0; i < n_options; i++) bytes += to_u16_steps(of_option(i));
    return bytes + to_u16_steps(mass());
  }
};

// first, first + 1, …, n_tokens.
bool is_consecutive(const std::vector<int>& positions, size_t n_tokens) {
  for (size_t k = 1; k < positions.size(); k++) {
    if (positions[k] != positions[k - 1] + 1) return false;
  }
  return positions.empty() || positions.back() == static_cast<int>(n_tokens);
}

// [start, length, start, length, …] of the rows that are marked.
json runs_of(const std::vector<char>& marks) {
  json runs = json::array();
  for (size_t begin = 0, end = 0; begin < marks.size(); begin = end) {
    while (end < marks.size() && marks[end] == marks[begin]) end++;
    if (marks[begin]) {
      runs.push_back(begin);
      runs.push_back(end - begin);
    }
  }
  return runs;
}

json text_json(const TraceRecord& r) {
  json text{{"seed", r.seed ? json(std::to_string(*r.seed)) : json(nullptr)},
            {"lacks", missing_parts(r)},
            {"tokens", r.think_text},
            {"forced", r.forced_text},
            {"answer_text", r.trace.answer_text}};
  if (!r.curve.interpolated.empty()) text["interpolated"] = runs_of(r.curve.interpolated);
  if (r.curve.error)
    text["error"] = {{"mean", r.curve.error->mean_abs_dp}, {"upper", r.curve.error->mean_abs_dp_upper}};
  return text;
}

// Four digits: what pages show has three. What is no probability is 0.
json probability_json(double p) {
  constexpr double kDigits = 1e4;
  return std::isnan(p) ? 0 : std::round(kDigits * std::clamp(p, 0.0, 1.0)) / kDigits;
}

json options_json(const std::vector<float>& logprobs) {
  json list = json::array();
  for (const float logprob : logprobs) list.push_back(probability_json(probability_of(logprob)));
  return list;
}

json tally_json(const Tally& tally) { return {tally.successes, tally.trials}; }

json arms_json(const std::vector<ShownArm>& arms) {
  json list = json::array();
  for (const ShownArm& arm : arms) {
    json draws = json::array();
    for (const ShownDraw& draw : arm.draws)
      draws.push_back({{"n_tokens", draw.n_tokens},
                       {"p", options_json(draw.logprobs)},
                       {"source", draw.source.empty() ? json(nullptr) : json(draw.source)}});
    list.push_back({{"name", arm.name}, {"draws", std::move(draws)}});
  }
  return list;
}

json prefixes_json(const std::vector<ShownPrefix>& prefixes) {
  json list = json::array();
  for (const ShownPrefix& p : prefixes)
    list.push_back({{"position", p.position},
                    {"forced", p.logprobs.empty() ? json(nullptr) : options_json(p.logprobs)},
                    {"free", p.chosen},
                    {"none", p.n_none}});
  return list;
}

json bound_json(double x) {
  constexpr double kDigits = 1e4;
  return std::round(x * kDigits) / kDigits;
}

json pivots_json(const std::vector<ShownPivot>& pivots) {
  json list = json::array();
  for (const ShownPivot& p : pivots) {
    json alternatives = json::array();
    for (const ShownFork& a : p.alternatives)
      alternatives.push_back({{"text", a.text},
                              {"p", a.probability ? probability_json(*a.probability) : json(nullptr)},
                              {"tally", tally_json(a.tally)}});
    list.push_back({{"token", p.token},
                    {"before", tally_json(p.before)},
                    {"after", tally_json(p.after)},
                    {"change", {bound_json(p.change.low), bound_json(p.change.high)}},
                    {"decided", p.decided},
                    {"alternatives", std::move(alternatives)}});
  }
  return list;
}

json mistakes_json(const std::vector<ShownMistake>& mistakes) {
  const auto option = [](const std::optional<int>& o) { return o ? json(*o) : json(nullptr); };
  json list = json::array();
  for (const ShownMistake& m : mistakes)
    list.push_back({{"position", m.position},
                    {"text", m.text},
                    {"by", m.is_by_rule ? "rule" : "model"},
                    {"before", option(m.before)},
                    {"after", option(m.after)}});
  return list;
}

json hint_json(const ShownHint& h) {
  const auto token = [](const std::optional<int>& t) { return t ? json(*t) : json(nullptr); };
  return {{"option", h.option},
          {"words", h.words},
          {"takes_over", token(h.takes_over)},
          {"mention", h.mention_rule.empty() ? json(nullptr) : json(h.mention_rule)},
          {"mention_token", token(h.mention_token)}};
}

json result_json(int trace, const ShownResult& r) {
  json result{{"trace", trace}, {"experiment", r.experiment}};
  if (!r.arms.empty()) result["arms"] = arms_json(r.arms);
  if (!r.prefixes.empty()) result["prefixes"] = prefixes_json(r.prefixes);
  if (r.pivots) result["pivots"] = pivots_json(*r.pivots);
  if (!r.mistakes.empty()) result["mistakes"] = mistakes_json(r.mistakes);
  if (r.hint) result["hint"] = hint_json(*r.hint);
  return result;
}

// In tokens.
int64_t weight_of(const TraceRecord& r) {
  constexpr int64_t kBytesAToken = 8;
  int64_t bytes = static_cast<int64_t>(r.trace.answer_text.size());
  for (const std::string& token : r.think_text) bytes += static_cast<int64_t>(token.size());
  return std::max({int64_t{1}, static_cast<int64_t>(r.think_text.size()), bytes / kBytesAToken});
}

}  // namespace

struct ShelfBuilder::Open {
  int64_t weight = 0;
  ShelfParts parts;
  json positions = json::array(), texts = json::array(), ids = json::array(), readings = json::array(),
       results = json::array(), labels = json::object();
  std::string strip_bytes, curve_bytes, reading_bytes;
  bool has_ids = false;

  void add_question(const TraceRecord& r) {
    parts.questions.push_back({r.question});
    texts.push_back({{"prompt", ""}, {"traces", json::array()}});
  }

  void add_curve(const TraceRecord& r) {
    if (!is_consecutive(r.curve.positions, r.think_text.size()))
      positions.push_back({parts.traces.size(), r.curve.positions});
    const Rows rows(r.curve.logprobs, r.question.options.size());
    for (size_t i = 0; i < rows.n_options; i++) strip_bytes += to_u8_steps(rows.of_option(i));
    curve_bytes += rows.curve_bytes();
  }

  void add_reading(const TraceRecord& r, const FurtherReading& reading) {
    const bool same = reading.positions == r.curve.positions;
    readings.push_back({{"trace", parts.traces.size()},
                        {"reader", reading.reader},
                        {"positions", same ? json(nullptr) : json(reading.positions)},
                        {"forced", reading.forced_text}});
    if (!reading.interpolated.empty()) readings.back()["interpolated"] = runs_of(reading.interpolated);
    reading_bytes += Rows(reading.logprobs, r.question.options.size()).curve_bytes();
  }

  void add_experiments(const TraceRecord& r, std::span<const ShownResult> experiments) {
    for (const ShownResult& result : experiments) {
      results.push_back(result_json(static_cast<int>(parts.traces.size()), result));
      for (const ShownArm& arm : result.arms) labels[arm.name] = arm.label;
    }
    for (const ExperimentNumber& n : experiment_numbers(r.question, experiments))
      column_of(n).values.push_back(n.value);
  }

  // Its column, filled up to the trace that is being added.
  IndexColumn& column_of(const ExperimentNumber& n) {
    auto column = std::find_if(parts.columns.begin(), parts.columns.end(),
                               [&](const IndexColumn& c) { return c.key == n.key; });
    if (column == parts.columns.end())
      column = parts.columns.insert(column, {n.key, n.name, n.explain, n.unit, {}});
    column->values.resize(parts.traces.size(), std::numeric_limits<double>::quiet_NaN());
    return *column;
  }
};

ShelfBuilder::ShelfBuilder(int full) : full_(full), open_(std::make_unique<Open>()) {}
ShelfBuilder::~ShelfBuilder() = default;
ShelfBuilder::ShelfBuilder(ShelfBuilder&&) noexcept = default;
ShelfBuilder& ShelfBuilder::operator=(ShelfBuilder&&) noexcept = default;

bool ShelfBuilder::is_empty() const { return open_->parts.questions.empty(); }
bool ShelfBuilder::is_full() const { return open_->weight >= full_; }

const std::string& ShelfBuilder::last_question() const {
  static const std::string none;
  return is_empty() ? none : open_->parts.questions.back().question.id;
}

void ShelfBuilder::add(const SiteTrace& trace) {
  const TraceRecord& r = trace.record;
  Open& shelf = *open_;
  if (is_empty() || last_question() != r.question.id) shelf.add_question(r);
  IndexQuestion& question = shelf.parts.questions.back();
  json& texts = shelf.texts.back();
  const bool ok = r.status == Status::kOk;
  question.n_traces++;
  question.n_failed += !ok;
  if (texts["prompt"].get_ref<const std::string&>().empty()) texts["prompt"] = r.prompt_text;
  texts["traces"].push_back(ok ? text_json(r) : json(nullptr));
  shelf.ids.push_back(ok ? json(r.trace.think_ids) : json::array());
  if (ok) {
    shelf.has_ids |= !r.trace.think_ids.empty();
    shelf.add_curve(r);
    for (const FurtherReading& reading : trace.readings) shelf.add_reading(r, reading);
    shelf.add_experiments(r, trace.experiments);
  }
  if (r.labels.size() > shelf.parts.labels.size()) shelf.parts.labels = r.labels;
  shelf.weight += weight_of(r);
  shelf.parts.traces.push_back(index_trace(trace));
}

ShelfParts ShelfBuilder::finish(const ChunkSink& sink) {
  const auto emit = [&](const json& head, const std::string& rest) {
    const Chunk chunk = pack_chunk(head.dump(-1, ' ', false, json::error_handler_t::replace) + rest);
    sink(chunk);
    return chunk.name;
  };
  Open& shelf = *open_;
  ShelfParts parts = std::move(shelf.parts);
  parts.strips =
      emit({{"kind", "strips"}, {"positions", std::move(shelf.positions)}}, "\n" + shelf.strip_bytes);
  parts.texts = emit({{"kind", "texts"}, {"questions", std::move(shelf.texts)}}, "");
  parts.curves = emit({{"kind", "curves"}}, "\n" + shelf.curve_bytes);
  if (shelf.has_ids) parts.ids = emit({{"kind", "ids"}, {"traces", std::move(shelf.ids)}}, "");
  if (!shelf.readings.empty())
    parts.readings =
        emit({{"kind", "readings"}, {"readings", std::move(shelf.readings)}}, "\n" + shelf.reading_bytes);
  if (!shelf.results.empty())
    parts.experiments = emit(
        {{"kind", "experiments"}, {"labels", std::move(shelf.labels)}, {"results", std::move(shelf.results)}},
        "");
  for (IndexColumn& c : parts.columns)
    c.values.resize(parts.traces.size(), std::numeric_limits<double>::quiet_NaN());
  *open_ = Open();
  return parts;
}

}  // namespace thinktrace
