// SPDX-License-Identifier: MIT
// answer_reader.h — the seam between probing and engines: from (prefix, suffix, options) to
// log-probabilities.
#pragma once
#include <span>
#include <vector>

#include "thinktrace/engine/session.h"

namespace thinktrace {

// What is appended at a cut, and what is read there.
struct OptionTokens {
  std::vector<Token> tokens;  // The option's label; at least one token.
  bool until_label_ends =
      false;  // The next token must not go on with the label: 1 is then not the beginning of 10.
};
struct AnswerForm {
  std::vector<Token> suffix;          // From the closing tag to just before the label; at least one token.
  std::vector<OptionTokens> options;  // [n_options]
};

// Natural-log probabilities over the whole vocabulary.
struct AnswerReadings {
  std::vector<float> logprobs;  // [n_cuts, n_options], row-major
};

// Tokens of the longest branch that a probe needs: the suffix and the longest label.
int longest_branch(const AnswerForm& form);

// Tokens that ForkReader decodes for one probe.
int n_branch_tokens(const AnswerForm& form);

class AnswerReader {
 public:
  virtual ~AnswerReader() = default;

  // For each cut c: the probability that a model which has read tokens[0, c) and then form.suffix goes on
  // with each option. The options are disjoint events, so a row's probabilities sum to at most 1. REQUIRES:
  // cuts increase, 0 < cuts, and none is larger than tokens.size().
  virtual AnswerReadings read(std::span<const Token> tokens, std::span<const int> cuts,
                              const AnswerForm& form) = 0;
};

// Tokens of a text that ForkReader decodes in one pass: few, so that a cut's attention goes over little that it masks. Fixed,
// since how a prefix is cut into passes moves the last digits of quantised models. What two texts share is decoded once in
// whole passes.
inline constexpr int kTracePass = 128;

// The fast way: decodes `tokens` once, pass by pass, and at each cut on the way the suffix on a fork of the cache.
// Cost: the passes of `tokens` up to the last cut, less what the call before has left in branch 0 and is the same, plus n_cuts *
// (suffix + label tokens) decoded tokens; one fork per cut, or per cut and option where some option has more than
// one token. REQUIRES: the model's cache can be forked; at least 2 branches in `session`, which whoever else uses it in
// between clears first; or one more than the others'.
class ForkReader : public AnswerReader {
 public:
  // Decodes at most `forks` forks at once; 0: as many as the session has branches for. The first `others` branches are
  // somebody else's, who goes on with them: then the reader never clears the session, and reads what adopt() gives it.
  explicit ForkReader(Session& session, int forks = 0, int others = 0);

  // The next texts are read in `branch`, which holds `tokens`, one of the others' branches: forks of it are decoded, and what it
  // lacks of a text, as in a branch of the reader's own. When `tokens` is all of a text nothing of it is decoded again.
  // REQUIRES: branch < others, and nobody else changes it until the next adopt().
  void adopt(int branch, std::vector<Token> tokens);

  AnswerReadings read(std::span<const Token> tokens, std::span<const int> cuts,
                      const AnswerForm& form) override;

 private:
  void keep_common(std::span<const Token> tokens);
  void decode_to(std::span<const Token> tokens, size_t needed);

  Session& session_;
  bool is_guest_;   // Others have branches in the session.
  int trunk_ = 0;   // The branch that the text is in.
  int first_fork_;  // And those of the forks: from here on.
  int forks_;
  std::vector<Token> held_;  // What the trunk holds, unless the session was cleared since.
  int64_t held_since_ = -1;  // session_.n_cleared() then.
};

// Its slow, obvious twin: every cut, and every further token of an option, from an empty cache.
class PrefillReader : public AnswerReader {
 public:
  explicit PrefillReader(Session& session) : session_(session) {}
  AnswerReadings read(std::span<const Token> tokens, std::span<const int> cuts,
                      const AnswerForm& form) override;

 private:
  Session& session_;
};

// Log-probability that the next token, by this row of logits, does not go on with a label. `normaliser`: the row's
// log_sum_exp().
double log_label_ends(const Model& model, std::span<const float> logits, double normaliser);

}  // namespace thinktrace
