// SPDX-License-Identifier: MIT
// Our own export, read back.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "tests/unit/published.h"
#include "tests/unit/records.h"
#include "tests/unit/same_records.h"
#include "thinktrace/publish/export.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

using nlohmann::json;
using testing::Folder;
using testing::import_all;
using testing::import_error;
using testing::Imported;

const ExportContext kContext{"demo", "Model", "abc", "template", 0.6};

std::string whole_line(const TraceRecord& r, const ExportContext& context = kContext) {
  return jsonl_line(r, context);
}

// An id that the export did not have is made by the import. What a number that is none held beside that is not kept.
void expect_came_back(const TraceRecord& read, TraceRecord written) {
  if (written.id.empty()) written.id = read.id;
  for (float& v : written.curve.logprobs) v = std::isnan(v) ? std::numeric_limits<float>::quiet_NaN() : v;
  testing::expect_same(read, written);
}

Imported import_own(const std::string& text, const ImportOptions& options = {}) {
  const Folder folder;
  return import_all(read_jsonl, folder.write("colours.jsonl", text), options);
}

std::string own_error(const std::string& text, const ImportOptions& options = {}) {
  const Folder folder;
  return import_error(read_jsonl, folder.write("colours.jsonl", text), options);
}

void expect_round_trip(const std::vector<TraceRecord>& records) {
  std::string text;
  for (const TraceRecord& r : records) text += whole_line(r) + "\n";
  const Imported all = import_own(text);
  EXPECT_EQ(all.skipped, std::vector<std::string>());
  ASSERT_EQ(all.records.size(), records.size());
  for (size_t i = 0; i < records.size(); i++) expect_came_back(all.records[i], records[i]);
}

TEST(ImportOwn, EverythingComesBack) {
  std::vector<TraceRecord> records = testing::sample_records();
  TraceRecord r = records[0];
  r.id = "0123456789abcdef";
  r.writer_positions = std::vector<int>(r.curve.positions.size(), 3);
  r.n_writer_tokens = 7;
  r.resolution = 0.01;
  r.seed.reset();
  r.curve.logprobs = std::vector<float>(r.curve.logprobs.size(), -1.0f);
  r.curve.logprobs[0] = -INFINITY;
  r.curve.logprobs[1] = std::numeric_limits<float>::quiet_NaN();
  r.curve.logprobs[2] = INFINITY;
  r.curve.logprobs[3] = -0.0f;
  r.curve.logprobs[4] = -std::numeric_limits<float>::denorm_min();
  r.curve.logprobs[5] = -std::numeric_limits<float>::max();
  r.curve.logprobs[6] = -1e-30f;
  records.push_back(r);
  TraceRecord text_only = testing::sample_records()[1];
  text_only.id = "fedcba9876543210";
  text_only.has_tokens = false;
  text_only.think_text = {"All in one."};
  text_only.trace.think_ids.clear();
  text_only.curve = {};
  text_only.trace.stop = Stop::kUnknown;
  records.push_back(text_only);
  records.push_back(testing::adaptive_record());
  records.back().id = "00112233445566ff";
  expect_round_trip(records);
}

TEST(ImportOwn, InterpolatedPositionsThatCanNotBeAreRefused) {
  const json good = json::parse(whole_line(testing::adaptive_record()));
  for (const json& bad : {json({0, 1}), json({1, 10}), json({3, 2}), json({2, 2}), json({11}), json({-1})}) {
    json line = good;
    line["interpolated"] = bad;
    EXPECT_NE(own_error(line.dump()).find("interpolated"), std::string::npos) << bad;
  }
  json strided = json::parse(whole_line(testing::sample_records()[2]));
  strided["interpolated"] = {3};
  EXPECT_NE(own_error(strided.dump()).find("interpolated"), std::string::npos) << "a position without a row";
  json bare = good;
  bare.erase("mean_abs_dp");
  const Imported all = import_own(bare.dump());
  ASSERT_EQ(all.records.size(), 1U);
  EXPECT_EQ(all.records[0].curve.interpolated, testing::adaptive_record().curve.interpolated);
  EXPECT_FALSE(all.records[0].curve.error);
}

