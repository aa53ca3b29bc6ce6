// SPDX-License-Identifier: MIT
#include "thinktrace/import/intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace {

using nlohmann::json;

std::string hash_of(const json& content) {
  return content_id(content.dump(-1, ' ', false, json::error_handler_t::replace));
}

uint64_t number_of(const std::string& id) { return std::stoull(id, nullptr, 16); }

}  // namespace

std::string imported_trace_id(const std::string& model, const TraceRecord& r) {
  return hash_of({"imported trace", model, r.question.id, r.think_text, r.trace.answer_text});
}

void Intake::check_stop() const {
  if (observer_.should_stop && observer_.should_stop())
    throw Error(ErrorKind::kInterrupted, "[import] interrupted");
}

bool Intake::wants(const std::string& subject) {
  const int n = taken_[subject];
  const auto& named = options_.subjects;
  if (!named.empty() && std::find(named.begin(), named.end(), subject) == named.end()) return false;
  return options_.limit <= 0 || n < options_.limit;
}

bool Intake::is_done() const {
  if (options_.limit <= 0 || options_.subjects.empty()) return false;
  return std::all_of(options_.subjects.begin(), options_.subjects.end(), [&](const std::string& subject) {
    const auto it = taken_.find(subject);
    return it != taken_.end() && it->second >= options_.limit;
  });
}

void Intake::skip(const std::string& where, const std::string& reason) {
  const std::string what = fmt::format("{}: {}", where, reason);
  if (first_skipped_.empty()) first_skipped_ = what;
  if (observer_.on_skipped) observer_.on_skipped(what);
}

void Intake::take(TraceRecord&& record, const ImportSource& source, const std::string& where,
                  const std::string& number) {
  const std::string content = record.id.empty() ? imported_trace_id(source.model, record) : record.id;
  if (!seen_.insert(number_of(hash_of({"seen", content, number})))) {
    skip(where, "the same trace as one before it");
    return;
  }
  const int n_before = count_again(content);
  // A question that failed has no trace.
  if (record.status == Status::kOk || !record.id.empty())
    record.id = n_before == 0 ? content : hash_of({"repeated trace", content, n_before});
  taken_[record.question.subject]++;
  if (observer_.on_record) observer_.on_record(std::move(record), source);
}

// How many traces before this one have its content.
int Intake::count_again(const std::string& content) {
  const auto hash = [&](int n) { return number_of(hash_of({"content", content, n})); };
  if (seen_.insert(hash(0))) return 0;
  // Those below some number are there: between `there`, which is, and `absent` lies where they end.
  int there = 0, absent = 1;
  while (seen_.contains(hash(absent))) there = std::exchange(absent, 2 * absent);
  while (absent - there > 1) {
    const int middle = std::midpoint(there, absent);
    (seen_.contains(hash(middle)) ? there : absent) = middle;
  }
  seen_.insert(hash(absent));
  return absent;
}

void Intake::finish(const std::string& path) const {
  std::string there;
  int n = 0;
  for (const auto& [subject, n_taken] : taken_) {
    there += (there.empty() ? "" : ", ") + subject;
    n += n_taken;
  }
  for (const std::string& subject : options_.subjects) {
    if (taken_.contains(subject) || taken_.empty()) continue;
    throw Error(ErrorKind::kInput,
                fmt::format("[import] {}: no trace of subject '{}'; there are: {}", path, subject, there));
  }
  if (n > 0) return;
  if (first_skipped_.empty())
    throw Error(ErrorKind::kInput, fmt::format("[import] {}: no trace found", path));
  throw Error(ErrorKind::kInput,
              fmt::format("[import] {}: nothing in it can be imported; first: {}", path, first_skipped_));
}

}  // namespace thinktrace
