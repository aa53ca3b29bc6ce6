// SPDX-License-Identifier: MIT
#include "thinktrace/run/mistakes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace thinktrace {
namespace {

using Texts = std::vector<std::string>;

std::string text_between(const Texts& texts, int begin, int end) {
  std::string all;
  for (int i = begin; i < end; i++) all += texts[i];
  return all;
}

std::vector<Token> slice(const std::vector<Token>& ids, int begin, int end) {
  return {ids.begin() + begin, ids.begin() + end};
}

// The sentence with a number changed, every other token as it was.
std::vector<Token> by_rule(const Model& model, const std::vector<Token>& sentence,
                           const TokenChange& change) {
  std::vector<Token> ids = slice(sentence, 0, change.begin);
  const std::vector<Token> wrong = model.tokenize(change.text, Specials::kPlain);
  ids.insert(ids.end(), wrong.begin(), wrong.end());
  ids.insert(ids.end(), sentence.begin() + change.end, sentence.end());
  return ids;
}

// What the model writes for the places of its arm, in their order.
std::vector<Written> write_mistakes(const RewriteJob& job, const RewriteTemplate& ask,
                                    const TraceRecord& record, const std::vector<MistakenSentence>& places) {
  std::vector<WriteRequest> requests;
  for (const MistakenSentence& place : places) {
    const auto [begin, end] = place.tokens;
    if (place.by_model)
      requests.push_back({text_between(record.think_text, 0, begin),
                          text_between(record.think_text, begin, end), end - begin});
  }
  return write_again(job.sessions, job.run, job.free, record.question, requests, {ask, RewriteLength::kLine},
                     [&](int n) { job.reporter.add_tokens(n); });
}

// Everything that the model goes on from, and places of the arm model that have nothing to go on from.
struct Beginnings {
  std::vector<ContinueFrom> from;
  std::vector<StoredContinuation> without;
};
Beginnings beginnings_of(const RewriteJob& job, const TraceRecord& record,
                         const std::vector<MistakenSentence>& places, const std::vector<Written>& written) {
  Beginnings all;
  auto next = written.begin();
  for (const MistakenSentence& place : places) {
    const auto [begin, end] = place.tokens;
    const std::vector<Token> sentence = slice(record.trace.think_ids, begin, end);
    const auto add = [&, at = begin](const char* arm, std::vector<Token> inserted) {
      all.from.push_back({&record, at, arm, std::move(inserted), 0, 1});
    };
    if (place.rule) add(kByRule, by_rule(job.run.model, sentence, *place.rule));
    if (place.by_model) {
      if (next->ids.empty()) {
        StoredContinuation nothing{.trace_id = record.id, .position = begin, .arm = kByModel};
        nothing.stop = Stop::kEndOfText;
        all.without.push_back(std::move(nothing));
      } else {
        add(kByModel, next->ids);
      }
      ++next;
    }
    add(kUntouched, sentence);
  }
  return all;
}

// The thinkings whose ends are read: that of each continuation, then the real one.
std::vector<std::vector<Token>> whole_thinkings(const TraceRecord& record,
                                                const std::vector<StoredContinuation>& continuations) {
  std::vector<std::vector<Token>> thinkings;
  for (const StoredContinuation& c : continuations) {
    std::vector<Token> ids = slice(record.trace.think_ids, 0, c.position);
    ids.insert(ids.end(), c.inserted.begin(), c.inserted.end());
    ids.insert(ids.end(), c.think_ids.begin(), c.think_ids.end());
    thinkings.push_back(std::move(ids));
  }
  thinkings.push_back(record.trace.think_ids);
  return thinkings;
}

ExperimentResults mistakes_in(const RewriteJob& job, const MistakeSettings& settings,
                              const TraceRecord& record) {
  const double begin = monotonic_seconds();
  const std::vector<MistakenSentence> places = mistaken_sentences(record.id, record.think_text, settings);
  ExperimentResults results;
  const std::vector<Written> written = write_mistakes(job, settings.ask, record, places);
  for (const Written& w : written) results.n_sampled += w.n_sampled;
  Beginnings beginnings = beginnings_of(job, record, places, written);
  if (!beginnings.from.empty())
    results.continuations = sample_continuations(job.sessions, job.run.model, job.free, beginnings.from,
                                                 [&](int n) { job.reporter.add_tokens(n); });
  for (const StoredContinuation& c : results.continuations)
    results.n_sampled += static_cast<int64_t>(c.think_ids.size() + c.answer_ids.size());
  results.seconds_sampling = monotonic_seconds() - begin;
  const std::vector<std::vector<float>> rows =
      read_ends(job.run, job.sessions, record.question, whole_thinkings(record, results.continuations));
  for (size_t i = 0; i < results.continuations.size(); i++) results.continuations[i].logprobs = rows[i];
  results.outcomes.push_back(
      {record.id, kRealEnd, 0, static_cast<int>(record.trace.think_ids.size()), rows.back(), {}});
  results.continuations.insert(results.continuations.end(), beginnings.without.begin(),
                               beginnings.without.end());
  job.reporter.add_probes(static_cast<int>(rows.size()));
  return results;
}

// --- What there is to do, and what it costs

struct MistakesWork {
  int64_t n_traces = 0, n_without = 0, n_continuations = 0, n_written = 0;
  int64_t n_sampled = 0, n_decoded = 0;  // Tokens, about.
};

void add_trace_cost(const RewriteJob& job, const MistakeSettings& settings, const TraceRecord& record,
                    MistakesWork& work) {
  const std::vector<MistakenSentence> places = mistaken_sentences(record.id, record.think_text, settings);
  const bool asks = std::any_of(places.begin(), places.end(), [](const auto& p) { return p.by_model; });
  const int64_t n_asked = asks ? tokens_to_ask(job, record.question, settings.ask) : 0;
  const int n_forced =
      n_branch_tokens(build_reading_form(job.run.model, record.question, job.run.reader).form);
  const auto n_prompt = static_cast<int64_t>(record.prompt_ids.size()),
             n_thinking = static_cast<int64_t>(record.trace.think_ids.size()),
             n_answer = static_cast<int64_t>(record.trace.answer_ids.size());
  work.n_traces++;
  work.n_without += places.empty();
  work.n_decoded += 2 * (n_prompt + n_thinking) + n_forced;  // To go on from, and to read.
  for (const MistakenSentence& place : places) {
    const int64_t n_sentence = place.tokens.end - place.tokens.begin,
                  n_behind = n_thinking - place.tokens.end;
    const int64_t n_arms = 1 + place.rule.has_value() + place.by_model;
    work.n_continuations += n_arms;
    work.n_sampled += n_arms * (n_behind + n_answer);
    const int64_t n_read =
        tokens_to_read(job.run, n_prompt + n_thinking, n_prompt + place.tokens.begin) + n_forced;
    work.n_decoded += n_arms * (n_sentence + n_read);
    if (!place.by_model) continue;
    work.n_written++;
    work.n_sampled += n_sentence;
    work.n_decoded += n_asked + place.tokens.end;
  }
}

std::string describe_arms(const MistakeSettings& settings) {
  return fmt::format("arms {}; {} of a trace in each arm", fmt::join(mistake_arms(settings), ", "),
                     settings.per_trace == kEverySentence ? "every sentence"
                                                          : fmt::format("{} sentence{}", settings.per_trace,
                                                                        settings.per_trace == 1 ? "" : "s"));
}

std::string describe_mistakes_work(const RewriteJob& job, const MistakeSettings& settings,
                                   const std::vector<UndoneUnit>& units) {
  MistakesWork work;
  for_each_undone(job.run.store, units,
                  [&](const TraceRecord& record) { add_trace_cost(job, settings, record, work); });
  std::string text = fmt::format("{} continuations and {} mistakes to write in {} traces",
                                 work.n_continuations, work.n_written, work.n_traces);
  if (work.n_without > 0) text += fmt::format(", {} of which have no sentence for a mistake", work.n_without);
  return text + "; " + describe_cost(job, work.n_sampled, work.n_decoded);
}

}  // namespace

RewriteResult mistakes_run(const MistakesRequest& request, const RunObserver& observer) {
  const MistakeSettings& settings = request.settings;
  mistake_arms(settings);  // An unknown arm is said now.
  return run_rewrite(
      request.read,
      {kMistakes, settings.ask, settings.seed,
       [&](const std::string& reader_id) { return mistakes_identity(settings, reader_id); },
       [&] { return describe_arms(settings); },
       [&](const RewriteJob& job, const auto& units) { return describe_mistakes_work(job, settings, units); },
       [&](const RewriteJob& job, const TraceRecord& record) { return mistakes_in(job, settings, record); }},
      observer);
}

}  // namespace thinktrace
