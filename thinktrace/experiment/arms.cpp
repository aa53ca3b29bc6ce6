// SPDX-License-Identifier: MIT
#include "thinktrace/experiment/arms.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "thinktrace/analysis/random.h"
#include "thinktrace/error.h"
#include "thinktrace/experiment/sentences.h"

namespace thinktrace {
namespace {

std::vector<int> copy_of(std::span<const int> tokens) { return {tokens.begin(), tokens.end()}; }

void require(bool there, Arm arm, std::string_view what) {
  if (!there)
    throw Error(ErrorKind::kInput,
                fmt::format("[experiment] the arm '{}' has no {}; give it some, or leave the arm out",
                            name_of(arm), what));
}

}  // namespace

std::string_view name_of(Arm arm) {
  constexpr std::string_view kNames[] = {"real",         "none",     "blank",     "filler",
                                         "random",       "shuffled", "sentences", "other_question",
                                         "other_sample", "first",    "last"};
  return kNames[static_cast<int>(arm)];
}

Arm arm_named(std::string_view name) {
  std::string known;
  for (int i = 0; i < kArms; i++) {
    const Arm arm = static_cast<Arm>(i);
    if (name_of(arm) == name) return arm;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name_of(arm));
  }
  throw Error(ErrorKind::kInput, fmt::format("[experiment] there is no arm '{}'; there are {}", name, known));
}

bool is_drawn(Arm arm) {
  return arm == Arm::kRandom || arm == Arm::kShuffled || arm == Arm::kSentences ||
         arm == Arm::kOtherQuestion || arm == Arm::kOtherSample;
}

bool is_emptied(Arm arm) {
  return arm == Arm::kNone || arm == Arm::kBlank || arm == Arm::kFiller || arm == Arm::kRandom ||
         arm == Arm::kOtherQuestion;
}

bool is_length_matched(Arm arm) {
  return arm != Arm::kNone && arm != Arm::kBlank && arm != Arm::kFirst && arm != Arm::kLast;
}

std::vector<int> repeat_to(std::span<const int> tokens, int n) {
  std::vector<int> out;
  out.reserve(n);
  for (int i = 0; i < n; i++) out.push_back(tokens[i % tokens.size()]);
  return out;
}

std::vector<int> repeat_to_end(std::span<const int> tokens, int n) {
  std::vector<int> out(n);
  for (int i = 0; i < n; i++) out[n - 1 - i] = tokens[tokens.size() - 1 - i % tokens.size()];
  return out;
}

std::vector<int> random_tokens(std::span<const int> allowed, int n, std::mt19937_64& random) {
  std::vector<int> out;
  out.reserve(n);
  for (int i = 0; i < n; i++)
    out.push_back(allowed[draw_below(random, static_cast<uint32_t>(allowed.size()))]);
  return out;
}

std::vector<int> shuffle_tokens(std::span<const int> tokens, std::mt19937_64& random) {
  std::vector<int> out = copy_of(tokens);
  shuffle(random, out);
  return out;
}

std::vector<int> shuffle_sentences(std::span<const int> tokens, const std::vector<std::string>& texts,
                                   std::mt19937_64& random) {
  std::vector<TokenRange> ranges = sentence_ranges(texts);
  shuffle(random, ranges);
  std::vector<int> out;
  out.reserve(tokens.size());
  for (const TokenRange& range : ranges)
    out.insert(out.end(), tokens.begin() + range.begin, tokens.begin() + range.end);
  return out;
}

std::vector<uint32_t> draw_distinct(std::mt19937_64& random, uint32_t n, int k) {
  std::vector<uint32_t> drawn;
  std::set<uint32_t> seen;
  while (static_cast<int>(drawn.size()) < k) {
    if (seen.size() == n) {
      drawn.push_back(drawn[drawn.size() - n]);
    } else if (const uint32_t i = draw_below(random, n); seen.insert(i).second) {
      drawn.push_back(i);
    }
  }
  return drawn;
}

int tokens_of_share(int n, double share) { return static_cast<int>(std::floor(share * n + .5)); }

std::vector<int> make_thinking(Arm arm, const ThinkingTokens& real, const ArmMaterial& material) {
  const auto n = static_cast<int>(real.ids.size());
  std::mt19937_64 random(material.seed);
  switch (arm) {
    case Arm::kReal:
      return copy_of(real.ids);
    case Arm::kNone:
      return {};
    case Arm::kRandom:
      require(n == 0 || !material.allowed.empty(), arm, "allowed tokens");
      return random_tokens(material.allowed, n, random);
    case Arm::kShuffled:
      return shuffle_tokens(real.ids, random);
    case Arm::kSentences:
      require(n == 0 || (real.texts && real.texts->size() == real.ids.size()), arm, "text for each token");
      return n == 0 ? std::vector<int>{} : shuffle_sentences(real.ids, *real.texts, random);
    case Arm::kFirst:
      return copy_of(real.ids.first(tokens_of_share(n, material.share)));
    case Arm::kLast:
      return copy_of(real.ids.last(tokens_of_share(n, material.share)));
    case Arm::kBlank:
      require(!material.blank.empty(), arm, "blank");
      return material.blank;
    case Arm::kFiller:
      require(n == 0 || !material.filler.empty(), arm, "tokens to repeat");
      return repeat_to(material.filler, n);
    default: {
      const std::vector<int>& lent =
          arm == Arm::kOtherQuestion ? material.other_question : material.other_sample;
      require(n == 0 || !lent.empty(), arm, "tokens to repeat");
      return repeat_to_end(lent, n);
    }
  }
}

}  // namespace thinktrace
