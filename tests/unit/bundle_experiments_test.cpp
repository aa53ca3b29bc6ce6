// SPDX-License-Identifier: MIT
// What experiments made of traces, in the chunks of their shelves.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/bundles.h"

namespace thinktrace {
namespace {

using testing::build;
using testing::Bundle;
using testing::json;
using testing::Told;

void expect_arms(const json& found, const json& labels, const std::vector<ShownArm>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (size_t a = 0; a < wanted.size(); a++) {
    EXPECT_EQ(found[a]["name"], wanted[a].name);
    EXPECT_EQ(labels[wanted[a].name], wanted[a].label);
    ASSERT_EQ(found[a]["draws"].size(), wanted[a].draws.size());
    for (size_t d = 0; d < wanted[a].draws.size(); d++) {
      const ShownDraw& draw = wanted[a].draws[d];
      const json& written = found[a]["draws"][d];
      EXPECT_EQ(written["n_tokens"], draw.n_tokens);
      EXPECT_EQ(written["source"], draw.source.empty() ? json() : json(draw.source));
      ASSERT_EQ(written["p"].size(), draw.logprobs.size());
      for (size_t o = 0; o < draw.logprobs.size(); o++)
        EXPECT_NEAR(written["p"][o].get<double>(), std::exp(draw.logprobs[o]), 5.1e-5);
    }
  }
}

TEST(BundleExperiments, AreOnTheShelfOfTheirTrace) {
  const std::vector<Told> traces = testing::sample_traces();
  for (const int shelf_tokens : {1, 12, kShelfTokens}) {
    SCOPED_TRACE(shelf_tokens);
    const Bundle b = build({testing::sample_run()}, shelf_tokens);
    size_t first = 0, question = 0, n_results = 0;
    for (const json& shelf : b.index()["shelves"]) {
      size_t n_traces = 0;
      for (int i = 0; i < shelf["n_questions"]; i++)
        n_traces += b.index()["questions"]["n_traces"][question++].get<size_t>();
      const json chunk = shelf["experiments"].is_null()
                             ? json{{"results", json::array()}, {"labels", json::object()}}
                             : b.head(shelf["experiments"]);
      size_t at = 0;
      for (size_t i = 0; i < n_traces; i++) {
        for (const ShownResult& wanted : traces[first + i].experiments) {
          const json& found = chunk["results"].at(at++);
          EXPECT_EQ(found["trace"], i);
          EXPECT_EQ(found["experiment"], wanted.experiment);
          expect_arms(found.value("arms", json::array()), chunk["labels"], wanted.arms);
          EXPECT_EQ(found.value("prefixes", json::array()).size(), wanted.prefixes.size());
          EXPECT_EQ(found.value("mistakes", json::array()).size(), wanted.mistakes.size());
          EXPECT_EQ(found.contains("pivots"), wanted.pivots.has_value());
          EXPECT_EQ(found.contains("hint"), wanted.hint.has_value());
        }
      }
      EXPECT_EQ(at, chunk["results"].size());
      n_results += at;
      first += n_traces;
    }
    EXPECT_EQ(n_results, 3u);
  }
}

TEST(BundleExperiments, AreWrittenKindByKind) {
  const Bundle b = build({testing::sample_run()});
  const json& chunk = b.head(b.index()["shelves"][0]["experiments"]);
  EXPECT_EQ(chunk["kind"], "experiments");
  const json& later = chunk["results"][1];
  EXPECT_FALSE(later.contains("arms"));
  EXPECT_EQ(later["prefixes"][0].dump(),
            R"({"position":0,"forced":[0.6,0.3,0.05,0.03],"free":[1,6,0,0],"none":1})");
  EXPECT_TRUE(later["prefixes"][1]["forced"].is_null());
  EXPECT_EQ(
      later["pivots"][0].dump(),
      R"({"token":6,"before":[3,12],"after":[12,12],"change":[0.31,0.94],"decided":true,"alternatives":[{"text":"<b>Seven","p":0.31,"tally":[0,8]},{"text":"","p":null,"tally":[2,8]}]})");
  EXPECT_EQ(later["mistakes"][1].dump(),
            R"({"position":6,"text":"<i>Blue is a number.","by":"model","before":1,"after":1})");
  EXPECT_TRUE(later["mistakes"][2]["before"].is_null());
  EXPECT_EQ(chunk["results"][2]["pivots"], json::array()) << "looked for, and none found";
  EXPECT_EQ(chunk["results"][2]["hint"].dump(),
            R"({"option":2,"words":"<b>It is 3.","takes_over":3,"mention":"named","mention_token":5})");
  EXPECT_TRUE(build({testing::imported_run()}).index()["shelves"][0]["experiments"].is_null());
}

}  // namespace
}  // namespace thinktrace
