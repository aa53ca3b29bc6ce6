// SPDX-License-Identifier: MIT
// JSON lines that other programs wrote.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/published.h"

namespace thinktrace {
namespace {

using nlohmann::json;
using testing::Folder;
using testing::import_all;
using testing::import_error;
using testing::Imported;

Imported import_text(const std::string& text, const ImportOptions& options = {}) {
  const Folder folder;
  return import_all(read_jsonl, folder.write("colours.jsonl", text), options);
}

std::string error_of(const std::string& text, const ImportOptions& options = {}) {
  const Folder folder;
  return import_error(read_jsonl, folder.write("colours.jsonl", text), options);
}

TEST(ImportJsonl, UsualKeys) {
  const std::string text = R"(
{"question":"Colour?","options":["red","seven"],"answer":0,"thinking":["Red"," it"," is"],"output":"1","probs":[[0.5,0.25],[0.75,0],[1,0]],"model":"M","ended":true}
{"text":"Colour?","choices":{"B":"seven","A":"red"},"gold":"A","reasoning":"Red it is.","response":"A","category":"paint","sample":3}
{"prompt":"Colour?","choices":["red","seven"],"label":"b","output":"<think>\nHm.</think>\n\n2"}
{"question":"Colour?","choices":["red","seven"],"target":"seven","think":"Hm.</think>B","positions":[]}
{"question":"Colour?","choices":["red","seven"],"target":"seven","think":["a"],"positions":[0,1],"logprobs":[[-1,null],[-0.5,-2]],"seed":18446744073709551615,"ended":false,"answer_text":"red"}
)";
  const Imported all = import_text(text);
  ASSERT_EQ(all.skipped, std::vector<std::string>());
  ASSERT_EQ(all.records.size(), 5u);
  const TraceRecord& tokens = all.records[0];
  EXPECT_TRUE(tokens.has_tokens);
  EXPECT_EQ(tokens.question.subject, "colours");
  EXPECT_EQ(tokens.curve.positions, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(tokens.curve.logprobs[1], static_cast<float>(std::log(0.25)));
  EXPECT_EQ(tokens.curve.logprobs[3], -INFINITY);
  EXPECT_EQ(tokens.trace.stop, Stop::kClosed);
  EXPECT_EQ(tokens.chosen, 0);
  EXPECT_EQ(all.source.model, "M");
  const TraceRecord& one_text = all.records[1];
  EXPECT_FALSE(one_text.has_tokens);
  EXPECT_EQ(one_text.think_text, std::vector<std::string>{"Red it is."});
  EXPECT_EQ(one_text.question.options, (std::vector<std::string>{"red", "seven"}));
  EXPECT_EQ(one_text.labels, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(one_text.question.subject, "paint");
  EXPECT_EQ(one_text.trace.sample, 3);
  EXPECT_EQ(one_text.trace.stop, Stop::kUnknown);
  EXPECT_TRUE(one_text.curve.positions.empty());
  EXPECT_EQ(missing_parts(one_text),
            (std::vector<std::string>{"tokens", "token_ids", "probes", "seed", "prompt"}));
  const TraceRecord& combined = all.records[2];
  EXPECT_EQ(combined.think_text, std::vector<std::string>{"\nHm."});
  EXPECT_EQ(combined.trace.answer_text, "\n\n2");
  EXPECT_EQ(combined.trace.stop, Stop::kClosed);
  EXPECT_EQ(combined.chosen, 1);
  EXPECT_EQ(combined.question.answer, 1);
  EXPECT_EQ(all.records[3].think_text, std::vector<std::string>{"Hm."});
  EXPECT_EQ(all.records[3].trace.answer_text, "B");
  EXPECT_EQ(all.records[4].curve.positions, (std::vector<int>{0, 1}));
  EXPECT_EQ(all.records[4].seed, 18446744073709551615ull);
  EXPECT_EQ(all.records[4].trace.stop, Stop::kBudget);
  EXPECT_FALSE(all.records[4].chosen);
}

TEST(ImportJsonl, MappedKeys) {
  const std::string line =
      R"({"doc":{"q":"Colour?","a.b":1,"opts":["red","seven"],"gold":1},"out":[{"text":"<think>Hm"}],"question":5})";
  const ImportOptions options{
      .fields = {
          {"question", "doc.q"}, {"options", "doc.opts"}, {"answer", "doc.gold"}, {"output", "out.0.text"}}};
  const Imported all = import_text(line, options);
  ASSERT_EQ(all.records.size(), 1u) << all.skipped[0];
  EXPECT_EQ(all.records[0].question.text, "Colour?");
  EXPECT_EQ(all.records[0].think_text, std::vector<std::string>{"Hm"});
  EXPECT_EQ(all.records[0].trace.stop, Stop::kUnknown);
  EXPECT_NE(error_of(line, {.fields = {{"colour", "x"}}}).find("one of question, options"),
            std::string::npos);
  EXPECT_NE(error_of(line, {.fields = {{"question", "doc.query"}}}).find("no line has the key 'doc.query'"),
            std::string::npos);
}

TEST(ImportJsonl, BadLinesAreSkippedWithAReason) {
  const std::string good =
      R"({"question":"Colour?","options":["red","seven"],"answer":0,"thinking":["a","b"]})";
  std::string text = good + "\n";
  const std::vector<std::tuple<std::string, std::string, std::string>> changes{
      {"probs", "[[0.5,0.5]]", "no positions"},
      {"probs", "[[50,20],[30,20]]", "no probability"},
      {"probs", "[[0.9,0.9],[0.1,0.1]]", "add up to 1.8"},
      {"probs", "[[0.9],[0.1]]", "array of 2 numbers"},
      {"probs", "[[0.9,null],[0.1,0]]", "not a number"},
      {"logprobs", "[[0.9,-1],[0.1,-1]]", "no log-probability"},
      {"logprobs", "[[\"NaN\",-1],[-1,-1]]", "no log-probability"},
      {"positions", "[1]", "but no probabilities"},
      {"answer", "2", "whole number from 0 to 1"},
      {"answer", "\"1\"", "neither a letter"},
      {"answer", "true", "not a string"},
      {"thinking", "{}", "neither a string nor an array"},
      {"thinking", "null", "none of the keys thinking"},
      {"options", "{\"A\":1,\"B\":2}", "strings alone"},
      {"labels", "[\"x\",\"x\"]", "two options are labelled 'x'"},
      {"labels", "[\"x\"]", "1 labels for 2 options"},
      {"ended", "1", "neither true nor false"},
      {"sample", "1e3", "whole number"},
      {"question", "[]", "not a string"}};
  for (const auto& [key, value, reason] : changes) {
    json o = json::parse(good);
    o[key] = json::parse(value);
    text += o.dump() + "\n";
  }
  const Imported all = import_text(text);
  EXPECT_EQ(all.records.size(), 1u);
  ASSERT_EQ(all.skipped.size(), changes.size());
  for (size_t i = 0; i < changes.size(); i++)
    EXPECT_NE(all.skipped[i].find(std::get<2>(changes[i])), std::string::npos) << all.skipped[i];
}

TEST(ImportJsonl, HostileLines) {
  const std::string good = R"({"question":"Q?","options":["a","b"],"answer":0,"thinking":"x"})";
  const std::string deep(5'000'000, '['), braces = [] {
    std::string s;
    for (int i = 0; i < 1000; i++) s += "{\"a\":";
    return s;
  }();
  const Imported all =
      import_text("\xEF\xBB\xBF" + good + "\r\n" + deep + "\n" + braces + "\n" + std::string(300, '\0') +
                  "\n{\"question\":1e999}\n{\"question\":\"a\",\"question\":\"b\"}\n" + good);
  EXPECT_EQ(all.records.size(), 1u);
  EXPECT_EQ(all.skipped.size(), 6u);
  EXPECT_NE(all.skipped[0].find("nests more than"), std::string::npos);
  EXPECT_NE(all.skipped[5].find("the same trace"), std::string::npos);
}

TEST(ImportJsonl, SameTextOfAnotherSampleIsAnotherTrace) {
  std::string text;
  for (const int sample : {0, 1, 1})
    text += fmt::format(R"({{"question":"Q?","options":["a","b"],"answer":0,"thinking":"","sample":{}}})",
                        sample) +
            "\n";
  const Imported all = import_text(text);
  ASSERT_EQ(all.records.size(), 2u);
  EXPECT_NE(all.records[0].id, all.records[1].id);
  EXPECT_EQ(all.skipped.size(), 1u);
}

}  // namespace
}  // namespace thinktrace
