// SPDX-License-Identifier: MIT
#include "thinktrace/prompt/prompt.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/prompt/jinja.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

// Text without the line breaks and spaces at its end.
std::string_view without_end_blanks(std::string_view text) {
  const size_t last = text.find_last_not_of(" \n\r\t");
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

// Whole where that can't make a special token of the question's text; else part by part, so that it doesn't.
// Tokenising the whole is how models were trained: at the edge of a part, letters of template and question
// may share a token.
std::vector<Token> tokenize_parts(const Model& model, const std::vector<RenderedPart>& parts) {
  const bool harmless = std::all_of(parts.begin(), parts.end(), [&](const RenderedPart& part) {
    return !part.from_input ||
           model.tokenize(part.text, Specials::kParse) == model.tokenize(part.text, Specials::kPlain);
  });
  if (harmless) return model.tokenize(join_parts(parts), Specials::kParse);
  std::vector<Token> ids;
  for (const RenderedPart& part : parts) {
    const auto tokens = model.tokenize(part.text, part.from_input ? Specials::kPlain : Specials::kParse);
    ids.insert(ids.end(), tokens.begin(), tokens.end());
  }
  return ids;
}

// The text of the user's turn: the question as the layout has it, with the hint where there is one.
std::string user_turn(const Question& question, const std::vector<std::string>& labels,
                      const PromptFormat& format) {
  const auto lay_out = [&](const Question& q, const std::vector<std::string>& names) {
    return lay_out_question(q, names, format.layout, format.layout_name);
  };
  if (!format.hint) return lay_out(question, labels);
  const Hint& hint = *format.hint;
  std::string turn;
  for (const Question* example : examples_for(hint, question)) {
    const auto names = option_labels(format.labels, static_cast<int>(example->options.size()));
    turn += lay_out(*example, names) + "\n\nAnswer: " + names[example->answer] + "\n\n";
  }
  std::string words = hint_words(hint, question, labels);
  const bool at_end = hint.place == HintPlace::kEnd;
  if (!words.empty()) words.insert(0, words.front() == '\n' ? (at_end ? "\n" : "") : (at_end ? "\n\n" : " "));
  if (at_end) return turn + lay_out(question, labels) + words;
  Question hinted = question;
  hinted.text += words;
  return turn + lay_out(hinted, labels);
}

std::vector<RenderedPart> render_chat(const Model& model, const std::string& user,
                                      const PromptFormat& format) {
  nlohmann::json messages = nlohmann::json::array();
  if (!format.system.empty()) messages.push_back({{"role", "system"}, {"content", format.system}});
  messages.push_back({{"role", "user"}, {"content", user}});
  const nlohmann::json variables{{"messages", messages},
                                 {"add_generation_prompt", true},
                                 {"enable_thinking", true},
                                 {"thinking", true},
                                 {"bos_token", to_utf8(model.bos_text())},
                                 {"eos_token", to_utf8(model.eos_text())}};
  std::vector<RenderedPart> parts =
      render_jinja(format.chat_template, variables.dump(), format.chat_template_name);
  // Only what the user's turn says is from outside; the begin and end tokens are handed in as variables too.
  for (RenderedPart& part : parts) {
    part.from_input = part.from_input && part.text != model.bos_text() && part.text != model.eos_text();
  }
  return parts;
}

// What a chat template must not do to a prompt.
void check_user(const std::string& rendered, const std::string& user, const PromptFormat& format) {
  if (rendered.find(without_end_blanks(user)) == std::string::npos) {
    throw Error(ErrorKind::kInput, fmt::format("[prompt] {}: the template leaves the user's message out",
                                               format.chat_template_name));
  }
}

void check_rendered(const std::string& rendered, const std::string& user, const PromptFormat& format) {
  check_user(rendered, user, format);
  if (without_end_blanks(rendered).ends_with(without_end_blanks(format.tags.close))) {
    throw Error(ErrorKind::kInput, fmt::format("[prompt] {}: the template closes the thinking itself; give "
                                               "one that does not with --chat-template FILE",
                                               format.chat_template_name));
  }
}

bool opens_thinking(const std::vector<RenderedPart>& parts, const ThinkingTags& tags) {
  return without_end_blanks(join_parts(parts)).ends_with(without_end_blanks(tags.open));
}

// The parts' ids, behind the token that begins every prompt of the model.
std::vector<Token> ids_of_chat(const Model& model, const std::vector<RenderedPart>& parts) {
  std::vector<Token> ids = tokenize_parts(model, parts);
  const Token bos = model.bos_to_add();
  if (bos >= 0 && (ids.empty() || ids.front() != bos)) ids.insert(ids.begin(), bos);
  return ids;
}

}  // namespace

