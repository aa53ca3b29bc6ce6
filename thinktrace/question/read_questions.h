// SPDX-License-Identifier: MIT
// read_questions.h — questions from files.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/question/question.h"

namespace thinktrace {

struct BadRecord {
  std::string file;
  int line = 0;  // From 1; 0 where the whole file is meant.
  std::string reason;
};

struct QuestionFile {
  std::vector<Question> questions;    // In file order; subjects in the order of their files' names.
  std::vector<BadRecord> bad;         // In file order.
  std::vector<BadRecord> duplicates;  // Records that repeat an earlier question word for word; left out.
};

// Reads a file, or the files of a folder in the order of their names: its SUBJECT_test.csv files where it has such
// (MMLU's layout), else every .csv and .jsonl. Three forms:
//   MMLU csv  no header; question, two or more options, the right option's letter; each record as wide as the first
//   CSV       a header with `question` and `answer`, and either `options` (a JSON array) or one column an option (A, B, …
//             or option_1, choice1, …, without a gap; empty ones at the end are left out); `subject` if there
//   JSONL     objects with `question` (or `text`), `options` (or `choices`), `answer`, and `subject` if there
// `answer` is a letter, an option's own text, or in JSONL a number counted from 0. Where no subject is given it is the
// file's name without its ending and without a last _test, _dev or _val.
// Throws Error (kInput) naming the path if it can't be read, holds no file of these kinds, or no record at all.
QuestionFile read_questions(const std::string& path);

// "FILE:LINE: REASON", ready for an Error.
std::string describe(const BadRecord& record);

}  // namespace thinktrace
