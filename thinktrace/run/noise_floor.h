// SPDX-License-Identifier: MIT
// noise_floor.h — how far the numbers of a run are from those of the reference mode.
#pragma once
#include <functional>
#include <string>

#include "thinktrace/engine/model.h"
#include "thinktrace/probe/record.h"

namespace thinktrace {

// Compares a curve, however it was read, with fresh prefills without flash attention and with an F32 cache, at a few of
// the positions that were read. (Weights are as in the file: what their quantisation does to a model is another question.)
// Cost: a session of its own, and one prefill of prompt and thinking a position; with our own kernels the model once more.
struct NoiseFloorOptions {
  const Model& model;
  int threads = 0;
  std::function<bool()> should_stop;
};
NoiseFloor measure_noise_floor(const TraceRecord& record, const AnswerForm& form,
                               const NoiseFloorOptions& options);

std::string describe(const NoiseFloor& noise);  // One line.
std::string to_json(const NoiseFloor& noise);
NoiseFloor noise_floor_from_json(const std::string& json);

}  // namespace thinktrace
