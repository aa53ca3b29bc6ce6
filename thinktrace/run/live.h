// SPDX-License-Identifier: MIT
// live.h — the bundle of runs that may still grow, in memory (docs/bundle.md, "A live bundle"). Only looks: nothing is
// written in a run's folder. A writer's commit may have to wait for a reading of one unit, or for one walk over what is
// known of all units (Store::unit_stamps, reader_counts, counts), during which the store is held; never for a reading of
// the run.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "thinktrace/error.h"
#include "thinktrace/run/live_plan.h"
#include "thinktrace/serve/server.h"
#include "thinktrace/store/watch.h"

namespace thinktrace {

struct LiveOptions {
  std::vector<std::string> folders;  // Those without a run are shown as soon as there is one.
  std::string title = "thinktrace";
  std::function<void(const std::string&)> note;  // One line worth knowing; may hold text from files.
  std::function<bool()> should_stop;             // True: throw Error (kInterrupted) soon.
  std::chrono::milliseconds interval{1000};      // Between two looks.
  // After a step, so many times its duration pass before the next of its kind. There are two kinds, reading what is new
  // and computing the first numbers: together they take a tenth of one core. The first of each run don't count.
  int rest = 20;
  int shelf_tokens = kShelfTokens;
  // How long the chunks of older revisions are to be had; those of the last one always are.
  std::chrono::seconds keep{60};
  // The clock that rests go by; tests have one of their own.
  std::function<std::chrono::steady_clock::time_point()> now = &std::chrono::steady_clock::now;
};

class LiveBundle {
 public:
  // Shows no run until refresh() is called.
  explicit LiveBundle(LiveOptions options);

  // Looks at the stores if it is time to, and makes a new revision if something of what is shown changed. Throws Error
  // (kStore) if a store can't be read the first time that it is looked at, where a writer that is just at it doesn't
  // count; later the last that could be read is shown, and the reason noted once. What can be read of a run, plan by plan,
  // is. To be called often, from one thread.
  void refresh();

  // What there is of a resource. From any thread.
  std::optional<serve::Content> content(serve::Resource resource, const std::string& name) const;

 private:
  using Clock = std::chrono::steady_clock;
  using Text = std::shared_ptr<const std::string>;

  struct LiveRun {
    std::string folder;
    StoreWatch watch;
    std::map<int, LivePlan> plans;  // By number; as they were when the store could last be read.
    bool is_stale = false;          // The store has changed since, or some plan could not be read.
    bool is_first = true;           // Nothing was seen of it yet, not even that there is none.
    std::string said;               // What was noted last, if it still holds.
  };

  void look(LiveRun& run);
  // The steps; both tell how long they took, as far as that is to be rested from.
  Clock::duration read_changed();
  Clock::duration compute_numbers();
  bool read(LiveRun& run);  // Whether all of it could be read.
  std::optional<Error> read_plans(LiveRun& run);
  void complain(LiveRun& run, const Error& error);
  LivePlan::Sinks sinks();
  void say(LiveRun& run, const std::string& text) const;
  void publish();

  LiveOptions options_;
  std::vector<LiveRun> runs_;
  Clock::time_point next_look_{}, next_reading_{}, next_numbers_{};
  std::map<std::string, Text> fresh_;  // Chunks made since the last revision.
  std::string app_;                    // Name of the app chunk.
  Text script_, style_, nothing_new_;

  mutable std::mutex mutex_;  // Guards what follows.
  int64_t revision_;
  std::vector<std::string> entries_;  // Of the revision.
  Text page_, newer_;                 // newer_: what pages of other revisions are told.
  std::map<std::string, Text> chunks_;
  struct Shown {
    std::set<std::string> chunks;
    Clock::time_point until{};  // When it was replaced, if it was.
  };
  std::vector<Shown> shown_;  // Revisions whose chunks are kept, the latest last.
};

}  // namespace thinktrace
