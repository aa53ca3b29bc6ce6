// SPDX-License-Identifier: MIT
// rewrite_plan.h — which sentences get a mistake, which parts are paraphrased, and what the results hang on.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/experiment/sentences.h"
#include "thinktrace/experiment/wrong_number.h"
#include "thinktrace/prompt/rewriting.h"
#include "thinktrace/store/store.h"

namespace thinktrace {

// StoredExperiment::kind
inline constexpr const char* kMistakes = "mistakes";
inline constexpr const char* kParaphrase = "paraphrase";

// Arms of mistakes as they are stored and shown, in this order. The control is the sentence as it was.
inline constexpr const char* kByRule = "rule";
inline constexpr const char* kByModel = "model";
inline constexpr const char* kUntouched = "untouched";
// The untouched thinking at its end, beside the arms of both experiments.
inline constexpr const char* kRealEnd = "real";

struct MistakeSettings {
  std::vector<std::string> arms{kByRule,
                                kByModel};  // Of these two, at least one; kUntouched is always there.
  int per_trace = 3;                        // Places of each arm in a trace; kEverySentence: all.
  uint64_t seed = 1;
  RewriteTemplate ask{kDefaultMistakeTemplate};  // For kByModel.
};
inline constexpr int kEverySentence = 0;

// In the order above, each once, the control at the end. Throws Error (kInput) for another name, naming those there are.
std::vector<std::string> mistake_arms(const MistakeSettings& settings);

// Everything that the results hang on besides the traces, as a JSON object with sorted keys; what no arm uses is left out.
std::string mistakes_identity(const MistakeSettings& settings, const std::string& reader_id);
// And back. Throws Error (kStore) where that can't be.
MistakeSettings mistake_settings_of(const StoredExperiment& experiment);

// A sentence of a trace that is replaced in some arms.
struct MistakenSentence {
  TokenRange tokens;                // Of the thinking.
  std::optional<TokenChange> rule;  // Tokens counted from the sentence's first; nothing: not in this arm.
  bool by_model = false;
};
// Sentences are those of sentence_ranges() that hold anything but blanks. They are put into an order by seed and trace; the
// model writes for the first `per_trace` of them, the rule for the first `per_trace` in which it finds a number to change, so
// that each arm's places are drawn evenly from all that it could have. In the order of the text.
std::vector<MistakenSentence> mistaken_sentences(const std::string& trace_id,
                                                 const std::vector<std::string>& think_text,
                                                 const MistakeSettings& settings);

struct ParaphraseSettings {
  std::vector<double> shares{.25, .5, .75, 1};  // Of the sentences.
  uint64_t seed = 1;
  RewriteTemplate ask{kDefaultParaphraseTemplate};
};
std::string paraphrase_identity(const ParaphraseSettings& settings, const std::string& reader_id);
ParaphraseSettings paraphrase_settings_of(const StoredExperiment& experiment);

// "paraphrase_0.25", and of the beginning as it was "prefix_0.25".
std::string paraphrase_arm(double share);
std::string prefix_arm(double share);

// The first sentences of a thinking text, a share of them to the nearest whole number, at least one; in tokens. 0 where
// there is no thinking.
int tokens_of_sentences(const std::vector<std::string>& think_text, double share);

}  // namespace thinktrace
