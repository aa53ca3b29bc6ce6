// SPDX-License-Identifier: MIT
// arms.h — the arms of an ablation: what stands in place of the thinking. Token ids in, token ids out.
//
// Blank, filler and random tokens are the ablations of Chen, "Reasoning or Performing?"; filler tokens also those of
// Lanham et al. 2023, arXiv 2307.13702; the first p % is their early answering.
#pragma once
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thinktrace {

enum class Arm {
  kReal,       // As it is.
  kNone,       // Nothing.
  kBlank,      // The tokens of a blank text, once.
  kFiller,     // Given filler tokens ("..."), repeated. As long as the real thinking.
  kRandom,     // Drawn from a list of allowed tokens, each with the same chance. As long.
  kShuffled,   // The same tokens in another order. As long.
  kSentences,  // The same sentences in another order, each whole. As long.
  kOtherQuestion,  // The end of another question's thinking; where it is too short, behind repetitions of itself. As long.
  kOtherSample,  // That of another sample of the same question, likewise. As long.
  kFirst,        // The first tokens, a share of them.
  kLast,         // The last tokens, a share of them.
};

// "real", "none", "blank", "filler", "random", "shuffled", "sentences", "other_question", "other_sample", "first",
// "last".
std::string_view name_of(Arm arm);
// And back. Throws Error (kInput) naming those there are.
Arm arm_named(std::string_view name);
inline constexpr int kArms = 11;

// Whether the altered thinking always has as many tokens as the real one.
bool is_length_matched(Arm arm);
// Whether chance has a part in it, so that there can be several draws.
bool is_drawn(Arm arm);
// Whether nothing of the trace's own thinking is left to read: none, blank, filler, random, another question's.
bool is_emptied(Arm arm);

// The first n of `tokens` repeated without end. REQUIRES: tokens is not empty, or n is 0; n >= 0.
std::vector<int> repeat_to(std::span<const int> tokens, int n);

// The last n of `tokens` repeated without beginning: it ends as they do. REQUIRES: as above.
std::vector<int> repeat_to_end(std::span<const int> tokens, int n);

// n tokens, each drawn from `allowed`. REQUIRES: allowed is not empty, or n is 0; n >= 0.
std::vector<int> random_tokens(std::span<const int> allowed, int n, std::mt19937_64& random);

std::vector<int> shuffle_tokens(std::span<const int> tokens, std::mt19937_64& random);

// Sentences as sentence_ranges() cuts them. REQUIRES: as many texts as tokens.
std::vector<int> shuffle_sentences(std::span<const int> tokens, const std::vector<std::string>& texts,
                                   std::mt19937_64& random);

// How many of n tokens a share is: the nearest whole number, the larger of two. REQUIRES: 0 <= share <= 1.
int tokens_of_share(int n, double share);

// One trace's thinking. Borrowed: valid during the call it is passed to.
struct ThinkingTokens {
  std::span<const int> ids;
  const std::vector<std::string>* texts = nullptr;  // Of each token; only kSentences needs them.
};

// What stands in. Each arm needs what its name says, and no other.
struct ArmMaterial {
  std::vector<int> blank, filler, allowed;        // Token ids; the allowed ones for kRandom.
  std::vector<int> other_question, other_sample;  // Thinking of others.
  double share = .5;                              // For kFirst and kLast.
  uint64_t seed = 1;                              // One for each trace, so that a trace hangs on no other.
};

// The first k of the numbers 0, …, n - 1 in a drawn order, begun again where k is larger. REQUIRES: n > 0, or k is 0.
std::vector<uint32_t> draw_distinct(std::mt19937_64& random, uint32_t n, int k);

// The same ids on every machine for the same input. Throws Error (kInput) where the arm lacks its material and, the blank's aside, the
// real thinking is not empty.
std::vector<int> make_thinking(Arm arm, const ThinkingTokens& real, const ArmMaterial& material);

}  // namespace thinktrace
