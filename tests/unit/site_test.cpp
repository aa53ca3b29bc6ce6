// SPDX-License-Identifier: MIT
// The golden bundle, tests/golden/bundle, is what both sides of docs/bundle.md are tested on: this test
// writes it anew and compares, the viewer's tests read it. After a wanted change: THINKTRACE_UPDATE_GOLDEN=1
// build/unit_tests --gtest_filter='Site.*'
#include "thinktrace/publish/site.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "tests/unit/bundles.h"
#include "thinktrace/error.h"
#include "thinktrace/publish/page.h"
#include "thinktrace/version.h"

namespace thinktrace {
namespace {

using namespace testing;

using Site = FolderTest;

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& e : fs::recursive_directory_iterator(folder))
    files[e.path().string()] = e.is_regular_file() ? read_file(e.path()) : "";
  return files;
}

// The golden bundle is kept without the viewer, which changes without the bundle.
void leave_viewer_out(const fs::path& golden) {
  const std::string app = read_folder(golden).manifest["app"], named = "\"app\":\"" + app + "\"";
  for (const char* file : {"app.js", "app.css"}) fs::remove(golden / file);
  fs::remove(golden / "data" / (app + ".js"));
  std::string page = read_file(golden / "index.html");
  page.replace(page.find(named), named.size(), "\"app\":null");
  std::ofstream(golden / "index.html", std::ios::binary) << page;
}

TEST_F(Site, EqualsTheGoldenBundle) {
  const fs::path golden = fs::path(THINKTRACE_SOURCE_DIR) / "tests/golden/bundle";
  // Shelves are small, so that there is more than one.
  write_site({sample_run(), imported_run()}, {.title = "Golden bundle", .shelf_tokens = 12},
             folder_.string());
  if (std::getenv("THINKTRACE_UPDATE_GOLDEN")) {
    fs::remove_all(golden);
    fs::create_directories(golden.parent_path());
    fs::copy(folder_, golden, fs::copy_options::recursive);
    leave_viewer_out(golden);
  }
  Bundle written = read_folder(folder_);
  const Bundle kept = read_folder(golden);
  EXPECT_EQ(written.manifest["generator"], std::string("thinktrace ") + kVersionText);
  EXPECT_EQ(written.chunks.erase(written.manifest["app"]), 1);
  written.manifest["app"] = nullptr;
  written.manifest["generator"] = kept.manifest["generator"];  // A new version alone changes nothing else.
  EXPECT_EQ(written.manifest, kept.manifest);
  EXPECT_EQ(written.chunks, kept.chunks);
}

TEST_F(Site, FolderHoldsWhatTheBundleHas) {
  write_site({sample_run()}, {.title = "t"}, folder_.string());
  const Bundle read = read_folder(folder_), wanted = build({sample_run()});
  EXPECT_EQ(read.manifest, wanted.manifest);
  EXPECT_EQ(read.chunks, wanted.chunks);
}

TEST_F(Site, HoldsTheViewerTwice) {
  write_site({sample_run()}, {.title = "t"}, folder_.string());
  const Bundle b = read_folder(folder_);
  const json& app = b.head(b.manifest["app"]);
  EXPECT_EQ(app["kind"], "app");
  EXPECT_EQ(app["js"], read_file(folder_ / "app.js"));
  EXPECT_EQ(app["css"], read_file(folder_ / "app.css"));
  EXPECT_EQ(app["js_sha256"], base64(sha256_bytes(read_file(folder_ / "app.js"))));
  EXPECT_EQ(app["css_sha256"], base64(sha256_bytes(read_file(folder_ / "app.css"))));
}

