// SPDX-License-Identifier: MIT
// store.h — a run on disk: RUN/thinktrace.db (schema.sql, docs/store.md).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/probe/record.h"

struct sqlite3;

namespace thinktrace {

// A plan as the store sees it: JSON that it keeps and compares but does not read.
struct StoredPlan {
  int number = 0;           // From 1; 0: not stored yet.
  std::string sampling_id;  // Hash of identity.
  std::string identity;     // JSON object: what a sampled trace hangs on.
  std::string provenance;   // JSON object.
  int samples = 1;
  int unit_size = 1;
  std::string reader_id;  // The reading that is shown unless another is asked for.
};

// A way to read traces.
struct StoredReader {
  std::string id;  // Hash of identity.
  int number = 0;  // From 1; 0: not stored yet.
  std::string identity;
  std::string provenance;
  std::string noise_floors;  // JSON object by sampling_id; empty: none measured.
  std::string prior;         // JSON array; empty until measured.
};

// Stands for a reader that has read nothing: traces as they were written.
inline constexpr const char* kNoReader = "none";

// Which unit of a plan: question id and first sample.
using UnitKey = std::pair<std::string, int>;

// What an attempt at a unit, or at reading one, came to.
struct Attempt {
  Status status = Status::kOk;
  std::string error;
  std::string settings = "{}";  // JSON object.
  int64_t tokens = 0;           // Sampled: thinking and answer.
  int64_t probes = 0;
  double seconds_sampling = 0, seconds_probing = 0;
};

// One unit's outcome. Its records share question, prompt and labels; a failed unit has no records but a reason.
struct StoredUnit {
  Question question;
  int first_sample = 0;
  int n_samples = 1;
  std::vector<std::string> labels;
  std::string prompt_text;
  std::vector<Token> prompt_ids;
  std::vector<Token> suffix_ids;
  Attempt attempt;
  std::string reader_id = {};        // Who read the records; empty: the plan's own reader.
  std::vector<TraceRecord> records;  // Without a curve where an import has none.
};

// A stored trace read by another reader than its plan's own.
struct StoredReading {
  std::string trace_id;
  std::vector<std::string> labels;  // The label that stands before each option.
  std::string prompt_text;
  std::vector<Token> prompt_ids;
  // The thinking in the reader's tokens; empty where they are the writer's.
  std::vector<Token> think_ids;
  std::vector<std::string> think_text;
  std::string forced_text;
  std::vector<Token> suffix_ids;
  Curve curve;
  std::vector<int> writer_positions;  // [n_positions], or empty.
  std::optional<int> writer_tokens;   // The writer's number of tokens, where the reader's are others.
};

// Which plan is shown unless another is asked for, once one was saved.
enum class CurrentPlan { kSaved, kAsBefore };

// An experiment as the store sees it.
struct StoredExperiment {
  std::string id;  // Hash of identity.
  int number = 0;  // From 1; 0: not stored yet.
  std::string kind;
  std::string reader_id;
  std::string identity;    // JSON object: what an outcome hangs on besides its traces.
  std::string provenance;  // JSON object.
};

// What one arm made of a trace: the answer that is forced after the changed thinking.
struct StoredOutcome {
  std::string trace_id;
  std::string arm;
  int draw = 0;
  int n_tokens = 0;                         // Of the changed thinking.
  std::vector<float> logprobs;              // By option.
  std::optional<std::string> source_trace;  // Whose thinking stands in.
};

// What the model wrote from a beginning of a trace's thinking.
struct StoredContinuation {
  std::string trace_id;
  int position = 0;  // Thinking tokens of the trace that are kept.
  std::string arm;   // Empty where the experiment has but one way to go on.
  int draw = 0;
  std::vector<Token> inserted;          // Between what is kept and what is written; mostly none.
  std::vector<Token> think_ids;         // Written, up to its closing tag.
  std::vector<std::string> think_text;  // A text for each, as token_texts() gives them.
  Stop stop = Stop::kClosed;
  std::vector<Token> answer_ids;  // These three as of a trace.
  std::string answer_text;
  std::optional<int> chosen;
  std::vector<float> logprobs;  // Of the answer forced after that thinking, by option; empty: not read.
  std::vector<std::string> inserted_text = {};  // A text for each token of `inserted`.
  // Natural log of the probability that the model gives to what is inserted, after what is kept; nothing: not read.
  std::optional<double> inserted_logprob = {};
};

// Counts of a plan. Samples that were decoded because units are whole, but not asked for, are not counted, except in
// what was spent.
struct StoreCounts {
  int64_t questions = 0, units_ok = 0, units_failed = 0, traces = 0, tokens = 0, probes = 0;
  int64_t not_ended = 0;  // Traces that did not close their thinking themselves.
  int64_t settings = 0;   // Different ways in which units were computed.
  // Spent, over all attempts, failed ones and other readers' counted:
  int64_t attempts = 0, sampled_tokens = 0, read_probes = 0;
  double seconds_sampling = 0, seconds_probing = 0;
};

// A unit, and a text that changes whenever something of it, its readings or how many of its samples are asked for does.
struct UnitStamp {
  UnitKey unit;
  std::string stamp;
};

// What a reader does with a step that a killed writer left half done: it undoes it where the folder lets it, or writes
// nothing whatever, and can't read such a store.
enum class ReadAccess { kUndoing, kUntouched };

struct VerifyReport {
  std::vector<std::string> problems;                  // Empty: nothing wrong was found.
  std::vector<std::pair<std::string, int64_t>> rows;  // Rows checked, by table.
};

// Throws Error (kStore) if a run could not be stored in `run_folder`: it, or the nearest folder above it that exists, is
// no folder or can't be written to. Makes nothing.
void check_run_folder(const std::string& run_folder);

// Not thread-safe. Every function throws Error (kStore) naming the file if SQLite reports a problem, or if a row that is
// read is damaged. Functions that speak of units, traces and questions mean those of the current plan.
class Store {
 public:
  // Opens RUN for writing, making folder and store where they are missing; an older store is brought to this version.
  // Only one process at a time writes to a run: throws Error (kStore) if another holds it, naming it, if the store is of
  // a newer version, or if it can't be written. What a killed writer left is taken over.
  static Store create(const std::string& run_folder);
  // Opens an existing RUN for reading; an older store is read as this version has it, and left as it is. Throws Error
  // (kInput) if there is none.
  static Store open(const std::string& run_folder, ReadAccess access = ReadAccess::kUndoing);
  // Whether RUN holds a store.
  static bool exists(const std::string& run_folder);

