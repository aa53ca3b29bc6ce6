// SPDX-License-Identifier: MIT
#include "thinktrace/publish/columns.h"

#include <fmt/format.h>

#include <algorithm>

namespace thinktrace {
namespace {

// Columns of a terminal that UTF-8 text takes: East Asian characters and pictures take two.
int columns_of(std::string_view text) {
  int columns = 0;
  for (size_t i = 0; i < text.size(); i++) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) == 0x80) continue;
    // From U+3000 (E3), and above U+FFFF (F0); what is narrow among them leaves a gap at worst.
    columns += byte >= 0xE3 || (byte == 0xE1 && i + 1 < text.size() && text[i + 1] == '\x84') ? 2 : 1;
  }
  return columns;
}

std::string long_number(double x) { return fmt::format("{:.1f}", x); }

template <class F>
std::string with_interval(const Estimate& e, F number) {
  if (!e.value) return "-";
  if (!e.interval) return number(*e.value);
  return fmt::format("{} [{}, {}]", number(*e.value), number(e.interval->low), number(e.interval->high));
}
}  // namespace

std::string fit(std::string text, int columns) {
  const bool cut = columns_of(text) > columns;
  while (columns_of(text) > columns - cut) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) last--;
    text.resize(last);
  }
  if (cut) text += "…";
  return text + std::string(columns - columns_of(text), ' ');
}

std::string short_number(double x) {
  std::string text = fmt::format("{:.2f}", x);
  if (text == "-0.00") return ".00";
  const size_t zero = text.find("0.");
  if (zero == 0 || (zero == 1 && text[0] == '-')) text.erase(zero, 1);
  return text;
}

std::string short_number(const std::optional<double>& x) { return x ? short_number(*x) : "-"; }

std::string share(const Estimate& e) {
  return with_interval(e, [](double x) { return short_number(x); });
}
std::string amount(const Estimate& e) { return with_interval(e, long_number); }

std::string how_many(int n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

std::string line(std::string_view title, const std::vector<std::string>& pieces) {
  std::string out, current = fit(std::string(title), kTitleColumns);
  bool empty = true;
  for (const std::string& piece : pieces) {
    if (!empty && columns_of(current) + 3 + columns_of(piece) > kColumns) {
      out += current + '\n';
      current = std::string(kTitleColumns, ' ');
      empty = true;
    }
    current += empty ? piece : "   " + piece;
    empty = false;
  }
  return out + current + '\n';
}

std::string wrapped(std::string_view text, int indent) {
  std::string out, current(indent, ' ');
  bool empty = true;
  while (!text.empty()) {
    const size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (!empty && columns_of(current) + 1 + columns_of(word) > kColumns) {
      out += current + '\n';
      current = std::string(indent, ' ');
      empty = true;
    }
    if (!empty) current += ' ';
    current += word;
    empty = false;
  }
  return out + current + '\n';
}

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace thinktrace
