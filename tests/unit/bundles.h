// SPDX-License-Identifier: MIT
// bundles.h — runs for tests of the bundle, and a reader of docs/bundle.md that shares nothing with the writer.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/unit/records.h"
#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/bundle.h"
#include "thinktrace/publish/encode.h"
#include "thinktrace/run/analyze.h"
#include "thinktrace/text/hash.h"

namespace thinktrace::testing {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

// What a run's builder is told of a trace, kept.
struct Told {
  TraceRecord record;
  TraceMeasures measures;
  std::vector<FurtherReading> readings;
  std::vector<ShownResult> experiments = {};

  SiteTrace shown() const { return {record, measures, readings, experiments}; }
};

inline std::vector<Told> told(const std::vector<TraceRecord>& records) {
  std::vector<Told> all;
  for (const TraceRecord& r : records) all.push_back({r, measure_record(r, {}), {}});
  return all;
}

// The forced answer p for each option.
inline std::vector<float> logs(const std::vector<double>& p) {
  std::vector<float> logs;
  for (const double x : p) logs.push_back(static_cast<float>(std::log(x)));
  return logs;
}

// What an ablation (0) and a later experiment (1) made of the first sample record, whose right option is the second of four.
inline std::vector<ShownResult> sample_experiments(const std::string& source) {
  ShownResult ablation{.experiment = 0};
  ablation.arms = {{"real", "the real thinking", {{10, logs({.02, .95, .01, 0}), ""}}},
                   {"none", "no thinking", {{0, logs({.6, .3, .05, .03}), ""}}},
                   {"other_question",
                    "another question’s thinking",
                    {{10, logs({.1, .5, .3, .1}), source}, {10, logs({.7, .2, .1, 0}), source}}}};
  ShownResult later{.experiment = 1};
  later.prefixes = {{0, logs({.6, .3, .05, .03}), {1, 6, 0, 0}, 1}, {7, {}, {0, 8, 0, 0}, 0}};
  later.pivots = {{{6, {3, 12}, {12, 12}, {.31, .94}, true, {{"<b>Seven", .31, {0, 8}}, {"", {}, {2, 8}}}},
                   {2, {5, 8}, {3, 8}, {-.7, .3}, false, {}}}};
  later.mistakes = {{4, "So it is \u202e seven.\n", true, 1, 0},
                    {6, "<i>Blue is a number.", false, 1, 1},
                    {0, "", true, {}, 1}};
  return {ablation, later};
}

// The sample records. Those whose free answer is known were also read with their options moved round, in which the first
// differs at its sixth position and the strided one at its first; and that one by a model with other tokens, too.
inline std::vector<Told> sample_traces() {
  std::vector<Told> all = told(sample_records());
  for (Told& t : all) {
    const TraceRecord& r = t.record;
    if (!r.chosen) continue;
    const size_t n_options = r.question.options.size();
    Store::OtherReading moved{r.labels, {}, r.forced_text, r.curve};
    std::rotate(moved.labels.begin(), moved.labels.begin() + 1, moved.labels.end());
    for (float& logprob : moved.curve.logprobs) logprob -= 0.125F;
    if (r.think_text.size() == 10) moved.curve.logprobs[5 * n_options] = -0.001F;
    if (r.think_text.size() == 7) moved.curve.logprobs[0] = -0.001F;
    t.measures = measure_record(r, {.orders = {&moved}});
    t.readings.push_back({0, r.curve.positions, moved.curve.logprobs, r.forced_text});
    if (r.think_text.size() != 7) continue;
    FurtherReading other{1, {0, 0, 2, 5, 7}, {}, "</think>\n\nSo: "};
    for (int k = 0; k < 25; k++) other.logprobs.push_back(static_cast<float>(-1 - 0.1 * k));
    t.readings.push_back(std::move(other));
  }
  all[0].experiments = sample_experiments(all[2].record.id);
  ShownResult few{.experiment = 1, .pivots = std::vector<ShownPivot>()};  // Looked for, and none found.
  few.arms = {{"__proto__", "</script>", {{3, logs({.2, .2, .2, .2, .2}), "no such trace"}}}};
  few.hint = ShownHint{2, "<b>It is 3.", .125, .75, 3, "named", 5};
  all[2].experiments = {few};
  return all;
}

inline std::string numbers_of(const std::vector<Told>& traces) {
  std::vector<TraceMeasures> measures;
  for (const Told& t : traces) {
    if (t.record.status == Status::kOk) measures.push_back(t.measures);
  }
  return to_json(analyze_traces(MeasuredTraces(measures), {.resamples = 200}));
}

inline SiteRun site_run(const RunSummary& summary, const std::vector<Told>& traces) {
  return {[traces](const std::function<void(const SiteTrace&)>& visit) {
            for (const Told& t : traces) visit(t.shown());
          },
          [summary] { return summary; }};
}

inline SiteRun sample_run() {
  RunSummary s;
  s.name = "golden <run>";
  s.model_name = "Hand-made";
  s.model_architecture = "none";
  s.model_sha256 = sha256("model");
  s.settings = {{"temperature", "0.6"}, {"suffix", "\\n\\nThe answer is "}};
  s.notes = {"A note with </script> in it."};
  s.noise_floor = NoiseFloor{.max_abs_dp = 0.0125, .n_positions = 6};
  s.readers = {"reader 2: Hand-made (order 1)", "reader 3: <another>"};
  s.experiments = {{2, "ablation", "2 draws"}, {3, "pivots <b>", ""}};
  s.analysis = numbers_of(sample_traces());
  return site_run(s, sample_traces());
}

inline SiteRun imported_run() {
  RunSummary s;
  s.name = "imported";
  s.model_name = "somebody's";
  s.settings = {{"import", "jsonl"}};
  s.notes = {"Imported."};
  s.analysis = numbers_of(told(imported_records()));
  return site_run(s, told(imported_records()));
}

inline std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string unbase64(const std::string& text) {
  static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int n = 0;
  for (const char c : text) {
    if (c == '=') break;
    EXPECT_NE(digits.find(c), std::string::npos) << c;
    bits = bits << 6 | static_cast<uint32_t>(digits.find(c));
    if (n += 6; n >= 8) out += static_cast<char>(bits >> (n -= 8) & 0xFF);
  }
  return out;
}

// A chunk unpacked: its line of JSON and its bytes.
struct Unpacked {
  json head;
  std::string bytes;
  bool operator==(const Unpacked&) const = default;
};
using Chunks = std::map<std::string, Unpacked>;

inline Unpacked unpack(const std::string& name, const std::string& packed) {
  const std::string content = inflate_raw(unbase64(packed));
  EXPECT_EQ(name, sha256(content).substr(0, 32));
  const size_t line = content.find('\n');
  if (line == std::string::npos) return {json::parse(content), ""};
  return {json::parse(content.substr(0, line)), content.substr(line + 1)};
}

// A bundle in memory.
struct Bundle {
  json manifest;
  Chunks chunks;

