// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "tests/unit/published.h"
#include "thinktrace/import/arbor_page.h"

namespace thinktrace {
namespace {

using testing::Folder;
using testing::import_all;
using testing::import_error;
using testing::Imported;
using testing::Published;

TraceRecord record_of_page(const Published& p) {
  ArborItem item = parse_arbor_page(testing::page_of(p));
  item.subject = p.subject;
  return record_of(std::move(item));
}

TraceRecord record_of_line(const Published& p) {
  const Folder folder;
  Imported all = import_all(read_arbor, folder.write("x.jsonl", testing::line_of(p) + "\n"));
  EXPECT_EQ(all.skipped, std::vector<std::string>());
  return all.records.at(0);
}

std::string why_not(const std::string& page) {
  try {
    ArborItem item = parse_arbor_page(page);
    item.subject = "x";
    record_of(std::move(item));
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

void expect_same(const TraceRecord& a, const TraceRecord& b) {
  EXPECT_EQ(a.question.id, b.question.id);
  EXPECT_EQ(a.question.text, b.question.text);
  EXPECT_EQ(a.question.options, b.question.options);
  EXPECT_EQ(a.labels, b.labels);
  EXPECT_EQ(a.think_text, b.think_text);
  EXPECT_EQ(a.curve.positions, b.curve.positions);
  EXPECT_EQ(a.curve.logprobs, b.curve.logprobs);
  EXPECT_EQ(a.trace.answer_text, b.trace.answer_text);
  EXPECT_EQ(a.trace.stop, b.trace.stop);
  EXPECT_EQ(a.chosen, b.chosen);
  EXPECT_EQ(a.resolution, b.resolution);
}

TEST(ImportArbor, PageAndLineGiveTheSameRecord) {
  const Published p;
  const TraceRecord r = record_of_page(p);
  expect_same(r, record_of_line(p));
  EXPECT_EQ(r.question.subject, "colours");
  EXPECT_EQ(r.question.text, p.question);
  EXPECT_EQ(r.question.options, p.choices);
  EXPECT_EQ(r.question.answer, 1);
  EXPECT_EQ(r.prompt_text, testing::prompt_of(p));
  EXPECT_EQ(r.labels, (std::vector<std::string>{"1", "2", "3", "4"}));
  EXPECT_EQ(r.think_text, (std::vector<std::string>{"Okay", ",", " blue"}));
  EXPECT_EQ(r.curve.positions, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(r.curve.logprobs[0], static_cast<float>(std::log(0.12)));
  EXPECT_EQ(r.curve.logprobs[8], -INFINITY);
  EXPECT_EQ(r.curve.logprobs[9], 0.0f);
  EXPECT_EQ(r.resolution, 0.01);
  EXPECT_EQ(r.trace.answer_text, "\n\n2");
  EXPECT_EQ(r.trace.stop, Stop::kClosed);
  EXPECT_EQ(r.chosen, 1);
  EXPECT_FALSE(r.seed);
  EXPECT_EQ(missing_parts(r),
            (std::vector<std::string>{"token_ids", "position_0", "exact_probabilities", "seed", "prompt"}));
}

TEST(ImportArbor, TokensMayHoldWhatLooksLikeThePage) {
  const std::vector<int> p{10, 20, 30, 40};
  Published odd;
  odd.think = {{"</span>", p},      {"", p},
               {"\n\n", p},         {"<", p},
               {"&lt;", p},         {"</div>", p},
               {"</span> ", p},     {"<span>", p},
               {"\">", p},          {"|End of Thinking|", p},
               {"</pre>", p},       {"<h2>Legend</h2>", p},
               {"\xEF\xBF\xBD", p}, {"</span></div>", p}};
  odd.out = {{"</span>", p}, {"</div>", p}, {"", p}};
  const TraceRecord r = record_of_page(odd);
  expect_same(r, record_of_line(odd));
  ASSERT_EQ(r.think_text.size(), odd.think.size());
  for (size_t i = 0; i < odd.think.size(); i++) EXPECT_EQ(r.think_text[i], odd.think[i].text);
  EXPECT_EQ(r.trace.answer_text, "</span></div>");
}

TEST(ImportArbor, TextThatIsNotUtf8IsMadeSo) {
  Published p;
  p.think[1].text = "\xE2\x82";
  EXPECT_EQ(record_of_page(p).think_text[1], "\xEF\xBF\xBD");
}

TEST(ImportArbor, PromptsMayHoldMarkupAndLines) {
  Published p;
  p.question = " Which </pre> of <b>these</b>\nis 1: a\n\ncolour & more </span>? ";
  p.choices = {"one.\nand two", " No. ", "<pre>", "Yes.."};
  const TraceRecord r = record_of_page(p);
  EXPECT_EQ(r.question.text, p.question);
  EXPECT_EQ(r.question.options, p.choices);
}

TEST(ImportArbor, TwoToTwentySixOptions) {
  for (const int n : {2, 3, 5, 10, 26}) {
    Published p;
    p.choices.clear();
    for (int i = 0; i < n; i++) p.choices.push_back(fmt::format("option {}", i));
    p.answer = n - 1;
    for (auto* tokens : {&p.think, &p.out}) {
      for (auto& token : *tokens) token.hundredths = std::vector<int>(n, 3);
    }
    const TraceRecord r = record_of_page(p);
    expect_same(r, record_of_line(p));
    EXPECT_EQ(r.question.options, p.choices);
    EXPECT_EQ(r.curve.logprobs.size(), 3u * n);
  }
}

TEST(ImportArbor, AnAmbiguousPromptIsRefused) {
  Published p;
  p.choices[0] = "a\n2: b";
  EXPECT_NE(why_not(testing::page_of(p)).find("more than one way"), std::string::npos);
  p = Published();
  p.question = "What follows?\nChoices:\n\n1: nothing";
  EXPECT_NE(why_not(testing::page_of(p)).find("more than one way"), std::string::npos);
  p = Published();
  p.choices[3] = "d\n2: e";  // Labels in order leave one way only: after 4 there can be no 2.
  EXPECT_EQ(record_of_page(p).question.options, p.choices);
  p.choices[3] = "d.\n\nPlease give me your choice.";  // The last such line is the prompt's own.
  EXPECT_EQ(record_of_page(p).question.options, p.choices);
}

TEST(ImportArbor, PagesThatContradictThemselvesAreRefused) {
  EXPECT_NE(why_not(testing::page_of({}, 3)).find("choice 3"), std::string::npos);
  Published p;
  p.think[1].hundredths = {1, 2, 3};
  EXPECT_NE(why_not(testing::page_of(p)).find("options 1 to 4"), std::string::npos);
  p.think[1].hundredths = {1, 2, 3, 4, 5};
  EXPECT_NE(why_not(testing::page_of(p)).find("more than 4"), std::string::npos);
  p.think[1].hundredths = {1, 2, 3, 101};
  EXPECT_NE(why_not(testing::page_of(p)).find("above 1"), std::string::npos);
  p = Published();
  p.answer = 7;
  EXPECT_NE(why_not(testing::page_of(p)).find("marks no option"), std::string::npos);
  EXPECT_NE(why_not(testing::page_of({}) + testing::page_of({})).find("two sections"), std::string::npos);
  EXPECT_NE(why_not("").find("no section"), std::string::npos);
}

TEST(ImportArbor, ThinkingWithoutAnEnd) {
  Published p;
  p.marker.clear();
  p.out.clear();
  const TraceRecord r = record_of_page(p);
  EXPECT_EQ(r.trace.stop, Stop::kBudget);
  EXPECT_EQ(r.think_text.size(), 3u);
  EXPECT_FALSE(r.chosen);
  expect_same(r, record_of_line(p));
  p.think.clear();  // Ended at once.
  p.marker = "|End of Thinking|";
  const TraceRecord empty = record_of_page(p);
  EXPECT_EQ(empty.trace.stop, Stop::kClosed);
  EXPECT_TRUE(empty.think_text.empty());
}

TEST(ImportArbor, CutPagesAreSkippedOrWhole) {
  const Published p;
  const std::string page = testing::page_of(p);
  const TraceRecord whole = record_of_page(p);
  for (size_t n = 0; n < page.size(); n++) {
    try {
      ArborItem item = parse_arbor_page(page.substr(0, n));
      item.subject = p.subject;
      expect_same(record_of(std::move(item)), whole);
      EXPECT_GT(n + 40, page.size());
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInput);
    }
  }
}

TEST(ImportArbor, ATreeIsWalkedBySubjectAndNumber) {
  const Folder folder;
  Published a, b;
  b.subject = "shapes";
  const auto numbered = [](Published p, int n) {
    p.question = fmt::format("Question {}?", n);
    return p;
  };
  for (const int n : {12, 2, 100}) folder.write_page("colours/html_vis", numbered(a, n), n);
  for (const int n : {7, 0}) folder.write_page("shapes/html_vis", numbered(b, n), n);
  folder.write_page("colours/html_vis_bg", numbered(a, 3), 3);
  folder.write_page("colours/html_bg_vis", numbered(a, 4), 4);
  folder.write_page("colours", numbered(a, 5), 5);
  folder.write("subject_html/colours/html_vis/notes.txt", "x");
  folder.write("subject_html/colours/thumbnails/colours_questionID_0_thumbnail.png", "x");
  folder.write_page("shapes/html_vis", numbered(a, 2), 2);    // The same page once more.
  folder.write_page("shapes/html_vis", numbered(a, 50), 50);  // Of the other subject, here alone.
  folder.write("subject_html/shapes/html_vis/index.html", "x");
  for (const std::string start : {"", "subject_html", "subject_html/"}) {
    const Imported all = import_all(read_arbor, folder.at(start));
    std::vector<std::string> seen;
    std::set<std::string> ids;
    for (const TraceRecord& r : all.records) {
      seen.push_back(r.question.subject + " " + r.question.text);
      ids.insert(r.id);
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"colours Question 2?", "colours Question 12?",
                                              "colours Question 50?", "colours Question 100?",
                                              "shapes Question 0?", "shapes Question 7?"}));
    EXPECT_EQ(ids.size(), seen.size());
    ASSERT_EQ(all.skipped.size(), 2u);
    EXPECT_NE(all.skipped[0].find("index.html: not named"), std::string::npos);
    EXPECT_NE(all.skipped[1].find("shapes/html_vis/colours_questionID_2_"), std::string::npos);
    EXPECT_NE(all.skipped[1].find("the same trace"), std::string::npos);
    EXPECT_EQ(all.source.kind, "arbor");
    EXPECT_EQ(all.source.model, "DeepSeek-R1-Distill-Qwen-7B");
  }
  const Imported one = import_all(read_arbor, folder.at("subject_html/shapes/html_vis"));
  EXPECT_EQ(one.records.size(), 4u);
}

TEST(ImportArbor, SubjectsAndLimit) {
  const Folder folder;
  std::string lines;
  for (int i = 0; i < 10; i++) {
    Published p;
    p.subject = i % 2 ? "odd" : "even";
    p.question = fmt::format("Question {}?", i);
    lines += testing::line_of(p) + "\n";
    folder.write_page(p.subject + "/html_vis", p, i);
  }
  const std::string file = folder.write("lines/x.jsonl", lines);
  for (const std::string& path : {file, folder.at("subject_html")}) {
    Imported all = import_all(read_arbor, path, {.subjects = {"odd"}, .limit = 2});
    ASSERT_EQ(all.records.size(), 2u);
    EXPECT_EQ(all.records[0].question.text, "Question 1?");
    EXPECT_EQ(all.records[1].question.text, "Question 3?");
    EXPECT_EQ(import_all(read_arbor, path, {.limit = 2}).records.size(), 4u);
    const std::string error = import_error(read_arbor, path, {.subjects = {"odd", "prime"}});
    EXPECT_NE(error.find("'prime'; there are: even, odd"), std::string::npos) << error;
  }
}

TEST(ImportArbor, SameContentUnderAnotherNumberIsAnotherTrace) {
  const Folder folder;
  Published p, other;
  p.id = "colours/1";
  other.id = "colours/1";
  other.think[0].text = "Hmm";
  Published twin = p;
  twin.id = "colours/9";
  const std::string text = testing::line_of(p) + "\n\n" + testing::line_of(other) + "\n" +
                           testing::line_of(p) + "\n" + testing::line_of(twin) + "\n";
  const Imported all = import_all(read_arbor, folder.write("x.jsonl", text));
  ASSERT_EQ(all.records.size(), 3u);
  EXPECT_EQ(all.records[0].id, imported_trace_id("DeepSeek-R1-Distill-Qwen-7B", all.records[0]));
  EXPECT_EQ(std::set<std::string>({all.records[0].id, all.records[1].id, all.records[2].id}).size(), 3u);
  ASSERT_EQ(all.skipped.size(), 1u);
  EXPECT_NE(all.skipped[0].find("x.jsonl:4: the same trace"), std::string::npos);
}

TEST(ImportArbor, WhatIsNotThereIsSaid) {
  const Folder folder;
  EXPECT_NE(import_error(read_arbor, folder.at("nothing")).find("no such file"), std::string::npos);
  EXPECT_NE(import_error(read_arbor, folder.path()).find("neither SUBJECT.jsonl"), std::string::npos);
  folder.write_page("colours/html_vis", {}, 0);
  EXPECT_EQ(import_error(read_arbor, folder.path()), "");
  folder.write("x.jsonl", testing::line_of({}));
  EXPECT_NE(import_error(read_arbor, folder.path()).find("two forms"), std::string::npos);
  EXPECT_NE(import_error(read_arbor, folder.write("empty/e.jsonl", "")).find("no trace found"),
            std::string::npos);
  EXPECT_NE(
      import_error(read_arbor, folder.write("a.csv", "a,b\n")).find("nothing in it can be imported; first: "),
      std::string::npos);
}

TEST(ImportArbor, CompressedAndDamaged) {
  const Folder folder;
  const std::string text = testing::line_of({}) + "\n";
  EXPECT_EQ(import_all(read_arbor, folder.write_gz("a.jsonl.gz", text)).records.size(), 1u);
  std::string many;
  for (int i = 0; i < 200; i++) many += testing::line_of({.question = fmt::format("{}?", i * i)}) + "\n";
  const std::string path = folder.write_gz("b.jsonl.gz", many);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_NE(import_error(read_arbor, path).find("can't be read after line"), std::string::npos);
}

TEST(ImportArbor, BadLinesAreSkipped) {
  const Folder folder;
  const std::string good = testing::line_of({});
  std::string text = good + "\nnot json\n[1]\n{}\n";
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"answer", "4"},
                                                        {"answer", "\"B\""},
                                                        {"probs", "[[1,2,3,4]]"},
                                                        {"probs", "[[1,2,3],[1,2,3],[1,2,3]]"},
                                                        {"probs", "[[1,2,3,101],[1,2,3,4],[1,2,3,4]]"},
                                                        {"probs", "[[1,2,3,0.5],[1,2,3,4],[1,2,3,4]]"},
                                                        {"choices", "[\"a\"]"},
                                                        {"choices", "{}"},
                                                        {"question", "\"\""},
                                                        {"think_tokens", "[1,2,3]"},
                                                        {"subject", "5"}}) {
    nlohmann::json o = nlohmann::json::parse(good);
    o[key] = nlohmann::json::parse(value);
    text += o.dump() + "\n";
  }
  const Imported all = import_all(read_arbor, folder.write("x.jsonl", text));
  EXPECT_EQ(all.records.size(), 1u);
  EXPECT_EQ(all.skipped.size(), 14u);
  EXPECT_NE(all.skipped[0].find("x.jsonl:2: not valid JSON"), std::string::npos);
}

