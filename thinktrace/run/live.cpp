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
    runs_.push_back({.folder = folder, .watch = StoreWatch(folder)});
  const Chunk app = app_chunk();
  app_ = app.name;
  fresh_[app.name] = text(chunk_script(app));
  publish();
}

void LiveBundle::refresh() {
  if (options_.now() < next_look_) return;
  for (LiveRun& run : runs_) look(run);
  if (options_.now() >= next_reading_) {
    const Clock::duration work = read_changed();
    next_reading_ = options_.now() + options_.rest * work;
  }
  if (options_.now() >= next_numbers_) {
    const Clock::duration work = compute_numbers();
    next_numbers_ = options_.now() + options_.rest * work;
  }
  publish();
  next_look_ = options_.now() + options_.interval;
}

void LiveBundle::look(LiveRun& run) {
  try {
    const StoreChange change = run.watch.look();
    if (change == StoreChange::kChanged) run.is_stale = true;
    if (change != StoreChange::kMissing) return;
    run.is_stale = run.is_first = false;
    say(run, run.plans.empty() ? "no run in this folder yet; it is shown as soon as there is one"
                               : "the store is gone; what it held is still shown");
  } catch (const Error& e) {
    run.is_stale = false;  // The watch tells of a change when it can look again.
    complain(run, e);
  }
}

LiveBundle::Clock::duration LiveBundle::read_changed() {
  Clock::duration work{};
  for (LiveRun& run : runs_) {
    if (!run.is_stale) continue;
    // The first reading is of all there is, those that follow are not.
    const bool is_first = run.plans.empty();
    const auto begin = options_.now();
    const bool is_read = read(run);
    if (!is_first || !is_read) work += options_.now() - begin;
  }
  return work;
}

LiveBundle::Clock::duration LiveBundle::compute_numbers() {
  Clock::duration work{};
  for (LiveRun& run : runs_) {
    for (auto& [number, plan] : run.plans) {
      if (!plan.needs_numbers()) continue;
      const bool is_first = !plan.has_numbers();
      const auto begin = options_.now();
      plan.analyze(sinks());
      if (!is_first) work += options_.now() - begin;
    }
  }
  return work;
}

LivePlan::Sinks LiveBundle::sinks() {
  return {[this](const Chunk& chunk) {
            if (!chunks_.contains(chunk.name)) fresh_[chunk.name] = text(chunk_script(chunk));
          },
          [this] { return options_.should_stop && options_.should_stop(); }};
}

bool LiveBundle::read(LiveRun& run) {
  std::optional<Error> error;
  try {
    error = read_plans(run);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kInterrupted) throw;
    error = e;
  }
  run.is_stale = error.has_value();  // To be tried again.
  if (error) {
    complain(run, *error);
    return false;
  }
  run.is_first = false;
  run.said.clear();
  return true;
}

// What went wrong with one plan keeps none of the others from being read: the first such error is returned.
std::optional<Error> LiveBundle::read_plans(LiveRun& run) {
  std::optional<Error> error;
  const std::vector<int> numbers = plan_numbers(run.folder, ReadAccess::kUntouched);
  for (const int number : numbers) {
    try {
      OpenRun opened = open_run({run.folder, number, {}, {}, ReadAccess::kUntouched});
      const auto known = run.plans.find(number);
      LivePlan begun(options_.shelf_tokens);
      (known == run.plans.end() ? begun : known->second)
          .update(std::move(opened), numbers.size() == 1, sinks());
      if (known == run.plans.end()) run.plans.emplace(number, std::move(begun));
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::kInterrupted) throw;
      if (!error) error = e;
    }
  }
  std::erase_if(run.plans, [&](const auto& plan) {
    return std::find(numbers.begin(), numbers.end(), plan.first) == numbers.end();
  });
  return error;
}

void LiveBundle::complain(LiveRun& run, const Error& error) {
  if (error.kind() == ErrorKind::kInput && run.plans.empty()) {  // A store that is only being made.
    run.is_stale = run.is_first = false;
    say(run, "no run in this folder yet; it is shown as soon as there is one");
    return;
  }
  if (run.is_first) throw error;
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
  const auto now = options_.now();
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
