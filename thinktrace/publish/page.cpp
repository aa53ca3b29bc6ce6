// SPDX-License-Identifier: MIT
#include "thinktrace/publish/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "thinktrace/error.h"
#include "thinktrace/publish/encode.h"
#include "thinktrace/text/hash.h"

namespace thinktrace {
namespace embedded {
extern const std::string_view index_html, app_js, app_css;
}
namespace {

constexpr std::string_view kManifestBegin = "<script type=\"application/json\" id=\"bundle\">",
                           kManifestMark = "__BUNDLE__", kManifestEnd = "</script>\n";

Error template_error(std::string_view what) {
  return {ErrorKind::kFailed,
          fmt::format("[site] the page's template does not have {} once; a page can't be made of it", what)};
}

struct Split {
  std::string before, after;
};
Split split_at(std::string_view text, std::string_view mark) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos || text.find(mark, at + 1) != std::string_view::npos)
    throw template_error(mark);
  return {std::string(text.substr(0, at)), std::string(text.substr(at + mark.size()))};
}

std::string replaced(std::string_view text, std::string_view mark, std::string_view with) {
  const Split parts = split_at(text, mark);
  return parts.before + std::string(with) + parts.after;
}

std::string sha256_base64(std::string_view text) { return base64(sha256_bytes(text)); }

// What would end an inline element, or change how its text is read; a browser hashes the text that it has read.
void check_inline(std::string_view text, std::string_view element) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string end = fmt::format("</{}", element);
  for (const std::string_view bad :
       {std::string_view(end), std::string_view("<!--"), std::string_view("\r"), std::string_view("\0", 1)}) {
    if (lower.find(bad) != std::string::npos)
      throw Error(ErrorKind::kFailed,
                  fmt::format("[site] the viewer's {} holds {} and can't stand inside a page; build a folder",
                              element, nlohmann::json(bad).dump()));
  }
}

}  // namespace

std::string_view viewer_script() { return embedded::app_js; }
std::string_view viewer_style() { return embedded::app_css; }

Chunk app_chunk() {
  const nlohmann::ordered_json app{{"kind", "app"},
                                   {"js", viewer_script()},
                                   {"css", viewer_style()},
                                   {"js_sha256", sha256_base64(viewer_script())},
                                   {"css_sha256", sha256_base64(viewer_style())}};
  return pack_chunk(app.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

std::string_view page_beginning() {
  return embedded::index_html.substr(0, embedded::index_html.find("'self'"));
}

std::string folder_page(const std::string& manifest) {
  return replaced(embedded::index_html, kManifestMark, escape_for_script(manifest));
}

std::string folder_page_policy() {
  const Split at = split_at(embedded::index_html, "http-equiv=\"Content-Security-Policy\" content=\"");
  return at.after.substr(0, at.after.find('"'));
}

SinglePage single_page() { return make_single_page(embedded::index_html, viewer_script(), viewer_style()); }

SinglePage make_single_page(std::string_view template_html, std::string_view script, std::string_view style) {
  check_inline(script, "script");
  check_inline(style, "style");
  auto [head, tail] =
      split_at(template_html, fmt::format("{}{}{}", kManifestBegin, kManifestMark, kManifestEnd));
  head = replaced(head, "script-src 'self';", fmt::format("script-src 'sha256-{}';", sha256_base64(script)));
  head = replaced(head, "style-src 'self';", fmt::format("style-src 'sha256-{}';", sha256_base64(style)));
  // An inline script runs where it stands, so it comes after all that it reads.
  head = replaced(head, "<script src=\"app.js\" defer></script>\n", "");
  head =
      replaced(head, "<link rel=\"stylesheet\" href=\"app.css\">", fmt::format("<style>{}</style>", style));
  return {std::move(head), fmt::format("<script>{}</script>\n{}", script, tail)};
}

void write_chunk_block(const Chunk& chunk, const TextSink& sink) {
  sink(fmt::format("<script type=\"text/plain\" id=\"chunk-{}\">", chunk.name));
  chunk.packed.replay(sink);
  sink("</script>\n");
}

std::string single_page_end(const SinglePage& page, const std::string& manifest) {
  return fmt::format("{}{}{}{}", kManifestBegin, escape_for_script(manifest), kManifestEnd, page.tail);
}

}  // namespace thinktrace
