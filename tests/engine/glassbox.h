// SPDX-License-Identifier: MIT
// glassbox.h — the embedded model for tests: one thread, since spinning threads of parallel tests starve each
// other.
#pragma once
#include <unistd.h>

#include <cstdio>
#include <string>

#include "thinktrace/prompt/prompt.h"
#include "thinktrace/question/read_questions.h"
#include "thinktrace/run/run.h"

namespace thinktrace::testing {

inline std::string glassbox_path() { return THINKTRACE_SOURCE_DIR "/models/glassbox/glassbox-q8_0.gguf"; }
inline std::string glassbox_questions() { return THINKTRACE_SOURCE_DIR "/models/glassbox/questions"; }

inline std::vector<Question> questions_of(const std::string& subject, int n) {
  std::vector<Question> all = read_questions(glassbox_questions() + "/" + subject + "_test.csv").questions;
  all.resize(n);
  return all;
}

// The model as it is shipped, in Q8_0.
inline const Model& glassbox() {
  static const Model model = Model::load(glassbox_path());
  return model;
}

// Its weights as F32: with Precision::kReference, the mode in which forking is exact.
inline const Model& glassbox_f32() {
  static const Model model = [] {
    const std::string path = "glassbox-f32-" + std::to_string(::getpid()) + ".gguf";
    write_f32_model(glassbox_path(), path);
    Model loaded = Model::load(path);
    std::remove(path.c_str());  // It stays mapped.
    return loaded;
  }();
  return model;
}

inline Session make_session(const Model& model, Precision precision, int branches = 16) {
  return Session(model, {.n_cells = 2048,
                         .n_branches = branches + 1,
                         .batch = 512,
                         .threads = 1,
                         .precision = precision,
                         .should_stop = {}});
}

}  // namespace thinktrace::testing
