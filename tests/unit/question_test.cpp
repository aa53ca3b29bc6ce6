// SPDX-License-Identifier: MIT
// Questions as users keep them: in three forms of file, in folders, and broken in every way that one meets.
#include "thinktrace/question/question.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "thinktrace/error.h"
#include "thinktrace/question/read_questions.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

class Folder {
 public:
  Folder() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = fs::path(::testing::TempDir()) / fmt_name(test->name());
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  std::string path() const { return path_.string(); }
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }

 private:
  static std::string fmt_name(const std::string& test) {
    return "thinktrace_question_" + test + "_" + std::to_string(::getpid());
  }
  fs::path path_;
};

QuestionFile read_text(const std::string& name, const std::string& text) {
  const Folder folder;
  return read_questions(folder.write(name, text));
}

std::string error_of(const std::string& path) {
  try {
    read_questions(path);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInput);
    return e.what();
  }
  return "(no error)";
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Strings texts_of(const QuestionFile& file) {
  Strings out;
  for (const Question& q : file.questions) out.push_back(q.text);
  return out;
}

Question capital() {
  return {.id = "",
          .subject = "geo",
          .text = "Capital of France?",
          .options = {"Rome", "Paris", "Bonn"},
          .answer = 1};
}

TEST(Question, IdHangsOnEveryPartOfTheContent) {
  const std::string id = question_id(capital());
  EXPECT_EQ(id.size(), 16u);
  EXPECT_EQ(question_id(capital()), id);
  Question q = capital();
  q.id = "something";  // Not part of the content.
  EXPECT_EQ(question_id(q), id);
  const auto changed = [&](auto change) {
    Question other = capital();
    change(other);
    return question_id(other) != id;
  };
  EXPECT_TRUE(changed([](Question& o) { o.subject = "Geo"; }));
  EXPECT_TRUE(changed([](Question& o) { o.text += " "; }));
  EXPECT_TRUE(changed([](Question& o) { o.answer = 0; }));
  EXPECT_TRUE(changed([](Question& o) { o.options.pop_back(); }));
  EXPECT_TRUE(changed([](Question& o) { std::swap(o.options[0], o.options[2]); }));
  EXPECT_TRUE(changed([](Question& o) {
    o.options = {"Rome", "Paris\",\"Bonn"};
  }));  // No way to blur where one ends.
}

TEST(Question, CheckNamesWhatIsWrong) {
  const auto with_options = [](size_t n) {
    Question q = capital();
    q.options.assign(n, "x");
    q.answer = 0;
    return q;
  };
  EXPECT_NO_THROW(check_question(capital()));
  EXPECT_NO_THROW(check_question(with_options(2)));
  EXPECT_NO_THROW(check_question(with_options(26)));
  const auto changed = [](auto change) {
    Question q = capital();
    change(q);
    return q;
  };
  const struct {
    Question question;
    const char* reason;
  } cases[] = {
      {with_options(0), "0 options"},
      {with_options(1), "1 option;"},
      {with_options(27), "27 options"},
      {changed([](Question& q) { q.text = ""; }), "the question is empty"},
      {changed([](Question& q) { q.options[1] = ""; }), "option 2 is empty"},
      {changed([](Question& q) { q.answer = -1; }), "answer -1"},
      {changed([](Question& q) { q.answer = 3; }), "answer 3"},
      {changed([](Question& q) { q.text = "caf\xE9"; }), "UTF-8"},
      {changed([](Question& q) { q.subject = "\xFF"; }), "UTF-8"},
      {changed([](Question& q) { q.options[2] = "\xED\xA0\x80"; }), "option 3"},
  };
  for (const auto& c : cases) {
    try {
      check_question(c.question);
      ADD_FAILURE() << "no error: " << c.reason;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInput);
      EXPECT_PRED2(holds, e.what(), c.reason);
    }
  }
}

