// SPDX-License-Identifier: MIT
#include "thinktrace/import/own_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "thinktrace/import/checks.h"
#include "thinktrace/import/json_object.h"

namespace thinktrace {
namespace {

constexpr int kMost = std::numeric_limits<int>::max();

std::string text_or_empty(const JsonObject& line, const std::string& key) {
  return line.has(key) ? line.text(key) : std::string();
}

std::vector<int> ids_or_empty(const JsonObject& line, const std::string& key) {
  return line.has(key) ? line.integers(key) : std::vector<int>();
}

Question read_question(const JsonObject& line) {
  Question q;
  q.subject = line.text("subject");
  q.text = line.text("question");
  q.options = line.texts("options");
  q.answer = line.integer("answer", 0, kMaxOptions - 1);
  check_question(q);
  q.id = question_id(q);
  return q;
}

Status read_status(const JsonObject& line) {
  if (!line.has("status")) return Status::kOk;
  const std::string status = line.text("status");
  if (status != "ok" && status != "failed") throw bad(fmt::format("unknown 'status' '{}'", status));
  return status == "ok" ? Status::kOk : Status::kFailed;
}

Stop read_stop(const JsonObject& line) {
  if (!line.has("stop")) {
    if (!line.has("ended")) return Stop::kUnknown;
    return line.flag("ended") ? Stop::kClosed : Stop::kBudget;
  }
  const std::string name = line.text("stop");
  for (const Stop stop : {Stop::kClosed, Stop::kBudget, Stop::kEndOfText, Stop::kUnknown}) {
    if (name == name_of(stop)) return stop;
  }
  throw bad(fmt::format("unknown 'stop' '{}'", name));
}

void read_writer(const JsonObject& line, TraceRecord& r) {
  if (line.has("writer_tokens")) r.n_writer_tokens = line.integer("writer_tokens", 0, kMost);
  r.writer_positions = ids_or_empty(line, "writer_positions");
  if (r.writer_positions.empty()) return;
  if (r.writer_positions.size() != r.curve.positions.size())
    throw bad("'writer_positions' is not as long as 'positions'");
  const auto& p = r.writer_positions;
  if (!std::is_sorted(p.begin(), p.end()) || p.front() < 0 ||
      (r.n_writer_tokens && p.back() > *r.n_writer_tokens))
    throw bad("'writer_positions' do not go up from 0 to 'writer_tokens'");
}

void read_own_curve(const JsonObject& line, TraceRecord& r) {
  const size_t n_options = r.question.options.size();
  r.curve.positions = line.integers("positions");
  if (!r.has_tokens && !r.curve.positions.empty())
    throw bad("positions need tokens: the thinking is one text");
  check_positions(r.curve.positions, static_cast<int>(r.think_text.size()));
  if (line.has("logprobs")) {
    r.curve.logprobs = floats_of(line.table("logprobs", n_options, SpecialNumbers::kLogarithms));
  } else if (line.has("probs")) {
    r.curve.logprobs = logs_of(line.table("probs", n_options, SpecialNumbers::kRefused));
  }
  if (r.curve.logprobs.size() != r.curve.positions.size() * n_options)
    throw bad(fmt::format("{} rows of probabilities for {} positions", r.curve.logprobs.size() / n_options,
                          r.curve.positions.size()));
  if (!line.has("interpolated")) return;
  std::optional<std::vector<char>> marks = marks_of(line.integers("interpolated"), r.curve);
  if (!marks)
    throw bad(
        "'interpolated' must be some of 'positions' between the first and the last, and these all of them");
  r.curve.interpolated = *std::move(marks);
  if (r.curve.interpolated.empty() || !line.has("mean_abs_dp")) return;
  r.curve.error = {line.number("mean_abs_dp"), line.number("mean_abs_dp_upper")};
}

}  // namespace

bool is_own_line(const JsonObject& line) {
  return line.contains("think_text") && line.contains("positions") && line.contains("options");
}

TraceRecord parse_own_line(const JsonObject& line) {
  TraceRecord r;
  r.question = read_question(line);
  const int n_options = static_cast<int>(r.question.options.size());
  r.id = text_or_empty(line, "trace_id");
  r.status = read_status(line);
  r.error = text_or_empty(line, "error");
  r.labels = line.texts("labels");
  // A question whose prompt could not be made has none.
  if (r.status == Status::kOk || !r.labels.empty()) check_labels(r.labels, n_options);
  r.prompt_text = text_or_empty(line, "prompt");
  r.prompt_ids = ids_or_empty(line, "prompt_ids");
  if (line.has("seed")) r.seed = line.integer64("seed");
  if (line.has("sample")) r.trace.sample = line.integer("sample", 0, kMostSamples);
  r.forced_text = text_or_empty(line, "forced");
  r.think_text = line.texts("think_text");
  r.trace.think_ids = ids_or_empty(line, "think_ids");
  if (line.has("lacks")) {
    const std::vector<std::string> lacks = line.texts("lacks");
    r.has_tokens = std::find(lacks.begin(), lacks.end(), "tokens") == lacks.end();
  }
  const size_t n_ids = r.trace.think_ids.size();
  if (!r.has_tokens && n_ids != 0) throw bad("'think_ids' of a thinking that is one text");
  if (n_ids != 0 && n_ids != r.think_text.size())
    throw bad(fmt::format("{} 'think_ids' for {} texts in 'think_text'", n_ids, r.think_text.size()));
  read_own_curve(line, r);
  read_writer(line, r);
  if (line.has("resolution")) r.resolution = line.number("resolution");
  if (r.resolution < 0) throw bad("'resolution' is below 0");
  if (r.status == Status::kOk) r.trace.stop = read_stop(line);
  r.trace.answer_ids = ids_or_empty(line, "answer_ids");
  r.trace.answer_text = text_or_empty(line, "answer_text");
  if (line.has("chosen")) r.chosen = line.integer("chosen", 0, n_options - 1);
  return r;
}

}  // namespace thinktrace
