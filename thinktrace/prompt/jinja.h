// SPDX-License-Identifier: MIT
// jinja.h — templates rendered by llama.cpp's own jinja.
#pragma once
#include <string>
#include <vector>

namespace thinktrace {

struct RenderedPart {
  std::string text;
  bool from_input = false;  // True where the text came in through a variable, not from the template.
};

// Renders `source` with the variables in `variables_json` (a JSON object). strftime_now gives 2024-07-26,
// 12:00 local time, whatever the day: the same question gives the same prompt tomorrow. `what` names the
// template in messages. Throws Error (kInput) with the template engine's reason.
std::vector<RenderedPart> render_jinja(const std::string& source, const std::string& variables_json,
                                       const std::string& what);

// The parts, joined.
std::string join_parts(const std::vector<RenderedPart>& parts);

}  // namespace thinktrace
