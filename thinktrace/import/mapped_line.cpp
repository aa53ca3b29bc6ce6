// SPDX-License-Identifier: MIT
#include "thinktrace/import/mapped_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "thinktrace/import/checks.h"
#include "thinktrace/import/json_object.h"
#include "thinktrace/trace/parse_answer.h"

namespace thinktrace {
namespace {

constexpr std::string_view kOpen = "<think>", kClose = "</think>";

const MappedField& field_of(const FieldMap& map, const std::string& name) {
  return *std::find_if(map.begin(), map.end(), [&](const MappedField& f) { return f.name == name; });
}

// As key_in, but the field must be there.
std::string need(const FieldMap& map, const JsonObject& line, const std::string& name) {
  std::string key = key_in(map, line, name);
  if (key.empty())
    throw bad(fmt::format("no {}: none of the keys {}", name, fmt::join(field_of(map, name).keys, ", ")));
  return key;
}

struct Options {
  std::vector<std::string> labels, texts;
  bool has_labels = false;  // The file calls them so.
};

Options read_options(const FieldMap& map, const JsonObject& line) {
  Options o;
  const std::string key = need(map, line, "options");
  if (line.kind(key) == JsonKind::kObject) {
    for (auto& [label, text] : line.named_texts(key)) {
      o.labels.push_back(label);
      o.texts.push_back(text);
    }
    o.has_labels = true;
  } else {
    o.texts = line.texts(key);
  }
  if (const std::string labels = key_in(map, line, "labels"); !labels.empty()) {
    o.labels = line.texts(labels);
    o.has_labels = true;
  }
  const int n = static_cast<int>(o.texts.size());
  if (o.has_labels) {
    check_labels(o.labels, n);
    return o;
  }
  for (int i = 0; i < n; i++)
    o.labels.push_back(n > 9 ? std::string(1, static_cast<char>('A' + i % kMaxOptions))
                             : std::to_string(i + 1));
  return o;
}

int read_answer(const FieldMap& map, const JsonObject& line, const Options& options) {
  const std::string key = need(map, line, "answer");
  if (line.kind(key) == JsonKind::kNumber)
    return line.integer(key, 0, static_cast<int>(options.texts.size()) - 1);
  const std::string stated = line.text(key);
  const auto& labels = options.labels;
  if (options.has_labels && std::count(labels.begin(), labels.end(), stated) == 1)
    return static_cast<int>(std::find(labels.begin(), labels.end(), stated) - labels.begin());
  return answer_index(stated, options.texts);
}

struct Response {
  std::vector<std::string> thinking;  // [n_tokens], or the whole as one text.
  bool has_tokens = false;
  std::string output;
  Stop stop = Stop::kUnknown;
};

// "<think>THINKING</think>OUTPUT"; the opening tag may be missing, since many templates put it into the prompt.
void split_at_tags(std::string text, Response& response) {
  const size_t open = text.find(kOpen);
  if (open != std::string::npos && text.find_first_not_of(" \t\r\n") == open)
    text.erase(0, open + kOpen.size());
  const size_t close = text.find(kClose);
  if (close != std::string::npos) {
    if (response.output.empty()) response.output = text.substr(close + kClose.size());
    response.stop = Stop::kClosed;
    text.resize(close);
  }
  response.thinking = {std::move(text)};
}

Response read_response(const FieldMap& map, const JsonObject& line) {
  Response r;
  const std::string thinking = key_in(map, line, "thinking"), output = key_in(map, line, "output");
  if (!output.empty()) r.output = line.text(output);
  if (thinking.empty()) {
    const bool has_tags =
        r.output.find(kOpen) != std::string::npos || r.output.find(kClose) != std::string::npos;
    if (!has_tags) need(map, line, "thinking");
    std::string whole;
    whole.swap(r.output);
    split_at_tags(std::move(whole), r);
  } else if (line.kind(thinking) == JsonKind::kString) {
    split_at_tags(line.text(thinking), r);
  } else if (line.kind(thinking) == JsonKind::kArray) {
    r.thinking = line.texts(thinking);
    r.has_tokens = true;
  } else {
    throw bad(fmt::format("'{}' is neither a string nor an array of strings", thinking));
  }
  if (const std::string ended = key_in(map, line, "ended"); !ended.empty())
    r.stop = line.flag(ended) ? Stop::kClosed : Stop::kBudget;
  return r;
}

// Positions where the file gives none: a row for every token, or for the beginning and every token.
std::vector<int> guess_positions(size_t n_rows, const TraceRecord& r) {
  const size_t n = r.think_text.size();
  if (!r.has_tokens || (n_rows != n && n_rows != n + 1))
    throw bad(fmt::format("{} rows of probabilities, and no positions that say where they belong", n_rows));
  std::vector<int> positions(n_rows);
  std::iota(positions.begin(), positions.end(), n_rows == n ? 1 : 0);
  return positions;
}

void read_mapped_curve(const FieldMap& map, const JsonObject& line, TraceRecord& r) {
  const size_t n_options = r.question.options.size();
  const std::string probs = key_in(map, line, "probs"), logprobs = key_in(map, line, "logprobs");
  const std::string positions = key_in(map, line, "positions");
  if (probs.empty() && logprobs.empty()) {
    if (!positions.empty() && line.size(positions) > 0) throw bad("positions, but no probabilities");
    return;
  }
  r.curve.logprobs = logprobs.empty()
                         ? logs_of(line.table(probs, n_options, SpecialNumbers::kRefused))
                         : floats_of(line.table(logprobs, n_options, SpecialNumbers::kLogarithms));
  check_masses(r.curve.logprobs, static_cast<int>(n_options));
  const size_t n_rows = r.curve.logprobs.size() / n_options;
  r.curve.positions = positions.empty() ? guess_positions(n_rows, r) : line.integers(positions);
  if (!r.has_tokens && !r.curve.positions.empty())
    throw bad("positions need tokens: the thinking is one text");
  check_positions(r.curve.positions, static_cast<int>(r.think_text.size()));
  if (n_rows != r.curve.positions.size())
    throw bad(fmt::format("{} rows of probabilities for {} positions", n_rows, r.curve.positions.size()));
}

}  // namespace

FieldMap build_field_map(const std::vector<std::pair<std::string, std::string>>& fields) {
  FieldMap map{{"question", {"question", "text", "prompt"}},
               {"options", {"options", "choices"}},
               {"answer", {"answer", "gold", "label", "target"}},
               {"thinking", {"thinking", "think", "reasoning", "reasoning_content", "think_text"}},
               {"output", {"output", "answer_text", "response"}},
               {"subject", {"subject", "category"}},
               {"labels", {"labels"}},
               {"prompt", {"prompt_text"}},
               {"sample", {"sample"}},
               {"seed", {"seed"}},
               {"ended", {"ended"}},
               {"model", {"model"}},
               {"temperature", {"temperature"}},
               {"positions", {"positions"}},
               {"probs", {"probs"}},
               {"logprobs", {"logprobs"}}};
  std::vector<std::string> names;
  for (const MappedField& f : map) names.push_back(f.name);
  for (const auto& field : fields) {
    const std::string &ours = field.first, &theirs = field.second;
    const auto it =
        std::find_if(map.begin(), map.end(), [&](const MappedField& f) { return f.name == ours; });
    if (it == map.end() || theirs.empty()) {
      throw Error(ErrorKind::kInput,
                  fmt::format("[import] can't map '{}' to '{}'; a field is one of {}, and its key "
                              "is not empty",
                              ours, theirs, fmt::join(names, ", ")));
    }
    if (!it->is_given) it->keys.clear();
    it->is_given = true;
    it->keys.push_back(theirs);
  }
  return map;
}

std::string key_in(const FieldMap& map, const JsonObject& line, const std::string& name) {
  for (const std::string& key : field_of(map, name).keys) {
    if (line.has(key)) return key;
  }
  return "";
}

void note_keys(FieldMap& map, const JsonObject& line) {
  for (MappedField& f : map) {
    if (!f.is_given || f.was_seen) continue;
    f.was_seen =
        std::any_of(f.keys.begin(), f.keys.end(), [&](const std::string& k) { return line.contains(k); });
  }
}

void check_keys_seen(FieldMap& map, const std::string& file) {
  for (MappedField& f : map) {
    if (f.is_given && !f.was_seen) {
      throw Error(ErrorKind::kInput,
                  fmt::format("[import] {}: no line has the key '{}' that was given for {}", file,
                              fmt::join(f.keys, "' or '"), f.name));
    }
    f.was_seen = false;
  }
}

TraceRecord parse_mapped_line(const FieldMap& map, const JsonObject& line, const std::string& subject) {
  TraceRecord r;
  Options options = read_options(map, line);
  r.question.subject = subject;
  r.question.text = line.text(need(map, line, "question"));
  r.question.options = options.texts;
  check_question(r.question);
  r.question.answer = read_answer(map, line, options);
  r.question.id = question_id(r.question);
  r.labels = std::move(options.labels);
  if (const std::string key = key_in(map, line, "prompt"); !key.empty()) r.prompt_text = line.text(key);
  if (const std::string key = key_in(map, line, "sample"); !key.empty())
    r.trace.sample = line.integer(key, 0, kMostSamples);
  if (const std::string key = key_in(map, line, "seed"); !key.empty()) r.seed = line.integer64(key);
  Response response = read_response(map, line);
  r.think_text = std::move(response.thinking);
  r.has_tokens = response.has_tokens;
  r.trace.answer_text = std::move(response.output);
  r.trace.stop = response.stop;
  read_mapped_curve(map, line, r);
  if (r.trace.stop == Stop::kClosed || r.trace.stop == Stop::kUnknown)
    r.chosen = parse_answer(r.trace.answer_text, r.labels, r.question.options);
  return r;
}

}  // namespace thinktrace
