// SPDX-License-Identifier: MIT
// What goes into a bundle comes out of it: every chunk is decoded again as docs/bundle.md says and compared.
#include "thinktrace/publish/bundle.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/bundles.h"

namespace thinktrace {
namespace {

using testing::build;
using testing::Bundle;
using testing::json;
using testing::make_question;
using testing::make_record;
using testing::site_run;
using testing::Told;
using testing::told;

// Takes numbers off the front of a chunk's bytes.
class Bytes {
 public:
  explicit Bytes(const std::string& bytes) : left_(bytes) {}

  std::vector<int> take(size_t n, int width) {
    std::vector<int> values;
    int value = 0;
    for (size_t k = 0; k < n; k++) {
      if (left_.size() < static_cast<size_t>(width)) throw std::runtime_error("a chunk is cut");
      for (int i = 0; i < width; i++) value += static_cast<uint8_t>(left_[i]) << 8 * i;
      value %= 1 << 8 * width;
      values.push_back(value);
      left_.remove_prefix(width);
    }
    return values;
  }
  bool is_empty() const { return left_.empty(); }

 private:
  std::string_view left_;
};

std::vector<int> scaled(const std::vector<double>& p, int most) {
  std::vector<int> values;
  for (const double x : p) values.push_back(static_cast<int>(std::lround(most * std::min(x, 1.0))));
  return values;
}

// Checks the curve at the front of `bytes`; its mass comes last.
void expect_curve(Bytes& bytes, const std::vector<float>& logprobs, size_t n_options) {
  const size_t n = logprobs.size() / n_options;
  std::vector<double> mass(n, 0);
  for (size_t i = 0; i < n_options; i++) {
    std::vector<double> p;
    for (size_t k = 0; k < n; k++) {
      p.push_back(std::exp(static_cast<double>(logprobs[k * n_options + i])));
      mass[k] += p.back();
    }
    EXPECT_EQ(bytes.take(n, 2), scaled(p, 65535));
  }
  EXPECT_EQ(bytes.take(n, 2), scaled(mass, 65535));
}

// A shelf of a bundle, taken off trace by trace.
struct Shelf {
  const json &strips, &texts;
  json ids, readings, positions;
  Bytes strip_bytes, curve_bytes, reading_bytes;
  size_t reading = 0;

  Shelf(const Bundle& b, const json& s)
      : strips(b.head(s["strips"])),
        texts(b.head(s["texts"])),
        ids(s["ids"].is_null() ? json() : b.head(s["ids"])),
        readings(s["readings"].is_null() ? json() : b.head(s["readings"])),
        positions(strips["positions"]),
        strip_bytes(b.bytes(s["strips"])),
        curve_bytes(b.bytes(s["curves"])),
        reading_bytes(s["readings"].is_null() ? empty() : b.bytes(s["readings"])) {
    EXPECT_EQ(strips["kind"], "strips");
    EXPECT_EQ(texts["kind"], "texts");
    EXPECT_EQ(b.head(s["curves"])["kind"], "curves");
  }
  static const std::string& empty() {
    static const std::string none;
    return none;
  }

  std::vector<int> positions_of(int number, const json& columns, size_t at) {
    if (!positions.empty() && positions[0][0] == number) {
      const auto list = positions[0][1].get<std::vector<int>>();
      positions.erase(positions.begin());
      return list;
    }
    std::vector<int> list;
    for (int k = 0; k < columns["n_positions"][at]; k++) list.push_back(columns["first"][at].get<int>() + k);
    return list;
  }

  void expect_readings(int number, const Told& t) {
    for (const FurtherReading& r : t.readings) {
      const json& found = readings["readings"][reading++];
      EXPECT_EQ(found["trace"], number);
      EXPECT_EQ(found["reader"], r.reader);
      EXPECT_EQ(found["forced"], r.forced_text);
      EXPECT_EQ(found["positions"], r.positions == t.record.curve.positions ? json() : json(r.positions));
      expect_curve(reading_bytes, r.logprobs, t.record.question.options.size());
    }
  }

