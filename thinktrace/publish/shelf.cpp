// SPDX-License-Identifier: MIT
#include "thinktrace/publish/shelf.h"

#include <algorithm>
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
  json positions = json::array(), texts = json::array(), ids = json::array(), readings = json::array();
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
  *open_ = Open();
  return parts;
}

}  // namespace thinktrace
