// SPDX-License-Identifier: MIT
// The pages were put together without escaping: the prompt and every token stand in them as they are, so that `<`, `&`,
// `</span>` or `</pre>` may be text. An HTML parser would misread them; what tells text from page is the fixed form around
// the data:
//
//   <div class="section"> <h2>Question Prompt</h2> <pre>PROMPT</pre> </div>
//   <div class="section"> <h2>Legend</h2> … <span style="…">1</span> <span style="…">2 (correct answer)</span> …
//   <div class="section"> <h2>Reasoning (Thinking Tokens)</h2> … <span style="…" title="1: 0.12, 2: 0.26">TOKEN</span>…
//   <div class="section"> <h2>Answer Tokens</h2> … the same
//   <div class="section"> <h2>Correct Answer</h2> <pre>The correct answer is choice 2</pre>
//
// A section lies between its heading and the next one; a page that holds a heading twice is refused. A prompt ends at the
// last </pre> of its section. A token ends at the first </span> that is followed by `<span style="`, or by nothing but
// the tags that close the section; so "</span>" can be a token. In the prompt, options are the only way to cut it at
// "\nChoices:\n\n1: ", "\n2: ", … in order; where there is more than one way the page is refused. Not covered: a token
// that holds both </span> and the beginning of the next token's tag, which nothing could tell from two tokens.
// Tested by tests/unit/import_arbor_test.cpp.
#include "thinktrace/import/arbor_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "thinktrace/import/checks.h"
#include "thinktrace/text/utf8.h"

namespace thinktrace {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kSpanOpen = "<span style=\"";
constexpr std::string_view kSpanClose = "</span>";
constexpr std::string_view kEndOfThinking = "|End of Thinking|";

std::string_view trim_end(std::string_view s) {
  const size_t last = s.find_last_not_of(kSpace);
  return last == std::string_view::npos ? std::string_view() : s.substr(0, last + 1);
}

bool take(std::string_view& s, std::string_view prefix) {
  if (!s.starts_with(prefix)) return false;
  s.remove_prefix(prefix.size());
  return true;
}

// Without leading zeros, at most `last`.
std::optional<int> take_number(std::string_view& s, int last) {
  int value = 0;
  size_t n = 0;
  while (n < s.size() && n < 9 && s[n] >= '0' && s[n] <= '9') value = 10 * value + (s[n++] - '0');
  if (n == 0 || (n > 1 && s[0] == '0') || value > last) return std::nullopt;
  s.remove_prefix(n);
  return value;
}

struct Heading {
  size_t begin = 0, end = 0;  // From the section's own tag to after the </h2>.
};

// The one place where the section `title` begins.
std::optional<Heading> find_heading(std::string_view page, const std::string& title) {
  const std::string h2 = "<h2>" + title + "</h2>";
  constexpr std::string_view kSection = "<div class=\"section\">";
  std::optional<Heading> found;
  for (size_t at = page.find(h2); at != std::string_view::npos; at = page.find(h2, at + 1)) {
    const std::string_view before = trim_end(page.substr(0, at));
    if (!before.ends_with(kSection)) continue;
    if (found) throw bad(fmt::format("the page has two sections '{}'", title));
    found = Heading{before.size() - kSection.size(), at + h2.size()};
  }
  return found;
}

struct Sections {
  std::string_view prompt, legend, thinking, answer, correct;
  bool has_answer = false;
};

Sections find_sections(std::string_view page) {
  std::vector<Heading> headings;
  Sections s;
  for (const char* title :
       {"Question Prompt", "Legend", "Reasoning (Thinking Tokens)", "Answer Tokens", "Correct Answer"}) {
    const std::optional<Heading> h = find_heading(page, title);
    const bool is_answer = std::string_view(title) == "Answer Tokens";
    if (is_answer) s.has_answer = h.has_value();
    if (!h && is_answer) continue;
    if (!h) throw bad(fmt::format("no section '{}': not a page of the published form, or cut", title));
    if (!headings.empty() && h->begin < headings.back().end)
      throw bad(fmt::format("section '{}' is not in its place", title));
    headings.push_back(*h);
  }
  const auto body = [&](size_t i) {
    const size_t end = i + 1 < headings.size() ? headings[i + 1].begin : page.size();
    return page.substr(headings[i].end, end - headings[i].end);
  };
  s.prompt = body(0);
  s.legend = body(1);
  s.thinking = body(2);
  if (s.has_answer) s.answer = body(3);
  s.correct = body(headings.size() - 1);
  return s;
}

struct Legend {
  int n_options = 0;
  int answer = 0;  // Index.
};

Legend parse_legend(std::string_view body) {
  Legend legend;
  bool is_marked = false;
  for (size_t at = body.find(kSpanOpen); at != std::string_view::npos; at = body.find(kSpanOpen)) {
    body.remove_prefix(at + kSpanOpen.size());
    const size_t begin = body.find("\">"), end = body.find(kSpanClose);
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 2)
      throw bad("an option in the legend has no end");
    std::string_view chip = body.substr(begin + 2, end - begin - 2);
    if (take_number(chip, kMaxOptions) != legend.n_options + 1)
      throw bad(fmt::format("the legend's options are not 1, 2, … up to {}", kMaxOptions));
    if (chip == " (correct answer)") {
      if (is_marked) throw bad("the legend marks two options as right");
      is_marked = true;
      legend.answer = legend.n_options;
    } else if (!chip.empty()) {
      throw bad("the legend's options are not in the published form");
    }
    legend.n_options++;
    body.remove_prefix(end);
  }
  if (legend.n_options < kMinOptions) throw bad(fmt::format("{} options in the legend", legend.n_options));
  if (!is_marked) throw bad("the legend marks no option as right");
  return legend;
}

