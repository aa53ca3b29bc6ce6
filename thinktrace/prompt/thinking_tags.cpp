// SPDX-License-Identifier: MIT
#include "thinktrace/prompt/thinking_tags.h"

#include <array>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

struct KnownPair {
  const char* open;
  const char* close;
  const char* after_open;
};
// DeepSeek-R1, Qwen3 and most others; Magistral; gpt-oss; Seed-OSS; Command A Reasoning; Kimi.
constexpr std::array kKnownPairs{
    KnownPair{"<think>", "</think>", "\n"},
    KnownPair{"[THINK]", "[/THINK]", ""},
    KnownPair{"<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>", ""},
    KnownPair{"<seed:think>", "</seed:think>", "\n"},
    KnownPair{"<|START_THINKING|>", "<|END_THINKING|>", ""},
    KnownPair{"◁think▷", "◁/think▷", "\n"},
    KnownPair{"<thinking>", "</thinking>", "\n"},
    KnownPair{"<reasoning>", "</reasoning>", "\n"},
};

// gpt-oss: templates and vocabularies name the pieces, not the whole string.
bool is_channel(const KnownPair& pair) { return std::string_view(pair.open).starts_with("<|channel|>"); }

bool in_template(const KnownPair& pair, const std::string& text) {
  const auto has = [&](const char* s) { return text.find(s) != std::string::npos; };
  if (is_channel(pair)) return has("<|channel|>") && has("analysis") && has("<|message|>");
  return has(pair.open) || has(pair.close);
}

bool in_vocabulary(const KnownPair& pair, const Model& model) {
  const auto single = [&](const char* s) { return model.tokenize(s, Specials::kParse).size() == 1; };
  if (is_channel(pair))
    return single("<|channel|>") && single("<|message|>") && single("<|start|>") && single("<|end|>");
  return single(pair.open) && single(pair.close);
}

}  // namespace

ThinkingTags find_thinking_tags(const Model& model, const std::string& chat_template) {
  for (const KnownPair& pair : kKnownPairs) {
    if (in_template(pair, chat_template))
      return {pair.open, pair.close, pair.after_open, TagSource::kTemplate};
  }
  for (const KnownPair& pair : kKnownPairs) {
    if (in_vocabulary(pair, model)) return {pair.open, pair.close, pair.after_open, TagSource::kVocabulary};
  }
  return {kKnownPairs[0].open, kKnownPairs[0].close, kKnownPairs[0].after_open, TagSource::kNone};
}

std::optional<ThinkingTags> given_thinking_tags(const std::string& open, const std::string& close) {
  if (open.empty() && close.empty()) return std::nullopt;
  if (open.empty() || close.empty())
    throw Error(ErrorKind::kInput, "[prompt] give both --think-open and --think-close, or neither");
  return ThinkingTags{.open = open, .close = close, .source = TagSource::kGiven};
}

const char* name_of(TagSource source) {
  switch (source) {
    case TagSource::kGiven:
      return "given";
    case TagSource::kTemplate:
      return "chat template";
    case TagSource::kVocabulary:
      return "vocabulary";
    case TagSource::kNone:
      break;
  }
  return "none";
}

}  // namespace thinktrace
