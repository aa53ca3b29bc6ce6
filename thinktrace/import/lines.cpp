// SPDX-License-Identifier: MIT
#include "thinktrace/import/lines.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "thinktrace/error.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

Error unreadable(const std::string& path, const std::string& why) {
  return {ErrorKind::kInput, fmt::format("[import] {}: {}", path, why)};
}

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

}  // namespace

struct LineReader::Impl {
  std::string path;
  std::unique_ptr<gzFile_s, int (*)(gzFile)> file{nullptr, gzclose};
  std::vector<char> buffer = std::vector<char>(128 << 10);
  size_t begin = 0, end = 0;  // What is left of the buffer.
  int number = 0;
  bool too_long = false;

  bool fill() {
    const int n = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    int code = Z_OK;
    const char* message = gzerror(file.get(), &code);
    if (n < 0 || (n == 0 && code != Z_OK && code != Z_STREAM_END)) {
      const std::string why = code == Z_ERRNO ? std::strerror(errno) : message;
      throw unreadable(path, fmt::format("can't be read after line {}: {}", number, why));
    }
    begin = 0;
    end = static_cast<size_t>(n);
    return n > 0;
  }
};

LineReader::LineReader(const std::string& path) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  errno = 0;
  impl_->file.reset(gzopen(path.c_str(), "rb"));
  if (!impl_->file) throw unreadable(path, std::strerror(errno ? errno : ENOMEM));
}

LineReader::~LineReader() = default;

bool LineReader::next(std::string& line) {
  Impl& in = *impl_;
  line.clear();
  in.too_long = false;
  bool found = false;  // At least one byte of a line, its end included.
  for (bool ended = false; !ended;) {
    if (in.begin == in.end && !in.fill()) break;
    found = true;
    const char* start = in.buffer.data() + in.begin;
    const void* newline = std::memchr(start, '\n', in.end - in.begin);
    ended = newline != nullptr;
    const size_t n =
        ended ? static_cast<size_t>(static_cast<const char*>(newline) - start) : in.end - in.begin;
    in.too_long |= line.size() + n > kLongestLine;
    if (in.too_long) {
      std::string().swap(line);
    } else {
      line.append(start, n);
    }
    in.begin += n + (ended ? 1 : 0);
  }
  if (!found) return false;
  in.number++;
  if (in.number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  return true;
}

int LineReader::number() const { return impl_->number; }
bool LineReader::was_too_long() const { return impl_->too_long; }

bool is_jsonl_name(const std::string& path) {
  const std::string name = lower(path);
  return name.ends_with(".jsonl") || name.ends_with(".jsonl.gz");
}

std::string jsonl_stem(const std::string& path) {
  std::string name = fs::path(path).filename().string();
  for (const std::string ending : {".gz", ".jsonl", ".json"}) {
    if (name.size() > ending.size() && lower(name).ends_with(ending))
      name.resize(name.size() - ending.size());
  }
  return name;
}

std::vector<std::string> jsonl_files_at(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw unreadable(path, "no such file or folder");
  if (!fs::is_directory(status)) return {path};
  std::vector<std::string> files;
  fs::directory_iterator entries(path, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    if (is_jsonl_name(entries->path().string()) && entries->is_regular_file(unknown))
      files.push_back(entries->path().string());
  }
  if (error) throw unreadable(path, error.message());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace thinktrace
