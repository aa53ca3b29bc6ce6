// SPDX-License-Identifier: MIT
// Writes published traces as token ids of a model, for `thinktrace bench --tokens` and the peers. Input: a JSON object a line
// with `question`, `choices` and `think_tokens` (bench/peers/pick_traces.py).
// usage: trace_tokens MODEL.gguf PICKED.jsonl > TOKENS.txt
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "thinktrace/engine/model.h"
#include "thinktrace/error.h"
#include "thinktrace/text/utf8.h"

namespace {

using thinktrace::Model;
using thinktrace::Specials;
using thinktrace::Token;

std::vector<Token>& append(std::vector<Token>& to, const std::vector<Token>& more) {
  return to.insert(to.end(), more.begin(), more.end()), to;
}

constexpr const char* kBefore =
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "<|im_start|>user\n";

// ChatML around the question, as SmolLM2's own template writes it; what is measured is time, not answers.
std::vector<Token> prompt_of(const Model& model, const nlohmann::json& row) {
  std::string question = "Question: " + row.at("question").get<std::string>() + "\nChoices:\n";
  int number = 0;
  for (const auto& choice : row.at("choices"))
    question += fmt::format("{}. {}\n", ++number, choice.get<std::string>());
  std::vector<Token> ids = model.tokenize(kBefore, Specials::kParse);
  append(ids, model.tokenize(question, Specials::kPlain));
  return append(ids, model.tokenize("<|im_end|>\n<|im_start|>assistant\n<think>\n", Specials::kParse));
}

std::string line_of(const std::vector<Token>& ids) { return fmt::format("{}", fmt::join(ids, " ")); }

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return fmt::print(stderr, "usage: {} MODEL.gguf PICKED.jsonl > TOKENS.txt\n", argv[0]), 2;
  const Model model = Model::load(argv[1]);
  const std::vector<Token> suffix = model.tokenize("</think>\n\nAnswer: ", Specials::kParse);
  std::vector<Token> options;
  for (const char* label : {"1", "2", "3", "4"})
    options.push_back(model.tokenize(label, Specials::kPlain).at(0));
  fmt::print("{} {} {}\n", suffix.size(), line_of(suffix), line_of(options));
  std::ifstream in(argv[2]);
  if (!in) throw std::runtime_error(std::string(argv[2]) + ": can't be read");
  for (std::string text; std::getline(in, text);) {
    const auto row = nlohmann::json::parse(text);
    std::string thinking;
    for (const auto& piece : row.at("think_tokens")) thinking += piece.get<std::string>();
    std::vector<Token> ids = prompt_of(model, row);
    const std::vector<Token> think = model.tokenize(thinking, Specials::kPlain);
    const size_t n_prompt = ids.size();
    fmt::print("{} {} {}\n", n_prompt, think.size(), line_of(append(ids, think)));
  }
  return 0;
} catch (const std::exception& e) {
  fmt::print(stderr, "trace_tokens: {}\n", thinktrace::printable(e.what()));
  return 1;
}
