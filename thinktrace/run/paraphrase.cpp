// SPDX-License-Identifier: MIT
#include "thinktrace/run/paraphrase.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

std::set<double> distinct_shares(const ParaphraseSettings& settings) {
  return {settings.shares.begin(), settings.shares.end()};
}

// How many thinking tokens each share keeps.  [n_shares]
std::vector<int> kept_tokens(const std::set<double>& shares, const TraceRecord& record) {
  std::vector<int> kept;
  for (const double share : shares) kept.push_back(tokens_of_sentences(record.think_text, share));
  return kept;
}

StoredContinuation paraphrase_from(const RewriteJob& job, const TraceRecord& record, double share,
                                   const Written& written) {
  StoredContinuation c{.trace_id = record.id, .position = 0, .arm = paraphrase_arm(share)};
  c.think_ids = written.ids;
  c.think_text = token_texts(job.run.model.pieces(written.ids));
  c.stop = written.stop == Stop::kBudget ? Stop::kBudget : Stop::kEndOfText;
  return c;
}

ExperimentResults paraphrases_of(const RewriteJob& job, const ParaphraseSettings& settings,
                                 const TraceRecord& record) {
  const double begin = monotonic_seconds();
  const std::set<double> shares = distinct_shares(settings);
  const std::vector<int> kept = kept_tokens(shares, record);
  std::vector<WriteRequest> requests;
  for (const int n : kept) {
    std::string text;
    for (int i = 0; i < n; i++) text += record.think_text[i];
    requests.push_back({"", std::move(text), n});
  }
  const std::vector<Written> written =
      write_again(job.sessions, job.run, job.free, record.question, requests,
                  {settings.ask, RewriteLength::kWhole}, [&](int n) { job.reporter.add_tokens(n); });
  ExperimentResults results;
  results.seconds_sampling = monotonic_seconds() - begin;
  std::vector<std::vector<Token>> thinkings;
  for (const int n : kept)
    thinkings.emplace_back(record.trace.think_ids.begin(), record.trace.think_ids.begin() + n);
  thinkings.push_back(record.trace.think_ids);
  for (const Written& w : written) {
    results.n_sampled += w.n_sampled;
    if (!w.ids.empty()) thinkings.push_back(w.ids);
  }
  const std::vector<std::vector<float>> rows = read_ends(job.run, job.sessions, record.question, thinkings);
  auto row = rows.begin();
  auto n_kept = kept.begin();
  for (const double share : shares)
    results.outcomes.push_back({record.id, prefix_arm(share), 0, *n_kept++, *row++, {}});
  const int n_thinking = static_cast<int>(record.trace.think_ids.size());
  results.outcomes.push_back({record.id, kRealEnd, 0, n_thinking, *row++, {}});
  auto w = written.begin();
  for (const double share : shares) {
    results.continuations.push_back(paraphrase_from(job, record, share, *w));
    if (!w->ids.empty()) results.continuations.back().logprobs = *row++;
    ++w;
  }
  job.reporter.add_probes(static_cast<int>(rows.size()));
  return results;
}

std::string describe_paraphrase_work(const RewriteJob& job, const ParaphraseSettings& settings,
                                     const std::vector<UndoneUnit>& units) {
  const std::set<double> shares = distinct_shares(settings);
  int64_t n_traces = 0, n_sampled = 0, n_decoded = 0;
  for_each_undone(job.run.store, units, [&](const TraceRecord& record) {
    n_traces++;
    const auto n_prompt = static_cast<int64_t>(record.prompt_ids.size());
    const int64_t n_asked = tokens_to_ask(job, record.question, settings.ask);
    const int64_t n_forced =
        n_branch_tokens(build_reading_form(job.run.model, record.question, job.run.reader).form);
    n_decoded += n_prompt + static_cast<int64_t>(record.trace.think_ids.size()) + n_forced;
    for (const int n : kept_tokens(shares, record)) {
      n_sampled += n;
      n_decoded += n_asked + n + tokens_to_read(job.run, n_prompt + n, n_prompt) + 2 * n_forced;
    }
  });
  return fmt::format("{} paraphrases of {} traces; {}", n_traces * static_cast<int64_t>(shares.size()),
                     n_traces, describe_cost(job, n_sampled, n_decoded));
}

}  // namespace

RewriteResult paraphrase_run(const ParaphraseRequest& request, const RunObserver& observer) {
  const ParaphraseSettings& settings = request.settings;
  return run_rewrite(request.read,
                     {kParaphrase, settings.ask, settings.seed,
                      [&](const std::string& reader_id) { return paraphrase_identity(settings, reader_id); },
                      [&] {
                        return fmt::format("the first {} of the sentences",
                                           fmt::join(distinct_shares(settings), ", "));
                      },
                      [&](const RewriteJob& job, const auto& units) {
                        return describe_paraphrase_work(job, settings, units);
                      },
                      [&](const RewriteJob& job, const TraceRecord& record) {
                        return paraphrases_of(job, settings, record);
                      }},
                     observer);
}

}  // namespace thinktrace
