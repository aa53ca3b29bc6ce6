// SPDX-License-Identifier: MIT
// export.h — records as lines of text for other programs.
#pragma once
#include <string>

#include "thinktrace/probe/record.h"

namespace thinktrace {

// What a line says of the run that it is from.
struct ExportContext {
  std::string run;
  std::string model;
  std::string model_sha256;
  std::string chat_template;  // Exported as its content id.
  double temperature = 0;
};

// One trace as one JSON object on one line, without the line break (docs/export.md names every key).
// Probabilities are raw, over the whole vocabulary; log-probabilities are the stored 32-bit floats and read
// back to the same bits; a log-probability of minus infinity, which JSON can't hold, is null.
std::string jsonl_line(const TraceRecord& record, const ExportContext& context);

}  // namespace thinktrace