TEST(ReadQuestions, EveryFormGivesTheSameQuestion) {
  const struct {
    const char* name;
    std::string text;
  } files[] = {
      {"geo_test.csv", "Capital of France?,Rome,Paris,Bonn,B\n"},
      {"geo.csv", "Capital of France?,Rome,Paris,Bonn,b\n"},
      {"geo_dev.csv", "\xEF\xBB\xBF\"Capital of France?\",\"Rome\",\"Paris\",\"Bonn\",\"B\"\r\n"},
      {"geo_val.csv", "Capital of France?,Rome,Paris,Bonn,Paris\n"},
      {"geo.csv", "question,A,B,C,answer\nCapital of France?,Rome,Paris,Bonn,B\n"},
      {"geo.csv", "\xEF\xBB\xBFQuestion,a,b,c,d,Answer\r\nCapital of France?,Rome,Paris,Bonn,,B\r\n"},
      {"geo.csv", "answer,option_1,option_2,option_3,question\nB,Rome,Paris,Bonn,Capital of France?\n"},
      {"geo.csv", "answer,option_3,option_1,option_2,question\nParis,Bonn,Rome,Paris,Capital of France?\n"},
      {"x.csv",
       "question,choice1,choice2,choice3,answer,subject\nCapital of France?,Rome,Paris,Bonn,B,geo\n"},
      {"x.csv",
       "source,question,options,answer,subject\nweb,Capital of "
       "France?,\"[\"\"Rome\"\",\"\"Paris\"\",\"\"Bonn\"\"]\",B,geo\n"},
      {"geo.csv", "question,subject,A,B,C,answer\nCapital of France?,,Rome,Paris,Bonn,B\n"},
      {"x.jsonl",
       R"({"question":"Capital of France?","options":["Rome","Paris","Bonn"],"answer":1,"subject":"geo"})"},
      {"x.jsonl",
       "\xEF\xBB\xBF"
       R"({"text":"Capital of France?","choices":["Rome","Paris","Bonn"],"answer":"B","subject":"geo","id":7})"
       "\r\n"},
      {"geo.jsonl",
       "\n"
       R"({"question":"Capital of France?","options":["Rome","\u0050aris","Bonn"],"answer":"Paris"})"
       "\n\n"},
      {"geo_test.JSONL",
       R"({"question":"Capital of France?","options":["Rome","Paris","Bonn"],"answer":"b","subject":null})"},
  };
  for (const auto& file : files) {
    const QuestionFile got = read_text(file.name, file.text);
    ASSERT_EQ(got.questions.size(), 1u)
        << file.name << ": " << file.text << (got.bad.empty() ? "" : got.bad[0].reason);
    EXPECT_TRUE(got.bad.empty() && got.duplicates.empty()) << file.text;
    const Question& q = got.questions[0];
    EXPECT_EQ(q.subject, "geo") << file.name << ": " << file.text;
    EXPECT_EQ(q.text, "Capital of France?") << file.text;
    EXPECT_EQ(q.options, capital().options) << file.text;
    EXPECT_EQ(q.answer, 1) << file.text;
    EXPECT_EQ(q.id, question_id(capital())) << file.text;
  }
}

TEST(ReadQuestions, IdDoesNotHangOnThePlaceInTheFile) {
  const QuestionFile ab = read_text("s.csv", "a?,x,y,A\nb?,x,y,B\n"),
                     ba = read_text("s.csv", "b?,x,y,B\n\n\na?,x,y,A\n");
  ASSERT_EQ(ab.questions.size(), 2u);
  ASSERT_EQ(ba.questions.size(), 2u);
  EXPECT_EQ(ab.questions[0].id, ba.questions[1].id);
  EXPECT_EQ(ab.questions[1].id, ba.questions[0].id);
  EXPECT_NE(ab.questions[0].id, ab.questions[1].id);
}

