// SPDX-License-Identifier: MIT
// A shelf is kept where its questions still follow each other and none of their units has another stamp. The last shelf
// of all is kept only while nothing follows it: it ended because the run did, not because it was full.
#include "thinktrace/run/live_plan.h"

#include <algorithm>

#include "thinktrace/error.h"
#include "thinktrace/publish/analysis_json.h"

namespace thinktrace {
namespace {

void add_names(const ShelfParts& shelf, std::set<std::string>& names) {
  for (const std::string* name :
       {&shelf.strips, &shelf.texts, &shelf.curves, &shelf.ids, &shelf.readings, &shelf.experiments}) {
    if (!name->empty()) names.insert(*name);
  }
}

bool begins_with(const std::vector<std::string>& list, const std::vector<std::string>& beginning) {
  return list.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), list.begin());
}

}  // namespace

std::vector<LivePlan::DoneQuestion> LivePlan::questions_of(const OpenRun& run) {
  std::vector<DoneQuestion> questions;
  for (const UnitStamp& unit : run.store.unit_stamps(run.plan.samples)) {
    if (questions.empty() || questions.back().id != unit.unit.first)
      questions.push_back({unit.unit.first, {}, ""});
    questions.back().first_samples.push_back(unit.unit.second);
    questions.back().stamp += unit.stamp + "\n";
  }
  return questions;
}

// The shelf that begins with the question at `first` and is still what it was; null if there is none.
const ShelfParts* LivePlan::kept_shelf(const std::vector<DoneQuestion>& questions, size_t first) const {
  const auto shelf = std::find_if(built_.shelves.begin(), built_.shelves.end(), [&](const ShelfParts& s) {
    return s.questions.front().question.id == questions[first].id;
  });
  if (shelf == built_.shelves.end() || first + shelf->questions.size() > questions.size()) return nullptr;
  const bool is_last = std::next(shelf) == built_.shelves.end();
  if (is_last && first + shelf->questions.size() < questions.size()) return nullptr;
  for (size_t i = 0; i < shelf->questions.size(); i++) {
    const DoneQuestion& now = questions[first + i];
    if (shelf->questions[i].question.id != now.id || built_.known.at(now.id).stamp != now.stamp)
      return nullptr;
  }
  return &*shelf;
}

void LivePlan::read_question(const GalleryRun& gallery, const DoneQuestion& question, RunBuilder& builder,
                             Known& known) const {
  const OpenRun& run = gallery.run();
  for (const int first : question.first_samples) {
    for (const TraceRecord& record : run.store.records({question.id, first}, run.reader.id)) {
      if (record.trace.sample >= run.plan.samples) continue;
      gallery.show(record, [&](const SiteTrace& trace) {
        known.measured.emplace_back(record.status, trace.measures);
        builder.add(trace);
      });
    }
  }
}

LivePlan::Shown LivePlan::with_numbers(const Shown& without, const std::string& analysis,
                                       const Sinks& sinks) {
  Shown shown = without;
  shown.entry = with_analysis(without.entry, analysis, [&](const Chunk& chunk) {
    shown.chunks.insert(chunk.name);
    sinks.chunk(chunk);
  });
  return shown;
}

void LivePlan::update(OpenRun run, bool is_only_plan, const Sinks& sinks) {
  // Before it is asked which readers and experiments there are: what one that is none yet does after this is a change to
  // the next.
  const std::vector<DoneQuestion> questions = questions_of(run);
  const GalleryRun gallery(std::move(run), is_only_plan);
  Built fresh{
      .readers = gallery.further_readers(), .experiments = gallery.experiments(), .roles = gallery.roles()};
  // Shelves hold places of readers and experiments: those that were there must still come first.
  const bool is_alike = fresh.roles.reader.id == built_.roles.reader.id &&
                        begins_with(fresh.readers, built_.readers) &&
                        begins_with(fresh.experiments, built_.experiments);
  std::set<std::string>& chunks = fresh.without_numbers.chunks;
  RunBuilder builder(
      [&](const Chunk& chunk) {
        chunks.insert(chunk.name);
        sinks.chunk(chunk);
      },
      {.shelf_tokens = shelf_tokens_, .keep_shelves = true, .should_stop = sinks.should_stop});
  bool is_new = fresh.roles.priors() != built_.roles.priors();
  for (size_t i = 0; i < questions.size();) {
    const ShelfParts* kept = is_alike ? kept_shelf(questions, i) : nullptr;
    const size_t n = kept ? kept->questions.size() : 1;
    for (size_t k = i; k < i + n; k++) {
      Known& known = fresh.known[questions[k].id];
      fresh.order.push_back(questions[k].id);
      if (kept) {
        known = built_.known.at(questions[k].id);
        continue;
      }
      if (sinks.should_stop()) throw Error(ErrorKind::kInterrupted, "interrupted");
      known.stamp = questions[k].stamp;
      read_question(gallery, questions[k], builder, known);
      is_new = true;
    }
    if (kept) {
      add_names(*kept, chunks);
      builder.add_shelf(*kept);
    }
    i += n;
  }
  RunSummary summary = gallery.summarise();
  if (questions.empty()) summary.notes.emplace_back("Nothing of it is finished yet.");
  fresh.without_numbers.entry = builder.finish(summary);
  fresh.shelves = builder.shelves();
  shown_ = with_numbers(fresh.without_numbers, analysis_, sinks);
  needs_numbers_ = needs_numbers_ || is_new || fresh.order != built_.order;
  built_ = std::move(fresh);
}

void LivePlan::analyze(const Sinks& sinks) {
  MeasuredRun all;
  for (const std::string& id : built_.order) {
    for (const auto& [status, measures] : built_.known.at(id).measured) all.add(status, measures);
  }
  AnalyzeOptions options;
  options.analysis.should_stop = sinks.should_stop;
  std::string analysis = built_.order.empty() ? "" : to_json(analyze_measured(built_.roles, all, options));
  shown_ = with_numbers(built_.without_numbers, analysis, sinks);
  analysis_ = std::move(analysis);
  needs_numbers_ = false;
}

}  // namespace thinktrace
