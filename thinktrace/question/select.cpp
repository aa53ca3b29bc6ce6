// SPDX-License-Identifier: MIT
#include "thinktrace/question/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace {

std::optional<int> positive_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

}  // namespace

void parse_limit(const std::string& text, Selection& selection) {
  const size_t dash = text.find('-');
  const std::optional<int> first =
      dash == std::string::npos ? 1 : positive_number(std::string_view(text).substr(0, dash));
  const std::optional<int> last = positive_number(
      dash == std::string::npos ? std::string_view(text) : std::string_view(text).substr(dash + 1));
  if (!first || !last || *first > *last) {
    throw Error(ErrorKind::kInput,
                fmt::format("[questions] --limit {}: give a number as 20, or a range as 11-20", text));
  }
  selection.first = *first;
  selection.last = last;
}

std::vector<Question> select_questions(const std::vector<Question>& questions, const Selection& selection) {
  if (questions.empty()) throw Error(ErrorKind::kInput, "[questions] there are no questions to select from");
  std::vector<std::string> order;
  std::map<std::string, std::vector<Question>> by_subject;
  for (const Question& q : questions) {
    if (!by_subject.contains(q.subject)) order.push_back(q.subject);
    by_subject[q.subject].push_back(q);
  }
  if (!selection.subjects.empty()) {
    for (const std::string& wanted : selection.subjects) {
      if (!by_subject.contains(wanted)) {
        throw Error(ErrorKind::kInput, fmt::format("[questions] no question of subject '{}'; there are: {}",
                                                   wanted, fmt::join(order, ", ")));
      }
    }
    std::erase_if(order, [&](const std::string& s) {
      return std::find(selection.subjects.begin(), selection.subjects.end(), s) == selection.subjects.end();
    });
  }
  std::vector<Question> out;
  for (const std::string& subject : order) {
    std::vector<Question>& all = by_subject[subject];
    if (selection.shuffle_seed) {
      std::map<std::string, std::string> key;
      for (const Question& q : all)
        key[q.id] = sha256(fmt::format("shuffle/{}/{}", *selection.shuffle_seed, q.id));
      std::sort(all.begin(), all.end(),
                [&](const Question& a, const Question& b) { return key[a.id] < key[b.id]; });
    }
    const int last =
        std::min(selection.last.value_or(static_cast<int>(all.size())), static_cast<int>(all.size()));
    for (int i = selection.first - 1; i < last; i++) out.push_back(all[i]);
  }
  if (out.empty())
    throw Error(ErrorKind::kInput, "[questions] no question is left by --limit; give a smaller first number");
  return out;
}

}  // namespace thinktrace