TEST(ReadQuestions, TakesTwoToTwentySixOptions) {
  for (const int n : {2, 4, 10, 26}) {
    std::string text = "Which?";
    for (int i = 0; i < n; i++) text += ",option " + std::to_string(i);
    const QuestionFile got = read_text("s.csv", text + "," + static_cast<char>('A' + n - 1) + "\n");
    ASSERT_EQ(got.questions.size(), 1u) << n;
    EXPECT_EQ(got.questions[0].options.size(), static_cast<size_t>(n));
    EXPECT_EQ(got.questions[0].answer, n - 1);
  }
}

TEST(ReadQuestions, ALetterGoesBeforeAnOptionsText) {
  const QuestionFile got = read_text("s.csv", "Blood?,B,A,AB,A\nBlood?,B,A,AB,AB\nHow many?,4,3,2,2\n");
  ASSERT_EQ(got.questions.size(), 3u);
  EXPECT_EQ(got.questions[0].answer, 0);
  EXPECT_EQ(got.questions[1].answer, 2);
  EXPECT_EQ(got.questions[2].answer, 2);
}

TEST(ReadQuestions, ABadRecordIsReportedWithItsLineAndTheOthersAreKept) {
  const std::string record = R"({"question":"q?","options":["x","y"],)";
  std::string wide = "q?";
  for (int i = 0; i < 27; i++) wide += ",x";
  const struct {
    const char* name;
    std::string text;
    int line;
    const char* reason;
    size_t n_good;
  } cases[] = {
      {"s.csv", "a?,x,y,A\nb?,x,y\nc?,x,y,B\n", 2, "3 fields where the first record has 4", 2},
      {"s.csv", "a?,x,y,A\nb?,x,y,z,B\n", 2, "5 fields where the first record has 4", 1},
      {"s.csv", "\"a\n?\",x,y,A\n\nb?,x,y,C\n", 4, "answer 'C'", 1},
      {"s.csv", "a?,x,y,A\n,x,y,A\n", 2, "the question is empty", 1},
      {"s.csv", "a?,x,y,A\nb?,x,,A\n", 2, "option 2 is empty", 1},
      {"s.csv", "a?,x,y,A\nb?,x,y,\n", 2, "answer ''", 1},
      {"s.csv", "a?,x,y,A\nb?,x,y,1\n", 2, "answer '1'", 1},
      {"s.csv", "a?,x,y,A\nb?,z,z,z\n", 2, "answer 'z'", 1},
      {"s.csv", "a?,x,y,A\nb?,\"x\" z,y,A\n", 2, "after a closing quote", 1},
      {"s.csv", "a?,x,y,A\nb?,\"x,y,A\nc?,x,y,A\n", 2, "a quote is not closed", 1},
      {"s.csv", "a?,x,y,A\nb?,\xE9,y,A\n", 2, "not valid UTF-8", 1},
      {"s.csv", "a?,x,A\n", 1, "1 option;", 0},
      {"s.csv", "a?,A\n", 1, "options", 0},
      {"s.csv", wide + ",A\n", 1, "27 options", 0},
      {"h.csv", "question,A,B,answer\na?,x,y,A\nb?,x,y\n", 3, "3 fields where the header has 4", 1},
      {"h.csv", "question,A,B,answer\na?,x,y,A\nb?,x,,A\n", 3, "1 option;", 1},
      {"h.csv", "question,A,B,C,answer\na?,x,y,,A\nb?,x,,z,A\n", 3, "option 2 is empty", 1},
      {"h.csv", "question,A,B,C,answer\na?,x,y,,B\nb?,x,y,,C\n", 3, "answer 'C'", 1},
      {"h.csv", "question,answer\na?,A\n", 2, "0 options", 0},
      {"h.csv", "question,options,answer\na?,\"['x','y']\",A\n", 2, "JSON", 0},
      {"h.csv", "question,options,answer\na?,\"[1,2]\",A\n", 2, "JSON array of strings", 0},
      {"h.csv", "question,options,answer\na?,\"{}\",A\n", 2, "JSON array of strings", 0},
      {"j.jsonl", record + "\"answer\":0}\n\n" + record + "\"answer\":2}\n", 3,
       "answer 2 is not one of the 2", 1},
      {"j.jsonl", record + "\"answer\":-1}", 1, "answer -1 is not one of the 2", 0},
      {"j.jsonl", record + "\"answer\":99999999999}", 1, "answer 99999999999 is not one of", 0},
      {"j.jsonl", record + "\"answer\":\"C\"}", 1, "answer 'C'", 0},
      {"j.jsonl", record + "\"answer\":1.0}", 1, "'answer'", 0},
      {"j.jsonl", record + "\"answer\":true}", 1, "'answer'", 0},
      {"j.jsonl", record + "\"label\":1}", 1, "no key 'answer'", 0},
      {"j.jsonl", R"({"options":["x","y"],"answer":0})", 1, "no key 'question'", 0},
      {"j.jsonl", R"({"question":"q?","answer":0})", 1, "no key 'options'", 0},
      {"j.jsonl", R"({"question":7,"options":["x","y"],"answer":0})", 1, "'question'", 0},
      {"j.jsonl", R"({"question":"q?","options":{"A":"x"},"answer":0})", 1, "JSON array of strings", 0},
      {"j.jsonl", R"({"question":"q?","options":["x"],"answer":0})", 1, "1 option;", 0},
      {"j.jsonl", "[1,2]", 1, "not a JSON object", 0},
      {"j.jsonl", "{\"question\":\"q?\"", 1, "not valid JSON", 0},
      {"j.jsonl", "{\"question\":\"\xFF\",\"options\":[\"x\",\"y\"],\"answer\":0}", 1, "not valid", 0},
      {"j.jsonl", R"({"question":"\ud800","options":["x","y"],"answer":0})", 1, "not valid", 0},
  };
  for (const auto& c : cases) {
    const QuestionFile got = read_text(c.name, c.text);
    EXPECT_EQ(got.questions.size(), c.n_good) << c.text;
    ASSERT_EQ(got.bad.size(), 1u) << c.text;
    EXPECT_EQ(got.bad[0].line, c.line) << c.text;
    EXPECT_PRED2(holds, got.bad[0].reason, c.reason);
    EXPECT_TRUE(got.bad[0].file.ends_with(c.name)) << got.bad[0].file;
    EXPECT_PRED2(holds, describe(got.bad[0]), std::string(c.name) + ":" + std::to_string(c.line) + ": ");
  }
}

