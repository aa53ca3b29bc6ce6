// SPDX-License-Identifier: MIT
#include "thinktrace/run/write.h"

#include "thinktrace/experiment/sentences.h"
#include "thinktrace/run/prepare.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

// `core` between the blanks that `text` begins and ends with.
std::string with_blanks_of(const std::string& text, const std::string& core) {
  size_t begin = 0, end = text.size();
  while (begin < text.size() && is_blank(text[begin])) begin++;
  while (end > begin && is_blank(text[end - 1])) end--;
  return text.substr(0, begin) + core + text.substr(end);
}

// What is asked of sample_traces(): everything up to the end of the model's turn counts as the text. An opening tag would end
// it too, and what holds one is not used.
TraceRequest request_to_write(const ReadingRun& run, const FreeSampling& free, const RewriteRequest& rewrite,
                              int n_tokens, const WriteOptions& options) {
  TraceRequest request{build_rewrite_prompt(run.model, rewrite, options.ask, run.reader.format),
                       run.reader.format.tags.open, 0, 1, free.options};
  const int room = run.model.card().n_ctx_train - static_cast<int>(request.prompt_ids.size());
  request.options.answer_tokens = 0;
  request.options.budget = std::min(write_budget(n_tokens), room);
  request.options.max_tokens = request.options.budget;
  return request;
}

Written written_from(const ReadingRun& run, const Trace& trace, const WriteRequest& request,
                     const WriteOptions& options) {
  Written written{.stop = trace.stop, .n_sampled = static_cast<int>(trace.think_ids.size())};
  if (trace.stop == Stop::kClosed) return written;
  const std::string answer = to_utf8(run.model.text(trace.think_ids));
  const std::string taken = taken_from(answer, request.text, options.length, run.reader.format.tags);
  if (taken.empty()) return written;
  written.text = with_blanks_of(request.text, taken);
  written.ids = run.model.tokenize(written.text, Specials::kPlain);
  return written;
}

}  // namespace

int write_budget(int n_tokens) { return 2 * n_tokens + 32; }

std::vector<Written> write_again(GrowingSession& sessions, const ReadingRun& run, const FreeSampling& free,
                                 const Question& question, std::span<const WriteRequest> requests,
                                 const WriteOptions& options, const std::function<void(int)>& on_tokens) {
  std::vector<Written> written(requests.size());
  std::vector<TraceRequest> asked;
  std::vector<size_t> places;
  for (size_t i = 0; i < requests.size(); i++) {
    TraceRequest request = request_to_write(run, free, {&question, requests[i].before, requests[i].text},
                                            requests[i].n_tokens, options);
    if (request.options.budget < kSmallestAnswer) continue;
    places.push_back(i);
    asked.push_back(std::move(request));
  }
  if (asked.empty()) return written;
  Session& session = sessions.with_room_to_sample(asked, free.at_once);
  const std::vector<std::vector<Trace>> traces =
      sample_traces(session, asked, free.at_once, {.on_tokens = on_tokens, .on_end = {}});
  for (size_t i = 0; i < places.size(); i++)
    written[places[i]] = written_from(run, traces[i].front(), requests[places[i]], options);
  return written;
}

}  // namespace thinktrace
