// SPDX-License-Identifier: MIT
// The gallery in one file: it holds everything, and nothing in it refers to anything outside.
#include "thinktrace/publish/single_file.h"

#include <gtest/gtest.h>

#include <regex>

#include "tests/unit/bundles.h"
#include "thinktrace/error.h"
#include "thinktrace/publish/page.h"

namespace thinktrace {
namespace {

using namespace testing;

// Where the elements of the page begin and end, as a browser sees it: the text of a script or style goes on to its end
// tag, whatever stands in it.
struct Element {
  std::string tag, text;
};
std::vector<Element> elements_with_text(const std::string& page) {
  std::vector<Element> elements;
  static const std::regex begin("<(script|style)([^>]*)>");
  auto at = page.cbegin();
  for (std::smatch match; std::regex_search(at, page.cend(), match, begin);) {
    const auto from = match[0].second;
    const size_t end = page.find("</" + match[1].str(), from - page.cbegin());
    if (end == std::string::npos) throw std::runtime_error("an element is not closed");
    elements.push_back({match[0].str(), {from, page.cbegin() + static_cast<ptrdiff_t>(end)}});
    at = page.cbegin() + static_cast<ptrdiff_t>(end);
  }
  return elements;
}

Bundle read_page(const std::string& page) {
  Bundle bundle{json::parse(manifest_text(page)), {}};
  const std::string begin = "<script type=\"text/plain\" id=\"chunk-", end = "\">";
  for (const Element& e : elements_with_text(page)) {
    if (!e.tag.starts_with(begin)) continue;
    const std::string name = e.tag.substr(begin.size(), e.tag.size() - begin.size() - end.size());
    EXPECT_FALSE(bundle.chunks.contains(name)) << "a chunk stands in the page twice";
    bundle.chunks[name] = unpack(name, e.text);
  }
  return bundle;
}

class SingleFile : public FolderTest {
 protected:
  std::string written(const std::vector<SiteRun>& runs, const BundleOptions& options = {}) const {
    write_single_file(runs, options, file_);
    return read_file(file_);
  }
  std::string file_ = (folder_ / "page.html").string();
};

TEST_F(SingleFile, HoldsTheWholeBundle) {
  const Bundle read = read_page(written({sample_run(), imported_run(), sample_run()}, {.title = "t"}));
  const Bundle wanted = build({sample_run(), imported_run(), sample_run()});
  EXPECT_EQ(read.manifest, wanted.manifest);
  EXPECT_EQ(read.chunks, wanted.chunks);
}

TEST_F(SingleFile, HoldsTheViewerAndAdmitsNothingElse) {
  const std::string page = written({sample_run()});
  std::vector<Element> active;
  for (const Element& e : elements_with_text(page)) {
    if (e.tag.find("type=\"") == std::string::npos) active.push_back(e);
  }
  ASSERT_EQ(active.size(), 2);
  EXPECT_EQ(active[0].tag, "<style>");
  EXPECT_EQ(active[0].text, viewer_style());
  EXPECT_EQ(active[1].tag, "<script>");
  EXPECT_EQ(active[1].text, viewer_script());
  const std::string policy =
      page.substr(page.find("default-src"), page.find("<style>") - page.find("default-src"));
  EXPECT_NE(policy.find("default-src 'none';"), std::string::npos);
  EXPECT_NE(policy.find("script-src 'sha256-" + base64(sha256_bytes(active[1].text)) + "';"),
            std::string::npos);
  EXPECT_NE(policy.find("style-src 'sha256-" + base64(sha256_bytes(active[0].text)) + "';"),
            std::string::npos);
  EXPECT_EQ(policy.find("'self'"), std::string::npos);
  EXPECT_NE(policy.find("require-trusted-types-for 'script'; trusted-types thinktrace"), std::string::npos);
}

TEST_F(SingleFile, RefersToNothingOutside) {
  std::string page = written({sample_run()});
  for (const Element& e : elements_with_text(page)) {
    EXPECT_EQ(e.tag.find("src="), std::string::npos) << e.tag;
    page.replace(page.find(e.text), e.text.size(), "");
  }
  static const std::regex reference("(src|href)\\s*=\\s*\"(?!data:,\")");
  EXPECT_FALSE(std::regex_search(page, reference)) << page;
}

TEST_F(SingleFile, TheScriptComesAfterAllThatItReads) {
  const std::vector<Element> elements = elements_with_text(written({sample_run()}));
  EXPECT_EQ(elements.back().tag, "<script>");
  EXPECT_EQ(elements.at(elements.size() - 2).tag, "<script type=\"application/json\" id=\"bundle\">");
}

TEST_F(SingleFile, AHostileTitleStaysInItsBlock) {
  const std::string title = "</script><script>alert(1)</script><!-- __BUNDLE__ 'self' \xE2\x80\xA8";
  const std::string page = written({sample_run()}, {.title = title});
  EXPECT_EQ(read_page(page).manifest["title"], title);
  EXPECT_EQ(page.find("alert(1)<"), std::string::npos);
  EXPECT_EQ(elements_with_text(page).size(),
            elements_with_text(written({sample_run()}, {.title = "t"})).size());
}

TEST_F(SingleFile, SameRecordsGiveTheSameBytes) {
  const std::string first = written({sample_run()});
  EXPECT_EQ(written({sample_run()}), first);  // Over the old one, too.
  EXPECT_FALSE(fs::exists(file_ + ".part"));
}

TEST_F(SingleFile, AnOlderPageStaysWhereABuildFails) {
  const std::string first = written({sample_run()});
  SiteRun broken = imported_run();
  broken.summarise = []() -> RunSummary { throw Error(ErrorKind::kStore, "damaged"); };
  EXPECT_THROW(written({sample_run(), broken}), Error);
  EXPECT_EQ(read_file(file_), first);
  EXPECT_FALSE(fs::exists(file_ + ".part"));
}

TEST_F(SingleFile, ReplacesOnlyPagesOfOurs) {
  fs::create_directories(folder_);
  const fs::path other = folder_ / "mine.html";
  std::ofstream(other) << "<p>mine</p>";
  EXPECT_THROW(write_single_file({sample_run()}, {}, other.string()), Error);
  EXPECT_EQ(read_file(other), "<p>mine</p>");
  // Texts about galleries, and the viewer's own, are no galleries.
  for (const std::string& text : {std::string("<p>The manifest's format is thinktrace-bundle</p>"),
                                  "<script>" + std::string(viewer_script()) + "</script>",
                                  std::string("<p>{\"format\":\"thinktrace-bundle\"}</p>")}) {
    std::ofstream(other) << text;
    EXPECT_THROW(write_single_file({sample_run()}, {}, other.string()), Error) << text.substr(0, 80);
    EXPECT_EQ(read_file(other), text);
  }
  EXPECT_THROW(write_single_file({sample_run()}, {}, (folder_ / "page.txt").string()), Error);
  fs::create_directories(folder_ / "folder.html");
  EXPECT_THROW(write_single_file({sample_run()}, {}, (folder_ / "folder.html").string()), Error);
  const fs::path below = folder_ / "new" / "page.html";
  write_single_file({sample_run()}, {}, below.string());
  EXPECT_TRUE(fs::exists(below));
}

TEST_F(SingleFile, ReplacesPagesOfEarlierVersions) {
  fs::create_directories(folder_);
  std::ofstream(file_) << "<!doctype html>\n<title>of another template</title>\n"
                       << std::string(2 << 20, ' ')
                       << "<script type=\"application/json\" id=\"bundle\">"
                          R"({"format":"thinktrace-bundle","version":1,"runs":[]})"
                          "</script>\n";
  EXPECT_TRUE(written({sample_run()}).starts_with(page_beginning()));
}

TEST_F(SingleFile, APageThatAPowerFailureCutIsReplaced) {
  const std::string page = written({sample_run()});
  for (const size_t length : {size_t{0}, size_t{512}, page.size() / 2}) {
    std::ofstream(file_, std::ios::binary) << page.substr(0, length);
    EXPECT_EQ(written({sample_run()}), page) << length;
  }
}

TEST(SinglePage, WhatWouldEndItsElementIsRefused) {
  const std::string page = read_file(fs::path(THINKTRACE_SOURCE_DIR) / "viewer/page/index.html");
  EXPECT_NO_THROW(make_single_page(page, "f('<\\/script>', a < b)", "a { b: c }"));
  for (const char* bad : {"'</script>'", "'</SCRIPT '", "'<!--'", "a\rb"})
    EXPECT_THROW(make_single_page(page, bad, ""), Error) << bad;
  EXPECT_THROW(make_single_page(page, std::string("a\0b", 3), ""), Error);
  EXPECT_THROW(make_single_page(page, "", "/* </Style> */"), Error);
}

TEST(SinglePage, AnotherTemplateIsRefused) {
  const std::string page = read_file(fs::path(THINKTRACE_SOURCE_DIR) / "viewer/page/index.html");
  for (const std::string_view mark :
       {"script-src 'self';", "style-src 'self';", "<script src=\"app.js\" defer></script>\n",
        "<link rel=\"stylesheet\" href=\"app.css\">",
        "<script type=\"application/json\" id=\"bundle\">__BUNDLE__</script>\n"}) {
    std::string without = page;
    const size_t at = without.find(mark);
    ASSERT_NE(at, std::string::npos) << mark;
    EXPECT_THROW(make_single_page(without.replace(at, mark.size(), ""), "", ""), Error) << mark;
    EXPECT_THROW(make_single_page(std::string(mark) + page, "", ""), Error) << mark << " twice";
  }
}

}  // namespace
}  // namespace thinktrace
