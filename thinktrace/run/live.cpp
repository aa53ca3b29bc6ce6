// SPDX-License-Identifier: MIT
#include "thinktrace/run/live.h"

#include <fmt/format.h>

#include <algorithm>

#include "thinktrace/error.h"
#include "thinktrace/publish/page.h"

namespace thinktrace {
namespace {

constexpr const char* kScriptType = "text/javascript; charset=utf-8";

std::shared_ptr<const std::string> text(std::string value) {
  return std::make_shared<const std::string>(std::move(value));
}

// A page that outlives the server asks the next one by its revision, so a new server begins higher than the last one
// ended: there is at most one revision a second.
int64_t first_revision() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count() % 500'000'000;
}

}  // namespace

LiveBundle::LiveBundle(LiveOptions options)
    : options_(std::move(options)),
      script_(text(std::string(viewer_script()))),
      style_(text(std::string(viewer_style()))),
      nothing_new_(text(chunk_script(Chunk()))),
      revision_(first_revision()) {
  for (const std::string& folder : options_.folders)
    runs_.push_back({folder, StoreWatch(folder), {}, false, false, ""});
  const Chunk app = app_chunk();
  app_ = app.name;
  fresh_[app.name] = text(chunk_script(app));
  publish();
}

void LiveBundle::refresh() {
  if (Clock::now() < next_look_) return;
  for (LiveRun& run : runs_) look(run);
  const auto take_step = [&](Clock::time_point& next, bool LiveRun::*is_due, bool with_numbers) {
    const auto begin = Clock::now();
    const bool anything =
        std::any_of(runs_.begin(), runs_.end(), [&](const LiveRun& r) { return r.*is_due; });
    if (!anything || begin < next) return;
    for (LiveRun& run : runs_) {
      if (run.*is_due) read(run, with_numbers);
    }
    // The first reading is of all there is, those that follow are not.
    if (!is_first_) next = Clock::now() + options_.rest * (Clock::now() - begin);
  };
  take_step(next_reading_, &LiveRun::is_stale, /*with_numbers=*/false);
  take_step(next_numbers_, &LiveRun::has_new_traces, /*with_numbers=*/true);
  publish();
  is_first_ = false;
  next_look_ = Clock::now() + options_.interval;
}

void LiveBundle::look(LiveRun& run) {
  try {
    const StoreChange change = run.watch.look();
    if (change == StoreChange::kChanged) run.is_stale = true;
    if (change != StoreChange::kMissing) return;
    run.is_stale = run.has_new_traces = false;
    say(run, run.plans.empty() ? "no run in this folder yet; it is shown as soon as there is one"
                               : "the store is gone; what it held is still shown");
  } catch (const Error& e) {
    run.is_stale = false;  // The watch tells of a change when it can look again.
    complain(run, e);
  }
}

void LiveBundle::read(LiveRun& run, bool with_numbers) {
  try {
    read_plans(run, with_numbers);
    run.said.clear();
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kInterrupted) throw;
    run.is_stale = true;  // To be tried again.
    complain(run, e);
  }
}

void LiveBundle::read_plans(LiveRun& run, bool with_numbers) {
  const LivePlan::Sinks sinks{[&](const Chunk& chunk) {
                                if (!chunks_.contains(chunk.name))
                                  fresh_[chunk.name] = text(chunk_script(chunk));
                              },
                              [&] { return options_.should_stop && options_.should_stop(); }};
  std::set<int> numbers;
  for (const GalleryRun& gallery : open_gallery_runs(run.folder, ReadAccess::kUntouched)) {
    const int number = *numbers.insert(gallery.run().plan.number).first;
    LivePlan& plan = run.plans.try_emplace(number, options_.shelf_tokens).first->second;
    if (with_numbers)
      plan.analyze(gallery);  // What is newer still makes the store a changed one at the next look.
    plan.update(gallery, sinks);
  }
  std::erase_if(run.plans, [&](const auto& plan) { return !numbers.contains(plan.first); });
  run.is_stale = false;
  run.has_new_traces = !with_numbers;
}

void LiveBundle::complain(LiveRun& run, const Error& error) {
  run.has_new_traces = false;
  std::erase_if(run.plans,
                [](const auto& plan) { return plan.second.entry().empty(); });  // Never read whole.
  if (error.kind() == ErrorKind::kInput && run.plans.empty()) {  // A store that is only being made.
    run.is_stale = false;
    say(run, "no run in this folder yet; it is shown as soon as there is one");
    return;
  }
  if (is_first_) throw error;
  say(run, fmt::format("{}; what could be read before is still shown", error.what()));
}

void LiveBundle::say(LiveRun& run, const std::string& what) const {
  if (run.said == what) return;
  run.said = what;
  if (options_.note) options_.note(fmt::format("{}: {}", run.folder, what));
}

void LiveBundle::publish() {
  std::vector<std::string> entries;
  Shown shown{{app_}};
  for (const LiveRun& run : runs_) {
    for (const auto& [number, plan] : run.plans) {
      entries.push_back(plan.entry());
      shown.chunks.insert(plan.chunks().begin(), plan.chunks().end());
    }
  }
  if (page_ && entries == entries_) return;
  const std::string manifest =
      to_json(Manifest{.title = options_.title, .app = app_, .revision = revision_ + 1, .runs = entries});
  const Text page = text(folder_page(manifest));
  const Text newer =
      text(chunk_script(pack_chunk(fmt::format("{{\"kind\":\"live\",\"manifest\":{}}}", manifest))));

  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (!shown_.empty()) shown_.back().until = now;
  std::erase_if(shown_,
                [&](const Shown& old) { return &old != &shown_.back() && now - old.until > options_.keep; });
  shown_.push_back(std::move(shown));
  chunks_.merge(fresh_);
  fresh_.clear();
  std::erase_if(chunks_, [&](const auto& chunk) {
    return std::none_of(shown_.begin(), shown_.end(),
                        [&](const Shown& one) { return one.chunks.contains(chunk.first); });
  });
  revision_++;
  entries_ = std::move(entries);
  page_ = page;
  newer_ = newer;
}

std::optional<serve::Content> LiveBundle::content(serve::Resource resource, const std::string& name) const {
  using serve::Resource;
  const std::lock_guard lock(mutex_);
  switch (resource) {
    case Resource::kPage:
      return serve::Content{"text/html; charset=utf-8", page_};
    case Resource::kScript:
      return serve::Content{kScriptType, script_};
    case Resource::kStyle:
      return serve::Content{"text/css; charset=utf-8", style_};
    case Resource::kLive:
      return serve::Content{kScriptType, name == std::to_string(revision_) ? nothing_new_ : newer_};
    case Resource::kChunk:
      if (const auto chunk = chunks_.find(name); chunk != chunks_.end())
        return serve::Content{kScriptType, chunk->second};
      return std::nullopt;
    case Resource::kNone:
    case Resource::kEnter:
    case Resource::kIcon:
      break;
  }
  return std::nullopt;
}

}  // namespace thinktrace
