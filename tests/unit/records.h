// SPDX-License-Identifier: MIT
// records.h — hand-made records for tests of store, export and site.
#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "thinktrace/probe/record.h"

namespace thinktrace::testing {

inline Question make_question(const std::string& subject, const std::string& text,
                              std::vector<std::string> options, int answer) {
  Question q{"", subject, text, std::move(options), answer};
  q.id = question_id(q);
  return q;
}

// A trace of `words` whose probability of the right option rises from `p_first` to `p_last`; the rest of 0.98
// is spread over the wrong ones.
inline TraceRecord make_record(const Question& q, int place, int sample,
                               const std::vector<std::string>& words, double p_first, double p_last,
                               int stride = 1) {
  TraceRecord r;
  r.question = q;
  const int n_options = static_cast<int>(q.options.size());
  for (int i = 0; i < n_options; i++) r.labels.push_back(std::to_string(i + 1));
  r.prompt_text = "<|User|>" + q.text + "<|Assistant|><think>\n";
  r.prompt_ids = {1, 2, 3};
  r.seed = 18446744073709551615ull;  // Needs all 64 bits.
  r.think_text = words;
  for (size_t i = 0; i < words.size(); i++) r.trace.think_ids.push_back(static_cast<Token>(100 + i));
  r.trace.sample = sample;
  r.trace.answer_ids = {7, 8};
  r.trace.answer_text = "The answer is 1.";
  r.chosen = 0;
  r.forced_text = "</think>\n\nThe answer is ";
  r.curve.positions = probe_positions(static_cast<int>(words.size()), stride);
  for (const int t : r.curve.positions) {
    const double share = words.empty() ? 1 : static_cast<double>(t) / static_cast<double>(words.size());
    const double right = p_first + (p_last - p_first) * share;
    for (int i = 0; i < n_options; i++) {
      r.curve.logprobs.push_back(
          static_cast<float>(std::log(i == q.answer ? right : (0.98 - right) / (n_options - 1))));
    }
  }
  r.id = trace_id({.sampling_id = "model",
                   .question_id = q.id,
                   .prompt_ids = r.prompt_ids,
                   .sample = 1000 * place + sample});
  return r;
}

// Two subjects, hostile text, more and fewer than four options, cut, strided, empty and failed traces.
inline std::vector<TraceRecord> sample_records() {
  const Question plain =
      make_question("colours", "Which of these is a colour?", {"seven", "blue", "quickly", "a spoon"}, 1);
  const Question hostile =
      make_question("<img src=x onerror=alert(1)>",
                    "</script><script>alert(1)</script> \x1b[31m \u202e javascript:alert(1) \u2028",
                    {"<b>1</b>", "\"'`", "&amp;", "\xF0\x9F\x98\x80", "x"}, 3);
  const Question two = make_question("colours", "Is grass green?", {"yes", "no"}, 0);
  std::vector<TraceRecord> records;
  records.push_back(make_record(
      plain, 0, 0, {"Okay", ",", " let", " me", " see", ".\n", "Blue", " is", " one", "."}, 0.3, 0.95));
  records.push_back(make_record(plain, 0, 1, {"Hmm", ".", " Seven", "?"}, 0.6, 0.05));
  records.back().trace.stop = Stop::kBudget;
  records.back().chosen.reset();
  records.back().trace.answer_text.clear();
  records.back().trace.answer_ids.clear();
  records.push_back(make_record(hostile, 1, 0,
                                {"</script>", "<!--", "\u202e", "", "\xF0\x9F\x98\x80", "\x1b[31m", "\n\n"},
                                0.2, 0.5, 3));
  records.push_back(make_record(two, 2, 0, {}, 0.9, 0.9));
  records.back().trace.stop = Stop::kEndOfText;
  TraceRecord failed;
  failed.question = two;
  failed.labels = {"1", "2"};
  failed.trace.sample = 1;
  failed.status = Status::kFailed;
  failed.error = "[engine] decoding failed <b>";
  failed.prompt_text = "p";
  records.push_back(failed);
  return records;
}

// The first of them as adaptive probing leaves it: seven of its eleven positions were not read.
inline TraceRecord adaptive_record() {
  TraceRecord r = sample_records().front();
  r.curve.interpolated = {0, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0};
  r.curve.error = {0.00425, 0.1 + 0.2};
  return r;
}

// As imports bring them: read from the first token on in hundredths, without ids; and one text that nothing was read of.
inline std::vector<TraceRecord> imported_records() {
  const Question q = make_question("stars", "Which of these is a star?", {"a lamp", "the sun"}, 1);
  TraceRecord tokens = make_record(q, 0, 0, {"The", " sun", "\xEF\xBF\xBD", "."}, 0.4, 0.9);
  TraceRecord text = make_record(q, 0, 1, {"It is the sun, which shines.\n"}, 0.5, 0.5);
  for (TraceRecord* r : {&tokens, &text}) {
    r->prompt_ids.clear();
    r->prompt_text.clear();
    r->seed.reset();
    r->trace.think_ids.clear();
    r->trace.answer_ids.clear();
    r->forced_text.clear();
  }
  tokens.resolution = 0.01;
  tokens.curve = {{1, 2, 3, 4}, {}};
  for (const double p : {0.41, 0.55, 0.0, 0.93}) {
    tokens.curve.logprobs.push_back(static_cast<float>(std::log(p == 0 ? 0.98 : 0.97 - p)));
    tokens.curve.logprobs.push_back(static_cast<float>(std::log(p)));
  }
  text.has_tokens = false;
  text.curve = {};
  text.trace.stop = Stop::kUnknown;
  text.chosen = 1;
  return {tokens, text};
}

}  // namespace thinktrace::testing