  const std::string& path() const { return path_; }

  // --- Plans and readers
  std::vector<StoredPlan> plans() const;
  std::optional<StoredPlan> plan() const;      // The current one: chosen, or else worked on last.
  StoredPlan current_plan() const;             // The same; throws Error (kInput) if there is none.
  bool is_idle(const StoredPlan& plan) const;  // Nothing was done under it: it binds nobody.
  // Makes another plan the current one for this handle. Throws Error (kInput), naming those there are.
  void choose_plan(int number);
  // Writes a new plan (number 0; its reader must be stored) or a grown one, with its questions in order, and makes it
  // current, for this handle at least; keeps every unit. One transaction; gives the number. Plans under which nothing was done are
  // removed when a new one comes.
  int save_plan(const StoredPlan& plan, const std::vector<Question>& questions,
                CurrentPlan current = CurrentPlan::kSaved);
  std::vector<Question> questions() const;
  std::vector<Question> questions(int plan) const;
  void for_each_question(const std::function<void(const Question&)>& visit) const;  // One at a time.

  std::vector<StoredReader> readers() const;
  std::optional<StoredReader> reader(const std::string& id) const;

  // What each reader has done of the current plan, by reader id; those alone that tried anything.
  struct ReaderCounts {
    int64_t traces = 0;        // Read.
    int64_t failed_units = 0;  // Of which it could not read some trace.
  };
  std::map<std::string, ReaderCounts> reader_counts() const;
  // Inserts the reader, or changes the provenance and measurements of the one with its id.
  void save_reader(const StoredReader& reader);

  // --- Units
  std::map<UnitKey, Status> units() const;
  // Of one unit, if it is there; and the largest first sample of a question's units. Whether or not the question is in the plan.
  std::optional<Status> status_of(const UnitKey& key) const;
  std::optional<int> last_sample(const std::string& question_id) const;
  // Those of the plan's questions with samples below `samples`, in the order of for_each_trace. Whoever reads units by
  // their stamps must go by the same number.
  std::vector<UnitStamp> unit_stamps(int samples) const;
  // All or nothing, on disk when it returns; questions that the plan lacks are put at its end. A failed unit is replaced,
  // its attempts are kept.
  void commit_units(std::span<const StoredUnit> units);
  void commit_unit(const StoredUnit& unit) { commit_units({&unit, 1}); }
  // Whether a trace of any plan has this id.
  bool has_trace(const std::string& id) const;
  // Ids of the traces that for_each_trace visits, in its order.
  std::vector<std::string> trace_ids() const;

