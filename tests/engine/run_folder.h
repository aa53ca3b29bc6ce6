// SPDX-License-Identifier: MIT
// run_folder.h — runs of Glassbox in a folder that goes with the test.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"

namespace thinktrace::testing {

class RunFolder : public ::testing::Test {
 protected:
  RunFolder()
      : folder_(std::filesystem::path(::testing::TempDir()) / ("run_folder_" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
  }
  ~RunFolder() override { std::filesystem::remove_all(folder_); }

  RunOptions options_of(const std::string& name) const {
    RunOptions o;
    o.model_path = glassbox_path();
    o.questions_path = glassbox_questions();
    o.out = (folder_ / name / "run").string();  // One base name, so that exports can be compared.
    o.selection.last = 2;
    o.compute.threads = 1;
    return o;
  }

  std::filesystem::path folder_;
};

// Stops a run in the middle of sampling, of probing, between blocks, and goes on with it until it is done; how often it was
// stopped.
inline int run_with_stops(const RunOptions& options) {
  for (int patience = 20, stops = 0;; patience += 37, stops++) {
    int left = patience;
    RunObserver observer;
    observer.should_stop = [&] { return left-- <= 0; };
    try {
      run_plan(options, observer);
      return stops;
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::kInterrupted || stops > 100) throw;
    }
  }
}

}  // namespace thinktrace::testing
