// SPDX-License-Identifier: MIT
// lines.h — the lines of a text file, plain or gzip, one at a time.
#pragma once
#include <memory>
#include <string>
#include <vector>

namespace thinktrace {

// Lines longer than this are passed over: nothing that was written by a program on purpose has them.
inline constexpr size_t kLongestLine = size_t{256} << 20;

// Memory: one line and a buffer of 128 KiB.
class LineReader {
 public:
  // Throws Error (kInput) naming the file if it can't be opened.
  explicit LineReader(const std::string& path);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Reads the next line, without its end, into `line`; false at the end of the file. A byte order mark at the start of
  // the file is left out. Throws Error (kInput) if the file can't be read on, or its compressed data are damaged or cut.
  bool next(std::string& line);
  int number() const;         // Of the line read last, from 1.
  bool was_too_long() const;  // The line read last was longer than kLongestLine; `line` is empty.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether a file's name says that it holds JSON lines: .jsonl or .jsonl.gz, in any case.
bool is_jsonl_name(const std::string& path);

// The file's name without its folder and without .jsonl, .jsonl.gz or .json.
std::string jsonl_stem(const std::string& path);

// `path` itself, or where it is a folder the files of JSON lines that lie in it, in the order of their names (maybe none).
// Throws Error (kInput) if there is no such file or folder.
std::vector<std::string> jsonl_files_at(const std::string& path);

}  // namespace thinktrace