TEST_F(Site, ManifestCanNotEndItsBlock) {
  write_site({sample_run()}, {.title = "</script><script>__BUNDLE__"}, folder_.string());
  const std::string text = manifest_text(read_file(folder_ / "index.html"));
  EXPECT_EQ(text.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(json::parse(text)["title"], "</script><script>__BUNDLE__");
}

TEST_F(Site, SameRecordsGiveTheSameFiles) {
  write_site({sample_run()}, {}, folder_.string());
  const std::map<std::string, std::string> first = files_below(folder_);
  write_site({sample_run()}, {}, folder_.string());  // Over the old one, too.
  EXPECT_EQ(first, files_below(folder_));
}

TEST_F(Site, AChunkThatIsNotWhatItWasIsWrittenAgain) {
  write_site({sample_run()}, {}, folder_.string());
  const std::map<std::string, std::string> first = files_below(folder_);
  const std::function<std::string(std::string)> damages[] = {
      [](const std::string&) { return std::string(); },
      [](const std::string& text) { return text.substr(0, text.size() / 2); },
      [](const std::string& text) { return text + "\n"; },
      [](std::string text) {
        text[text.size() - 8] ^= 1;
        return text;
      }};
  for (const auto& damage : damages) {
    for (const auto& entry : fs::directory_iterator(folder_ / "data")) {
      const std::string text = read_file(entry.path());
      std::ofstream(entry.path(), std::ios::binary) << damage(text);
    }
    EXPECT_NE(first, files_below(folder_));
    write_site({sample_run()}, {}, folder_.string());
    EXPECT_EQ(first, files_below(folder_));
  }
}

TEST_F(Site, GoesOnWhereABuildWasStopped) {
  fs::create_directories(folder_ / "data");
  std::ofstream(folder_ / "index.html.part") << "half";
  EXPECT_NO_THROW(write_site({sample_run()}, {}, folder_.string()));
}

TEST_F(Site, GoesOnWhereAPowerFailureCutThePage) {
  write_site({sample_run()}, {}, folder_.string());
  const std::string page = read_file(folder_ / "index.html");
  for (const size_t length : {size_t{0}, size_t{100}, size_t{512}, size_t{1024}, page.size() - 1}) {
    for (const char* rest : {"", "zeros"}) {
      std::string cut = page.substr(0, length);
      if (*rest) cut.resize(page.size(), '\0');
      std::ofstream(folder_ / "index.html", std::ios::binary) << cut;
      EXPECT_NO_THROW(write_site({sample_run()}, {}, folder_.string())) << length << rest;
      EXPECT_EQ(read_file(folder_ / "index.html"), page);
    }
  }
}

TEST_F(Site, AnOlderPageStaysWhereABuildFails) {
  write_site({sample_run()}, {}, folder_.string());
  const std::string page = read_file(folder_ / "index.html");
  SiteRun broken = imported_run();
  broken.summarise = []() -> RunSummary { throw Error(ErrorKind::kStore, "damaged"); };
  EXPECT_THROW(write_site({sample_run(), broken}, {}, folder_.string()), Error);
  EXPECT_EQ(read_file(folder_ / "index.html"), page);
  const Bundle old = read_folder(folder_);
  for (const auto& [name, chunk] : build({sample_run()}).chunks) EXPECT_TRUE(old.chunks.contains(name));
}

TEST_F(Site, AnotherPageWithAFolderOfDataIsNoGallery) {
  fs::create_directories(folder_ / "data");
  for (const char* mine : {"my page", "<!doctype html>\n<html lang=\"en\">\n<p>mine", "\n"}) {
    std::ofstream(folder_ / "index.html") << mine;
    EXPECT_THROW(write_site({sample_run()}, {}, folder_.string()), Error);
    EXPECT_EQ(read_file(folder_ / "index.html"), mine);
  }
}

TEST_F(Site, ChunksThatNoPageUsesAreRemovedAndOtherFilesStay) {
  write_site({sample_run()}, {}, folder_.string());
  const std::string stale = std::string(32, 'a') + ".js";
  std::ofstream(folder_ / "data" / stale) << "old";
  std::ofstream(folder_ / "data" / (stale + ".part")) << "half";
  std::ofstream(folder_ / "data" / "notes.txt") << "mine";
  write_site({sample_run()}, {}, folder_.string());
  EXPECT_FALSE(fs::exists(folder_ / "data" / stale));
  EXPECT_FALSE(fs::exists(folder_ / "data" / (stale + ".part")));
  EXPECT_TRUE(fs::exists(folder_ / "data" / "notes.txt"));
}

TEST_F(Site, DoesNotReplaceAnythingThatIsNoGallery) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "thesis.txt") << "years of work";
  EXPECT_THROW(write_site({sample_run()}, {}, folder_.string()), Error);
  EXPECT_EQ(read_file(folder_ / "thesis.txt"), "years of work");
}

}  // namespace
}  // namespace thinktrace
