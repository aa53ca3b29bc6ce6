// SPDX-License-Identifier: MIT
// The golden bundle, tests/golden/bundle, is what both sides of docs/bundle.md are tested on: this test
// writes it anew and compares, the viewer's tests read it. After a wanted change: THINKTRACE_UPDATE_GOLDEN=1
// build/unit_tests --gtest_filter='Site.*'
#include "thinktrace/publish/site.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/records.h"
#include "thinktrace/analysis/summary.h"
#include "thinktrace/error.h"
#include "thinktrace/publish/analysis_json.h"
#include "thinktrace/publish/encode.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/version.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string unbase64(const std::string& text) {
  static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int n = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<uint32_t>(digits.find(c));
    if (n += 6; n >= 8) out += static_cast<char>(bits >> (n -= 8) & 0xFF);
  }
  return out;
}

// The numbers of some records, as a run's gallery has them.
std::string numbers_of(const std::vector<TraceRecord>& records) {
  std::vector<TraceMeasures> measures;
  for (const TraceRecord& r : records) {
    if (r.status == Status::kFailed) continue;
    TraceView v;
    v.question_id = r.question.id;
    v.subject = r.question.subject;
    v.answer = r.question.answer;
    if (r.has_tokens) v.n_tokens = static_cast<int>(r.think_text.size());
    if (r.trace.stop != Stop::kUnknown) v.ended = r.trace.stop == Stop::kClosed;
    v.chosen = r.chosen;
    v.n_options = static_cast<int>(r.question.options.size());
    v.end = static_cast<int>(r.think_text.size());
    v.positions = r.curve.positions;
    v.logprobs = r.curve.logprobs;
    measures.push_back(measure_trace(v));
  }
  return to_json(analyze_traces(measures, {.resamples = 200}));
}

SiteRun imported_run() {
  RunSummary s;
  s.name = "imported";
  s.model_name = "somebody's";
  s.settings = {{"import", "jsonl"}};
  s.notes = {"Imported."};
  s.analysis = numbers_of(testing::imported_records());
  return {s, [](const std::function<void(const TraceRecord&)>& visit) {
            for (const TraceRecord& r : testing::imported_records()) visit(r);
          }};
}

SiteRun sample_run() {
  RunSummary s;
  s.name = "golden <run>";
  s.model_name = "Hand-made";
  s.model_architecture = "none";
  s.model_sha256 = sha256("model");
  s.settings = {{"temperature", "0.6"}, {"suffix", "\\n\\nThe answer is "}};
  s.notes = {"A note with </script> in it."};
  s.noise_floor = NoiseFloor{.max_abs_dp = 0.0125, .n_positions = 6};
  s.analysis = numbers_of(testing::sample_records());
  return {s, [](const std::function<void(const TraceRecord&)>& visit) {
            for (const TraceRecord& r : testing::sample_records()) visit(r);
          }};
}

std::string manifest_text(const fs::path& folder) {
  const std::string page = read(folder / "index.html"), begin = "id=\"bundle\">";
  const size_t at = page.find(begin);
  EXPECT_NE(at, std::string::npos);
  return page.substr(at + begin.size(), page.find("</script>", at) - at - begin.size());
}

// Chunk name -> its JSON; every file is checked to be one string literal with the right name.
std::map<std::string, json> read_chunks(const fs::path& folder) {
  std::map<std::string, json> chunks;
  for (const auto& entry : fs::directory_iterator(folder / "data")) {
    const std::string text = read(entry.path()), begin = "thinktrace_chunk=\"", end = "\";\n";
    EXPECT_TRUE(text.starts_with(begin) && text.ends_with(end)) << entry.path();
    const std::string packed = text.substr(begin.size(), text.size() - begin.size() - end.size());
    EXPECT_EQ(packed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="),
              std::string::npos);
    const std::string content = inflate_raw(unbase64(packed));
    EXPECT_EQ(entry.path().stem().string(), sha256(content).substr(0, 32));
    chunks[entry.path().stem().string()] = json::parse(content);
  }
  return chunks;
}

