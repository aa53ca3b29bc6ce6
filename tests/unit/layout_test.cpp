// SPDX-License-Identifier: MIT
#include "thinktrace/prompt/layout.h"

#include <gtest/gtest.h>

#include <set>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using Strings = std::vector<std::string>;

Question prime() {
  return {.id = "",
          .subject = "numbers",
          .text = "Which of these is a prime number?",
          .options = {"4", "6", "7", "9"},
          .answer = 2};
}

std::string by_default(const Question& q, LabelKind kind = LabelKind::kDigits) {
  return lay_out_question(q, option_labels(kind, static_cast<int>(q.options.size())), kDefaultLayout,
                          "the default layout");
}

std::string by(const std::string& layout, const Question& q = prime()) {
  return lay_out_question(q, option_labels(LabelKind::kLetters, static_cast<int>(q.options.size())), layout,
                          "my.jinja");
}

const std::string kEnding =
    "\n\nPlease give me your choice right after the thinking. You should state your choice (exactly the same "
    "as how they were provided in "
    "this instruction) on the first line of your output after the thinking.";

TEST(Layout, DefaultIsThePublishedWordingToTheByte) {
  EXPECT_EQ(by_default(prime()),
            "Question: Which of these is a prime number?\nChoices:\n\n1: 4\n2: 6\n3: 7\n4: 9." + kEnding);
}

TEST(Layout, DefaultTakesAnyNumberOfOptionsAndOtherLabels) {
  Question q = prime();
  q.options = {"yes", "no"};
  EXPECT_EQ(by_default(q, LabelKind::kLetters),
            "Question: Which of these is a prime number?\nChoices:\n\nA: yes\nB: no." + kEnding);
  std::string lines;
  q.options.clear();
  for (int i = 0; i < kMaxOptions; i++) {
    q.options.push_back("option " + std::to_string(i));
    lines += (i ? "\n" : "") + std::to_string(i + 1) + ": option " + std::to_string(i);
  }
  EXPECT_EQ(by_default(q),
            "Question: Which of these is a prime number?\nChoices:\n\n" + lines + "." + kEnding);
}

TEST(Layout, TextOfQuestionsIsNeverReadAsATemplate) {
  const Strings texts = {
      "What does {{ question }} print?",
      "{% for i in range(3) %}{{ i }}{% endfor %}",
      "{# a comment #} or not",
      "{{ 1/0 }} {% raise 'x' %} {%- -%}",
      "{% endfor %}",
      "{{",
      "%}",
      "<script>alert('&amp;')</script>",
      "quotes \" ' ` and \\n backslashes \\",
      "tabs\tand\nline breaks\r\n\n\nstay",
      " spaces around ",
      "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xE2\x80\xAE",
      "<think>\n</think><|im_end|>",
      "None",
      "true",
      "0",
      "[1, 2]",
  };
  for (const std::string& text : texts) {
    Question q = prime();
    q.text = text;
    q.options = {text, "other", text + text};
    EXPECT_EQ(by_default(q), "Question: " + text + "\nChoices:\n\n1: " + text + "\n2: other\n3: " + text +
                                 text + "." + kEnding);
  }
}

TEST(Layout, AUsersLayoutSeesQuestionSubjectAndLabelledOptions) {
  const struct {
    const char *layout, *text;
  } cases[] = {
      {"{{ subject }}: {{ question }}{% for option in options %} ({{ option.label }}) {{ option.text }}{% "
       "endfor %}",
       "numbers: Which of these is a prime number? (A) 4 (B) 6 (C) 7 (D) 9"},
      {"{{ question }}\n{% for option in options %}\n{{ option.label }}. {{ option.text }}\n{% endfor "
       "%}\nAnswer:",
       "Which of these is a prime number?\nA. 4\nB. 6\nC. 7\nD. 9\nAnswer:"},
      {"{{ options[0].text }},{{ options[1].text }},{{ options[2].text }},{{ options[3].text }}: {{ question "
       "}} ({{ options | length }})",
       "4,6,7,9: Which of these is a prime number? (4)"},
  };
  for (const auto& c : cases) EXPECT_EQ(by(c.layout), c.text);
}

std::string layout_error(const std::string& layout) {
  try {
    return "no error, but: " + by(layout);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInput);
    return e.what();
  }
}

TEST(Layout, ALayoutThatLeavesSomethingOutIsRefusedByItsName) {
  const std::string loop = "{% for option in options %}{{ option.text }} {% endfor %}";
  const struct {
    std::string layout;
    const char* missing;
  } cases[] = {
      {"", "the question"},
      {"Choose: " + loop, "the question"},
      {"{{ questoin }} " + loop, "the question"},
      {"{{ question | upper }} " + loop, "the question"},
      {"{{ question }}", "an option"},
      {"{{ question }} {% for option in options %}{{ option.label }} {% endfor %}", "an option"},
      {"{{ question }} {% for option in options[:3] %}{{ option.text }} {% endfor %}", "an option"},
  };
  for (const auto& c : cases) {
    const std::string error = layout_error(c.layout);
    EXPECT_NE(error.find("my.jinja"), std::string::npos) << error;
    EXPECT_NE(error.find(std::string("leaves ") + c.missing + " out"), std::string::npos)
        << c.layout << " -> " << error;
  }
}

TEST(Layout, ALayoutThatIsNoTemplateIsRefusedByItsName) {
  for (const char* layout :
       {"{{ question", "{% for option in options %}", "{% nonsense %}", "{{ question | no_such_filter }}",
        "{{ raise_exception('no') }}", "{{ question.a.b.c() }}"}) {
    const std::string error = layout_error(layout);
    EXPECT_EQ(error.rfind("[prompt] my.jinja: ", 0), 0u) << error;
    EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  }
}

TEST(Layout, LabelsAreDigitsOrLetters) {
  EXPECT_EQ(option_labels(LabelKind::kDigits, 4), (Strings{"1", "2", "3", "4"}));
  EXPECT_EQ(option_labels(LabelKind::kLetters, 3), (Strings{"A", "B", "C"}));
  EXPECT_EQ(option_labels(LabelKind::kDigits, 26).back(), "26");
  EXPECT_EQ(option_labels(LabelKind::kLetters, 26).back(), "Z");
  EXPECT_EQ(option_labels(LabelKind::kDigits, 0), Strings{});
}

TEST(Layout, AutomaticLabelsAreDigitsUpToNineOptions) {
  for (int n = kMinOptions; n <= kMaxOptions; n++) {
    EXPECT_EQ(option_labels(LabelKind::kAuto, n),
              option_labels(n <= 9 ? LabelKind::kDigits : LabelKind::kLetters, n))
        << n;
  }
}

TEST(Layout, LabelsAreAllDifferent) {
  for (const LabelKind kind : {LabelKind::kAuto, LabelKind::kDigits, LabelKind::kLetters}) {
    const Strings labels = option_labels(kind, kMaxOptions);
    EXPECT_EQ(std::set<std::string>(labels.begin(), labels.end()).size(), static_cast<size_t>(kMaxOptions));
  }
}

}  // namespace
}  // namespace thinktrace
