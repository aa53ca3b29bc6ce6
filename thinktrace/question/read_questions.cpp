// SPDX-License-Identifier: MIT
#include "thinktrace/question/read_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

#include "thinktrace/error.h"
#include "thinktrace/question/csv.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

Error bad_record(const std::string& why) { return {ErrorKind::kInput, why}; }

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

std::string trim(const std::string& s) {
  const size_t first = s.find_first_not_of(" \t");
  return first == std::string::npos ? "" : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

std::string read_file(const fs::path& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char buffer[1 << 16];
  while (in.read(buffer, sizeof(buffer)) || in.gcount() > 0)
    text.append(buffer, static_cast<size_t>(in.gcount()));
  if (!in.eof() || in.bad() || !in.is_open() || errno == EISDIR) {
    throw Error(ErrorKind::kInput,
                fmt::format("[questions] {}: {}", path.string(), std::strerror(errno ? errno : EIO)));
  }
  return text;
}

std::string subject_of(const fs::path& path) {
  std::string name = path.stem().string();
  for (const std::string ending : {"_test", "_dev", "_val"}) {
    if (name.size() > ending.size() && name.ends_with(ending))
      return name.substr(0, name.size() - ending.size());
  }
  return name;
}

// The number at the end of names as option_3 or choice3; the place of single letters.
std::optional<int> option_column(const std::string& name) {
  if (name.size() == 1 && std::isalpha(static_cast<unsigned char>(name[0]))) return name[0] - 'a' + 1;
  for (const std::string stem : {"option", "choice"}) {
    if (!name.starts_with(stem)) continue;
    std::string rest = name.substr(stem.size());
    if (rest.starts_with("_") || rest.starts_with(" ")) rest.erase(0, 1);
    if (rest.size() == 1 && std::isalpha(static_cast<unsigned char>(rest[0]))) return rest[0] - 'a' + 1;
    if (!rest.empty() && rest.size() < 4 && std::all_of(rest.begin(), rest.end(), ::isdigit))
      return std::stoi(rest);
  }
  return std::nullopt;
}

struct Header {
  int question = -1, answer = -1, subject = -1, options_json = -1;
  std::map<int, int> options;  // Place of an option -> column.
  size_t n_columns = 0;
  std::string trouble;  // Not empty: why no record can be read by this header.
};

// Options are the columns A, B, C, … or 0, 1, 2, … without a gap; a column named i or n beside them is
// something else.
void keep_consecutive(Header& h) {
  int place = h.options.contains(0) ? 0 : 1;
  while (h.options.contains(place)) place++;
  h.options.erase(h.options.lower_bound(place), h.options.end());
}

std::optional<Header> parse_header(const CsvRecord& record) {
  Header h{.options = {}, .n_columns = record.fields.size(), .trouble = {}};
  for (size_t i = 0; i < record.fields.size(); i++) {
    const std::string name = lower(trim(record.fields[i]));
    const int column = static_cast<int>(i);
    if (name == "question") {
      h.question = column;
    } else if (name == "answer") {
      h.answer = column;
    } else if (name == "subject") {
      h.subject = column;
    } else if (name == "options" || name == "choices") {
      h.options_json = column;
    } else if (const auto place = option_column(name)) {
      const bool is_new = h.options.emplace(*place, column).second;
      if (!is_new) h.trouble = fmt::format("two columns for option {}", *place);
    }
  }
  if (h.question < 0 || h.answer < 0) return std::nullopt;
  keep_consecutive(h);
  return h;
}

std::vector<std::string> strings_of(const json& array) {
  if (!array.is_array()) throw bad_record("the options are not a JSON array of strings");
  std::vector<std::string> out;
  for (const json& item : array) {
    if (!item.is_string()) throw bad_record("the options are not a JSON array of strings");
    out.push_back(item.get<std::string>());
  }
  return out;
}

json parse_json(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) throw bad_record("not valid JSON");
  return value;
}

Question from_mmlu(const CsvRecord& r, size_t width) {
  if (r.fields.size() != width)
    throw bad_record(fmt::format("{} fields where the first record has {}", r.fields.size(), width));
  if (r.fields.size() < 3)
    throw bad_record("a record is a question, its options and the right option's letter");
  Question q;
  q.text = r.fields.front();
  q.options.assign(r.fields.begin() + 1, r.fields.end() - 1);
  check_question(q);  // Before the answer, so that a wrong number of options is what gets reported.
  const std::string& letter = r.fields.back();
  q.answer = answer_index(letter, q.options);
  return q;
}

Question from_columns(const CsvRecord& r, const Header& h) {
  if (!h.trouble.empty()) throw bad_record(h.trouble + " in the header");
  if (r.fields.size() != h.n_columns)
    throw bad_record(fmt::format("{} fields where the header has {}", r.fields.size(), h.n_columns));
  Question q;
  q.text = r.fields[h.question];
  if (h.subject >= 0) q.subject = r.fields[h.subject];
  if (h.options_json >= 0) {
    q.options = strings_of(parse_json(r.fields[h.options_json]));
  } else {
    for (const auto& [place, column] : h.options) q.options.push_back(r.fields[column]);
    while (!q.options.empty() && q.options.back().empty()) q.options.pop_back();
  }
  check_question(q);
  q.answer = answer_index(r.fields[h.answer], q.options);
  return q;
}

