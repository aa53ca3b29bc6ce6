// SPDX-License-Identifier: MIT
#include "thinktrace/question/question.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {

std::string question_id(const Question& q) {
  return content_id(nlohmann::json{"question", q.subject, q.text, q.options, q.answer}.dump());
}

void check_question(const Question& q) {
  const auto bad = [](const std::string& why) { return Error(ErrorKind::kInput, why); };
  const int n = static_cast<int>(q.options.size());
  const auto blank = [](const std::string& s) { return s.find_first_not_of(" \t\r\n") == std::string::npos; };
  if (blank(q.text)) throw bad("the question is empty");
  if (n < kMinOptions)
    throw bad(
        fmt::format("{} option{}; a question has {} to {}", n, n == 1 ? "" : "s", kMinOptions, kMaxOptions));
  if (n > kMaxOptions)
    throw bad(fmt::format("{} options; a question has {} to {}", n, kMinOptions, kMaxOptions));
  if (!is_utf8(q.text) || !is_utf8(q.subject)) throw bad("the question is not valid UTF-8");
  for (int i = 0; i < n; i++) {
    if (blank(q.options[i])) throw bad(fmt::format("option {} is empty", i + 1));
    if (!is_utf8(q.options[i])) throw bad(fmt::format("option {} is not valid UTF-8", i + 1));
  }
  if (q.answer < 0 || q.answer >= n)
    throw bad(fmt::format("answer {} is not one of the {} options (counted from 0)", q.answer, n));
}

int answer_index(const std::string& stated, const std::vector<std::string>& options) {
  const size_t first = stated.find_first_not_of(" \t");
  const std::string answer =
      first == std::string::npos ? "" : stated.substr(first, stated.find_last_not_of(" \t") - first + 1);
  const int n = static_cast<int>(options.size());
  if (answer.size() == 1 && std::isalpha(static_cast<unsigned char>(answer[0]))) {
    const int i = std::toupper(static_cast<unsigned char>(answer[0])) - 'A';
    if (i < n) return i;
  }
  if (std::count(options.begin(), options.end(), stated) == 1) {
    return static_cast<int>(std::find(options.begin(), options.end(), stated) - options.begin());
  }
  throw Error(ErrorKind::kInput,
              fmt::format("answer '{}' is neither a letter from A to {} nor the text of one option", answer,
                          static_cast<char>('A' + std::clamp(n, 1, kMaxOptions) - 1)));
}

}  // namespace thinktrace
