// SPDX-License-Identifier: MIT
// cues.h — where a thinking text says "Wait" and the like.
#pragma once
#include <string>
#include <vector>

namespace thinktrace {

struct CueOptions {
  // A blank in a cue stands for one or more blanks and line breaks in the text.
  std::vector<std::string> cues = {"Wait", "Hmm", "Alternatively", "so the answer is"};
  bool match_case = false;  // Of ASCII letters; others are compared as they are.
  // Only at the beginning of a sentence (sentences.h), quotes and asterisks before it aside.
  bool sentence_initial = false;
};

struct Cue {
  int token = 0;  // The token that holds the cue's first byte.
  int cue = 0;    // Which of CueOptions::cues.
};

// In order, without overlaps: from left to right, and of cues that begin at one byte the longest in the text. A cue
// has a word border at both ends: next to its first and last character, where that is a letter or digit, stands none.
// Bytes above 127 count as letters, but for general punctuation (dashes, curly quotes). Cues may lie across tokens.
// REQUIRES: no cue is empty or begins or ends with a blank. Cost: text length x cues.
std::vector<Cue> find_cues(const std::vector<std::string>& token_texts, const CueOptions& options = {});

}  // namespace thinktrace
