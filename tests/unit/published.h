// SPDX-License-Identifier: MIT
// published.h — pages and lines in the two published forms, written by the tests, and a folder to put them in.
#pragma once
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "thinktrace/error.h"
#include "thinktrace/import/import.h"

namespace thinktrace::testing {

struct PublishedToken {
  std::string text;
  std::vector<int> hundredths;  // [n_choices]
};

struct Published {
  std::string subject = "colours", id = "colours/0";
  std::string question = "Which of these is a colour?";
  std::vector<std::string> choices{"seven", "blue", "quickly", "a spoon"};
  int answer = 1;
  std::vector<PublishedToken> think{
      {"Okay", {12, 26, 49, 14}}, {",", {12, 26, 49, 13}}, {" blue", {0, 100, 0, 0}}};
  std::vector<PublishedToken> out{
      {"\n\n", {0, 99, 0, 0}}, {"2", {0, 99, 0, 0}}, {"<｜end▁of▁sentence｜>", {0, 99, 0, 0}}};
  std::string marker = "|End of Thinking|";  // Empty: none.
};

inline std::string spans_of(const std::vector<PublishedToken>& tokens, const std::string& style) {
  std::string out;
  for (const PublishedToken& token : tokens) {
    std::string title;
    for (size_t i = 0; i < token.hundredths.size(); i++)
      title += fmt::format("{}{}: {:.2f}", i ? ", " : "", i + 1, token.hundredths[i] / 100.0);
    out += fmt::format("<span style=\"{}\" title=\"{}\">{}</span>", style, title, token.text);
  }
  return out;
}

inline std::string prompt_of(const Published& p) {
  std::string options;
  for (size_t i = 0; i < p.choices.size(); i++) options += fmt::format("\n{}: {}", i + 1, p.choices[i]);
  return fmt::format(
      "<｜begin▁of▁sentence｜><｜User｜>Question: {}\nChoices:\n{}.\n\nPlease give me your choice right "
      "after the "
      "thinking. State it on the first line.<｜Assistant｜><think>\n",
      p.question, options);
}

// `stated` is the choice named at the page's end, from 1.
inline std::string page_of(const Published& p, int stated = 0) {
  std::string chips;
  for (size_t i = 0; i < p.choices.size(); i++) {
    chips += fmt::format("{}<span style=\"display: inline-block; padding: 5px 10px;\">{}{}</span>",
                         i ? " " : "", i + 1, static_cast<int>(i) == p.answer ? " (correct answer)" : "");
  }
  std::vector<PublishedToken> think = p.think;
  if (!p.marker.empty()) think.push_back({p.marker, std::vector<int>(p.choices.size(), 1)});
  std::string page =
      "<!DOCTYPE html>\n<html>\n<head>\n  <style>\n    .section { margin: 0; }\n  "
      "</style>\n</head>\n<body>\n";
  const auto add = [&](const std::string& title, const std::string& body) {
    page += "  <div class=\"section\">\n    <h2>" + title + "</h2>\n" + body + "  </div>\n";
  };
  const auto visual = [&](const std::string& spans) {
    return "    <div class=\"visualization\">\n      <div style=\"line-height: 2.00;\">" + spans +
           "</div>\n    </div>\n";
  };
  add("Question Prompt", "    <pre>" + prompt_of(p) + "</pre>\n");
  add("Legend", "    <div class=\"legend\">" + chips + "</div>\n");
  add("Reasoning (Thinking Tokens)", visual(spans_of(think, "color: #5F9C71; padding: 5px 0;")));
  add("Answer Tokens", visual(spans_of(p.out, "color: #8CC34E; padding: 5px 0;")));
  add("Correct Answer",
      fmt::format("    <pre>The correct answer is choice {}</pre>\n", stated ? stated : p.answer + 1));
  return page + "</body>\n</html>";
}

inline std::string line_of(const Published& p) {
  nlohmann::ordered_json o{{"id", p.id},
                           {"subject", p.subject},
                           {"question", p.question},
                           {"choices", p.choices},
                           {"answer", p.answer}};
  for (const auto& [key, tokens] :
       {std::pair{"think_tokens", &p.think}, std::pair{"answer_tokens", &p.out}}) {
    o[key] = nlohmann::json::array();
    for (const PublishedToken& t : *tokens) o[key].push_back(t.text);
  }
  for (const auto& [key, tokens] : {std::pair{"probs", &p.think}, std::pair{"answer_probs", &p.out}}) {
    o[key] = nlohmann::json::array();
    for (const PublishedToken& t : *tokens) o[key].push_back(t.hundredths);
  }
  return o.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// A folder that is gone with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "thinktrace_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string at(const std::string& name) const { return (path_ / name).string(); }
  std::string path() const { return path_.string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return at(name);
  }
  std::string write_gz(const std::string& name, const std::string& text) const {
    const gzFile file = gzopen(at(name).c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return at(name);
  }
  std::string write_page(const std::string& folder, const Published& p, int number,
                         const std::string& page = "") const {
    return write(fmt::format("subject_html/{}/{}_questionID_{}_correct_answer_logit_vis.html", folder,
                             p.subject, number),
                 page.empty() ? page_of(p) : page);
  }

 private:
  std::filesystem::path path_;
};

struct Imported {
  ImportSource source;
  std::vector<TraceRecord> records;
  std::vector<std::string> skipped;
};

using Reader = void (*)(const std::string&, const ImportOptions&, const ImportObserver&);

inline Imported import_all(Reader read, const std::string& path, const ImportOptions& options = {}) {
  Imported all;
  ImportObserver observer;
  observer.on_record = [&](TraceRecord&& r, const ImportSource& source) {
    all.records.push_back(std::move(r));
    all.source = source;
  };
  observer.on_skipped = [&](const std::string& what) { all.skipped.push_back(what); };
  read(path, options, observer);
  return all;
}

// What a reader says when it gives up, empty where it does not.
inline std::string import_error(Reader read, const std::string& path, const ImportOptions& options = {}) {
  try {
    import_all(read, path, options);
  } catch (const Error& e) {
    return e.kind() == ErrorKind::kInput ? e.what() : "of another kind";
  }
  return "";
}

}  // namespace thinktrace::testing