  void expect_end() const {
    EXPECT_TRUE(positions.empty());
    EXPECT_TRUE(strip_bytes.is_empty());
    EXPECT_TRUE(curve_bytes.is_empty());
    EXPECT_TRUE(reading_bytes.is_empty());
    EXPECT_EQ(reading, readings.is_null() ? 0 : readings["readings"].size());
  }
};

void expect_text(const json& text, const TraceRecord& r) {
  EXPECT_EQ(text["tokens"], json(r.think_text));
  EXPECT_EQ(text["seed"], r.seed ? json(std::to_string(*r.seed)) : json());
  EXPECT_EQ(text["lacks"], json(missing_parts(r)));
  EXPECT_EQ(text["forced"], r.forced_text);
  EXPECT_EQ(text["answer_text"], r.trace.answer_text);
  EXPECT_EQ(text.contains("interpolated"), !r.curve.interpolated.empty());
  EXPECT_EQ(text.contains("error"), r.curve.error.has_value());
}

void expect_trace(Shelf& shelf, int number, const Told& t, const json& columns, size_t at) {
  const TraceRecord& r = t.record;
  const size_t n_options = r.question.options.size(), n = r.curve.positions.size();
  EXPECT_EQ(columns["n_tokens"][at], r.think_text.size());
  EXPECT_EQ(columns["stop"][at], static_cast<int>(r.trace.stop));
  EXPECT_EQ(columns["chosen"][at], r.chosen.value_or(-1));
  EXPECT_EQ(columns["n_positions"][at], n);
  EXPECT_EQ(columns["first"][at], n == 0 ? -1 : r.curve.positions[0]);
  EXPECT_EQ(shelf.positions_of(number, columns, at), r.curve.positions);
  for (size_t i = 0; i < n_options; i++) {
    std::vector<double> p;
    for (size_t k = 0; k < n; k++)
      p.push_back(std::exp(static_cast<double>(r.curve.logprobs[k * n_options + i])));
    EXPECT_EQ(shelf.strip_bytes.take(n, 1), scaled(p, 255));
  }
  expect_curve(shelf.curve_bytes, r.curve.logprobs, n_options);
  const json ids = r.trace.think_ids.empty() ? json::array() : json(r.trace.think_ids);
  if (!shelf.ids.is_null() || !ids.empty()) {
    EXPECT_EQ(shelf.ids["traces"][number], ids);
  }
  shelf.expect_readings(number, t);
}

// That a run of a bundle holds exactly these traces.
void expect_holds(const Bundle& b, int run, const std::vector<Told>& traces) {
  const json& index = b.index(run);
  const json &questions = index["questions"], &columns = index["traces"],
             &texts = b.head(b.manifest["runs"][run]["questions"])["questions"];
  size_t q = 0, at = 0;
  for (const json& s : index["shelves"]) {
    Shelf shelf(b, s);
    int number = 0;
    for (int in_shelf = 0; in_shelf < s["n_questions"]; in_shelf++, q++) {
      const Question& question = traces.at(at).record.question;
      EXPECT_EQ(questions["id"][q], question.id);
      EXPECT_EQ(questions["answer"][q], question.answer);
      EXPECT_EQ(questions["n_options"][q], question.options.size());
      EXPECT_EQ(b.manifest["runs"][run]["subjects"][questions["subject"][q].get<size_t>()]["name"],
                question.subject);
      EXPECT_EQ(texts[q], json({{"text", question.text}, {"options", question.options}}));
      const json& in_texts = shelf.texts["questions"][in_shelf];
      EXPECT_EQ(in_texts["prompt"], traces[at].record.prompt_text);
      EXPECT_EQ(in_texts["traces"].size(), questions["n_traces"][q]);
      for (int i = 0; i < questions["n_traces"][q]; i++, at++, number++) {
        const Told& t = traces.at(at);
        SCOPED_TRACE(at);
        EXPECT_EQ(t.record.question.id, question.id);
        EXPECT_EQ(columns["id"][at], t.record.id);
        EXPECT_EQ(columns["sample"][at], t.record.trace.sample);
        const bool failed = t.record.status == Status::kFailed;
        EXPECT_EQ(columns["failed"][at], failed ? 1 : 0);
        EXPECT_EQ(in_texts["traces"][i].is_null(), failed);
        if (failed) continue;
        expect_text(in_texts["traces"][i], t.record);
        expect_trace(shelf, number, t, columns, at);
      }
    }
    shelf.expect_end();
  }
  EXPECT_EQ(at, traces.size());
  for (const auto& [key, column] : columns.items()) EXPECT_EQ(column.size(), traces.size()) << key;
  for (const json& number : index["numbers"]) EXPECT_EQ(number["values"].size(), traces.size());
}

// A run of questions with one trace of so many tokens each.
std::vector<Told> traces_of_lengths(const std::vector<int>& lengths) {
  std::vector<TraceRecord> records;
  for (const int n : lengths) {
    const auto place = static_cast<int>(records.size());
    records.push_back(make_record(make_question("s", "Which? " + std::to_string(place), {"a", "b"}, 0), place,
                                  0, std::vector<std::string>(n, "x"), 0.3, 0.9));
  }
  return told(records);
}

std::vector<int> shelf_sizes(const Bundle& b) {
  std::vector<int> sizes;
  for (const json& s : b.index()["shelves"]) sizes.push_back(s["n_questions"]);
  return sizes;
}

TEST(Bundle, HoldsWhatItWasToldWhereverShelvesEnd) {
  for (const int shelf_tokens : {1, 5, 10, 20, kShelfTokens}) {
    SCOPED_TRACE(shelf_tokens);
    const Bundle b = build({testing::sample_run(), testing::imported_run()}, shelf_tokens);
    expect_holds(b, 0, testing::sample_traces());
    expect_holds(b, 1, told(testing::imported_records()));
  }
}

TEST(Bundle, ManifestSaysWhatTheRunIs) {
  const Bundle b = build({testing::sample_run(), testing::imported_run()});
  const json& m = b.manifest;
  EXPECT_EQ(m["format"], "thinktrace-bundle");
  EXPECT_EQ(m["version"], 2);
  EXPECT_TRUE(m["live"].is_null());
  const json& run = m["runs"][0];
  EXPECT_EQ(run["labels"], json({"1", "2", "3", "4", "5"}));
  EXPECT_EQ(run["readers"].size(), 2);
  EXPECT_EQ(run["experiments"][0], json({{"number", 2}, {"kind", "ablation"}, {"about", "2 draws"}}));
  EXPECT_EQ(run["settings"][0], json::array({"temperature", "0.6"}));
  EXPECT_EQ(run["noise_floor"]["positions"], 6);
  const json& colours = run["subjects"][0];
  EXPECT_EQ(colours["name"], "colours");
  EXPECT_EQ(colours["n_questions"], 2);
  EXPECT_EQ(colours["n_traces"], 4);
  EXPECT_EQ(colours["n_failed"], 1);
  EXPECT_TRUE(m["runs"][1]["noise_floor"].is_null());
  EXPECT_EQ(b.head(run["analysis"])["kind"], "analysis");
  EXPECT_EQ(b.head(run["analysis"])["analysis"]["overall"]["traces"], 4);
}

TEST(Bundle, AShelfEndsWithTheQuestionThatFillsIt) {
  const std::vector<Told> traces = traces_of_lengths({4, 6, 3, 9, 2, 2});
  const Bundle b = build({site_run({}, traces)}, 10);
  EXPECT_EQ(shelf_sizes(b), (std::vector<int>{2, 2, 2}));  // 4 + 6, 3 + 9, 2 + 2.
  expect_holds(b, 0, traces);
  EXPECT_EQ(shelf_sizes(build({site_run({}, traces)}, 12)), (std::vector<int>{3, 3}));
  EXPECT_EQ(shelf_sizes(build({site_run({}, traces)}, 26)), (std::vector<int>{6}));
}

TEST(Bundle, AQuestionStaysOnItsShelf) {
  const Question q = make_question("s", "Which?", {"a", "b"}, 0);
  std::vector<TraceRecord> records;
  for (int sample = 0; sample < 3; sample++)
    records.push_back(make_record(q, 0, sample, std::vector<std::string>(20, "x"), 0.3, 0.9));
  EXPECT_EQ(shelf_sizes(build({site_run({}, told(records))}, 10)), (std::vector<int>{1}));
}

TEST(Bundle, TextsWithoutTokensAndFailuresFillShelvesToo) {
  std::vector<TraceRecord> records;
  for (int place = 0; place < 4; place++) {
    TraceRecord r = make_record(make_question("s", std::to_string(place), {"a", "b"}, 0), place, 0,
                                {std::string(400, 'x')}, 0.5, 0.5);
    r.has_tokens = false;
    r.curve = {};
    records.push_back(r);
  }
  EXPECT_EQ(shelf_sizes(build({site_run({}, told(records))}, 100)), (std::vector<int>{2, 2}));
  for (TraceRecord& r : records) r = {.question = r.question, .status = Status::kFailed, .error = "no"};
  EXPECT_EQ(shelf_sizes(build({site_run({}, told(records))}, 2)), (std::vector<int>{2, 2}));
}

TEST(Bundle, AnEmptyRunIsARun) {
  const Bundle b = build({site_run({.name = "nothing"}, {})});
  EXPECT_EQ(b.manifest["runs"][0]["name"], "nothing");
  EXPECT_TRUE(b.manifest["runs"][0]["analysis"].is_null());
  EXPECT_TRUE(b.index()["shelves"].empty());
  expect_holds(b, 0, {});
}

TEST(Bundle, SameTracesGiveTheSameChunks) {
  const Bundle first = build({testing::sample_run()}, 10), second = build({testing::sample_run()}, 10);
  EXPECT_EQ(first.manifest, second.manifest);
  EXPECT_EQ(first.chunks, second.chunks);
}

// What `thinktrace serve` does: shelves of questions that have not changed are kept.
TEST(Bundle, KeptShelvesStandInForTheirTraces) {
  const std::vector<Told> traces = traces_of_lengths({6, 6, 6, 6, 3});
  const auto add = [&](RunBuilder& builder, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) builder.add({traces[i].record, traces[i].measures, {}});
  };
  std::map<std::string, int> chunks;
  const ChunkSink sink = [&](const Chunk& c) { chunks[c.name]++; };
  RunBuilder before(sink, {.shelf_tokens = 10, .keep_shelves = true});
  add(before, 0, 3);
  before.finish({});
  ASSERT_EQ(before.shelves().size(), 2);
  ASSERT_EQ(before.shelves()[0].questions.size(), 2);

