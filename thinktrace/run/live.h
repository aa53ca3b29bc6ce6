// SPDX-License-Identifier: MIT
// live.h — the bundle of runs that may still grow, in memory (docs/bundle.md, "A live bundle"). Only looks: nothing is
// written in a run's folder, and no writer waits longer than for the reading of one unit.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
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
  // and computing the first numbers: together they take a tenth of one core. Those of the first call don't count.
  int rest = 20;
  int shelf_tokens = kShelfTokens;
  // How long the chunks of older revisions are to be had; those of the last one always are.
  std::chrono::seconds keep{60};
};

class LiveBundle {
 public:
  // Shows no run until refresh() is called.
  explicit LiveBundle(LiveOptions options);

  // Looks at the stores if it is time to, and makes a new revision if something of what is shown changed. Throws Error
  // (kStore) if a store can't be read at the first call; later the last that could be read is shown, and the reason noted
  // once. To be called often, from one thread.
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
    bool is_stale = false;          // The store has changed since.
    bool has_new_traces = false;    // Since the first numbers were computed.
    std::string said;               // What was noted last, if it still holds.
  };

  void look(LiveRun& run);
  void read(LiveRun& run, bool with_numbers);
  void read_plans(LiveRun& run, bool with_numbers);
  void complain(LiveRun& run, const Error& error);
  void say(LiveRun& run, const std::string& text) const;
  void publish();

  LiveOptions options_;
  std::vector<LiveRun> runs_;
  Clock::time_point next_look_{}, next_reading_{}, next_numbers_{};
  bool is_first_ = true;
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
