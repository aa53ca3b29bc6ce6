// SPDX-License-Identifier: MIT
#include "thinktrace/store/records.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "thinktrace/store/sqlite.h"

namespace thinktrace {
namespace {

using nlohmann::json;
using sqlite::Statement;

// Columns of kTraceQuery.
enum Column {
  kQuestion,
  kSubject,
  kText,
  kOptions,
  kAnswer,
  kStatus,
  kError,
  kLabels,
  kPrompt,
  kPromptIds,
  kFirst,
  kCount,
  kTrace,
  kSample,
  kSeed,
  kThinkIds,
  kThinkText,
  kStop,
  kAnswerIds,
  kAnswerText,
  kChosen,
  kForced,
  kPositions,
  kLogprobs
};

constexpr std::string_view kTraceQuery = R"(
  SELECT q.id, q.subject, q.text, q.options, q.answer, u.status, u.error, u.labels, u.prompt_text, u.prompt_ids,
         u.first_sample, u.n_samples, t.id, t.sample, t.seed, t.think_ids, t.think_text, t.stop, t.answer_ids, t.answer_text,
         t.chosen, r.forced_text, r.positions, r.logprobs
  FROM plan_question p JOIN question q ON q.id = p.question_id JOIN unit u ON u.plan_id = p.plan_id AND u.question_id = q.id
  LEFT JOIN trace t ON t.unit_id = u.id LEFT JOIN reading r ON r.trace_id = t.id
  WHERE u.id = ? AND (u.status = 'failed' OR t.sample < ?) ORDER BY t.sample)";

TraceRecord record_from(const Statement& s) {
  TraceRecord r;
  r.question = {s.text(kQuestion), s.text(kSubject), s.text(kText),
                json::parse(s.text(kOptions)).get<std::vector<std::string>>(),
                static_cast<int>(s.integer(kAnswer))};
  r.status = s.text(kStatus) == "ok" ? Status::kOk : Status::kFailed;
  r.error = s.text(kError);
  r.labels = json::parse(s.text(kLabels)).get<std::vector<std::string>>();
  r.prompt_text = s.text(kPrompt);
  r.prompt_ids = s.ids(kPromptIds);
  if (r.status == Status::kFailed) return r;
  r.id = s.text(kTrace);
  r.seed = std::stoull(s.text(kSeed));
  r.trace.sample = static_cast<int>(s.integer(kSample));
  r.trace.think_ids = s.ids(kThinkIds);
  r.trace.stop = stop_named(s.text(kStop));
  r.trace.answer_ids = s.ids(kAnswerIds);
  r.trace.answer_text = s.text(kAnswerText);
  r.think_text = json::parse(s.text(kThinkText)).get<std::vector<std::string>>();
  if (!s.is_null(kChosen)) r.chosen = static_cast<int>(s.integer(kChosen));
  r.forced_text = s.text(kForced);
  r.curve = {s.ids(kPositions), s.floats(kLogprobs)};
  return r;
}

constexpr std::string_view kUnitsInOrder = R"(
  SELECT u.id, u.status FROM plan_question p JOIN unit u ON u.plan_id = p.plan_id AND u.question_id = p.question_id
  WHERE u.first_sample < ? ORDER BY p.place, u.first_sample)";

}  // namespace

std::vector<TraceRecord> records_of(sqlite3* db, int64_t unit, int samples) {
  Statement s(db, kTraceQuery);
  s.bind(unit).bind(samples);
  std::vector<TraceRecord> records;
  while (s.step()) {
    const TraceRecord record = record_from(s);
    if (record.status == Status::kOk) {
      records.push_back(record);
      continue;
    }
    const int first = static_cast<int>(s.integer(kFirst));
    for (int i = first; i < std::min(first + static_cast<int>(s.integer(kCount)), samples); i++) {
      records.push_back(record);
      records.back().trace.sample = i;
    }
  }
  return records;
}

std::vector<int64_t> units_in_order(sqlite3* db, int samples, bool with_failed) {
  Statement s(db, kUnitsInOrder);
  s.bind(samples);
  std::vector<int64_t> units;
  while (s.step()) {
    if (with_failed || s.text(1) == "ok") units.push_back(s.integer(0));
  }
  return units;
}

}  // namespace thinktrace