  // Units in order, well done, of which some trace lacks a reading by `reader_id`; one whose last attempt at that failed
  // only if `with_failed`.
  std::vector<UnitKey> units_to_read(const std::string& reader_id, bool with_failed) const;
  // As commit_unit: readings of some of a unit's traces, and what they cost.
  void commit_readings(const UnitKey& unit, const std::string& reader_id, const Attempt& attempt,
                       const std::vector<StoredReading>& readings);

  // --- Traces
  // Every trace of the plan's questions and samples, by place and sample, as `reader_id` read it (empty: the plan's own).
  // A failed unit gives one record a sample. The record is only valid during the call. Memory: one unit at a time.
  // Nothing is locked while `visit` runs, so a slow reader does not hold up a writer; a run that grows meanwhile is seen
  // as it was at the start.
  void for_each_trace(const std::function<void(const TraceRecord&)>& visit,
                      const std::string& reader_id = "") const;
  // Those of one unit, also samples that the plan does not ask for.
  std::vector<TraceRecord> records(const UnitKey& unit, const std::string& reader_id = "") const;
  // One trace's curve by one reader, by option of the question whatever order they were read in.
  struct OtherReading {
    std::vector<std::string> labels;  // That stood before each option.
    std::vector<std::string>
        think_text;  // The thinking in the reader's tokens; empty where they are the writer's.
    std::string forced_text;
    Curve curve;  // Of as many options as there are labels.
  };
  std::optional<OtherReading> reading(const std::string& trace_id, const std::string& reader_id) const;
  // A trace's thinking in its writer's tokens, as TraceRecord::think_text; empty where there is no such trace.
  std::vector<std::string> written_tokens(const std::string& trace_id) const;

  // --- Experiments
  std::vector<StoredExperiment> experiments() const;
  std::optional<StoredExperiment> experiment(const std::string& id) const;
  // Inserts the experiment, or changes the provenance of the one with its id. Others that came to nothing are removed.
  void save_experiment(const StoredExperiment& experiment);
  // Whether anything of the current plan came of it.
  bool has_results(const std::string& experiment_id) const;
  // Number of outcomes, and of continuations, of each trace that has some, of any plan, by trace id.
  std::map<std::string, int> outcome_counts(const std::string& experiment_id) const;
  std::map<std::string, int> continuation_counts(const std::string& experiment_id) const;
  // The plan's units at which the last attempt for this experiment failed.
  std::set<UnitKey> units_failed_in(const std::string& experiment_id) const;
  // As commit_readings: outcomes and continuations of some of a unit's traces, and what they cost.
  void commit_outcomes(const UnitKey& unit, const StoredExperiment& experiment, const Attempt& attempt,
                       const std::vector<StoredOutcome>& outcomes,
                       const std::vector<StoredContinuation>& continuations = {});
  // A trace's outcomes, in the order of arms and draws in which they were stored.
  std::vector<StoredOutcome> outcomes(const TraceRecord& trace, const std::string& experiment_id) const;
  // A trace's continuations by position, arm and draw.
  std::vector<StoredContinuation> continuations(const TraceRecord& trace,
                                                const std::string& experiment_id) const;

  // The first trace of each of `n` units spread evenly over the whole ones, in the order of for_each_trace; fewer where
  // there are fewer.
  std::vector<TraceRecord> spread_traces(int n, const std::string& reader_id = "") const;

  // `reader_id`: whose probes are counted; empty: the plan's own.
  StoreCounts counts(const std::string& reader_id = "") const;

  // Looks at every row: SQLite's structure, the schema, checksums, references, and that what belongs together is there.
  VerifyReport verify() const;

 private:
  Store() = default;
  struct Close {
    void operator()(sqlite3* db) const;
  };
  struct Unlock {
    void operator()(const int* fd) const;
  };
  std::unique_ptr<const int, Unlock> lock_;
  std::unique_ptr<sqlite3, Close> db_;
  std::string path_;
  int chosen_ = 0;
};

}  // namespace thinktrace