void check_answer(std::string_view body, const Legend& legend) {
  constexpr std::string_view kStatement = "<pre>The correct answer is choice ";
  const size_t at = body.find(kStatement);
  if (at == std::string_view::npos) throw bad("the page's end does not state the right choice");
  std::string_view rest = body.substr(at + kStatement.size());
  const std::optional<int> choice = take_number(rest, kMaxOptions);
  if (!choice || !rest.starts_with("</pre>")) throw bad("the page's end does not state the right choice");
  if (*choice != legend.answer + 1)
    throw bad(fmt::format("the legend marks option {} as right, the page's end says choice {}",
                          legend.answer + 1, *choice));
}

// "1: 0.12, 2: 0.26" with every option in order, as hundredths.
void read_title(std::string_view title, int n_options, std::vector<int>& out) {
  for (int i = 1; i <= n_options; i++) {
    const bool named = (i == 1 || take(title, ", ")) && take(title, fmt::format("{}: ", i));
    const bool numeric = named && title.size() >= 4 && (title[0] == '0' || title[0] == '1') &&
                         title[1] == '.' && std::isdigit(static_cast<unsigned char>(title[2])) &&
                         std::isdigit(static_cast<unsigned char>(title[3]));
    if (!numeric)
      throw bad(
          fmt::format("a token's probabilities are not those of options 1 to {} in hundredths", n_options));
    const int value = 100 * (title[0] - '0') + 10 * (title[2] - '0') + (title[3] - '0');
    if (value > 100) throw bad("a token's probability is above 1");
    out.push_back(value);
    title.remove_prefix(4);
  }
  if (!title.empty()) throw bad(fmt::format("a token has probabilities of more than {} options", n_options));
}

bool only_closes(std::string_view rest) {
  while (!rest.empty()) {
    if (kSpace.find(rest.front()) != std::string_view::npos) {
      rest.remove_prefix(1);
    } else if (!take(rest, "</div>")) {
      return false;
    }
  }
  return true;
}

struct Tokens {
  std::vector<std::string> texts;  // [n]
  std::vector<int> hundredths;     // [n, n_options]
};

Tokens parse_tokens(std::string_view body, int n_options) {
  Tokens tokens;
  const size_t first = body.find(kSpanOpen);
  if (first == std::string_view::npos) return tokens;
  body.remove_prefix(first);
  while (true) {
    body.remove_prefix(kSpanOpen.size());
    const size_t style = body.find('"');
    std::string_view rest = style == std::string_view::npos ? std::string_view() : body.substr(style);
    const bool has_title = take(rest, "\" title=\"");
    const size_t title = has_title ? rest.find("\">") : std::string_view::npos;
    if (title == std::string_view::npos)
      throw bad(fmt::format("token {} is not in the published form", tokens.texts.size() + 1));
    read_title(rest.substr(0, title), n_options, tokens.hundredths);
    body = rest.substr(title + 2);
    size_t end = 0;
    for (bool found = false; !found; end += found ? 0 : kSpanClose.size()) {
      end = body.find(kSpanClose, end);
      if (end == std::string_view::npos)
        throw bad(fmt::format("token {} has no end", tokens.texts.size() + 1));
      const std::string_view after = body.substr(end + kSpanClose.size());
      found = after.starts_with(kSpanOpen) || only_closes(after);
    }
    tokens.texts.push_back(to_utf8(body.substr(0, end)));
    body.remove_prefix(end + kSpanClose.size());
    if (!body.starts_with(kSpanOpen)) return tokens;
  }
}

