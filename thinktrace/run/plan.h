// SPDX-License-Identifier: MIT
// plan.h — what a run is to do, and how it is told apart from other runs.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/engine/model.h"
#include "thinktrace/prompt/prompt.h"
#include "thinktrace/question/select.h"
#include "thinktrace/run/probe_by.h"
#include "thinktrace/store/store.h"
#include "thinktrace/trace/sample.h"

namespace thinktrace {

// How it is computed: changes nothing of what is asked, but last digits of the numbers.
struct ComputeOptions {
  int threads = 0;     // 0: as many as the machine has cores.
  int gpu_layers = 0;  // kAllLayers: all.
  int branches = 0;    // Probes decoded at once; 0: 32 on a CPU, 64 there with our own kernels, 192 on a GPU.
  Precision precision = Precision::kFast;
  Kernels kernels = Kernels::kEngine;
};

// How traces are sampled together. In quantised models last digits, and with them what is drawn, hang on it, so it is a part
// of a plan: what is left open (0) is planned once (run/together.h) and stored.
struct Together {
  int unit_size = 0;  // Samples of one question that are stored together.
  int block = 0;      // Units that are sampled together and stored when all are done.
  int sequences = 0;  // Decoded at once; as one ends the next takes its place.
};

struct RunOptions {
  std::string model_path;
  std::string questions_path;
  std::string out;  // The run's folder.
  Selection selection;
  bool skip_bad = false;  // Leave bad records out instead of refusing to begin.
  PromptFormat format;
  TraceOptions trace;
  int samples = 1;
  Together together;
  int64_t memory = 0;  // Bytes that weights and cache may take; 0: most of what the machine has.
  Probing probing;
  int orders = 1;  // Read each position under so many orders of the options, the question's own counted.
  bool retry_failed = false;
  ComputeOptions compute;
  // Options of the command line as (name, value), kept as provenance.
  std::vector<std::pair<std::string, std::string>> provenance;
};

// Everything that a sampled trace hangs on, except how many there are, as a JSON object with sorted keys. A hint is added by
// hinted_identity() (hint_plan.h).
// REQUIRES: nothing of options.together is left open.
std::string plan_identity(const RunOptions& options, const Model& model);

Together together_of(const StoredPlan& plan);

// Whether the plan's traces came from elsewhere; then it doesn't say how they were sampled.
bool is_import(const StoredPlan& plan);

// How an identity says that traces are sampled (a plan's that is no import, or an experiment's): its keys as a JSON object, and
// back. Throws nlohmann::json::exception where it has not all of them. `max_tokens` is not among them.
std::string sampling_identity(const TraceOptions& options);
TraceOptions sampling_of(const std::string& identity);

// The words around a question and the precision, on which both a plan and a reader hang, as a JSON object.
std::string words_identity(const PromptFormat& format, Precision precision, const Model& model);

const char* name_of(LabelKind kind);  // "auto", "digits", "letters"
LabelKind label_kind_named(const std::string& name);

// JSON object: what is known of the model's file.
std::string model_provenance(const Model& model);

// JSON object: `options.provenance`, versions, engine, and what was found out about the model.
std::string plan_provenance(const RunOptions& options, const Model& model);

// JSON object: the resolved ComputeOptions with the engine's release and CPU variant. Stored with every unit.
std::string compute_settings(const ComputeOptions& compute);

// Fills in what `compute` leaves open.
ComputeOptions resolve_compute(ComputeOptions compute);

// Units of one run are to be computed alike: what the command leaves open is taken from the stored plan, if there is
// one, then from this machine. What still differs from the stored plan is told to `note`.
ComputeOptions stored_compute(ComputeOptions compute, const std::optional<StoredPlan>& stored,
                              const std::function<void(const std::string&)>& note);

// What is kept, key by key: "temperature was '0.6' and is now '1.0'; …".
std::string differences(const std::string& stored_json, const std::string& wanted_json);
// What an identity has that another has otherwise: "temperature 1.0; suffix 'So it is '".
std::string particulars(const std::string& identity_json, const std::string& other_json);

// The plan that a command goes on with.
struct PlanChoice {
  StoredPlan
      plan;  // One of the store's, grown to this command's samples and provenance; number 0: a new one.
  LabelKind labels;     // With which it samples. (Other labels asked for are another reading of its traces.)
  std::string because;  // Why it is a new one beside others; empty where it is not.
};
// The stored plan that samples as `options` do, labels and what they leave open of `together` left aside, and holds no older version of one of the file's
// questions. Where there is none: a new plan, sampled as `planned` says; nothing is ever mixed.
PlanChoice choose_plan(const Store& store, const RunOptions& options, const Model& model,
                       const std::vector<Question>& file_questions, const Together& planned);

}  // namespace thinktrace
