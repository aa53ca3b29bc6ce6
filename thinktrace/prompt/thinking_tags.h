// SPDX-License-Identifier: MIT
// thinking_tags.h — what opens and what closes a model's thinking.
#pragma once
#include <optional>
#include <string>

#include "thinktrace/engine/model.h"

namespace thinktrace {

enum class TagSource { kGiven, kTemplate, kVocabulary, kNone };

struct ThinkingTags {
  std::string open;
  std::string close;
  std::string after_open =
      "\n";  // What stands between the opening tag and the first thought where we open it.
  TagSource source = TagSource::kNone;
};

// The first known pair that the chat template names or, failing that, whose tags are single tokens of the
// vocabulary: <think>, [THINK], gpt-oss channels and others. Where there is none: <think> and </think> as
// plain text and kNone, which a caller should tell the user: such a model was not taught to close its
// thinking.
ThinkingTags find_thinking_tags(const Model& model, const std::string& chat_template);

// Tags given by the user. Throws Error (kInput) if only one is there.
std::optional<ThinkingTags> given_thinking_tags(const std::string& open, const std::string& close);

// "given", "chat template", "vocabulary", "none".
const char* name_of(TagSource source);

}  // namespace thinktrace
