// SPDX-License-Identifier: MIT
#include "thinktrace/engine/model.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <fstream>

#include "tests/engine/glassbox.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using testing::glassbox;

TEST(Model, SaysWhatTheFileHolds) {
  const ModelCard& card = glassbox().card();
  EXPECT_EQ(card.architecture, "qwen2");
  EXPECT_EQ(card.weights, "Q8_0");
  EXPECT_EQ(card.n_layers, 8);
  EXPECT_EQ(card.n_embd, 256);
  EXPECT_EQ(card.n_head_dim, 64);
  EXPECT_EQ(card.n_vocab, 1024);
  EXPECT_EQ(card.n_ctx_train, 512);
  EXPECT_TRUE(card.can_fork);
  EXPECT_EQ(card.sha256, "ab940a445b6bea260b6288d2017f6db2cc7b3d192773f183a69c15e9b91840ea");
  EXPECT_NE(card.chat_template.find("<think>"), std::string::npos);
}

TEST(Model, SpecialTokensComeFromTemplatesOnly) {
  EXPECT_EQ(glassbox().tokenize("</think>", Specials::kParse).size(), 1u);
  EXPECT_GT(glassbox().tokenize("</think>", Specials::kPlain).size(), 1u);
}

TEST(Model, TokensGiveTheTextBack) {
  const std::string text = "Question: What is 3 plus 4?\n\nCaf\xC3\xA9 \xE2\x80\x94 <think>";
  EXPECT_EQ(glassbox().text(glassbox().tokenize(text, Specials::kPlain)), text);
}

TEST(Model, NeverAddsABeginning) {
  EXPECT_TRUE(glassbox().tokenize("", Specials::kParse).empty());
  EXPECT_EQ(glassbox().tokenize("a", Specials::kPlain).size(), 1u);
}

TEST(Model, KnowsWhatGoesOnWithALabel) {
  const std::vector<Token>& all = glassbox().label_continuations();
  const auto goes_on = [&](const char* text) {
    return std::binary_search(all.begin(), all.end(), glassbox().tokenize(text, Specials::kPlain)[0]);
  };
  EXPECT_TRUE(goes_on("7"));
  EXPECT_FALSE(goes_on("."));
}

void expect_refused(const std::string& path, const std::string& reason) {
  try {
    Model::load(path);
    FAIL() << path << " was loaded";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInput);
    EXPECT_NE(std::string(e.what()).find(path), std::string::npos) << e.what();
    EXPECT_NE(std::string(e.what()).find(reason), std::string::npos) << e.what();
  }
}

TEST(Model, BadFilesAreNamedWithTheReason) {
  const std::string folder = ::testing::TempDir() + "model_test_" + std::to_string(::getpid());
  expect_refused(folder + "-none.gguf", "no such file");
  expect_refused("/", "folder");
  const std::string path = folder + ".gguf";
  std::ofstream(path) << "not a model";
  expect_refused(path, "not a GGUF file");
  std::ifstream whole(testing::glassbox_path(), std::ios::binary);
  std::string half(3000000, '\0');
  whole.read(half.data(), static_cast<std::streamsize>(half.size()));
  std::ofstream(path, std::ios::binary | std::ios::trunc) << half;
  expect_refused(path, "complete");
  std::remove(path.c_str());
}

TEST(Session, RefusesMoreBranchesThanTheEngineHas) {
  EXPECT_THROW(Session(glassbox(), {.n_cells = 512, .n_branches = 10000, .should_stop = {}}), Error);
}

TEST(Session, FullCacheIsAnErrorWithAReason) {
  Session session(glassbox(),
                  {.n_cells = 256, .n_branches = 1, .batch = 256, .threads = 1, .should_stop = {}});
  const std::vector<Token> tokens(400, 10);
  try {
    session.prefill(0, tokens);
    FAIL() << "400 tokens went into 256 cells";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("full"), std::string::npos) << e.what();
  }
}

TEST(Session, StopsWhenAsked) {
  Session session(
      glassbox(),
      {.n_cells = 256, .n_branches = 1, .batch = 256, .threads = 1, .should_stop = [] { return true; }});
  const std::vector<Token> tokens(4, 10);
  try {
    session.prefill(0, tokens);
    FAIL() << "was not stopped";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInterrupted);
  }
}

}  // namespace
}  // namespace thinktrace