TEST(ImportArbor, InterruptedBetweenRecords) {
  const Folder folder;
  std::string text;
  for (int i = 0; i < 9; i++) text += testing::line_of({.question = fmt::format("{}?", i)}) + "\n";
  int n = 0;
  ImportObserver observer;
  observer.on_record = [&](TraceRecord&&, const ImportSource&) { n++; };
  observer.should_stop = [&] { return n == 4; };
  try {
    read_arbor(folder.write("x.jsonl", text), {}, observer);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kInterrupted);
  }
  EXPECT_EQ(n, 4);
}

TEST(ImportArbor, MutatedPagesNeverCrash) {
  std::mt19937 random(20250701);
  const std::string good = testing::page_of({});
  const std::vector<std::string> pieces{
      "</span>",         "<span style=\"", "\" title=\"",        "\">", "</pre>", "</div>", "1: ", "\n2: ",
      "<h2>Legend</h2>", "\xFF",           std::string(1, '\0'), "0.99"};
  int n_read = 0;
  for (int i = 0; i < 2000; i++) {
    std::string page = good;
    for (auto k = random() % 3 + 1; k > 0; k--) {
      const size_t at = random() % page.size();
      switch (random() % 4) {
        case 0:
          page[at] = static_cast<char>(random());
          break;
        case 1:
          page.erase(at, random() % 60);
          break;
        case 2:
          page.insert(at, pieces[random() % pieces.size()]);
          break;
        default:
          page.insert(at, page.substr(random() % page.size(), random() % 200));
      }
    }
    n_read += why_not(page).empty();
  }
  EXPECT_GT(n_read, 0);
}

}  // namespace
}  // namespace thinktrace