Question from_json(const json& object) {
  if (!object.is_object()) throw bad_record("not a JSON object");
  const auto find = [&](std::initializer_list<const char*> names) -> const json& {
    for (const char* name : names) {
      if (const auto it = object.find(name); it != object.end()) return *it;
    }
    throw bad_record(fmt::format("no key '{}'", *names.begin()));
  };
  Question q;
  const json& text = find({"question", "text"});
  if (!text.is_string()) throw bad_record("'question' is not a string");
  q.text = text.get<std::string>();
  q.options = strings_of(find({"options", "choices"}));
  if (const auto it = object.find("subject"); it != object.end() && it->is_string())
    q.subject = it->get<std::string>();
  check_question(q);
  const json& answer = find({"answer"});
  if (answer.is_number_integer()) {
    const auto i = answer.is_number_unsigned() ? answer.get<uint64_t>() : uint64_t{1} << 63;
    if (i >= q.options.size()) {
      throw bad_record(fmt::format("answer {} is not one of the {} options (counted from 0)", answer.dump(),
                                   q.options.size()));
    }
    q.answer = static_cast<int>(i);
  } else if (answer.is_string()) {
    q.answer = answer_index(answer.get<std::string>(), q.options);
  } else {
    throw bad_record("'answer' is neither a number counted from 0 nor a string");
  }
  return q;
}

class Collector {
 public:
  explicit Collector(QuestionFile& out) : out_(out) {}

  template <typename Read>
  void add(const fs::path& file, int line, Read read) {
    try {
      Question q = read();
      if (q.subject.empty()) q.subject = subject_of(file);
      check_question(q);
      q.id = question_id(q);
      if (const auto [it, is_new] = seen_.emplace(q.id, fmt::format("{}:{}", file.string(), line)); !is_new) {
        out_.duplicates.push_back({file.string(), line, fmt::format("the same question as {}", it->second)});
        return;
      }
      out_.questions.push_back(std::move(q));
    } catch (const Error& e) {
      out_.bad.push_back({file.string(), line, e.what()});
    } catch (const json::exception&) {
      out_.bad.push_back({file.string(), line, "not valid UTF-8"});
    }
  }

 private:
  QuestionFile& out_;
  std::map<std::string, std::string> seen_;  // Question id -> where it stood first.
};

void read_csv(const fs::path& file, Collector& collector) {
  const std::vector<CsvRecord> records = parse_csv(read_file(file));
  if (records.empty())
    throw Error(ErrorKind::kInput, fmt::format("[questions] {}: the file holds no record", file.string()));
  const std::optional<Header> header = parse_header(records[0]);
  const size_t width = records[0].fields.size();
  for (size_t i = header ? 1 : 0; i < records.size(); i++) {
    collector.add(file, records[i].line, [&] {
      if (!records[i].error.empty()) throw bad_record(records[i].error);
      return header ? from_columns(records[i], *header) : from_mmlu(records[i], width);
    });
  }
}

void read_jsonl(const fs::path& file, Collector& collector) {
  std::istringstream in(read_file(file));
  std::string text;
  for (int line = 1; std::getline(in, text); line++) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    collector.add(file, line, [&] { return from_json(parse_json(text)); });
  }
}

std::vector<fs::path> files_at(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw Error(ErrorKind::kInput, fmt::format("[questions] {}: no such file or folder", path.string()));
  if (!fs::is_directory(status)) return {path};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const std::string ending = lower(entry.path().extension().string());
    if (entry.is_regular_file() && (ending == ".csv" || ending == ".jsonl")) files.push_back(entry.path());
  }
  // In a folder laid out as MMLU's, the SUBJECT_test.csv files are the questions and the rest is something
  // else.
  const auto is_test = [](const fs::path& file) { return file.filename().string().ends_with("_test.csv"); };
  if (std::any_of(files.begin(), files.end(), is_test))
    std::erase_if(files, [&](const fs::path& f) { return !is_test(f); });
  if (error)
    throw Error(ErrorKind::kInput, fmt::format("[questions] {}: {}", path.string(), error.message()));
  if (files.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("[questions] {}: the folder holds no .csv or .jsonl file", path.string()));
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

QuestionFile read_questions(const std::string& path) {
  QuestionFile out;
  Collector collector(out);
  for (const fs::path& file : files_at(path)) {
    const std::string ending = lower(file.extension().string());
    if (ending != ".csv" && ending != ".jsonl") {
      throw Error(ErrorKind::kInput,
                  fmt::format("[questions] {}: neither a .csv nor a .jsonl file", file.string()));
    }
    ending == ".csv" ? read_csv(file, collector) : read_jsonl(file, collector);
  }
  if (out.questions.empty() && out.bad.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("[questions] {}: no question found", path));
  }
  return out;
}

std::string describe(const BadRecord& r) {
  return r.line > 0 ? fmt::format("{}:{}: {}", r.file, r.line, r.reason)
                    : fmt::format("{}: {}", r.file, r.reason);
}

}  // namespace thinktrace
