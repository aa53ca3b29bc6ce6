// SPDX-License-Identifier: MIT
// index.h — what sorting and filtering need of a run: the columns and numbers of its index chunk, and its questions.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "thinktrace/publish/chunk.h"
#include "thinktrace/publish/site_trace.h"

namespace thinktrace {

// How many numbers a trace has (index_trace.cpp lists them); the last kRareNumbers of them are left out where no trace has them.
inline constexpr int kIndexNumbers = 19, kRareNumbers = 3;
struct NumberKind {
  const char *key, *name, *explain, *unit;
  double (*value)(const CurveMeasures&);  // Null: taken from elsewhere than the curve.
};
std::span<const NumberKind> index_numbers();  // [kIndexNumbers]

inline constexpr int kShapePoints = 32;
inline constexpr int kOutlineCells = 16;

// A trace in the index; -1 and NaN where there is nothing to say.
struct IndexTrace {
  std::string id, error;  // `error`: of a failed trace.
  int sample = 0;
  bool failed = false;
  int n_tokens = -1, first = -1, n_positions = -1, stop = -1, chosen = -1, top_start = -1, top_end = -1,
      trace_class = -1, known = -1;
  int n_read = -1;                        // Positions that were read, not interpolated.
  std::optional<CurveError> curve_error;  // As in Curve.
  std::array<double, kIndexNumbers> numbers;
  std::array<float, kShapePoints>
      shape{};  // Of its curve, where it was read: sample_curve of analysis/cluster.h.
  // Of a trace that was read: P of each option in the middle of each of kOutlineCells equal parts of the thinking, in
  // 255ths and so rounded that it takes 16 values. [n_options, kOutlineCells]
  std::vector<uint8_t> outline;
};
IndexTrace index_trace(const SiteTrace& trace);

// A number that experiments give of the traces of a shelf: NaN where they don't.
struct IndexColumn {
  std::string key, name, explain, unit;
  std::vector<double> values;  // [n_traces]
};

struct IndexQuestion {
  Question question;
  int n_traces = 0, n_failed = 0;
};

// A finished shelf: all that the index and the manifest need of it, and the names of its chunks. A value: it hangs on
// nothing but the traces it was made of, so one that is kept can stand in for them (RunBuilder::add_shelf).
// Memory: nothing of a trace's text or curve.
struct ShelfParts {
  std::string strips, texts, curves;       // Names of chunks.
  std::string ids, readings, experiments;  // Empty where the shelf has none.
  std::vector<IndexQuestion> questions;
  std::vector<IndexTrace> traces;
  std::vector<IndexColumn> columns;  // Of experiment_numbers().
  std::vector<std::string> labels;   // The longest list of labels.
};

// A subject of a run, counted over its shelves; in the order in which they first appear.
struct IndexSubject {
  std::string name;
  int n_questions = 0, n_traces = 0, n_failed = 0;
};

// The most curves among which a run's clusters are sought: of more, evenly spaced ones.
inline constexpr int64_t kMostClustered = 4096;

// Gathers the index, the outlines and the questions chunk of a run from its shelves, column by column, in spools.
// Memory: a few bytes a shelf, and what cluster_curves() takes for kMostClustered curves, however many traces there are.
// Throws Error (kFailed) where the folder for temporary files is full.
class IndexBuilder {
 public:
  IndexBuilder();
  ~IndexBuilder();
  IndexBuilder(IndexBuilder&&) noexcept;
  IndexBuilder& operator=(IndexBuilder&&) noexcept;

  void add(const ShelfParts& shelf);

  const std::vector<IndexSubject>& subjects() const;
  const std::vector<std::string>& labels() const;  // The longest list of them.

  // Contents of the three chunks, each to be asked for once, after the last shelf. The first has the run's clusters of curves, and
  // so costs what cluster_curves() does, which asks `should_stop`.
  void write_index(const TextSink& sink, const std::function<bool()>& should_stop = {});
  void write_outlines(const TextSink& sink);
  void write_questions(const TextSink& sink);

 private:
  struct Columns;
  std::unique_ptr<Columns> columns_;
};

}  // namespace thinktrace
