// SPDX-License-Identifier: MIT
#include "thinktrace/question/csv.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace thinktrace {
namespace {

using Fields = std::vector<std::string>;

struct CsvCase {
  const char* what;
  std::string text;
  std::vector<CsvRecord> records;
};

void expect_records(const CsvCase& c) {
  const std::vector<CsvRecord> got = parse_csv(c.text);
  ASSERT_EQ(got.size(), c.records.size()) << c.what;
  for (size_t i = 0; i < got.size(); i++) {
    EXPECT_EQ(got[i].line, c.records[i].line) << c.what << ", record " << i;
    EXPECT_EQ(got[i].error, c.records[i].error) << c.what << ", record " << i;
    EXPECT_EQ(got[i].fields, c.records[i].fields) << c.what << ", record " << i;
  }
}

TEST(Csv, ReadsWellFormedTexts) {
  const CsvCase cases[] = {
      {"empty", "", {}},
      {"only a mark", "\xEF\xBB\xBF", {}},
      {"only empty lines", "\n\r\n\n", {}},
      {"one field", "a", {{1, {"a"}, ""}}},
      {"one line", "a,b,c\n", {{1, {"a", "b", "c"}, ""}}},
      {"no line end at the end", "a,b\nc,d", {{1, {"a", "b"}, ""}, {2, {"c", "d"}, ""}}},
      {"CRLF", "a,b\r\nc,d\r\n", {{1, {"a", "b"}, ""}, {2, {"c", "d"}, ""}}},
      {"CRLF after quotes", "\"a\",\"b\"\r\n\"c\",\"d\"\r\n", {{1, {"a", "b"}, ""}, {2, {"c", "d"}, ""}}},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a,b\n",
       {{1, {"a", "b"}, ""}}},
      {"byte order mark before a quote", "\xEF\xBB\xBF\"a,b\",c\n", {{1, {"a,b", "c"}, ""}}},
      {"a mark elsewhere is text",
       "a,\xEF\xBB\xBF"
       "b",
       {{1,
         {"a",
          "\xEF\xBB\xBF"
          "b"},
         ""}}},
      {"empty fields", ",,\n", {{1, {"", "", ""}, ""}}},
      {"empty field at the end of the text", "a,", {{1, {"a", ""}, ""}}},
      {"quoted empty field", "\"\",a\n", {{1, {"", "a"}, ""}}},
      {"spaces stay", " a , b \n", {{1, {" a ", " b "}, ""}}},
      {"comma in quotes", "\"a,b\",c\n", {{1, {"a,b", "c"}, ""}}},
      {"doubled quotes", "\"He said \"\"no\"\"\",\"\"\"\"\n", {{1, {"He said \"no\"", "\""}, ""}}},
      {"quote inside a plain field is text", "5\" pipe,b\n", {{1, {"5\" pipe", "b"}, ""}}},
      {"records may differ in width", "a,b,c\nd\n", {{1, {"a", "b", "c"}, ""}, {2, {"d"}, ""}}},
      {"a NUL is text", std::string("a\0b,c\n", 6), {{1, {std::string("a\0b", 3), "c"}, ""}}},
  };
  for (const CsvCase& c : cases) expect_records(c);
}

TEST(Csv, CountsLinesThroughEmptyLinesAndQuotedLineBreaks) {
  const CsvCase cases[] = {
      {"empty lines", "a\n\n\nb\n", {{1, {"a"}, ""}, {4, {"b"}, ""}}},
      {"empty CRLF lines", "\r\na\r\n\r\nb\r\n", {{2, {"a"}, ""}, {4, {"b"}, ""}}},
      {"break in quotes", "\"a\nb\",c\nd,e\n", {{1, {"a\nb", "c"}, ""}, {3, {"d", "e"}, ""}}},
      {"CRLF in quotes stays", "\"a\r\nb\"\r\nc\r\n", {{1, {"a\r\nb"}, ""}, {3, {"c"}, ""}}},
      {"several breaks",
       "x\n\"1\n2\n\n4\",\"5\n6\"\ny\n",
       {{1, {"x"}, ""}, {2, {"1\n2\n\n4", "5\n6"}, ""}, {7, {"y"}, ""}}},
  };
  for (const CsvCase& c : cases) expect_records(c);
}

TEST(Csv, AnIllFormedRecordSaysWhy) {
  const std::string open = "a quote is not closed", after = "text after a closing quote";
  const CsvCase cases[] = {
      {"unclosed", "a,b\n\"c,d\ne,f\n", {{1, {"a", "b"}, ""}, {2, {"c,d\ne,f\n"}, open}}},
      {"unclosed at the end", "\"", {{1, {""}, open}}},
      {"unclosed after a doubled quote", "\"a\"\"", {{1, {"a\""}, open}}},
      {"text after", "\"a\"b,c\nd,e\n", {{1, {"ab", "c"}, after}, {2, {"d", "e"}, ""}}},
      {"space after", "\"a\" ,c\n", {{1, {"a ", "c"}, after}}},
  };
  for (const CsvCase& c : cases) expect_records(c);
}

TEST(Csv, ReadsBackWhatIsWritten) {
  const std::vector<Fields> rows = {{"a", "", "\"", "\"\""},
                                    {"x,y", "\r\n", "\n\n", " "},
                                    {"", ""},
                                    {",", ",\""},
                                    {"\xF0\x9F\x98\x80", "end"}};
  for (const std::string line_end : {"\n", "\r\n"}) {
    std::string text;
    std::vector<int> lines;
    for (const Fields& row : rows) {
      lines.push_back(1 + static_cast<int>(std::count(text.begin(), text.end(), '\n')));
      for (size_t i = 0; i < row.size(); i++) {
        if (i > 0) text += ',';
        text += '"';
        for (const char c : row[i]) text += c == '"' ? "\"\"" : std::string(1, c);
        text += '"';
      }
      text += line_end;
    }
    const std::vector<CsvRecord> got = parse_csv(text);
    ASSERT_EQ(got.size(), rows.size());
    for (size_t i = 0; i < rows.size(); i++) {
      EXPECT_EQ(got[i].fields, rows[i]);
      EXPECT_EQ(got[i].line, lines[i]);
      EXPECT_EQ(got[i].error, "");
    }
  }
}

}  // namespace
}  // namespace thinktrace
