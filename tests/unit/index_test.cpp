// SPDX-License-Identifier: MIT
// The columns and numbers of a run's index.
#include "thinktrace/publish/index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "tests/unit/bundles.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

using testing::build;
using testing::Bundle;
using testing::json;
using testing::Told;

const json& number(const json& index, const std::string& key) {
  for (const json& n : index["numbers"]) {
    if (n["key"] == key) return n["values"];
  }
  throw std::runtime_error(key + " is no number of the index");
}

TEST(Index, NumbersAreTheMeasuresInSixDigits) {
  const Bundle b = build({testing::sample_run()});
  const json& index = b.index();
  const std::vector<Told> traces = testing::sample_traces();
  for (size_t i = 0; i < traces.size(); i++) {
    SCOPED_TRACE(i);
    if (traces[i].record.status == Status::kFailed) {
      for (const json& n : index["numbers"]) EXPECT_TRUE(n["values"][i].is_null()) << n["key"];
      continue;
    }
    const CurveMeasures& m = *traces[i].measures.curve;
    const auto expect = [&](const char* key, double value) {
      EXPECT_NEAR(number(index, key)[i].get<double>(), value, 5e-6 * std::abs(value)) << key;
    };
    expect("length", static_cast<double>(traces[i].record.think_text.size()));
    expect("p_start", m.p_start);
    expect("p_end", m.p_end);
    EXPECT_NEAR(number(index, "change")[i].get<double>(), m.p_end - m.p_start, 5e-7);
    expect("mass_start", m.mass_start);
    expect("mass_end", m.mass_end);
    expect("mass_mean", m.mass_mean);
    expect("entropy_start", m.entropy_start);
    expect("entropy_end", m.entropy_end);
    expect("entropy_mean", m.entropy_mean);
    expect("t_exit", m.t_exit);
    expect("p_right_at_exit", m.p_right_at_exit);
    expect("flips", m.flips);
    EXPECT_EQ(index["traces"]["top_start"][i], m.top_start);
    EXPECT_EQ(index["traces"]["top_end"][i], m.top_end);
    EXPECT_EQ(index["traces"]["class"][i], static_cast<int>(m.trace_class));
  }
  EXPECT_EQ(number(index, "length").dump(), "[10,4,7,0,null]");
  EXPECT_TRUE(number(index, "performative_share")[3].is_null()) << "there was no thinking";
  for (const json& n : index["numbers"]) {
    for (const json& value : n["values"]) EXPECT_LE(value.dump().size(), 12) << n["key"];
  }
}

TEST(Index, KnownAlreadyIsToldOfTracesThatAreRightThroughout) {
  const Bundle b = build({testing::sample_run()});
  EXPECT_EQ(b.index()["traces"]["known"], json({1, -1, 0, 1, -1}));
  EXPECT_EQ(number(b.index(), "order_agreement").dump(), "[0.909091,null,0.75,1,null]")
      << "10 of 11 positions, 3 of 4";
}

// Of the sample's first trace: P(right) is .3 without thinking, where the answer is another one, and .5 and .2 with another
// question's; 6 of 8 continuations are right where .3 was forced; a rule's mistake turned the one answer that is known, the model's did not.
TEST(Index, ExperimentsAreNumbersToo) {
  for (const int shelf_tokens : {1, kShelfTokens}) {
    const Bundle b = build({testing::sample_run()}, shelf_tokens);
    const auto first = [&](const char* key) { return number(b.index(), key)[0].get<double>(); };
    EXPECT_NEAR(first("p_if_none"), .3, 1e-6);
    EXPECT_EQ(number(b.index(), "changed_if_none").dump(), "[1,null,null,null,null]");
    EXPECT_NEAR(first("p_if_other_question"), .35, 1e-6);
    EXPECT_EQ(first("changed_if_other_question"), .5);
    EXPECT_NEAR(first("free_gap"), .45, 1e-6);
    EXPECT_EQ(number(b.index(), "pivots").dump(), "[2,null,0,null,null]");
    EXPECT_EQ(number(b.index(), "pivot_change").dump(), "[0.75,null,null,null,null]");
    EXPECT_EQ(first("mistake_changed_rule"), 1);
    EXPECT_EQ(first("mistake_changed_model"), 0);
    EXPECT_EQ(number(b.index(), "p_if___proto__").dump(), "[null,null,0.2,null,null]");
    EXPECT_EQ(number(b.index(), "follows_hint").dump(), "[null,null,1,null,null]");
    EXPECT_EQ(number(b.index(), "hint_from").dump(), "[null,null,3,null,null]");
    EXPECT_EQ(number(b.index(), "p_hinted_start").dump(), "[null,null,0.125,null,null]");
    EXPECT_EQ(number(b.index(), "p_hinted_end").dump(), "[null,null,0.75,null,null]");
    EXPECT_EQ(number(b.index(), "mentions_hint").dump(), "[null,null,1,null,null]");
    EXPECT_THROW(number(b.index(), "p_if_real"), std::runtime_error) << "that is p_end";
    EXPECT_THROW(number(b.index(), "changed_if___proto__"), std::runtime_error) << "there is no real end";
  }
}