std::vector<size_t> places_of(const std::string& what, std::string_view text) {
  std::vector<size_t> places;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
    places.push_back(at);
  return places;
}

// Where the texts of question and options lie between labels in order. Counts the ways from the last label backwards:
// ways[k][j] is the number of ways in which label k stands at its j-th place and all later ones after it.
std::vector<size_t> only_cut(std::string_view text, const std::vector<std::string>& labels) {
  std::vector<std::vector<size_t>> places;
  for (const std::string& label : labels) places.push_back(places_of(label, text));
  std::vector<std::vector<int>> ways(labels.size());
  for (size_t k = labels.size(); k-- > 0;) {
    ways[k].assign(places[k].size(), 1);
    if (k + 1 == labels.size()) continue;
    int n = 0;
    size_t next = places[k + 1].size();
    for (size_t j = places[k].size(); j-- > 0;) {
      while (next > 0 && places[k + 1][next - 1] >= places[k][j] + labels[k].size())
        n = std::min(2, n + ways[k + 1][--next]);
      ways[k][j] = n;
    }
  }
  std::vector<size_t> cut;
  for (size_t k = 0; k < labels.size(); k++) {
    int n = 0;
    size_t at = 0;
    for (size_t j = 0; j < places[k].size(); j++) {
      if (k > 0 && places[k][j] < cut.back() + labels[k - 1].size()) continue;
      n += ways[k][j];
      if (ways[k][j] > 0) at = places[k][j];
    }
    if (n == 0) throw bad(fmt::format("the prompt does not list options 1 to {}", labels.size()));
    if (n > 1) throw bad("the prompt can be cut into question and options in more than one way");
    cut.push_back(at);
  }
  return cut;
}

void parse_prompt(std::string_view body, int n_options, ArborItem& item) {
  const size_t begin = body.find("<pre>"), end = body.rfind("</pre>");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin + 5)
    throw bad("the page holds no prompt");
  item.prompt = to_utf8(body.substr(begin + 5, end - begin - 5));
  std::string_view text = item.prompt;
  constexpr std::string_view kQuestion = "Question: ";
  const size_t question = text.find(kQuestion);
  // The full stop was put after the last option by the prompt.
  const size_t instruction = text.rfind(".\n\nPlease give me your choice");
  if (question == std::string_view::npos || instruction == std::string_view::npos || instruction < question)
    throw bad("the prompt is not in the published form");
  text = text.substr(0, instruction).substr(question + kQuestion.size());
  std::vector<std::string> labels;
  for (int i = 1; i <= n_options; i++)
    labels.push_back(fmt::format("{}{}: ", i == 1 ? "\nChoices:\n\n" : "\n", i));
  const std::vector<size_t> cut = only_cut(text, labels);
  item.question = text.substr(0, cut[0]);
  for (size_t i = 0; i < cut.size(); i++) {
    const size_t from = cut[i] + labels[i].size();
    const size_t to = i + 1 < cut.size() ? cut[i + 1] : text.size();
    item.choices.emplace_back(text.substr(from, to - from));
  }
}

}  // namespace

std::optional<ArborPageName> parse_arbor_page_name(const std::string& file_name) {
  constexpr std::string_view kMark = "_questionID_", kEnding = "_correct_answer_logit_vis.html";
  std::string_view name = file_name;
  if (!name.ends_with(kEnding)) return std::nullopt;
  name.remove_suffix(kEnding.size());
  const size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos || mark == 0) return std::nullopt;
  const std::string_view digits = name.substr(mark + kMark.size());
  if (digits.empty() || digits.size() > 18) return std::nullopt;
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return ArborPageName{std::string(name.substr(0, mark)), std::stoull(std::string(digits))};
}

ArborItem parse_arbor_page(std::string_view page) {
  const Sections sections = find_sections(page);
  const Legend legend = parse_legend(sections.legend);
  check_answer(sections.correct, legend);
  ArborItem item;
  item.answer = legend.answer;
  parse_prompt(sections.prompt, legend.n_options, item);
  Tokens thinking = parse_tokens(sections.thinking, legend.n_options);
  item.answer_tokens = parse_tokens(sections.answer, legend.n_options).texts;
  item.ended = !item.answer_tokens.empty();
  if (!thinking.texts.empty() && thinking.texts.back() == kEndOfThinking) {
    thinking.texts.pop_back();
    thinking.hundredths.resize(thinking.texts.size() * legend.n_options);
    item.ended = true;
  }
  item.think_tokens = std::move(thinking.texts);
  item.hundredths = std::move(thinking.hundredths);
  return item;
}

}  // namespace thinktrace
