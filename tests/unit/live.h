// SPDX-License-Identifier: MIT
// live.h — what a page shows of a gallery that follows stores, read from the gallery itself.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/unit/bundles.h"
#include "thinktrace/run/live.h"

namespace thinktrace::testing {

inline std::string unpacked_script(const std::string& script) {
  const std::string begin = "thinktrace_chunk=\"", end = "\";\n";
  EXPECT_TRUE(script.starts_with(begin) && script.ends_with(end)) << script.substr(0, 50);
  return script.substr(begin.size(), script.size() - begin.size() - end.size());
}

class LiveTest : public FolderTest {
 protected:
  LiveOptions options() {
    return {.folders = {folder_.string()},
            .note = [this](const std::string& text) { notes_.push_back(text); },
            .interval = std::chrono::milliseconds(0),
            .rest = 0,
            .shelf_tokens = 20};
  }

  static std::string text(const LiveBundle& live, serve::Resource resource, const std::string& name = "") {
    const auto content = live.content(resource, name);
    return content ? *content->body : "";
  }

  static json manifest(const LiveBundle& live) {
    return json::parse(manifest_text(text(live, serve::Resource::kPage)));
  }

  static int64_t revision(const LiveBundle& live) { return manifest(live)["live"]["revision"]; }

  // Everything that the page refers to, taken from the bundle.
  static Bundle bundle(const LiveBundle& live) {
    Bundle b{manifest(live), {}};
    const std::function<void(const json&)> add = [&](const json& name) {
      if (name.is_null()) return;
      const std::string id = name;
      b.chunks[id] = unpack(id, unpacked_script(text(live, serve::Resource::kChunk, id)));
    };
    add(b.manifest["app"]);
    for (const json& run : b.manifest["runs"]) {
      for (const char* key : {"index", "outlines", "questions", "analysis"}) add(run[key]);
      for (const json& shelf : b.head(run["index"])["shelves"]) {
        for (const char* key : {"strips", "texts", "curves", "ids", "readings"}) add(shelf[key]);
      }
    }
    return b;
  }

  static int shelf_traces(const Bundle& b, const json& shelf) {
    size_t n = 0;
    for (const json& question : b.head(shelf["texts"])["questions"]) n += question["traces"].size();
    return static_cast<int>(n);
  }

  // What a page shows of a bundle, however it is put on shelves.
  static json shown(const Bundle& b) {
    json all = json::array();
    for (const json& run : b.manifest["runs"]) {
      json index = b.head(run["index"]), texts = json::array(), ids = json::array(), readings = json::array();
      int first = 0;
      for (const json& shelf : index["shelves"]) {
        for (const json& question : b.head(shelf["texts"])["questions"]) texts.push_back(question);
        const bool has_ids = !shelf["ids"].is_null();
        const int n = shelf_traces(b, shelf);
        for (int i = 0; i < n; i++)
          ids.push_back(has_ids ? b.head(shelf["ids"])["traces"][i] : json::array());
        if (!shelf["readings"].is_null()) {
          for (json reading : b.head(shelf["readings"])["readings"]) {
            reading["trace"] = reading["trace"].get<int>() + first;
            readings.push_back(reading);
          }
        }
        first += n;
      }
      index.erase("shelves");
      const json& analysis = run["analysis"];
      all.push_back({{"index", index},
                     {"texts", texts},
                     {"ids", ids},
                     {"readings", readings},
                     {"questions", b.head(run["questions"])},
                     {"analysis", analysis.is_null() ? json() : b.head(analysis)},
                     {"name", run["name"]},
                     {"readers", run["readers"]},
                     {"subjects", run["subjects"]},
                     {"notes", run["notes"]}});
    }
    return all;
  }

  std::vector<std::string> notes_;
};

}  // namespace thinktrace::testing
