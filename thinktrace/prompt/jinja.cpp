// SPDX-License-Identifier: MIT
#include "thinktrace/prompt/jinja.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "jinja/lexer.h"
#include "jinja/parser.h"
#include "jinja/runtime.h"
#include "json.h"
#include "thinktrace/error.h"

namespace thinktrace {
namespace {

std::time_t fixed_time() {
  std::tm day{};
  day.tm_year = 2024 - 1900;
  day.tm_mon = 6;
  day.tm_mday = 26;
  day.tm_hour = 12;
  day.tm_isdst = -1;
  return std::mktime(&day);
}

// What the engine's many lines come to: the line with the error itself, or else the first that says anything.
std::string reason_in(const std::string& text) {
  std::string reason;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    if (line.find("Error:") != std::string::npos) return line;
    if (reason.empty() && line.find_first_not_of(" -") != std::string::npos) reason = line;
    begin = end + 1;
  }
  return reason;
}

}  // namespace

std::vector<RenderedPart> render_jinja(const std::string& source, const std::string& variables_json,
                                       const std::string& what) {
  try {
    jinja::lexer lexer;
    const jinja::program program = jinja::parse_from_tokens(lexer.tokenize(source));
    jinja::context context(source);
    context.current_time = fixed_time();
    jinja::global_from_json(context, common_json::parse(variables_json), /*mark_input=*/true);
    jinja::runtime runtime(context);
    const auto parts = jinja::runtime::gather_string_parts(runtime.execute(program));
    std::vector<RenderedPart> out;
    for (const jinja::string_part& part : parts->as_string().parts) out.push_back({part.val, part.is_input});
    return out;
  } catch (const std::exception& e) {
    const std::string why = reason_in(e.what());
    throw Error(ErrorKind::kInput,
                fmt::format("[prompt] {}: {}", what, why.empty() ? "the template can't be rendered" : why));
  }
}

std::string join_parts(const std::vector<RenderedPart>& parts) {
  std::string out;
  for (const RenderedPart& part : parts) out += part.text;
  return out;
}

}  // namespace thinktrace
