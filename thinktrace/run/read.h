// SPDX-License-Identifier: MIT
// read.h — stored traces read once more: with another suffix, other labels, another order of the options, by another
// model.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/run/open_to_read.h"

namespace thinktrace {

// What a pass over a store's traces needs.
struct ReadJob {
  const Model& model;
  Store& store;
  ComputeOptions compute;  // Resolved.
  bool retry_failed = false;
};

// Reads every trace of the current plan that lacks a reading by `reader`, unit by unit; each unit is on disk before the
// next begins. A trace that can't be read makes the attempt at its unit a failed one, with its reason; the unit's other
// traces are read. Gives the number of such units. Throws Error: kStore, kInterrupted.
int read_units(const ReadJob& job, const ReaderOptions& options, const StoredReader& reader,
               Reporter& reporter);

// Measures what a reader has not measured yet: its noise floor, on 4 traces spread over the plan, and its prior. What
// can't be measured is told and left empty.
std::optional<NoiseFloor> measure_reader(const ReadJob& job, const ReaderOptions& options,
                                         const std::string& reader_id, const Reporter& reporter);

// The noise floor is of all that a reader has read of the current plan: to be called before it reads more.
void forget_noise_floor(Store& store, const std::string& reader_id);

// `probe RUN`: reads what is stored with each suffix, under options.orders orders of the options.
struct ReadResult {
  std::vector<int> readers;  // Their numbers, in the order in which they read; at least one.
  int units_here = 0;
  int units_failed = 0;                   // That these readers could not read, now or earlier.
  std::optional<NoiseFloor> noise_floor;  // Of the first.
};
// Throws Error: kInput before anything is read, kStore, kInterrupted (what was read is kept).
ReadResult read_run(const ReadRequest& request, const RunObserver& observer = {});

}  // namespace thinktrace