  RunBuilder whole(sink, {.shelf_tokens = 10, .keep_shelves = true});
  add(whole, 0, 5);
  const std::string wanted = whole.finish({});

  chunks.clear();
  RunBuilder grown(sink, {.shelf_tokens = 10, .keep_shelves = true});
  grown.add_shelf(before.shelves()[0]);
  add(grown, 2, 5);
  EXPECT_EQ(grown.finish({}), wanted);
  EXPECT_FALSE(chunks.contains(before.shelves()[0].texts)) << "a kept shelf is not packed again";

  RunBuilder middle(sink, {.shelf_tokens = 10,
                           .keep_shelves = true});  // In between, a kept shelf ends the one that is open.
  add(middle, 0, 1);
  middle.add_shelf(whole.shelves()[1]);
  add(middle, 4, 5);
  middle.finish({});
  ASSERT_EQ(middle.shelves().size(), 3);
  EXPECT_EQ(middle.shelves()[0].questions.size(), 1);
  EXPECT_EQ(middle.shelves()[1].texts, whole.shelves()[1].texts);
  EXPECT_EQ(middle.shelves()[2].questions[0].question.id, traces[4].record.question.id);
}

TEST(Bundle, StepsOfTheStripAreWrittenModulo256) {
  TraceRecord r = make_record(make_question("s", "Which?", {"a", "b"}, 0), 0, 0, {"x", "y"}, 0.5, 0.5);
  const double p[3][2] = {{1, 0}, {0.2, 0.6}, {0.6, 0.2}};
  r.curve.logprobs.clear();
  for (const auto& row : p) {
    for (const double x : row) r.curve.logprobs.push_back(static_cast<float>(std::log(x)));
  }
  const Bundle b = build({site_run({}, told({r}))});
  const json& shelf = b.index()["shelves"][0];
  const auto bytes = [](std::initializer_list<int> list) {
    std::string text;
    for (const int byte : list) text += static_cast<char>(byte);
    return text;
  };
  EXPECT_EQ(b.bytes(shelf["strips"]), bytes({255, 52, 102, 0, 153, 154}));  // 255 51 153, 0 153 51.
  // 65535 13107 39321, 0 39321 13107, and the mass 65535 52428 52428.
  EXPECT_EQ(b.bytes(shelf["curves"]), bytes({0xFF, 0xFF, 0x34, 0x33, 0x66, 0x66, 0, 0, 0x99, 0x99, 0x9A, 0x99,
                                             0xFF, 0xFF, 0xCD, 0xCC, 0, 0}));
}

TEST(Bundle, InterpolatedRowsAreToldInRuns) {
  std::vector<Told> traces = told({testing::adaptive_record(), testing::sample_records()[1]});
  const TraceRecord& r = traces[0].record;
  FurtherReading other{0, r.curve.positions, r.curve.logprobs, "f", r.curve.interpolated};
  other.interpolated[9] = 1;
  traces[0].readings = {other, {1, r.curve.positions, r.curve.logprobs, "f"}};
  RunSummary summary;
  summary.readers = {"a", "b"};
  const Bundle b = build({site_run(summary, traces)});
  expect_holds(b, 0, traces);
  const json &shelf = b.index()["shelves"][0], &texts = b.head(shelf["texts"])["questions"][0]["traces"],
             &readings = b.head(shelf["readings"])["readings"];
  EXPECT_EQ(texts[0]["interpolated"], json({1, 3, 5, 4}));
  EXPECT_EQ(texts[0]["error"], json({{"mean", 0.00425}, {"upper", 0.1 + 0.2}}));
  EXPECT_EQ(readings[0]["interpolated"], json({1, 3, 5, 5}));
  EXPECT_FALSE(readings[1].contains("interpolated"));
}

TEST(Bundle, WhatIsNoProbabilityIsZero) {
  TraceRecord r = make_record(make_question("s", "Which?", {"a", "b"}, 0), 0, 0, {}, 0.5, 0.5);
  r.curve.logprobs = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
  const Bundle b = build({site_run({}, told({r}))});
  const json& shelf = b.index()["shelves"][0];
  EXPECT_EQ(b.bytes(shelf["strips"]), std::string(2, '\0'));
  EXPECT_EQ(b.bytes(shelf["curves"]), std::string(6, '\0'));
}

TEST(Bundle, ThePromptIsThatOfTheFirstTraceThatHasOne) {
  const Question q = make_question("s", "Which?", {"a", "b"}, 0);
  const TraceRecord failed{.question = q, .status = Status::kFailed, .error = "no"};
  const Bundle b = build({site_run({}, told({failed, make_record(q, 0, 1, {"x"}, 0.3, 0.9)}))});
  EXPECT_EQ(b.head(b.index()["shelves"][0]["texts"])["questions"][0]["prompt"],
            "<|User|>Which?<|Assistant|><think>\n");
}

TEST(Bundle, ALiveManifestHasItsRevision) {
  const json live = json::parse(to_json(Manifest{.title = "t", .revision = 7}));
  EXPECT_EQ(live["live"], json({{"revision", 7}}));
  EXPECT_TRUE(live["app"].is_null());
}

}  // namespace
}  // namespace thinktrace