PromptFormat complete_format(const Model& model, PromptFormat format) {
  if (format.layout.empty()) format.layout = kDefaultLayout;
  if (format.chat_template.empty()) {
    format.chat_template = model.card().chat_template;
    format.chat_template_name = model.card().path + ": chat template";
  }
  if (format.chat_template.empty()) {
    throw Error(ErrorKind::kInput,
                fmt::format("[prompt] {}: the file has no chat template; give one with --chat-template FILE",
                            model.card().path));
  }
  if (!is_utf8(format.chat_template)) {
    throw Error(ErrorKind::kInput,
                fmt::format("[prompt] {}: not valid UTF-8; give a template with --chat-template FILE",
                            format.chat_template_name));
  }
  if (format.tags.source == TagSource::kNone) format.tags = find_thinking_tags(model, format.chat_template);
  return format;
}

Prompt build_prompt(const Model& model, const Question& question, const PromptFormat& format) {
  Prompt prompt;
  prompt.labels = option_labels(format.labels, static_cast<int>(question.options.size()));
  const std::string user = user_turn(question, prompt.labels, format);
  std::vector<RenderedPart> parts = render_chat(model, user, format);
  check_rendered(join_parts(parts), user, format);
  if (!opens_thinking(parts, format.tags))
    parts.push_back({format.tags.open + format.tags.after_open, false});
  prompt.ids = ids_of_chat(model, parts);
  prompt.text = model.text(prompt.ids);
  return prompt;
}

std::vector<Token> build_answer_prompt(const Model& model, const std::string& user,
                                       const PromptFormat& format) {
  std::vector<RenderedPart> parts = render_chat(model, user, format);
  check_user(join_parts(parts), user, format);
  const std::string_view close = without_end_blanks(format.tags.close);
  const bool is_closed = without_end_blanks(join_parts(parts)).ends_with(close);
  if (format.tags.source != TagSource::kNone && !is_closed) {
    if (!opens_thinking(parts, format.tags))
      parts.push_back({format.tags.open + format.tags.after_open, false});
    parts.push_back({format.tags.close + "\n\n", false});
  }
  return ids_of_chat(model, parts);
}

AnswerForm build_answer_form(const Model& model, const std::vector<std::string>& labels,
                             const PromptFormat& format) {
  std::vector<std::vector<Token>> whole;
  for (const std::string& label : labels)
    whole.push_back(model.tokenize(format.tags.close + format.suffix + label, Specials::kParse));
  size_t common = 0;
  const auto all_have = [&](size_t i) {
    return std::all_of(whole.begin(), whole.end(),
                       [&](const auto& w) { return i + 1 < w.size() && w[i] == whole[0][i]; });
  };
  while (all_have(common)) common++;  // Each option keeps at least one token of its own.
  if (common == 0)
    throw Error(ErrorKind::kInput,
                "[prompt] the closing tag and the suffix give no tokens before the labels; give a --suffix");
  AnswerForm form;
  form.suffix.assign(whole[0].begin(), whole[0].begin() + common);
  for (size_t i = 0; i < labels.size(); i++) {
    OptionTokens option{{whole[i].begin() + common, whole[i].end()}, false};
    for (size_t j = 0; j < labels.size(); j++) {
      if (i == j) continue;
      if (whole[i] == whole[j])
        throw Error(
            ErrorKind::kInput,
            fmt::format(
                "[prompt] labels '{}' and '{}' are the same tokens for this model; choose other --labels",
                labels[i], labels[j]));
      option.until_label_ends |= labels[j].size() > labels[i].size() && labels[j].starts_with(labels[i]);
    }
    form.options.push_back(std::move(option));
  }
  return form;
}

}  // namespace thinktrace
