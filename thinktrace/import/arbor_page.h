// SPDX-License-Identifier: MIT
// arbor_page.h — one page of the published site.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "thinktrace/import/arbor_item.h"

namespace thinktrace {

struct ArborPageName {
  std::string subject;
  uint64_t number = 0;  // Of the question.
};
// What SUBJECT_questionID_N_correct_answer_logit_vis.html says; nothing for other names.
std::optional<ArborPageName> parse_arbor_page_name(const std::string& file_name);

// The trace on a page, but for its subject, which only the file's name has. Throws Error (kInput) with the reason if the
// page is not in the published form, is cut, or can be read in more than one way. Cost: linear in the page.
ArborItem parse_arbor_page(std::string_view page);

}  // namespace thinktrace
