// SPDX-License-Identifier: MIT
// gallery_file.h — the files of a gallery: never half written under their own name, never in place of somebody's work.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "thinktrace/error.h"

namespace thinktrace {

Error gallery_error(const std::filesystem::path& file, const std::string& why);

// A file written as NAME.part and renamed when it is whole, so that no reader and no crash ever meets half of it. What is
// not finished is removed.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& file);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  // Both throw Error (kFailed) naming the file that can't be written.
  void write(std::string_view text);
  void finish();

 private:
  void check();
  std::filesystem::path file_, part_;
  std::ofstream out_;
  bool is_finished_ = false;
};

void write_gallery_file(const std::filesystem::path& file, std::string_view text);

// Whether a file is a page of ours: with a bundle, or what a power failure may leave of one, its beginning and zeros, or
// nothing at all. Memory: a few blocks of it.
bool is_gallery_page(const std::filesystem::path& file);

}  // namespace thinktrace