TEST(ReadQuestions, AFileWithoutRecordsIsAnErrorThatNamesIt) {
  const struct {
    const char *name, *text;
  } cases[] = {
      {"e.csv", ""},   {"e.csv", "\xEF\xBB\xBF"}, {"e.csv", "\r\n\n"},     {"e.csv", "question,A,B,answer\n"},
      {"e.jsonl", ""}, {"e.jsonl", " \n\r\n"},    {"e.txt", "a?,x,y,A\n"}, {"e", "a?,x,y,A\n"}};
  for (const auto& c : cases) {
    const Folder folder;
    const std::string path = folder.write(c.name, c.text);
    EXPECT_PRED2(holds, error_of(path), path) << '"' << c.text << '"';
  }
  const Folder folder;
  EXPECT_PRED2(holds, error_of(folder.path() + "/none.csv"), folder.path() + "/none.csv");
  EXPECT_PRED2(holds, error_of(folder.path()), folder.path());
  folder.write("readme.txt", "a?,x,y,A\n");
  EXPECT_PRED2(holds, error_of(folder.path()), folder.path());
}

TEST(ReadQuestions, AFolderIsReadInTheOrderOfItsFilesNames) {
  const Folder folder;
  folder.write("b.csv", "b?,x,y,A\n");
  folder.write("c.jsonl", R"({"question":"c?","options":["x","y"],"answer":0})");
  folder.write("a.csv", "a1?,x,y,A\na2?,x,y,A\n");
  folder.write("notes.txt", "n?,x,y,A\n");
  const QuestionFile got = read_questions(folder.path());
  EXPECT_EQ(texts_of(got), (Strings{"a1?", "a2?", "b?", "c?"}));
  EXPECT_EQ(got.questions[0].subject, "a");
  EXPECT_EQ(got.questions[3].subject, "c");
}