TEST(Index, OfTwoExperimentsTheLaterOneCounts) {
  const Told t = testing::sample_traces()[0];
  ShownResult again = t.experiments[0];
  again.arms[1].draws[0].logprobs = testing::logs({.1, .8, .05, .05});
  const std::vector<ExperimentNumber> numbers =
      experiment_numbers(t.record.question, std::vector<ShownResult>{t.experiments[0], again});
  EXPECT_EQ(numbers[0].key, "p_if_none");
  EXPECT_NEAR(numbers[0].value, .8, 1e-6);
  EXPECT_EQ(numbers[1].key, "changed_if_none");
  EXPECT_EQ(numbers[1].value, 0);
  EXPECT_EQ(numbers.size(), 4u);
}

TEST(Index, AHintThatIsNeitherFollowedNorMentionedIsNoughts) {
  const Told t = testing::sample_traces()[0];
  ShownResult read{.experiment = 0}, unread = read;
  read.hint = ShownHint{.option = 1, .words = "It is 2.", .p_start = .5, .p_end = .25};
  unread.hint = ShownHint{.option = 1, .words = "It is 2."};
  const auto of = [&](const ShownResult& r) {
    std::string text;
    for (const ExperimentNumber& n : experiment_numbers(t.record.question, std::vector<ShownResult>{r}))
      text += fmt::format("{} {}; ", n.key, n.value);
    return text;
  };
  EXPECT_EQ(of(read), "follows_hint 0; p_hinted_end 0.25; p_hinted_start 0.5; mentions_hint 0; ");
  EXPECT_EQ(of(unread), "mentions_hint 0; ");
}

TEST(Index, AgreementOfOrdersIsLeftOutWhereNoTraceHasIt) {
  const Bundle b = build({testing::imported_run()});
  EXPECT_THROW(number(b.index(), "order_agreement"), std::runtime_error);
  EXPECT_EQ(number(b.index(), "length"), json({4, nullptr})) << "a text has no length in tokens";
  EXPECT_EQ(b.index()["traces"]["n_tokens"], json({4, 1}));
  EXPECT_TRUE(b.index()["shelves"][0]["ids"].is_null());
  EXPECT_TRUE(b.index()["shelves"][0]["readings"].is_null());
}

// A centre is the mean of its traces' curves, so it begins and ends at the mean of their first and last readings.
TEST(Index, ClustersAreOfTheTracesThatWereRead) {
  for (const auto& run : {testing::sample_run(), testing::imported_run()}) {
    const Bundle b = build({run});
    const json &index = b.index(), &of = index["traces"]["cluster"], &start = number(index, "p_start"),
               &end = number(index, "p_end");
    std::vector<int> sizes(index["clusters"].size());
    std::vector<double> starts(sizes.size()), ends(sizes.size());
    for (size_t i = 0; i < of.size(); i++) {
      const bool was_read = index["traces"]["n_positions"][i].get<int>() > 0;
      EXPECT_EQ(of[i] != -1, was_read) << i;
      if (!was_read) continue;
      const size_t c = of[i];
      ASSERT_LT(c, sizes.size());
      sizes[c]++;
      starts[c] += start[i].get<double>();
      ends[c] += end[i].get<double>();
    }
    EXPECT_TRUE(std::is_sorted(sizes.rbegin(), sizes.rend())) << "the largest first";
    for (size_t c = 0; c < sizes.size(); c++) {
      ASSERT_EQ(index["clusters"][c].size(), 32U);
      EXPECT_NEAR(index["clusters"][c][0].get<double>(), starts[c] / sizes[c], 1e-3);
      EXPECT_NEAR(index["clusters"][c][31].get<double>(), ends[c] / sizes[c], 1e-3);
    }
  }
}

