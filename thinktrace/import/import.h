// SPDX-License-Identifier: MIT
// import.h — traces that others published or wrote down, as records.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "thinktrace/probe/record.h"

namespace thinktrace {

// What is said of all records of an import; empty or nothing where the source does not say.
struct ImportSource {
  std::string kind;  // "arbor", "jsonl"
  std::string model, model_sha256, chat_template;
  std::optional<double> temperature;
  // Who read the traces, where that is not who wrote them, and under which order of the options.
  std::string reader_model, reader_model_sha256;
  int reader_order = 0;
};

// Told what was found while an import is read; each may be empty.
struct ImportObserver {
  // A trace and where it is from, in the order of the source; sample is 0 unless the source numbers it.
  std::function<void(TraceRecord&&, const ImportSource&)> on_record;
  std::function<void(const std::string&)>
      on_skipped;                     // "FILE:LINE: reason" of what can't be used; the import goes on.
  std::function<bool()> should_stop;  // True: throw Error (kInterrupted).
};

struct ImportOptions {
  std::vector<std::string> subjects;  // Empty: all.
  int limit = 0;                      // Traces of each subject at most; 0: all.
  // For read_jsonl: our field -> the file's, as in ("question", "prompt").
  std::vector<std::pair<std::string, std::string>> fields;
};

// The identity of an imported trace by its content: model's name, question, thinking and free answer. Where a source
// counts two traces of the same content as two (under other question or sample numbers), the readers below give the
// second and later ones an id made of this one and their count, so that every record has an id of its own.
std::string imported_trace_id(const std::string& model, const TraceRecord& record);

// The two readers give records in the order of the source, one at a time: memory grows by the names of the files and a
// hash a trace, not with what the traces hold. A trace met twice is given once, and on_skipped is told. What is wrong with
// one page or line goes to on_skipped; the import goes on. Both throw Error (kInput) naming the file where it can't be
// read or its compressed data are damaged, and at the end where one of options.subjects never occurred or no trace at all
// could be used; Error (kInterrupted) where should_stop says so, which is asked before every page and line. Records that
// were given before an Error stay given: a caller that wants all or nothing holds them back.

// Reads the published traces of DeepSeek-R1-Distill-Qwen-7B on MMLU (github yc015/reasoning-progress-viz) in either form:
//   JSONL  a file, or a folder of files, of lines with subject, question, choices, answer, think_tokens, probs (hundredths)
//          and answer_tokens; plain or gzip
//   pages  a clone of the site's repository, a folder above it or one inside: every SUBJECT_questionID_N_… page in folders
//          named html_vis; html_vis_bg and the like are other renderings of the same traces. The subject is the one in the
//          page's name, in whatever folder it lies. By subject, then by N.
// Both give the same records, but for prompt_text, which only pages have. Probabilities are known in hundredths; nothing
// was read before the first token. A folder with both forms or neither is an Error (kInput).
void read_arbor(const std::string& path, const ImportOptions& options, const ImportObserver& observer);

// Reads a file of JSON lines, or a folder of them, plain or gzip. A file whose first object has think_text, positions and
// options is our own export (docs/export.md), of which everything comes back, unless options.fields is given. In any
// other file each of our fields is looked for under the key that options.fields gives it ("a.b" is b inside a), else
// under these:
//   question    question, text, prompt: a string
//   options     options, choices: an array of strings, or an object label -> text
//   answer      answer, gold, label, target: an index from 0, a label given with the options, a letter, an option's text
//   thinking    thinking, think, reasoning, reasoning_content, think_text: an array of tokens' texts or one string
//   output      output, answer_text, response: the free answer. "<think>…</think>…" here or in `thinking` is split
//   subject     subject, category (else the file's name)
//   labels      labels (else the keys of `options`, else 1, 2, … up to 9 options, letters beyond)
//   prompt      prompt_text
//   sample      sample: an index from 0
//   seed        seed
//   ended       ended: whether the model closed its thinking itself (else known only from a closing tag)
//   model, temperature  of the same name
//   probs, logprobs     [n][n_options]; neither: nothing was read
//   positions   positions: numbers of tokens kept; may be missing where there is a row for every token, or for every token
//               and the beginning
// All lines must be of one model, model hash, template and temperature: another one is an Error (kInput) naming the line.
// So are a name in options.fields that is none of the above, and a mapped key that never occurs in a file.
void read_jsonl(const std::string& path, const ImportOptions& options, const ImportObserver& observer);

}  // namespace thinktrace
