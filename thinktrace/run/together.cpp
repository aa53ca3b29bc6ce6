// SPDX-License-Identifier: MIT
#include "thinktrace/run/together.h"

#include <fmt/format.h>

#include <algorithm>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

constexpr int kLargestUnit = 4, kCpuSequences = 4, kGpuSequences = 64;

double gigabytes(int64_t bytes) { return static_cast<double>(bytes) / 1e9; }

}  // namespace

int64_t cell_bytes(const ModelCard& card, Precision precision) {
  const int64_t value = precision == Precision::kReference ? 4 : 2;
  return 2 * value * card.n_layers * card.n_head_kv * card.n_head_dim;
}

Together plan_together(const RunOptions& given, const Model& model,
                       const std::vector<PreparedQuestion>& questions) {
  RunOptions options = given;
  options.compute = resolve_compute(options.compute);  // Branches take room too.
  Together plan = options.together;
  if (plan.unit_size == 0) plan.unit_size = std::min(options.samples, kLargestUnit);
  const int wanted = options.compute.gpu_layers > 0 ? kGpuSequences : kCpuSequences;
  if (plan.block == 0) plan.block = std::max(1, wanted / plan.unit_size);
  const int all = std::min(kMaxBranches, plan.block * plan.unit_size);
  const bool is_open = plan.sequences == 0;
  plan.sequences = is_open ? all : std::min(plan.sequences, all);

  const int64_t memory = options.memory > 0
                             ? options.memory
                             : usable_memory(options.compute.gpu_layers >= model.card().n_layers);
  const auto bytes_with = [&](int sequences) {
    Together fewer = plan;
    fewer.sequences = sequences;
    const int cells = room_for_run(model, questions, options, fewer).cells;
    return static_cast<int64_t>(model.card().bytes) +
           cells * cell_bytes(model.card(), options.compute.precision) + kBufferBytes;
  };
  if (is_open) {
    while (plan.sequences > 1 && bytes_with(plan.sequences) > memory) plan.sequences--;
  }
  if (options.memory > 0 && bytes_with(plan.sequences) > memory) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("[run] {} at once need {:.1f} GB for weights, cache and buffers, more than --memory's "
                    "{:.1f} GB; try a smaller --budget, --branches or --sequences",
                    plan.sequences == 1 ? "1 sequence" : fmt::format("{} sequences", plan.sequences),
                    gigabytes(bytes_with(plan.sequences)), gigabytes(memory)));
  }
  return plan;
}

}  // namespace thinktrace
