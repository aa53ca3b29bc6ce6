// SPDX-License-Identifier: MIT
#include "thinktrace/run/import_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/store/store.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/version.h"

namespace thinktrace {
namespace {

using nlohmann::json;

constexpr size_t kBatchUnits = 256;
constexpr size_t kBatchTokens = 200'000;

json or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

std::string identity_of(const ImportSource& source) {
  return json{{"import", source.kind},
              {"model", or_null(source.model)},
              {"model_sha256", source.model_sha256},
              {"template", source.chat_template},
              {"temperature", source.temperature ? json(*source.temperature) : json(nullptr)},
              {"read_by", {source.reader_model, source.reader_model_sha256, source.reader_order}},
              {"unit_size", 1}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

// What is in the batch and not yet in the store.
struct Pending {
  std::set<std::string> ids;
  std::map<std::string, std::map<int, Status>> samples;  // By question.
};

class Importer {
 public:
  Importer(const ImportRunOptions& options, const ImportRunObserver& observer)
      : options_(options), observer_(observer) {}

  void add(TraceRecord&& record, const ImportSource& source) {
    if (!store_) open(source);
    // A trace of which only a reading failed is a trace that was not read.
    if (!record.id.empty()) {
      record.status = Status::kOk;
      record.error.clear();
    }
    const bool failed = record.status == Status::kFailed;
    // A trace is in a folder once, whatever the plan.
    if (!failed && (store_->has_trace(record.id) || !pending_.ids.insert(record.id).second)) {
      result_.there++;
      return;
    }
    const std::optional<Status> taken = status_of(record.question.id, record.trace.sample);
    if (taken && failed) {
      result_.there++;
      return;
    }
    // What had failed is replaced; beside another trace it gets the next free number.
    if (taken == Status::kOk) record.trace.sample = next_sample(record.question.id);
    pending_.samples[record.question.id][record.trace.sample] = record.status;
    n_samples_ = std::max(n_samples_, record.trace.sample + 1);
    for (const std::string& part : missing_parts(record)) lacks_.insert(part);
    n_tokens_ += record.think_text.size();
    batch_.push_back(unit_of(std::move(record)));
    result_.imported++;
    if (batch_.size() >= kBatchUnits || n_tokens_ >= kBatchTokens) commit();
    if (observer_.progress) observer_.progress(result_.imported + result_.there);
  }

  void skip(const std::string& reason) {
    result_.skipped++;
    if (observer_.note) observer_.note("skipped " + reason);
  }

  void commit() {
    if (!store_ || batch_.empty()) return;
    const std::string provenance = provenance_text();
    if (n_samples_ != plan_.samples || provenance != plan_.provenance) {
      plan_.samples = n_samples_;
      plan_.provenance = provenance;
      store_->save_plan(plan_, {});
    }
    store_->commit_units(batch_);
    batch_.clear();
    pending_ = {};
    n_tokens_ = 0;
  }

  const ImportRunResult& result() const { return result_; }

 private:
  // Of a question's sample, if there is one.
  std::optional<Status> status_of(const std::string& question_id, int sample) const {
    const auto question = pending_.samples.find(question_id);
    if (question != pending_.samples.end()) {
      const auto at = question->second.find(sample);
      if (at != question->second.end()) return at->second;  // It replaces what the store has.
    }
    return store_->status_of({question_id, sample});
  }
  // The number after those of all the question's samples.
  int next_sample(const std::string& question_id) const {
    const auto question = pending_.samples.find(question_id);
    const int in_batch = question == pending_.samples.end() ? -1 : question->second.rbegin()->first;
    return std::max(in_batch, store_->last_sample(question_id).value_or(-1)) + 1;
  }

  // The plan with this source's traces, or a new one.
  void open(const ImportSource& source) {
    source_ = source;
    store_.emplace(Store::create(options_.out));
    const std::string identity = identity_of(source_);
    const std::vector<StoredPlan> plans = store_->plans();
    const auto same =
        std::find_if(plans.begin(), plans.end(), [&](const auto& p) { return p.identity == identity; });
    if (same != plans.end()) plan_ = *same;
    const bool by_writer = source_.reader_model.empty();
    const std::string& reader_model = by_writer ? source_.model : source_.reader_model;
    const std::string reader = json{
        {"import", source_.kind},
        {"model", reader_model},
        {"model_sha256", by_writer ? source_.model_sha256 : source_.reader_model_sha256},
        {"order",
         source_.reader_order}}.dump(-1, ' ', false, json::error_handler_t::replace);
    reader_id_ = content_id(reader);
    if (same == plans.end()) plan_ = {0, content_id(identity), identity, "{}", 1, 1, reader_id_};
    if (!store_->reader(reader_id_)) {
      const std::string provenance =
          json{{"model", {{"name", reader_model}}}}.dump(-1, ' ', false, json::error_handler_t::replace);
      store_->save_reader({reader_id_, 0, reader, provenance, "", ""});
    }
    for (const auto& part : json::parse(plan_.provenance).value("lacks", json::array())) lacks_.insert(part);
    plan_.provenance = provenance_text();
    const bool is_another = plan_.number == 0 && !plans.empty();
    plan_.number = store_->save_plan(plan_, {});
    n_samples_ = plan_.samples;
    result_.plan = plan_.number;
    if (is_another && plan_.number > 1 && observer_.note)
      observer_.note(
          fmt::format("{}: this folder holds another plan; the import becomes plan {} of it, and nothing is "
                      "mixed",
                      options_.out, plan_.number));
  }

  std::string provenance_text() const {
    json options = json::object();
    for (const auto& [name, value] : options_.provenance) options[name] = value;
    return json{{"thinktrace", kVersionText},
                {"options", options},
                {"model", {{"name", source_.model}}},
                {"lacks", lacks_}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
  }

  StoredUnit unit_of(TraceRecord&& record) const {
    StoredUnit unit;
    unit.reader_id = reader_id_;
    unit.question = record.question;
    unit.first_sample = record.trace.sample;
    unit.labels = record.labels;
    unit.prompt_text = record.prompt_text;
    unit.prompt_ids = record.prompt_ids;
    unit.attempt.status = record.status;
    unit.attempt.error = record.error;
    if (record.status == Status::kOk) unit.records.push_back(std::move(record));
    return unit;
  }

  const ImportRunOptions& options_;
  const ImportRunObserver& observer_;
  ImportSource source_;
  std::optional<Store> store_;
  StoredPlan plan_;
  std::string reader_id_;
  Pending pending_;
  std::set<std::string> lacks_;
  std::vector<StoredUnit> batch_;
  size_t n_tokens_ = 0;
  int n_samples_ = 1;
  ImportRunResult result_;
};

}  // namespace

ImportRunResult import_run(const ImportRunOptions& options, const ImportRunObserver& observer) {
  check_run_folder(options.out);
  Importer importer(options, observer);
  const ImportObserver reader{
      [&](TraceRecord&& record, const ImportSource& source) { importer.add(std::move(record), source); },
      [&](const std::string& reason) { importer.skip(reason); }, observer.should_stop};
  try {
    options.kind == "arbor" ? read_arbor(options.path, options.import, reader)
                            : read_jsonl(options.path, options.import, reader);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kStore) throw;
    importer.commit();  // What was read is kept.
    if (e.kind() != ErrorKind::kInput || importer.result().imported == 0) throw;
    throw Error(ErrorKind::kFailed, fmt::format("{}; {} traces before that are imported and kept", e.what(),
                                                importer.result().imported));
  }
  importer.commit();
  return importer.result();
}

}  // namespace thinktrace
