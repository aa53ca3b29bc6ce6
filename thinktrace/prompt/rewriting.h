// SPDX-License-Identifier: MIT
// rewriting.h — the model is asked to write something itself: a sentence of its thinking with a mistake in it, or a part of
// its thinking in other words (Lanham et al. 2023, arXiv 2307.13702, asked with examples; here an instruction stands alone).
#pragma once
#include <string>
#include <vector>

#include "thinktrace/engine/model.h"
#include "thinktrace/prompt/prompt.h"
#include "thinktrace/question/question.h"

namespace thinktrace {

// What the user's turn says: jinja over `text` (what is to be rewritten; required), `before` (the thinking before it, empty at
// the beginning), `question`, `subject` and `options`, a list of objects with `label` and `text`.
struct RewriteTemplate {
  std::string text;
  std::string name = "default template";  // For messages: the file that it is from.
};
extern const char* const kDefaultMistakeTemplate;
extern const char* const kDefaultParaphraseTemplate;

// What it is filled with.
struct RewriteRequest {
  const Question* question = nullptr;
  std::string before, text;  // Valid UTF-8.
};

// Throws Error (kInput) naming the template where it can't be rendered or leaves `text` out.
void check_rewrite_template(const RewriteTemplate& rewrite);

// The ids of the chat with that message, ending where the model's answer begins: a thinking model's thinking is opened and
// closed at once, so that it writes what was asked for and not how it finds it. (Thinking about each sentence would cost more
// tokens than the trace has.) Without tags of its own the model gets the chat template's prompt as it is. What is filled in
// never becomes a special token. Throws Error (kInput) as above, or where the chat template can't be rendered.
std::vector<Token> build_rewrite_prompt(const Model& model, const RewriteRequest& request,
                                        const RewriteTemplate& rewrite, const PromptFormat& format);

// What of the model's answer is taken, without blanks at both ends: of a sentence its first line that is not blank, of a longer
// text everything. Quotes around the whole are left out where `original` has none. Empty: nothing usable; also where it
// holds one of the thinking tags, which would end the thinking where it is put.
enum class RewriteLength { kLine, kWhole };
std::string taken_from(const std::string& answer, const std::string& original, RewriteLength length,
                       const ThinkingTags& tags);

}  // namespace thinktrace
