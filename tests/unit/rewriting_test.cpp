// SPDX-License-Identifier: MIT
// rewriting.h: what a template must hold, and what is taken of an answer.
#include "thinktrace/prompt/rewriting.h"

#include <gtest/gtest.h>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

TEST(Rewriting, TemplatesHoldWhatIsToBeRewritten) {
  check_rewrite_template({kDefaultMistakeTemplate});
  check_rewrite_template({kDefaultParaphraseTemplate});
  check_rewrite_template({"{{ text }}"});
  for (const char* text :
       {"Rewrite it.", "{{ sentence }}", "{{ before }}", "{{ text", "{% if options %}no{% endif %}"}) {
    try {
      check_rewrite_template({text, "mine.txt"});
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInput);
      EXPECT_NE(std::string(e.what()).find("mine.txt"), std::string::npos) << e.what();
    }
  }
}

TEST(Rewriting, TakesWhatWasWritten) {
  const ThinkingTags tags{"<think>", "</think>"};
  const auto line = [&](const std::string& answer) {
    return taken_from(answer, " It is 7.", RewriteLength::kLine, tags);
  };
  EXPECT_EQ(line("It is 8."), "It is 8.");
  EXPECT_EQ(line(" \n\n It is 8. \nThat is the mistake."), "It is 8.");
  EXPECT_EQ(line("\"It is 8.\""), "It is 8.");
  EXPECT_EQ(line("“It is 8.”\n"), "It is 8.");
  EXPECT_EQ(line("\"8\" it is"), "\"8\" it is");
  EXPECT_EQ(line("\""), "\"");
  for (const char* nothing : {"", " \n ", "It is</think>8.", "<think>\nIt is 8."})
    EXPECT_EQ(line(nothing), "") << nothing;
  EXPECT_EQ(taken_from("\"It is 8.\"", "\"It is 7.\"", RewriteLength::kLine, tags), "\"It is 8.\"");
  EXPECT_EQ(taken_from("\nOne.\n\nTwo. \n", "1. 2.", RewriteLength::kWhole, tags), "One.\n\nTwo.");
}

}  // namespace
}  // namespace thinktrace
