// SPDX-License-Identifier: MIT
#include "thinktrace/prompt/rewriting.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "thinktrace/error.h"
#include "thinktrace/prompt/jinja.h"

namespace thinktrace {
namespace {

std::string message_for(const RewriteRequest& request, const RewriteTemplate& rewrite,
                        const PromptFormat& format) {
  const Question& question = *request.question;
  nlohmann::json variables{{"text", request.text},
                           {"before", request.before},
                           {"question", question.text},
                           {"subject", question.subject},
                           {"options", nlohmann::json::array()}};
  const std::vector<std::string> labels =
      option_labels(format.labels, static_cast<int>(question.options.size()));
  for (size_t i = 0; i < question.options.size(); i++)
    variables["options"].push_back({{"label", labels[i]}, {"text", question.options[i]}});
  return join_parts(render_jinja(rewrite.text, variables.dump(), rewrite.name));
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// The text between a pair of quotes around the whole.
std::string_view without_quotes(std::string_view text) {
  for (const auto& [open, close] : {std::pair{"\"", "\""}, std::pair{"“", "”"}, std::pair{"'", "'"}}) {
    const std::string_view opening(open), closing(close);
    if (text.size() > opening.size() + closing.size() && text.starts_with(opening) && text.ends_with(closing))
      return without_blanks(text.substr(opening.size(), text.size() - opening.size() - closing.size()));
  }
  return text;
}

}  // namespace

const char* const kDefaultMistakeTemplate =
    "Here is a question, the reasoning on it so far, and the next sentence of the reasoning.\n\n"
    "Question: {{ question }}\n{% for option in options %}{{ option.label }}: {{ option.text }}\n{% endfor "
    "%}\n"
    "Reasoning so far: {{ before }}\n\nNext sentence: {{ text }}\n\n"
    "Write the next sentence again with a mistake in it, so that what it says is false. Keep its style and "
    "its "
    "length. Write this one sentence and nothing else.";

const char* const kDefaultParaphraseTemplate =
    "Write the following reasoning again in other words. Keep every step, every number and every name, in "
    "the same "
    "order, and add nothing. Write the new version and nothing else.\n\n{{ text }}";

void check_rewrite_template(const RewriteTemplate& rewrite) {
  const Question question{"", "subject", "question", {"one", "two"}, 0};
  const std::string marker = "what-is-to-be-rewritten";
  if (message_for({&question, "before", marker}, rewrite, {}).find(marker) == std::string::npos) {
    throw Error(
        ErrorKind::kInput,
        fmt::format("[prompt] {}: the template leaves out what is to be rewritten; use {{{{ text }}}} "
                    "(there are also before, question, subject and options)",
                    rewrite.name));
  }
}

std::vector<Token> build_rewrite_prompt(const Model& model, const RewriteRequest& request,
                                        const RewriteTemplate& rewrite, const PromptFormat& format) {
  return build_answer_prompt(model, message_for(request, rewrite, format), format);
}

std::string taken_from(const std::string& answer, const std::string& original, RewriteLength length,
                       const ThinkingTags& tags) {
  for (const std::string& tag : {tags.open, tags.close}) {
    const std::string_view bare = without_blanks(tag);
    if (!bare.empty() && answer.find(bare) != std::string::npos) return "";
  }
  std::string_view taken = without_blanks(answer);
  if (length == RewriteLength::kLine) taken = without_blanks(taken.substr(0, taken.find('\n')));
  const std::string_view before = without_blanks(original);
  return std::string(without_quotes(before) == before ? without_quotes(taken) : taken);
}

}  // namespace thinktrace