class Site : public ::testing::Test {
 protected:
  Site() : folder_(fs::path(::testing::TempDir()) / ("site_test_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
  }
  ~Site() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(Site, EqualsTheGoldenBundle) {
  const fs::path golden = fs::path(THINKTRACE_SOURCE_DIR) / "tests/golden/bundle";
  write_site({sample_run(), imported_run()}, "Golden bundle", folder_.string());
  if (std::getenv("THINKTRACE_UPDATE_GOLDEN")) {
    fs::remove_all(golden);
    fs::create_directories(golden.parent_path());
    fs::copy(folder_, golden, fs::copy_options::recursive);
    fs::remove(golden / "app.js");
    fs::remove(golden / "app.css");
  }
  json written = json::parse(manifest_text(folder_)), kept = json::parse(manifest_text(golden));
  EXPECT_EQ(written["generator"], std::string("thinktrace ") + kVersionText);
  kept["generator"] = written["generator"];  // A new version alone changes nothing else.
  EXPECT_EQ(written, kept);
  EXPECT_EQ(read_chunks(folder_), read_chunks(golden));
}

TEST_F(Site, ManifestCanNotEndItsBlock) {
  write_site({sample_run()}, "</script><script>", folder_.string());
  const std::string text = manifest_text(folder_);
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(json::parse(text)["title"], "</script><script>");
}

TEST_F(Site, StripsHoldTheCurves) {
  write_site({sample_run()}, "t", folder_.string());
  const json manifest = json::parse(manifest_text(folder_));
  const auto chunks = read_chunks(folder_);
  const json subject = chunks.at(manifest["runs"][0]["subjects"][0]["chunk"]);
  EXPECT_EQ(manifest["runs"][0]["subjects"][0]["n_traces"], 4);
  EXPECT_EQ(manifest["runs"][0]["subjects"][0]["n_failed"], 1);
  const TraceRecord r = testing::sample_records()[0];
  const json trace = subject["questions"][0]["traces"][0];
  const std::string strip = unbase64(trace["strip"]);
  const size_t n = r.curve.positions.size();
  ASSERT_EQ(strip.size(), 4 * n);
  for (size_t k = 0; k < n; k++) {
    for (size_t i = 0; i < 4; i++) {
      EXPECT_EQ(static_cast<uint8_t>(strip[i * n + k]),
                std::lround(255 * std::exp(static_cast<double>(r.curve.logprobs[k * 4 + i]))));
    }
  }
  EXPECT_TRUE(trace["positions"].is_null());
  EXPECT_NEAR(trace["p_end"].get<double>(), 0.95, 1e-6);
  EXPECT_EQ(trace["top_start"], 1);
}

TEST_F(Site, SameRecordsGiveTheSameFiles) {
  write_site({sample_run()}, "t", folder_.string());
  std::map<std::string, std::string> first;
  for (const auto& e : fs::recursive_directory_iterator(folder_))
    first[e.path().string()] = e.is_regular_file() ? read(e.path()) : "";
  write_site({sample_run()}, "t", folder_.string());  // Over the old one, too.
  std::map<std::string, std::string> second;
  for (const auto& e : fs::recursive_directory_iterator(folder_))
    second[e.path().string()] = e.is_regular_file() ? read(e.path()) : "";
  EXPECT_EQ(first, second);
}

TEST_F(Site, GoesOnWhereABuildWasStopped) {
  fs::create_directories(folder_ / "data");
  std::ofstream(folder_ / "index.html.part") << "half";
  EXPECT_NO_THROW(write_site({sample_run()}, "t", folder_.string()));
}

TEST_F(Site, AnotherPageWithAFolderOfDataIsNoGallery) {
  fs::create_directories(folder_ / "data");
  std::ofstream(folder_ / "index.html") << "my page";
  EXPECT_THROW(write_site({sample_run()}, "t", folder_.string()), Error);
  EXPECT_EQ(read(folder_ / "index.html"), "my page");
}

TEST_F(Site, ChunksThatNoPageUsesAreRemovedAndOtherFilesStay) {
  write_site({sample_run()}, "t", folder_.string());
  const std::string stale = std::string(32, 'a') + ".js";
  std::ofstream(folder_ / "data" / stale) << "old";
  std::ofstream(folder_ / "data" / "notes.txt") << "mine";
  write_site({sample_run()}, "t", folder_.string());
  EXPECT_FALSE(fs::exists(folder_ / "data" / stale));
  EXPECT_TRUE(fs::exists(folder_ / "data" / "notes.txt"));
}

TEST_F(Site, DoesNotReplaceAnythingThatIsNoGallery) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "thesis.txt") << "years of work";
  EXPECT_THROW(write_site({sample_run()}, "t", folder_.string()), Error);
  EXPECT_EQ(read(folder_ / "thesis.txt"), "years of work");
}

}  // namespace
}  // namespace thinktrace
