// SPDX-License-Identifier: MIT
// Free answers come in many forms, so the rules go from the surest to the weakest. A hand-written scanner and
// not std::regex, which recurses and backtracks: a run of spaces would take seconds.
#include "thinktrace/trace/parse_answer.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace thinktrace {
namespace {

using Strings = std::vector<std::string>;
constexpr std::string_view kSpace = " \t\r\n";

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower(std::string_view s) {
  std::string out(s);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string_view trim(std::string_view s, std::string_view what = kSpace) {
  const size_t first = s.find_first_not_of(what);
  return first == std::string_view::npos ? std::string_view()
                                         : s.substr(first, s.find_last_not_of(what) - first + 1);
}

// Without the marks of markdown emphasis, code and headings.
std::string bare(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '*' && c != '`' && c != '#' && c != '_') out += c;
  }
  return std::string(trim(out));
}

Strings lines_of(std::string_view text) {
  Strings lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (const std::string_view line = trim(text.substr(0, end)); !bare(line).empty())
      lines.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::optional<int> label_index(std::string_view word, const Strings& labels) {
  for (size_t i = 0; i < labels.size(); i++) {
    if (lower(word) == lower(labels[i])) return static_cast<int>(i);
  }
  return std::nullopt;
}

// The label that `s` begins with, as a whole: not the 1 of 1.5, 1,000, 3:1, 1/2, 2nd or 10.
std::string_view label_at(std::string_view s) {
  size_t n = 0;
  while (n < s.size() && n < 3 && is_alnum(s[n])) n++;
  const std::string_view word = s.substr(0, n);
  const bool shape =
      (n == 1 && !is_digit(word[0])) || (n > 0 && n < 3 && std::all_of(word.begin(), word.end(), is_digit));
  if (!shape) return {};
  if (is_digit(word[0]) && s.size() > n + 1 &&
      std::string_view(".,:/^-").find(s[n]) != std::string_view::npos && is_digit(s[n + 1]))
    return {};
  return word;
}

std::string_view skip(std::string_view s, std::string_view what) {
  return s.substr(std::min(s.find_first_not_of(what), s.size()));
}

// True where `line` begins with `words` and they end there.
bool begins_with_words(std::string_view line, std::string_view words) {
  if (!line.starts_with(words)) return false;
  if (line.size() == words.size() || !is_alnum(words.back())) return true;
  const auto next = static_cast<unsigned char>(line[words.size()]);
  // Letters beyond ASCII go on with a word; E2 80 leads dashes and quotation marks (U+2000 to U+203F), which
  // do not.
  return next < 0x80 ? !is_alnum(static_cast<char>(next)) : line.substr(words.size()).starts_with("\xE2\x80");
}

bool holds_words(std::string_view line, std::string_view words) {
  for (size_t at = line.find(words); at != std::string_view::npos; at = line.find(words, at + 1)) {
    const bool after_mark = at >= 3 && line.substr(at - 3).starts_with("\xE2\x80");
    const bool begins = at == 0 || !is_alnum(words.front()) || after_mark ||
                        (!is_alnum(line[at - 1]) && static_cast<unsigned char>(line[at - 1]) < 0x80);
    if (begins && begins_with_words(line.substr(at), words)) return true;
  }
  return false;
}

constexpr std::string_view kAround = " .\"'";

// The one option whose text is `line`.
std::optional<int> equal_option(const std::string& line, const Strings& options,
                                std::string (*form)(std::string_view)) {
  std::optional<int> found;
  for (size_t i = 0; i < options.size(); i++) {
    if (form(line) != form(options[i])) continue;
    if (found) return std::nullopt;
    found = static_cast<int>(i);
  }
  return found;
}

std::string as_written(std::string_view s) { return lower(trim(s, kAround)); }
std::string without_marks(std::string_view s) { return lower(trim(bare(s), kAround)); }

// LaTeX as far as answers use it, made plain: fonts, spaces, escaped signs, simple fractions, the minus sign.
std::string plain_math(std::string_view s) {
  std::string out;
  while (!s.empty()) {
    size_t n = 1;
    const auto take = [&](std::string_view from, std::string_view to) {
      if (!s.starts_with(from)) return false;
      out += to;
      n = from.size();
      return true;
    };
    const bool known = take("\\textbf", "") || take("\\text", "") || take("\\mathrm", "") ||
                       take("\\mathbf", "") || take("\\dfrac", "") || take("\\frac", "") || take("}{", "/") ||
                       take("\\!", "") || take("\\,", " ") || take("\\;", " ") || take("\\ ", " ") ||
                       take("\\$", "$") || take("\\%", "%") || take("\xE2\x88\x92", "-") || take("{", "") ||
                       take("}", "");
    if (!known) out += s[0];
    s.remove_prefix(n);
    if (out.ends_with("  ")) out.pop_back();
  }
  return lower(trim(out, " .\"'$"));
}

// What stands between the braces of a box; nothing where they don't close soon.
std::optional<std::string_view> box_content(std::string_view after) {
  int depth = 1;
  for (size_t i = 0; i < std::min<size_t>(after.size(), 256); i++) {
    depth += after[i] == '{' ? 1 : after[i] == '}' ? -1 : 0;
    if (depth == 0) return after.substr(0, i);
  }
  return std::nullopt;
}

// The label that a box holds, in whatever font and with whatever text after it.
std::optional<int> boxed_label(std::string_view inside, const Strings& labels) {
  for (const std::string_view font : {"\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{"}) {
    if (inside.starts_with(font)) inside.remove_prefix(font.size());
  }
  inside = skip(inside, " (");
  const std::string_view word = label_at(inside);
  const std::string_view rest = skip(inside.substr(word.size()), " ");
  if (word.empty() || (!rest.empty() && std::string_view("}).:").find(rest[0]) == std::string_view::npos))
    return std::nullopt;
  return label_index(word, labels);
}

struct Boxed {
  bool decides = false;  // There is a box with a label or an option's text.
  std::optional<int> option;
};

// The last box that holds a label or an option's text. One that holds the label of one option and the text of another
// decides that none is named.
Boxed boxed(std::string_view text, const Strings& labels, const Strings& options) {
  constexpr std::string_view kBox = "\\boxed{";
  for (size_t at = text.rfind(kBox); at != std::string_view::npos;
       at = at == 0 ? std::string_view::npos : text.rfind(kBox, at - 1)) {
    const auto inside = box_content(text.substr(at + kBox.size()));
    if (!inside) continue;
    const auto label = boxed_label(*inside, labels);
    const auto option = equal_option(std::string(*inside), options, plain_math);
    if (label && option && label != option) return {true, std::nullopt};
    if (label || option) return {true, label ? label : option};
  }
  return {};
}

// The label with which a line begins, alone or before one of : . ) ]
std::optional<int> leading_label(std::string_view line, const Strings& labels) {
  const std::string_view at = skip(line.substr(0, std::min<size_t>(line.size(), 64)), "([");
  const std::string_view word = label_at(at);
  if (word.empty()) return std::nullopt;
  const std::string_view rest = at.substr(word.size()), later = skip(rest, kSpace);
  const bool ends = later.empty() || std::string_view(").]:").find(rest[0]) != std::string_view::npos ||
                    later[0] == ':' || later[0] == ')';
  return ends ? label_index(word, labels) : std::nullopt;
}

struct Mention {
  int option = 0;
  bool strong = false;  // "answer is", "choice:", as against "option B" in passing.
};

// A last line that is a label and its option's text, in a text where no other line begins with a label.
std::optional<int> closing_line(const Strings& lines, const Strings& labels, const Strings& options) {
  const std::string last = bare(lines.back());
  const auto label = leading_label(last, labels);
  if (!label) return std::nullopt;
  const size_t after = last.find_first_of(":.)]");
  if (after == std::string::npos ||
      without_marks(std::string_view(last).substr(after + 1)) != without_marks(options[*label]))
    return std::nullopt;
  const bool listed = std::any_of(lines.begin(), lines.end() - 1, [&](const std::string& l) {
    return leading_label(bare(l), labels).has_value();
  });
  return listed ? std::nullopt : label;
}

// What follows "answer", "choice" or "option", if it is a label or an option's text.
std::optional<Mention> mention_at(std::string_view rest, bool option_word, const Strings& labels,
                                  const Strings& options) {
  Mention m;
  rest = skip(rest, kSpace);
  if (lower(rest.substr(0, 3)) == "is " || rest.starts_with("is:"))
    m.strong = true, rest = skip(rest.substr(2), kSpace);
  if (rest.starts_with(":")) m.strong = true, rest = skip(rest.substr(1), kSpace);
  for (const std::string_view word : {"choice ", "option ", "number ", "Option "}) {
    if (rest.starts_with(word)) rest = skip(rest.substr(word.size()), kSpace);
  }
  m.strong = m.strong && !option_word;
  const std::string line = lower(rest.substr(0, rest.find('\n')));
  size_t longest = 0;
  for (size_t i = 0; i < options.size() && m.strong; i++) {
    const std::string text = lower(trim(bare(options[i]), kAround));
    if (text.size() > std::max<size_t>(longest, 2) && begins_with_words(line, text))
      m.option = static_cast<int>(i), longest = text.size();
  }
  if (longest > 0) return m;
  rest = skip(rest, "([\"'");
  const std::string_view word = label_at(rest);
  if (word.empty() || (!is_digit(word[0]) && !std::isupper(static_cast<unsigned char>(word[0]))))
    return std::nullopt;
  const std::string_view after = rest.substr(word.size());
  if (word == "I" && !m.strong && after.starts_with(" ")) return std::nullopt;
  for (const std::string_view join : {" or ", " and ", ", ", "/"}) {
    if (after.starts_with(join) && label_index(label_at(after.substr(join.size())), labels))
      return std::nullopt;
  }
  const auto i = label_index(word, labels);
  if (!i) return std::nullopt;
  m.option = *i;
  return m;
}

std::vector<Mention> mentions(const std::string& text, const Strings& labels, const Strings& options) {
  std::vector<Mention> found;
  const std::string small = lower(text);
  for (size_t at = 0; at < small.size(); at++) {
    if (at > 0 && is_alnum(small[at - 1])) continue;
    for (const std::string_view word : {"answer", "choice", "option"}) {
      if (!std::string_view(small).substr(at).starts_with(word)) continue;
      if (const auto m = mention_at(std::string_view(text).substr(at + word.size(), 4096), word == "option",
                                    labels, options))
        found.push_back(*m);
    }
  }
  if (std::any_of(found.begin(), found.end(), [](const Mention& m) { return m.strong; })) {
    std::erase_if(found, [](const Mention& m) { return !m.strong; });
  }
  return found;
}

std::optional<int> option_within(const std::string& line, const Strings& options) {
  std::optional<int> found;
  for (size_t i = 0; i < options.size(); i++) {
    const std::string option(trim(bare(options[i]), kAround));
    if (option.empty()) continue;
    const bool held =
        option.size() == 1 ? holds_words(line, option) : holds_words(lower(line), lower(option));
    if (!held) continue;
    if (found) return std::nullopt;
    found = static_cast<int>(i);
  }
  return found;
}

}  // namespace

