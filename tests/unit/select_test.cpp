// SPDX-License-Identifier: MIT
#include "thinktrace/question/select.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using Strings = std::vector<std::string>;

std::vector<Question> questions_of(const std::string& subject, int n) {
  std::vector<Question> out;
  for (int i = 1; i <= n; i++) {
    Question q{.id = "",
               .subject = subject,
               .text = subject + std::to_string(i),
               .options = {"x", "y"},
               .answer = 0};
    q.id = question_id(q);
    out.push_back(q);
  }
  return out;
}

std::vector<Question> joined(std::vector<Question> a, const std::vector<Question>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Strings texts(const std::vector<Question>& questions, const Selection& selection) {
  Strings out;
  for (const Question& q : select_questions(questions, selection)) out.push_back(q.text);
  return out;
}

Selection only(const Strings& subjects) {
  Selection selection;
  selection.subjects = subjects;
  return selection;
}

Selection shuffled(uint64_t seed) {
  Selection selection;
  selection.shuffle_seed = seed;
  return selection;
}

Selection limited(const std::string& limit, Selection selection = {}) {
  parse_limit(limit, selection);
  return selection;
}

TEST(Select, LimitIsANumberOrARange) {
  const struct {
    const char* text;
    int first, last;
  } cases[] = {{"1", 1, 1},       {"20", 1, 20}, {"007", 1, 7},
               {"11-20", 11, 20}, {"3-3", 3, 3}, {"2147483647", 1, 2147483647}};
  for (const auto& c : cases) {
    const Selection selection = limited(c.text);
    EXPECT_EQ(selection.first, c.first) << c.text;
    EXPECT_EQ(selection.last, c.last) << c.text;
  }
}

TEST(Select, AnythingElseIsNoLimitAndChangesNothing) {
  for (const char* text : {"",    "0",     "-1",   "-",   "5-",  "-5",         "0-5",
                           "5-4", "1-2-3", "1--2", "x",   "5x",  "1-5x",       " 5",
                           "5 ",  "1 - 5", "+5",   "1.5", "1e3", "2147483648", "1-99999999999999999999"}) {
    Selection selection = limited("3-4");
    try {
      parse_limit(text, selection);
      ADD_FAILURE() << '"' << text << "\" is taken";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInput);
      EXPECT_NE(std::string(e.what()).find(text), std::string::npos);
    }
    EXPECT_EQ(selection.first, 3) << text;
    EXPECT_EQ(selection.last, 4) << text;
  }
}

TEST(Select, WithoutLimitEverythingIsTakenSubjectBySubject) {
  std::vector<Question> mixed =
      joined(joined(questions_of("b", 1), questions_of("a", 2)), questions_of("b", 2));
  mixed.pop_back();  // b1 a1 a2 b1
  mixed.back().text = "b2";
  EXPECT_EQ(texts(mixed, {}), (Strings{"b1", "b2", "a1", "a2"}));
}

TEST(Select, LimitCountsWithinEachSubject) {
  const std::vector<Question> all = joined(questions_of("b", 5), questions_of("a", 2));
  EXPECT_EQ(texts(all, limited("2")), (Strings{"b1", "b2", "a1", "a2"}));
  EXPECT_EQ(texts(all, limited("2-3")), (Strings{"b2", "b3", "a2"}));
  EXPECT_EQ(texts(all, limited("4-9")), (Strings{"b4", "b5"}));
  EXPECT_EQ(texts(all, limited("2147483647")).size(), 7u);
}

TEST(Select, SubjectsAreTakenInTheirFirstOrderWhateverTheOrderAskedFor) {
  const std::vector<Question> all =
      joined(joined(questions_of("c", 1), questions_of("a", 1)), questions_of("b", 1));
  EXPECT_EQ(texts(all, only({"b", "c"})), (Strings{"c1", "b1"}));
  EXPECT_EQ(texts(all, only({"a", "a"})), (Strings{"a1"}));
}

TEST(Select, AnUnknownSubjectIsAnErrorThatNamesTheOthers) {
  try {
    select_questions(joined(questions_of("law", 1), questions_of("art", 1)), only({"law", "arts"}));
    ADD_FAILURE() << "no error";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInput);
    const std::string what = e.what();
    EXPECT_NE(what.find("'arts'"), std::string::npos) << what;
    EXPECT_NE(what.find("law, art"), std::string::npos) << what;
  }
}

TEST(Select, NothingLeftIsAnError) {
  EXPECT_THROW(select_questions(questions_of("a", 3), limited("4-5")), Error);
  EXPECT_THROW(select_questions({}, {}), Error);
}

TEST(Select, ShufflingKeepsTheQuestionsAndChangesTheirOrder) {
  const std::vector<Question> all = questions_of("a", 50);
  Strings plain = texts(all, {}), order = texts(all, shuffled(1));
  EXPECT_NE(order, plain);
  EXPECT_NE(order, texts(all, shuffled(2)));
  EXPECT_NE(order, texts(all, shuffled(0)));
  std::sort(plain.begin(), plain.end());
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, plain);
}

TEST(Select, ShuffledOrderHangsOnSeedAndContentAlone) {
  std::vector<Question> all = questions_of("a", 50);
  const Strings order = texts(all, shuffled(7));
  std::reverse(all.begin(), all.end());
  EXPECT_EQ(texts(all, shuffled(7)), order);
  const std::vector<Question> more =
      joined(questions_of("b", 9), all);  // Another subject beside it changes nothing.
  Selection asked = shuffled(7);
  asked.subjects = {"a"};
  EXPECT_EQ(texts(more, asked), order);
  Strings fewer = order;  // Without some questions the others keep their order.
  std::erase(fewer, "a10");
  std::erase_if(all, [](const Question& q) { return q.text == "a10"; });
  EXPECT_EQ(texts(all, shuffled(7)), fewer);
}

TEST(Select, ALargerLimitKeepsWhatASmallerOneTook) {
  const std::vector<Question> all = questions_of("a", 50);
  const Strings order = texts(all, shuffled(3));
  for (int n = 1; n <= 50; n++) {
    EXPECT_EQ(texts(all, limited(std::to_string(n), shuffled(3))), Strings(order.begin(), order.begin() + n));
  }
  const Strings tail = texts(all, limited("11-20", shuffled(3)));
  EXPECT_EQ(tail, Strings(order.begin() + 10, order.begin() + 20));
}

TEST(Select, ShufflingIsFairToEveryPlace) {
  // Over 400 seeds each of 4 questions comes first about 100 times; 60 and 140 are 4.6 standard deviations
  // away.
  const std::vector<Question> all = questions_of("a", 4);
  std::map<std::string, int> first;
  for (uint64_t seed = 0; seed < 400; seed++) first[texts(all, limited("1", shuffled(seed))).front()]++;
  EXPECT_EQ(first.size(), 4u);
  for (const auto& [text, n] : first) EXPECT_TRUE(n > 60 && n < 140) << text << ' ' << n;
}

}  // namespace
}  // namespace thinktrace
