// SPDX-License-Identifier: MIT
// live_plan.h — one plan of a run that grows, kept as shelves: what has not changed is not read again.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/run/analyze.h"
#include "thinktrace/run/gallery_run.h"

namespace thinktrace {

class LivePlan {
 public:
  struct Sinks {
    ChunkSink chunk;
    std::function<bool()> should_stop;  // True: throw Error (kInterrupted) and change nothing.
  };

  explicit LivePlan(int shelf_tokens) : shelf_tokens_(shelf_tokens) {}

  // Both give new chunks to the sink. Strong guarantee: what is thrown leaves all as it was.

  // Reads the questions that changed since the last call, and those that share a shelf with them. The first numbers stay
  // as analyze() left them. `is_only_plan`: as in GalleryRun.
  void update(OpenRun run, bool is_only_plan, const Sinks& sinks);
  // The first numbers of what update() read; it opens no store.
  void analyze(const Sinks& sinks);

  bool has_numbers() const { return !analysis_.empty(); }
  // Whether what was read has others.
  bool needs_numbers() const { return needs_numbers_; }

  // The run's entry in the manifest, a JSON object, and the names of all its chunks.
  const std::string& entry() const { return shown_.entry; }
  const std::set<std::string>& chunks() const { return shown_.chunks; }

 private:
  // A question and all of its units that are done.
  struct DoneQuestion {
    std::string id;
    std::vector<int> first_samples;
    std::string stamp;
  };
  struct Known {
    std::string stamp;
    std::vector<std::pair<Status, TraceMeasures>> measured;
  };
  struct Shown {
    std::string entry;
    std::set<std::string> chunks;
  };
  struct Built {
    Shown without_numbers;
    std::vector<ShelfParts> shelves;
    std::map<std::string, Known> known;    // By question.
    std::vector<std::string> order;        // Of the questions.
    std::vector<std::string> readers;      // GalleryRun::further_readers
    std::vector<std::string> experiments;  // GalleryRun::experiments
    ReaderRoles roles;
  };
  static std::vector<DoneQuestion> questions_of(const OpenRun& run);
  static Shown with_numbers(const Shown& without, const std::string& analysis, const Sinks& sinks);
  const ShelfParts* kept_shelf(const std::vector<DoneQuestion>& questions, size_t first) const;
  void read_question(const GalleryRun& gallery, const DoneQuestion& question, RunBuilder& builder,
                     Known& known) const;

  int shelf_tokens_;
  Built built_;
  Shown shown_;
  std::string analysis_;  // As in RunSummary.
  bool needs_numbers_ = false;
};

}  // namespace thinktrace
