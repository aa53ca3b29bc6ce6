// SPDX-License-Identifier: MIT
// cues.h: by hand, and against regular expressions on random texts.
#include "thinktrace/experiment/cues.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "experiment_texts.h"
#include "thinktrace/experiment/sentences.h"

namespace thinktrace {
namespace {

using testing::cut_at_random;
using testing::join;
using testing::random_text;

std::vector<std::pair<int, int>> found_in(const std::vector<std::string>& tokens,
                                          const CueOptions& options = {}) {
  std::vector<std::pair<int, int>> found;
  for (const Cue& cue : find_cues(tokens, options)) found.emplace_back(cue.token, cue.cue);
  return found;
}

using Found = std::vector<std::pair<int, int>>;

TEST(Cues, ByHand) {
  EXPECT_EQ(found_in({"So", ".", " Wait", ",", " hmm", "."}), (Found{{2, 0}, {4, 1}}));
  EXPECT_EQ(found_in({"Await", " waiter", " wait2", " waité"}), Found{});
  EXPECT_EQ(found_in({"—Wait—", "“wait”", "(wait)", "waits"}), (Found{{0, 0}, {1, 0}, {2, 0}}));
  // Across tokens: the token of the first byte, which here begins with a blank.
  EXPECT_EQ(found_in({"Now W", "a", "it."}), (Found{{0, 0}}));
  EXPECT_EQ(found_in({"", " so", " the", "\n", " answer", " is", " B"}), (Found{{1, 3}}));
  EXPECT_EQ(found_in({"so theanswer is"}), Found{});
  EXPECT_EQ(found_in({}), Found{});
  EXPECT_EQ(found_in({"Wait wait"}, {.match_case = true}), (Found{{0, 0}}));
  const CueOptions initial{.sentence_initial = true};
  EXPECT_EQ(found_in({"Wait", " I", " can't", " wait", ". ", "\"", "Wait", "\" Hmm", "\nHmm"}, initial),
            (Found{{0, 0}, {6, 0}, {8, 1}}));
  // The longest of those that begin together, and no overlaps.
  const CueOptions two{.cues = {"but", "but wait", "wait"}};
  EXPECT_EQ(found_in({"But", " wait", " wait", " but"}, two), (Found{{0, 1}, {2, 2}, {3, 0}}));
  const CueOptions other_order{.cues = {"wait", "but wait", "but"}};
  EXPECT_EQ(found_in({"But", " wait", " wait", " but"}, other_order), (Found{{0, 1}, {2, 0}, {3, 2}}));
  EXPECT_EQ(found_in({"(A) or ?!"}, {.cues = {"?!", "(A)"}}), (Found{{0, 1}, {0, 0}}));
}

// Each byte tried with a regular expression; word characters are ASCII here.
Found by_regex(const std::vector<std::string>& tokens, const CueOptions& options) {
  const std::string text = join(tokens);
  std::set<size_t> initial;
  for (const Sentence& sentence : split_sentences(text))
    initial.insert(text.find_first_not_of(" \n\r\t\"'(*", sentence.begin));
  std::vector<std::regex> patterns;
  for (const std::string& cue : options.cues) {
    const auto flags =
        options.match_case ? std::regex::ECMAScript : std::regex::ECMAScript | std::regex::icase;
    const std::string blanks = std::regex_replace(cue, std::regex(" "), "[ \n]+");
    patterns.emplace_back("(?:" + blanks + ")(?![A-Za-z0-9])", flags);
  }
  Found found;
  for (size_t at = 0; at < text.size();) {
    size_t best = 0;
    int which = 0;
    const bool border = at == 0 || !std::isalnum(static_cast<unsigned char>(text[at - 1]));
    const bool tried = border && (!options.sentence_initial || initial.contains(at));
    for (size_t c = 0; c < patterns.size() && tried; c++) {
      std::smatch match;
      const auto from = text.begin() + static_cast<std::ptrdiff_t>(at);
      const bool here =
          std::regex_search(from, text.end(), match, patterns[c], std::regex_constants::match_continuous);
      if (here && static_cast<size_t>(match.length()) > best)
        best = match.length(), which = static_cast<int>(c);
    }
    if (best > 0) {
      size_t token = 0, end = tokens[0].size();
      while (at >= end) end += tokens[++token].size();
      found.emplace_back(static_cast<int>(token), which);
    }
    at += std::max<size_t>(best, 1);
  }
  return found;
}

TEST(Cues, EqualRegularExpressions) {
  std::mt19937_64 random(6);
  const std::vector<std::string> pieces{"wait", "Wait", "hmm",    " ",  " ", "\n", ". ",
                                        "so",   "the",  "answer", "is", "a", "\"", ","};
  size_t n_found = 0;
  for (int round = 0; round < 200; round++) {
    const std::vector<std::string> tokens = cut_at_random(random_text(pieces, 40, random), 6, random);
    const CueOptions options{.cues = {"Wait", "hmm", "so the", "so the answer is", "wait so"},
                             .match_case = round % 2 == 0,
                             .sentence_initial = round % 4 < 2};
    const Found found = found_in(tokens, options);
    EXPECT_EQ(found, by_regex(tokens, options)) << join(tokens);
    n_found += found.size();
  }
  EXPECT_GT(n_found, 150u);
}

}  // namespace
}  // namespace thinktrace
