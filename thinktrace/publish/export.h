// SPDX-License-Identifier: MIT
// export.h — records as lines of text for other programs.
#pragma once
#include <optional>
#include <string>

#include "thinktrace/probe/record.h"

namespace thinktrace {

// What a line says of the run that it is from, and of how the trace was read.
struct ExportContext {
  std::string run;
  std::string model;
  std::string model_sha256;
  std::string chat_template;          // Its content id.
  std::optional<double> temperature;  // Nothing where an import does not say.
  int reader = 1;                     // Number of the reader.
  // Of a reader that is not the plan's own:
  std::string reader_model, reader_model_sha256;
  int reader_order = 0;
};

// One trace as one JSON object on one line, without the line break (docs/export.md names every key).
// Probabilities are raw, over the whole vocabulary; log-probabilities are the stored 32-bit floats and read
// back to the same bits; of what JSON can't hold, minus infinity is null, and "NaN" and "Infinity" are texts.
std::string jsonl_line(const TraceRecord& record, const ExportContext& context);

}  // namespace thinktrace