TEST(ImportOwn, SourceIsThatOfTheFirstLine) {
  const Imported all = import_own(whole_line(testing::sample_records()[0]));
  EXPECT_EQ(all.source.kind, "jsonl");
  EXPECT_EQ(all.source.model, "Model");
  EXPECT_EQ(all.source.model_sha256, "abc");
  EXPECT_EQ(all.source.chat_template, json::parse(whole_line(testing::sample_records()[0]))["template"]);
  EXPECT_EQ(all.source.temperature, 0.6);
}

TEST(ImportOwn, AnotherModelFurtherDownIsRefused) {
  const std::vector<TraceRecord> records = testing::sample_records();
  const std::string first = whole_line(records[0]) + "\n";
  for (const auto& [key, context] :
       {std::pair{"'model'", ExportContext{"demo", "Other", "abc", "template", 0.6}},
        std::pair{"'model_sha256'", ExportContext{"demo", "Model", "x", "template", 0.6}},
        std::pair{"'template'", ExportContext{"demo", "Model", "abc", "other", 0.6}},
        std::pair{"'temperature'", ExportContext{"demo", "Model", "abc", "template", 1}}}) {
    const std::string error = own_error(first + whole_line(records[1], context));
    EXPECT_NE(error.find("colours.jsonl:2"), std::string::npos) << error;
    EXPECT_NE(error.find(key), std::string::npos) << error;
    EXPECT_NE(error.find("split the file"), std::string::npos) << error;
  }
}

TEST(ImportOwn, TenThousandRandomStrings) {
  std::mt19937_64 random(7);
  const auto any_text = [&] {
    std::string bytes;
    for (auto n = random() % 12; n > 0; n--) {
      const auto kind = random() % 4;
      bytes += kind == 0   ? static_cast<char>(random() % 0x20)
               : kind == 1 ? static_cast<char>(random())
                           : static_cast<char>('!' + random() % 94);
      if (kind == 3) bytes += "\xF0\x9F\x98\x80";
    }
    return to_utf8(bytes);
  };
  std::vector<TraceRecord> records;
  for (int i = 0; i < 50; i++) {
    const Question q =
        testing::make_question(any_text(), "q" + any_text(), {"a" + any_text(), "b" + any_text()}, 1);
    std::vector<std::string> words;
    for (int k = 0; k < 200; k++) words.push_back(any_text());
    TraceRecord r = testing::make_record(q, i, i, words, 0.1, 0.9, 50);
    for (float& logprob : r.curve.logprobs)
      logprob = -std::bit_cast<float>(static_cast<uint32_t>(random() % 0x7F800000));
    r.seed = random();
    r.trace.answer_text = any_text();
    r.prompt_text = any_text();
    r.forced_text = any_text();
    r.error = any_text();
    records.push_back(r);
  }
  expect_round_trip(records);
}

TEST(ImportOwn, OldAndLeanLines) {
  json o = json::parse(jsonl_line(testing::sample_records()[0], kContext));
  for (const char* key :
       {"logprobs", "stop", "trace_id", "seed", "status", "error", "prompt_ids", "answer_ids"})
    o.erase(key);
  const Imported all = import_own(o.dump());
  ASSERT_EQ(all.records.size(), 1u);
  const TraceRecord& r = all.records[0];
  EXPECT_EQ(r.id, imported_trace_id("Model", r));
  EXPECT_EQ(r.trace.stop, Stop::kClosed);
  const TraceRecord exact = testing::sample_records()[0];
  for (size_t i = 0; i < r.curve.logprobs.size(); i++)
    EXPECT_NEAR(r.curve.logprobs[i], exact.curve.logprobs[i], 1e-6);
}

