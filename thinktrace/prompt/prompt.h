// SPDX-License-Identifier: MIT
// prompt.h — from a question to the token ids that the model reads before its first thinking token.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "thinktrace/engine/answer_reader.h"
#include "thinktrace/engine/model.h"
#include "thinktrace/prompt/hint.h"
#include "thinktrace/prompt/layout.h"
#include "thinktrace/prompt/thinking_tags.h"
#include "thinktrace/question/question.h"

namespace thinktrace {

inline constexpr const char* kDefaultSuffix = "\n\nThe answer is ";

// The instrument: everything about the words around a question, the same for all questions of a run.
struct PromptFormat {
  std::string chat_template;       // Jinja, as in the model file unless the user gave another.
  std::string chat_template_name;  // For messages: the file that it is from.
  std::string system;              // System message; empty: none.
  std::string layout;              // Jinja; kDefaultLayout.
  std::string layout_name = "default layout";
  LabelKind labels = LabelKind::kAuto;
  ThinkingTags tags;
  std::string suffix = kDefaultSuffix;  // After the closing tag, before the option's label.
  std::optional<Hint> hint;             // Of a plan that has one; no part of a reader.
};

// Fills in what the model's file decides. `format.tags` is looked up where its source is kNone.
// Throws Error (kInput) naming the model's file if no chat template was given and the file has none.
PromptFormat complete_format(const Model& model, PromptFormat format);

struct Prompt {
  std::string text;                 // As the model sees it, special tokens spelt out.
  std::vector<Token> ids;           // Ends with the opening tag (and a line break), so thinking comes next.
  std::vector<std::string> labels;  // [n_options]
};

// The template's own text is tokenised with special tokens; text of the question never becomes a special
// token. A hint is laid out with the question; an empty one leaves no trace. Where the template does not open the thinking itself, the opening tag and a line break are added.
// Throws Error (kInput) if the template or the layout can't be rendered.
Prompt build_prompt(const Model& model, const Question& question, const PromptFormat& format);

// The ids of a prompt for any message, ending where the model's answer begins: its thinking is opened and closed at once, unless
// it has no tags of its own (TagSource::kNone). Text of the message never becomes a special token.
// Throws Error (kInput) if the chat template can't be rendered or leaves the message out.
std::vector<Token> build_answer_prompt(const Model& model, const std::string& user,
                                       const PromptFormat& format);

// The tokens appended at a cut: closing tag and suffix, then each option's label. Closing tag, suffix and
// label are tokenised as one text, since a label may share a token with the suffix's last space; what all
// options have in common is the suffix. Where one label begins another (1 and 10), its end is read too.
// Throws Error (kInput) if two labels become the same tokens.
AnswerForm build_answer_form(const Model& model, const std::vector<std::string>& labels,
                             const PromptFormat& format);

}  // namespace thinktrace