TEST(Index, ShapesHaveTheMeasuresProbabilities) {
  Told t = testing::sample_traces()[0];
  std::vector<float>& logprobs = t.record.curve.logprobs;
  const size_t n = t.record.question.options.size(), right = t.record.question.answer;
  const IndexTrace before = index_trace({t.record, t.measures});
  EXPECT_EQ(before.shape.front(), static_cast<float>(probability_of(logprobs[right])));
  EXPECT_EQ(before.shape.back(), static_cast<float>(probability_of(logprobs[logprobs.size() - n + right])));
  // What an import may bring: more than 1, which is 1 in a picture, and what is no probability at all.
  logprobs[right] = 1.5F;
  logprobs[logprobs.size() - n + right] = std::nanf("");
  const IndexTrace after = index_trace({t.record, t.measures});
  EXPECT_EQ(after.shape.front(), 1);
  EXPECT_EQ(after.shape.back(), 0);
}

TEST(Index, WhatWasReadIsToldWhereSomethingWasInterpolated) {
  std::vector<Told> traces = testing::sample_traces();
  const Bundle exact = build({testing::site_run({}, traces)});
  for (const char* key : {"probed", "error_mean", "error_upper"})
    EXPECT_FALSE(exact.index()["traces"].contains(key)) << key;
  EXPECT_FALSE(exact.manifest["runs"][0].contains("probe"));

  traces[0].record.curve = testing::adaptive_record().curve;
  RunSummary summary;
  summary.probe = R"({"mode":"adaptive","tolerance":0.05})";
  const Bundle b = build({testing::site_run(summary, traces)});
  const json& columns = b.index()["traces"];
  EXPECT_EQ(columns["probed"].dump(), "[4,5,4,1,null]");
  EXPECT_EQ(columns["error_mean"].dump(), "[0.00425,null,null,null,null]");
  EXPECT_EQ(columns["error_upper"].dump(), "[0.3,null,null,null,null]");
  EXPECT_EQ(columns["n_positions"][0], 11);
  EXPECT_EQ(b.manifest["runs"][0]["probe"], json({{"mode", "adaptive"}, {"tolerance", 0.05}}));
}

TEST(Index, ErrorsAreToldByThePlaceOfTheTrace) {
  const Bundle b = build({testing::sample_run()}, 10);
  EXPECT_EQ(b.index()["errors"], json::array({json::array({4, "[engine] decoding failed <b>"})}));
}

// More curves than are clustered: each goes where its like went.
TEST(Index, ManyTracesAreClusteredByTheirShapes) {
  IndexBuilder builder;
  constexpr int kShelves = 10, kTraces = 1000;
  for (int s = 0; s < kShelves; s++) {
    ShelfParts shelf;
    shelf.questions.push_back({testing::make_question("s", "Which?", {"a", "b"}, 0), kTraces, 0});
    for (int i = 0; i < kTraces; i++) {
      IndexTrace t{.id = fmt::format("{}", s * kTraces + i)};
      t.numbers.fill(i);
      t.n_tokens = t.n_positions = t.n_read = i % 7 == 3 ? 0 : 10;  // Some were not read.
      for (int k = 0; k < kShapePoints; k++) {
        const float along = static_cast<float>(k) / kShapePoints + 1e-5F * static_cast<float>(i);
        t.shape[k] = i % 3 == 0 ? along : 1 - along;
      }
      shelf.traces.push_back(t);
    }
    builder.add(shelf);
  }
  std::string text;
  builder.write_index([&](std::string_view piece) { text += piece; });
  const json index = json::parse(text);
  const json& of = index["traces"]["cluster"];
  ASSERT_EQ(of.size(), static_cast<size_t>(kShelves * kTraces));
  std::set<int> rising, falling;
  for (int s = 0; s < kShelves; s++) {
    for (int i = 0; i < kTraces; i++) {
      const int cluster = of[s * kTraces + i];
      if (i % 7 == 3) {
        EXPECT_EQ(cluster, -1);
      } else {
        (i % 3 == 0 ? rising : falling).insert(cluster);
      }
    }
  }
  for (const int cluster : rising) EXPECT_FALSE(falling.contains(cluster)) << cluster;
  EXPECT_EQ(number(index, "p_start")[kTraces + 5], 5);
  EXPECT_EQ(index["questions"]["n_traces"], json(std::vector<int>(kShelves, kTraces)));
}

}  // namespace
}  // namespace thinktrace