TEST(ImportOwn, BadLinesAreSkippedWithTheirPlace) {
  const std::string good = whole_line(testing::sample_records()[0]);
  std::string text = good + "\n";
  const std::vector<std::pair<std::string, std::string>> changes{{"positions", "[0,2,1]"},
                                                                 {"positions", "[0,0]"},
                                                                 {"positions", "[-1]"},
                                                                 {"positions", "[99]"},
                                                                 {"positions", "\"all\""},
                                                                 {"positions", "null"},
                                                                 {"positions", "[1e99]"},
                                                                 {"logprobs", "[[1,2]]"},
                                                                 {"logprobs", "[\"x\"]"},
                                                                 {"logprobs", "{}"},
                                                                 {"answer", "4"},
                                                                 {"answer", "-1"},
                                                                 {"answer", "1.5"},
                                                                 {"options", "[\"a\"]"},
                                                                 {"options", "7"},
                                                                 {"labels", "[\"1\"]"},
                                                                 {"think_text", "\"text\""},
                                                                 {"think_text", "[1]"},
                                                                 {"think_ids", "[1]"},
                                                                 {"think_ids", "[99999999999]"},
                                                                 {"seed", "-1"},
                                                                 {"seed", "18446744073709551616"},
                                                                 {"seed", "\"1\""},
                                                                 {"sample", "-1"},
                                                                 {"stop", "\"later\""},
                                                                 {"status", "\"great\""},
                                                                 {"chosen", "4"},
                                                                 {"question", "\"  \""},
                                                                 {"resolution", "-1"},
                                                                 {"writer_positions", "[1]"},
                                                                 {"subject", "null"},
                                                                 {"lacks", "\"tokens\""}};
  for (const auto& [key, value] : changes) {
    json o = json::parse(good);
    o[key] = json::parse(value);
    text += o.dump() + "\n";
  }
  text += good.substr(0, good.size() / 2) + "\n{\"a\":\"\\ud800\"}\n\xFF\n" + "[1]\n";
  const Imported all = import_own(text);
  EXPECT_EQ(all.records.size(), 1u);
  ASSERT_EQ(all.skipped.size(), changes.size() + 4);
  for (size_t i = 0; i < all.skipped.size(); i++)
    EXPECT_NE(all.skipped[i].find(fmt::format("colours.jsonl:{}: ", i + 2)), std::string::npos)
        << all.skipped[i];
}

TEST(ImportOwn, MutatedLinesNeverCrash) {
  const Folder folder;
  std::mt19937 random(42);
  size_t n_read = 0;
  std::vector<std::string> lines{
      whole_line(testing::sample_records()[0]), whole_line(testing::sample_records()[2]),
      R"({"question":"Q?","options":["a","b"],"answer":"A","thinking":["x","y"],"positions":[0,2],"probs":[[0.1,0.2],[0.3,0.4]]})"};
  const std::vector<std::string> pieces{"[",  "]",     "{",   "}",    "\"", "null",
                                        "-1", "1e400", "\\u", "\xFF", ",",  "[[]]"};
  std::string text;
  for (int i = 1; i <= 2000; i++) {
    std::string line = lines[i % lines.size()];
    for (auto k = random() % 3 + 1; k > 0; k--) {
      const size_t at = random() % line.size();
      switch (random() % 3) {
        case 0:
          line[at] = static_cast<char>(random());
          break;
        case 1:
          line.erase(at, random() % 9);
          break;
        default:
          line.insert(at, pieces[random() % pieces.size()]);
      }
    }
    text += line + "\n";
    if (i % 10 != 0) continue;
    const std::string path = folder.write("x.jsonl", text);
    text.clear();
    for (const auto read : {read_jsonl, read_arbor}) {
      try {
        n_read += import_all(read, path).records.size();
      } catch (const Error& e) {
        EXPECT_EQ(e.kind(), ErrorKind::kInput);
      }
    }
  }
  EXPECT_GT(n_read, 0u);
  EXPECT_LT(n_read, 2000u);
}

}  // namespace
}  // namespace thinktrace
