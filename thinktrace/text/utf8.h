// SPDX-License-Identifier: MIT
// utf8.h — text that comes from models and data, made safe to store and to show.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace thinktrace {

// True where `bytes` is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);

// `bytes` with each maximal ill-formed part replaced by U+FFFD.
std::string to_utf8(std::string_view bytes);

// The texts of consecutive tokens, each valid UTF-8. The bytes of a character that a token boundary cuts go
// to the token that completes it, so a token's text may be empty; bytes that never become a character are
// U+FFFD. Joining the result gives to_utf8 of the joined pieces.
std::vector<std::string> token_texts(const std::vector<std::string>& pieces);

// `text` on one line with nothing in it that a terminal acts on: control characters (C0, C1, DEL), line and
// paragraph separators, bidirectional controls and zero-width characters are written as \n, \t, \xNN or
// \u{N}.
std::string printable(std::string_view text);

}  // namespace thinktrace
