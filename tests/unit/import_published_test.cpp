// SPDX-License-Identifier: MIT
// The published traces themselves, where a copy lies beside the source tree (they are not ours to keep in it).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/published.h"

namespace thinktrace {
namespace {

const std::string kData = THINKTRACE_SOURCE_DIR "/../shared/data";
const std::string kLines = kData + "/arbor-mmlu", kSite = kData + "/arbor-site";

TEST(ImportPublished, FiguresOfTenSubjects) {
  if (!std::filesystem::exists(kLines)) GTEST_SKIP() << "no published traces at " << kLines;
  std::vector<size_t> lengths;
  double n_first = 0, n_last = 0;
  std::map<std::string, int> subjects;
  ImportObserver observer;
  observer.on_skipped = [](const std::string& what) { ADD_FAILURE() << what; };
  observer.on_record = [&](TraceRecord&& r, const ImportSource&) {
    const int n_options = static_cast<int>(r.question.options.size());
    const int end = static_cast<int>(r.curve.positions.size()) - 1;
    lengths.push_back(r.think_text.size());
    n_first += top_option(r.curve, n_options, 0) == r.question.answer;
    n_last += top_option(r.curve, n_options, end) == r.question.answer;
    subjects[r.question.subject]++;
  };
  read_arbor(kLines, {}, observer);
  ASSERT_EQ(lengths.size(), 1510u);
  EXPECT_EQ(subjects.size(), 10u);
  double sum = 0;
  for (const size_t n : lengths) sum += static_cast<double>(n);
  std::sort(lengths.begin(), lengths.end());
  EXPECT_NEAR(sum / 1510, 554.7, 0.05);
  EXPECT_EQ(static_cast<double>(lengths[754] + lengths[755]) / 2, 435.5);
  EXPECT_NEAR(n_first / 1510, 0.558, 0.0005);
  EXPECT_NEAR(n_last / 1510, 0.781, 0.0005);
}

TEST(ImportPublished, PagesEqualTheLinesOfTheSameTrace) {
  if (!std::filesystem::exists(kLines) || !std::filesystem::exists(kSite))
    GTEST_SKIP() << "no published traces at " << kData;
  std::map<std::string, TraceRecord> lines;
  ImportObserver observer;
  observer.on_record = [&](TraceRecord&& r, const ImportSource&) { lines[r.id] = std::move(r); };
  read_arbor(kLines, {.subjects = {"abstract_algebra", "anatomy", "astronomy"}}, observer);
  const testing::Imported pages = testing::import_all(read_arbor, kSite);
  EXPECT_EQ(pages.skipped, std::vector<std::string>());
  EXPECT_EQ(pages.records.size(), 9u);  // Those in html_vis.
  for (const TraceRecord& page : pages.records) {
    ASSERT_TRUE(lines.contains(page.id)) << page.question.subject << ": " << page.question.text;
    const TraceRecord& line = lines[page.id];
    EXPECT_EQ(page.question.text, line.question.text);
    EXPECT_EQ(page.question.options, line.question.options);
    EXPECT_EQ(page.question.answer, line.question.answer);
    EXPECT_EQ(page.think_text, line.think_text);
    EXPECT_EQ(page.curve.positions, line.curve.positions);
    EXPECT_EQ(page.curve.logprobs, line.curve.logprobs);
    EXPECT_EQ(page.trace.answer_text, line.trace.answer_text);
    EXPECT_EQ(page.trace.stop, line.trace.stop);
    EXPECT_EQ(page.chosen, line.chosen);
  }
}

}  // namespace
}  // namespace thinktrace
