// SPDX-License-Identifier: MIT
// Forks of the cache against their slow, obvious twin, and proof that the comparison would notice a mistake.
#include "thinktrace/engine/answer_reader.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "tests/engine/glassbox.h"
#include "thinktrace/probe/probe.h"
#include "thinktrace/trace/sample.h"

namespace thinktrace {
namespace {

using testing::glassbox;
using testing::glassbox_f32;
using testing::make_session;

constexpr double kTolerance = 1e-4;

struct Case {
  std::vector<Token> tokens;  // Prompt and thinking.
  std::vector<int> cuts;      // Every position.
  AnswerForm form;
};

Case sample_case(const std::string& subject, LabelKind labels) {
  const Model& model = glassbox_f32();
  PromptFormat format = complete_format(model, {.labels = labels});
  if (labels == LabelKind::kLetters) format.suffix = "\n\nThe answer is";
  const Prompt prompt = build_prompt(model, testing::questions_of(subject, 1)[0], format);
  Session session = make_session(model, Precision::kReference);
  const TraceRequest request{prompt.ids, "</think>", 0, 1, {.sampler = {}, .seed = 7, .budget = 200}};
  const Trace trace = sample_traces(session, {&request, 1}, 1)[0][0];
  Case c{prompt.ids, {}, build_answer_form(model, prompt.labels, format)};
  c.tokens.insert(c.tokens.end(), trace.think_ids.begin(), trace.think_ids.end());
  for (size_t t = prompt.ids.size(); t <= c.tokens.size(); t++) c.cuts.push_back(static_cast<int>(t));
  return c;
}

// One sampled trace of a subject whose answer the thinking changes; the same for all tests.
Case make_case(const std::string& subject, LabelKind labels = LabelKind::kDigits) {
  static std::map<std::pair<std::string, LabelKind>, Case> sampled;
  const auto key = std::pair(subject, labels);
  if (!sampled.contains(key)) sampled[key] = sample_case(subject, labels);
  return sampled.at(key);
}

double difference(const AnswerReadings& a, const AnswerReadings& b) {
  EXPECT_EQ(a.logprobs.size(), b.logprobs.size());
  double largest = 0;
  for (size_t i = 0; i < a.logprobs.size(); i++) {
    largest = std::max(largest, std::fabs(std::exp(static_cast<double>(a.logprobs[i])) -
                                          std::exp(static_cast<double>(b.logprobs[i]))));
  }
  return largest;
}

AnswerReadings by_forks(const Case& c, int branches = 16) {
  Session session = make_session(glassbox_f32(), Precision::kReference, branches);
  return ForkReader(session).read(c.tokens, c.cuts, c.form);
}

AnswerReadings by_prefill(const Case& c) {
  Session session = make_session(glassbox_f32(), Precision::kReference);
  return PrefillReader(session).read(c.tokens, c.cuts, c.form);
}

// make_case(subject) by prefills, at every position. Each is a prefill of its own, so the first of them are those of a shorter text.
const AnswerReadings& all_by_prefill(const std::string& subject) {
  static std::map<std::string, AnswerReadings> read;
  if (!read.contains(subject)) read[subject] = by_prefill(make_case(subject));
  return read.at(subject);
}

TEST(ForkReader, EqualsFreshPrefillAtEveryPosition) {
  for (const char* subject : {"chains", "beasts"}) {
    const Case c = make_case(subject);
    ASSERT_GT(c.cuts.size(), 20u) << subject;
    EXPECT_LT(difference(by_forks(c), all_by_prefill(subject)), kTolerance) << subject;
  }
}

TEST(ForkReader, EqualsFreshPrefillInStrides) {
  int stride = 3;
  for (const char* subject : {"capitals", "hinted", "fortunes"}) {
    Case c = make_case(subject);
    ASSERT_GT(c.cuts.size(), 20u) << subject;
    std::vector<int> some;
    for (size_t i = 0; i < c.cuts.size(); i += stride) some.push_back(c.cuts[i]);
    if (some.back() != c.cuts.back()) some.push_back(c.cuts.back());
    c.cuts = some;
    stride++;
    EXPECT_LT(difference(by_forks(c), by_prefill(c)), kTolerance) << subject;
  }
}

TEST(ForkReader, GoesOnPassByPassThroughALongTrace) {
  Case c = make_case("beasts");
  const std::vector<Token> once = c.tokens;
  while (c.tokens.size() < 2 * kPrefillChunk + 100) c.tokens.insert(c.tokens.end(), once.begin(), once.end());
  c.cuts = {1,
            200,
            kPrefillChunk - 1,
            kPrefillChunk,
            kPrefillChunk + 1,
            700,
            2 * kPrefillChunk + 1,
            static_cast<int>(c.tokens.size())};
  const AnswerReadings fresh = by_prefill(c);
  for (const int branches : {2, 4, 16})
    EXPECT_LT(difference(by_forks(c, branches), fresh), kTolerance) << branches;
}

TEST(ForkReader, ComparisonNoticesAMistake) {
  const Case c = make_case("chains");
  const AnswerReadings right = by_forks(c);  // Which a test above holds against fresh prefills.
  Case other_suffix_token = c;
  other_suffix_token.form.suffix[other_suffix_token.form.suffix.size() / 2]++;
  EXPECT_GT(difference(by_forks(other_suffix_token), right), kTolerance);

  Case one_off = c;
  for (size_t i = 1; i < one_off.cuts.size(); i++) one_off.cuts[i] = c.cuts[i] - 1;
  one_off.cuts[0] = c.cuts[0] - 1;
  EXPECT_GT(difference(by_forks(one_off), right), kTolerance);

  AnswerReadings neighbours_row = by_forks(c);
  std::rotate(neighbours_row.logprobs.begin(), neighbours_row.logprobs.begin() + 4,
              neighbours_row.logprobs.end());
  EXPECT_GT(difference(neighbours_row, right), kTolerance);
}

TEST(ForkReader, HowManyBranchesGoIntoOnePassDoesNotMatter) {
  const Case c = make_case("beasts");
  const AnswerReadings one_by_one = by_forks(c, 1);
  for (const int branches : {3, 16, 80})
    EXPECT_LT(difference(by_forks(c, branches), one_by_one), kTolerance) << branches;
}

TEST(ForkReader, OtherTracesInBetweenDoNotMatter) {
  const Case a = make_case("chains"), b = make_case("beasts");
  Session session = make_session(glassbox_f32(), Precision::kReference);
  ForkReader reader(session);
  const AnswerReadings first = reader.read(a.tokens, a.cuts, a.form);
  reader.read(b.tokens, b.cuts, b.form);
  EXPECT_EQ(reader.read(a.tokens, a.cuts, a.form).logprobs, first.logprobs);
}

// What the call before has left is used where it is the same, and nowhere else: the same bytes come out.
TEST(ForkReader, GoesOnFromWhatItHasReadBefore) {
  const Case a = make_case("chains");
  Case longer = a, other = a, shorter = a;
  while (longer.tokens.size() < 700)
    longer.tokens.insert(longer.tokens.end(), a.tokens.begin(), a.tokens.end());
  longer.cuts = {5, 130, 300, static_cast<int>(longer.tokens.size())};
  other.tokens = longer.tokens;
  other.tokens[400]++;
  other.cuts = longer.cuts;
  shorter.tokens.assign(longer.tokens.begin(), longer.tokens.begin() + 450);
  shorter.cuts = {129, 450};
  Case later = longer;
  later.cuts = {64, 699};
  const auto read = [](ForkReader& reader, const Case& c) {
    return reader.read(c.tokens, c.cuts, c.form).logprobs;
  };
  Session session = make_session(glassbox(), Precision::kFast),
          another = make_session(glassbox(), Precision::kFast);
  ForkReader reader(session);
  int n = 0;
  for (const Case* c :
       std::initializer_list<const Case*>{&longer, &later, &other, &shorter, &longer, &a, &longer}) {
    another.clear();
    EXPECT_EQ(read(reader, *c), ForkReader(another).read(c->tokens, c->cuts, c->form).logprobs) << n++;
  }
  session.clear();
  session.prefill(0, other.tokens);
  session.clear();
  EXPECT_EQ(read(reader, later), ForkReader(another).read(later.tokens, later.cuts, later.form).logprobs);
}

// A trace that others have decoded, token by token and beside another one, is read where it is, and nothing of theirs is lost.
TEST(ForkReader, ReadsWhatOthersHaveDecoded) {
  const Case a = make_case("chains"), b = make_case("beasts");
  Session session = make_session(glassbox_f32(), Precision::kReference, 16);
  session.prefill(1, b.tokens);
  session.prefill(0, std::span(a.tokens).first(60));
  for (size_t i = 60; i < a.tokens.size(); i++)
    session.decode(std::vector<Step>{{a.tokens[i], static_cast<int>(i), 0, false}});
  ForkReader reader(session, 5, /*others=*/3);
  const int64_t n_cleared = session.n_cleared();
  reader.adopt(0, a.tokens);
  EXPECT_LT(difference(reader.read(a.tokens, a.cuts, a.form), all_by_prefill("chains")), kTolerance);
  // Of a branch that holds less than the text, or more, what it shares with it is read.
  reader.adopt(1, b.tokens);
  Case less = b;
  less.tokens.resize(less.tokens.size() - 7);
  less.cuts.resize(less.cuts.size() - 7);
  AnswerReadings first = all_by_prefill("beasts");
  first.logprobs.resize(less.cuts.size() * less.form.options.size());
  EXPECT_LT(difference(reader.read(less.tokens, less.cuts, less.form), first), kTolerance);
  session.drop(1, 50);
  reader.adopt(1, {b.tokens.begin(), b.tokens.begin() + 50});
  EXPECT_LT(difference(reader.read(b.tokens, b.cuts, b.form), all_by_prefill("beasts")), kTolerance);
  EXPECT_EQ(session.n_cleared(), n_cleared);
  // The first one's branch still holds its text.
  session.decode(std::vector<Step>{{a.form.suffix[0], static_cast<int>(a.tokens.size()), 0, true}});
  const std::vector<float> row(session.logits(0).begin(), session.logits(0).end());
  std::vector<Token> text = a.tokens;
  text.push_back(a.form.suffix[0]);
  Session fresh = make_session(glassbox_f32(), Precision::kReference);
  fresh.prefill(0, text);
  const std::span<const float> expected = fresh.logits(0);
  for (size_t i = 0; i < row.size(); i++) ASSERT_NEAR(row[i], expected[i], 1e-3);
}

TEST(ForkReader, ReadsLabelsOfSeveralTokensAsSequences) {
  const Model& model = glassbox_f32();
  Case c = make_case("chains");
  c.cuts = {c.cuts.front(), c.cuts[c.cuts.size() / 2], c.cuts.back()};
  c.form.options.clear();
  for (const char* label : {"1", "10", "2", "23"})
    c.form.options.push_back({model.tokenize(label, Specials::kPlain), label[1] == '\0'});
  ASSERT_EQ(c.form.options[1].tokens.size(), 2u);
  const AnswerReadings forks = by_forks(c);
  EXPECT_LT(difference(forks, by_prefill(c)), kTolerance);
  for (size_t k = 0; k < c.cuts.size(); k++) {  // Disjoint events.
    double mass = 0;
    for (size_t i = 0; i < 4; i++) mass += std::exp(static_cast<double>(forks.logprobs[k * 4 + i]));
    EXPECT_LE(mass, 1 + 1e-6);
  }
}

TEST(ForkReader, AnOptionThatBeginsAnotherIsNotCountedTwice) {
  const Model& model = glassbox_f32();
  Case c = make_case("chains");
  c.cuts = {c.cuts.back()};
  // P(1) as a whole label is P(token 1) less what goes on as 10, 11, …
  c.form.options = {{model.tokenize("1", Specials::kPlain), false},
                    {model.tokenize("1", Specials::kPlain), true}};
  const AnswerReadings r = by_prefill(c);
  EXPECT_LE(r.logprobs[1], r.logprobs[0]);
  double longer = 0;
  for (int d = 0; d < 10; d++) {
    c.form.options = {{model.tokenize("1" + std::to_string(d), Specials::kPlain), false}};
    longer += std::exp(static_cast<double>(by_prefill(c).logprobs[0]));
  }
  EXPECT_LE(std::exp(static_cast<double>(r.logprobs[1])) + longer,
            std::exp(static_cast<double>(r.logprobs[0])) + 1e-6);
}

TEST(ForkReader, LetterLabelsShareATokenWithTheSpaceBeforeThem) {
  Case c = make_case("chains", LabelKind::kLetters);
  c.cuts = {c.cuts.front(), c.cuts[c.cuts.size() / 2], c.cuts.back()};
  for (const OptionTokens& option : c.form.options) EXPECT_EQ(option.tokens.size(), 1u);
  EXPECT_LT(difference(by_forks(c), by_prefill(c)), kTolerance);
}

TEST(ForkReader, NoCutsGiveNoReadings) {
  Case c = make_case("chains");
  c.cuts.clear();
  EXPECT_TRUE(by_forks(c).logprobs.empty());
}

}  // namespace
}  // namespace thinktrace
