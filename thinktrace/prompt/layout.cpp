// SPDX-License-Identifier: MIT
#include "thinktrace/prompt/layout.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/prompt/jinja.h"

namespace thinktrace {

namespace {

// A layout may trim what it is given.
std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

const char* const kDefaultLayout =
    "Question: {{ question }}\nChoices:\n\n"
    "{% for option in options %}{{ option.label }}: {{ option.text }}{% if not loop.last %}{{ '\\n' }}{% "
    "endif %}{% endfor %}."
    "\n\nPlease give me your choice right after the thinking. You should state your choice (exactly the same "
    "as how they were "
    "provided in this instruction) on the first line of your output after the thinking.";

std::vector<std::string> option_labels(LabelKind kind, int n_options) {
  if (kind == LabelKind::kAuto) kind = n_options > 9 ? LabelKind::kLetters : LabelKind::kDigits;
  std::vector<std::string> labels;
  for (int i = 0; i < n_options; i++) {
    labels.push_back(kind == LabelKind::kDigits ? std::to_string(i + 1)
                                                : std::string(1, static_cast<char>('A' + i)));
  }
  return labels;
}

std::string lay_out_question(const Question& question, const std::vector<std::string>& labels,
                             const std::string& layout, const std::string& what) {
  nlohmann::json variables{
      {"question", question.text}, {"subject", question.subject}, {"options", nlohmann::json::array()}};
  for (size_t i = 0; i < question.options.size(); i++) {
    variables["options"].push_back({{"label", labels[i]}, {"text", question.options[i]}});
  }
  std::string text = join_parts(render_jinja(layout, variables.dump(), what));
  if (text.find(trimmed(question.text)) == std::string::npos) {
    throw Error(ErrorKind::kInput,
                fmt::format("[prompt] {}: the layout leaves the question out; use {{{{ question }}}}", what));
  }
  for (const std::string& option : question.options) {
    if (text.find(trimmed(option)) == std::string::npos) {
      throw Error(ErrorKind::kInput, fmt::format("[prompt] {}: the layout leaves an option out; loop over "
                                                 "`options` and use option.label and option.text",
                                                 what));
    }
  }
  return text;
}

}  // namespace thinktrace