  const json& head(const json& name) const { return chunks.at(name.get<std::string>()).head; }
  const std::string& bytes(const json& name) const { return chunks.at(name.get<std::string>()).bytes; }
  const json& index(int run = 0) const { return head(manifest["runs"][run]["index"]); }
};

inline Bundle build(const std::vector<SiteRun>& runs, int shelf_tokens = kShelfTokens) {
  Bundle bundle;
  const BundleOptions options{.title = "t", .shelf_tokens = shelf_tokens};
  bundle.manifest = json::parse(build_bundle(
      runs, options, [&](const Chunk& c) { bundle.chunks[c.name] = unpack(c.name, c.packed.text()); }));
  return bundle;
}

inline std::string manifest_text(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"bundle\">";
  const size_t at = page.find(begin);
  if (at == std::string::npos) throw std::runtime_error("the page has no manifest");
  return page.substr(at + begin.size(), page.find("</script>", at) - at - begin.size());
}

// The bundle in a folder; every file of data/ is checked to be one string literal.
inline Bundle read_folder(const fs::path& folder) {
  Bundle bundle{json::parse(manifest_text(read_file(folder / "index.html"))), {}};
  for (const auto& entry : fs::directory_iterator(folder / "data")) {
    const std::string text = read_file(entry.path()), begin = "thinktrace_chunk=\"", end = "\";\n";
    EXPECT_TRUE(text.starts_with(begin) && text.ends_with(end)) << entry.path();
    const std::string name = entry.path().stem().string();
    bundle.chunks[name] = unpack(name, text.substr(begin.size(), text.size() - begin.size() - end.size()));
  }
  return bundle;
}

// Each test gets a folder of its own.
class FolderTest : public ::testing::Test {
 protected:
  FolderTest()
      : folder_(fs::path(::testing::TempDir()) /
                (std::string("thinktrace_") +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name() +
                 std::to_string(::getpid()))) {
    fs::remove_all(folder_);
  }
  ~FolderTest() override { fs::remove_all(folder_); }
  fs::path folder_;
};

}  // namespace thinktrace::testing