TEST(ReadQuestions, OfAnMmluFolderOnlyTheTestFilesAreQuestions) {
  const Folder folder;
  folder.write("law_test.csv", "law?,x,y,A\n");
  folder.write("art_test.csv", "art?,x,y,A\n");
  folder.write("art_dev.csv", "dev?,x,y,A\n");
  folder.write("extra.jsonl", R"({"question":"e?","options":["x","y"],"answer":0})");
  const QuestionFile got = read_questions(folder.path());
  EXPECT_EQ(texts_of(got), (Strings{"art?", "law?"}));
  EXPECT_EQ(got.questions[0].subject, "art");
  EXPECT_EQ(got.questions[1].subject, "law");
}

TEST(ReadQuestions, ARepeatedQuestionIsLeftOutAndReported) {
  const Folder folder;
  folder.write("a.csv", "question,A,B,answer,subject\nq?,x,y,A,s\nq?,x,y,A,s\nq?,x,y,B,s\nq?,x,y,A,t\n");
  folder.write("b.jsonl", R"({"question":"q?","options":["x","y"],"answer":0,"subject":"s"})");
  const QuestionFile got = read_questions(folder.path());
  EXPECT_EQ(got.questions.size(), 3u);  // Another answer or another subject is another question.
  EXPECT_TRUE(got.bad.empty());
  ASSERT_EQ(got.duplicates.size(), 2u);
  EXPECT_TRUE(got.duplicates[0].file.ends_with("a.csv"));
  EXPECT_EQ(got.duplicates[0].line, 3);
  EXPECT_PRED2(holds, got.duplicates[0].reason, "a.csv:2");
  EXPECT_TRUE(got.duplicates[1].file.ends_with("b.jsonl"));
  EXPECT_EQ(got.duplicates[1].line, 1);
  EXPECT_PRED2(holds, got.duplicates[1].reason, "a.csv:2");
}

TEST(ReadQuestions, AColumnThatIsNoOptionIsNotTakenForOne) {
  for (const std::string text :
       {"i,question,A,B,answer\n17,q?,x,y,B\n", "question,A,B,answer,n\nq?,x,y,B,17\n"}) {
    try {
      const QuestionFile got = read_text("h.csv", text);  // Reading it right and refusing it are both fine.
      for (const Question& q : got.questions) EXPECT_EQ(q.options, (Strings{"x", "y"})) << text;
    } catch (const Error&) {
    }
  }
}

TEST(ReadQuestions, TwoColumnsForOneOptionAreNotReadInSilence) {
  for (const std::string header : {"question,A,B,option_1,option_2,answer", "question,A,B,a,b,answer"}) {
    try {
      EXPECT_TRUE(read_text("h.csv", header + "\nq?,x,y,v,w,B\n").questions.empty()) << header;
    } catch (const Error&) {
    }
  }
}

TEST(ReadQuestions, SpacesAroundTheNamesOfColumnsDoNotMatter) {
  const QuestionFile got = read_text("h.csv", "question, A, B, answer \nq?,x,y,B\n");
  EXPECT_EQ(texts_of(got), Strings{"q?"});
  EXPECT_TRUE(got.bad.empty());
}

TEST(ReadQuestions, AFileThatCannotBeReadIsNotTakenForAnEmptyOne) {
  const Folder folder;
  fs::create_directory(folder.path() + "/x.csv");  // Opens as a file does; reading it fails.
  EXPECT_FALSE(holds(error_of(folder.path()), "no record")) << error_of(folder.path());
}

TEST(ReadQuestions, DescribeLeavesTheLineOutWhereTheWholeFileIsMeant) {
  EXPECT_EQ(describe({"f.csv", 12, "why"}), "f.csv:12: why");
  EXPECT_EQ(describe({"f.csv", 0, "why"}), "f.csv: why");
}

}  // namespace
}  // namespace thinktrace
