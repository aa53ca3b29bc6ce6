// SPDX-License-Identifier: MIT
#include "thinktrace/run/open_to_read.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/run/hint_plan.h"
#include "thinktrace/run/prepare.h"

namespace thinktrace {
namespace {

using nlohmann::json;

// What the command leaves open is as the plan's own reader has it, where that is a reader of this model.
PromptFormat format_like(const json& identity, PromptFormat given) {
  if (!identity.contains("think_open")) return given;
  const auto text = [&](const char* key) { return identity.value(key, std::string()); };
  if (given.chat_template.empty()) given.chat_template = text("chat_template");
  if (given.system.empty()) given.system = text("system");
  if (given.layout.empty()) given.layout = text("layout");
  if (given.suffix.empty()) given.suffix = text("suffix");
  if (given.labels == LabelKind::kAuto) given.labels = label_kind_named(text("labels"));
  if (given.tags.source == TagSource::kNone)
    given.tags = {text("think_open"), text("think_close"), text("after_think_open"), TagSource::kGiven};
  return given;
}

// The model's file: as given, or where the plan's was. Looked up without the lock: a wrong path must not touch the run.
std::string model_path(const ReadRequest& request) {
  const RunOptions& given = request.options;
  if (!Store::exists(given.out))
    throw Error(ErrorKind::kInput,
                fmt::format("[read] {}: no run in this folder (there is no thinktrace.db)", given.out));
  if (!given.model_path.empty()) return given.model_path;
  Store look = Store::open(given.out);
  if (request.plan) look.choose_plan(*request.plan);
  const std::optional<StoredPlan> plan = look.plan();
  std::string path =
      plan ? json::parse(plan->provenance).value("/model/path"_json_pointer, std::string()) : "";
  if (path.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("[read] {}: name the model that is to read with --with", given.out));
  return path;
}

// The way to read that the request asks for; what it leaves open is the plan's own.
ReaderOptions reader_for(const ReadRequest& request, const Model& model, const StoredPlan& plan,
                         const json& own) {
  const RunOptions& given = request.options;
  const bool same_model = writes_like(model, plan);
  ReaderOptions options{
      .format = given.format, .probing = given.probing, .precision = given.compute.precision};
  if (options.probing.stride == 0) options.probing = probing_of(own.dump());
  if (same_model && own.value("precision", "fast") == "reference") options.precision = Precision::kReference;
  if (same_model) options.format = format_like(own, given.format);
  options.format.hint = hint_of(plan);  // Of the question, as it were: whoever reads sees it.
  if (options.format.suffix.empty()) options.format.suffix = kDefaultSuffix;
  options.format = complete_format(model, options.format);
  return options;
}

}  // namespace

bool writes_like(const Model& model, const StoredPlan& plan) {
  return json::parse(plan.identity).value("model_sha256", "") == model.card().sha256;
}

ReadingRun open_to_read(const ReadRequest& request, const Reporter& reporter) {
  const RunOptions& given = request.options;
  const std::string path = model_path(request);
  Model model = Model::load(path, {.gpu_layers = given.compute.gpu_layers, .kernels = given.compute.kernels});
  Store store = Store::create(given.out);
  if (request.plan) store.choose_plan(*request.plan);
  const std::optional<StoredPlan> plan = store.plan();
  if (!plan) throw Error(ErrorKind::kInput, fmt::format("[read] {}: the run has no traces yet", given.out));
  const bool same_model = writes_like(model, *plan);
  if (given.model_path.empty() && !same_model)
    throw Error(
        ErrorKind::kInput,
        fmt::format("[read] {}: the model's file has changed since the run; name one with --with", path));
  const json own = json::parse(store.reader(plan->reader_id)->identity);
  const ReaderOptions options = reader_for(request, model, *plan, own);
  for (const std::string& text : format_notes(model, options.format)) reporter.note(text);
  const std::vector<Question> questions = store.questions();
  if (!questions.empty())
    build_reading_form(model, questions.front(), options);  // A broken layout is said now.
  ComputeOptions wanted = given.compute;
  wanted.precision = options.precision;
  const ComputeOptions compute = stored_compute(
      wanted, same_model && own.contains("suffix") ? plan : std::nullopt, reporter.observer().note);
  return {std::move(model), std::move(store), *plan, same_model, options, compute};
}

Session& GrowingSession::with_room(int n_tokens, int branch) {
  const int forks = probes_by_forks(model_, compute_) ? compute_.branches : 1;
  return with(n_tokens + forks * branch, n_tokens / 2, forks * branch, forks + 1);
}

Session& GrowingSession::with_room_to_sample(std::span<const TraceRequest> requests, int at_once) {
  return with(cells_to_sample(requests, at_once), 0, at_once, at_once);
}

Session& GrowingSession::with(int cells, int spare, int batch, int branches) {
  if (!session_ || cells_ < cells || batch_ < batch || branches_ < branches) {
    if (cells_ < cells) cells_ = cells + spare;
    batch_ = std::max(batch_, batch);
    branches_ = std::max(branches_, branches);
    session_.reset();  // Before the next one is made: two caches may not fit.
    session_.emplace(model_, SessionOptions{.n_cells = (cells_ + 255) / 256 * 256,
                                            .n_branches = branches_,
                                            .batch = batch_,
                                            .threads = compute_.threads,
                                            .precision = compute_.precision,
                                            .should_stop = should_stop_});
  }
  return *session_;
}

void check_context(const Model& model, int n_tokens, int branch) {
  if (n_tokens + branch <= model.card().n_ctx_train) return;
  throw Error(ErrorKind::kFailed,
              fmt::format("prompt, thinking and suffix have {} tokens, more than the reading model's context "
                          "of {} holds",
                          n_tokens, model.card().n_ctx_train));
}

}  // namespace thinktrace
