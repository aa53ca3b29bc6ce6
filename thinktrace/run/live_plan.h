// SPDX-License-Identifier: MIT
// live_plan.h — one plan of a run that grows, kept as shelves: what has not changed is not read again.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
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

  // Reads the questions that changed since the last call, and those that share a shelf with them; gives new chunks to the
  // sink. The first numbers stay as analyze() left them. Strong guarantee: what is thrown leaves all as it was.
  void update(const GalleryRun& gallery, const Sinks& sinks);

  // The first numbers of what update() read, for the next update() to show.
  void analyze(const GalleryRun& gallery);

  // The run's entry in the manifest, a JSON object, and the names of all its chunks.
  const std::string& entry() const { return built_.entry; }
  const std::set<std::string>& chunks() const { return built_.chunks; }

 private:
  // A question and all of its units that are done.
  struct DoneQuestion {
    std::string id;
    std::vector<int> first_samples;
    std::string stamp;
  };
  struct Known {
    std::string stamp;
    MeasuredRun measured;
  };
  struct Built {
    std::string entry;
    std::set<std::string> chunks;
    std::vector<ShelfParts> shelves;
    std::map<std::string, Known> known;  // By question.
    std::vector<std::string> order;      // Of the questions.
    std::vector<std::string> readers;    // GalleryRun::further_readers
    std::string reader;
  };
  static std::vector<DoneQuestion> questions_of(const Store& store);
  const ShelfParts* kept_shelf(const std::vector<DoneQuestion>& questions, size_t first) const;
  void read_question(const GalleryRun& gallery, const DoneQuestion& question, RunBuilder& builder,
                     Known& known) const;

  int shelf_tokens_;
  Built built_;
  std::string analysis_;
};

}  // namespace thinktrace