std::optional<int> parse_answer(const std::string& whole, const Strings& labels, const Strings& options) {
  if (const Boxed box = boxed(whole, labels, options); box.decides) return box.option;
  const Strings lines = lines_of(std::string_view(whole).substr(0, 16384));
  if (lines.empty()) return std::nullopt;
  const std::string line = bare(lines[0]);
  // As written first: the marks of C# and a*b are not markdown. A line that is a label is a label all the
  // same.
  if (!label_index(trim(lines[0], kAround), labels)) {
    if (const auto i = equal_option(lines[0], options, as_written)) return i;
  }
  if (!label_index(trim(line, kAround), labels)) {
    if (const auto i = equal_option(line, options, without_marks)) return i;
  }
  const auto leading = leading_label(line, labels);
  const bool listed = leading == 0 && std::any_of(lines.begin() + 1, lines.end(), [&](const std::string& l) {
                        return leading_label(bare(l), labels) == 1;
                      });
  if (leading && !listed) return leading;
  if (const auto stated = mentions(line, labels, options); !stated.empty()) return stated.back().option;
  const auto stated = mentions(bare(std::string_view(whole).substr(0, 16384)), labels, options);
  if (!stated.empty() && std::all_of(stated.begin(), stated.end(),
                                     [&](const Mention& m) { return m.option == stated[0].option; }))
    return stated[0].option;
  if (const auto i = option_within(line, options)) return i;
  return closing_line(lines, labels, options);
}

}  // namespace thinktrace
