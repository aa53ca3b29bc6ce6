// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <tuple>

#include "thinktrace/error.h"
#include "thinktrace/import/arbor_page.h"
#include "thinktrace/import/import.h"
#include "thinktrace/import/intake.h"
#include "thinktrace/import/json_object.h"
#include "thinktrace/import/lines.h"

namespace thinktrace {
namespace {

ImportSource arbor_source() { return {.kind = "arbor", .model = kArborModel}; }

namespace fs = std::filesystem;

constexpr const char* kFinished = "html_vis";
constexpr uintmax_t kLargestPage = uintmax_t{256} << 20;

struct PageFile {
  ArborPageName name;
  bool is_elsewhere = false;  // In the folder of another subject.
  std::string path;
};

// The pages directly in `folder`; other .html files are skipped with a word.
void list_folder(const fs::path& folder, Intake& intake, std::vector<PageFile>& pages) {
  const std::string owner = fs::absolute(folder).parent_path().filename().string();
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const fs::path& file = entries->path();
    std::error_code unknown;
    if (file.extension() != ".html" || !entries->is_regular_file(unknown)) continue;
    const std::string file_name = file.filename().string();
    if (const auto name = parse_arbor_page_name(file_name)) {
      pages.push_back({*name, name->subject != owner, file.string()});
    } else {
      intake.skip(file.string(), "not named as a page: SUBJECT_questionID_N_correct_answer_logit_vis.html");
    }
  }
  if (error) throw Error(ErrorKind::kInput, fmt::format("[import] {}: {}", folder.string(), error.message()));
}

// Every folder named html_vis at or below `path`; links are not followed.
std::vector<fs::path> finished_folders(const std::string& path) {
  const fs::path start = fs::absolute(path).lexically_normal();
  std::vector<fs::path> folders;
  if ((start.has_filename() ? start : start.parent_path()).filename() == kFinished) folders.push_back(path);
  std::error_code error;
  fs::recursive_directory_iterator entries(path, fs::directory_options::skip_permission_denied, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::error_code unknown;
    if (!entries->is_directory(unknown)) continue;
    if (entries->path().filename() == ".git") entries.disable_recursion_pending();
    if (entries->path().filename() == kFinished) folders.push_back(entries->path());
  }
  if (error) throw Error(ErrorKind::kInput, fmt::format("[import] {}: {}", path, error.message()));
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::vector<PageFile> list_pages(const std::vector<fs::path>& folders, Intake& intake) {
  std::vector<PageFile> pages;
  for (const fs::path& folder : folders) list_folder(folder, intake, pages);
  const auto key = [](const PageFile& p) {
    return std::tie(p.name.subject, p.name.number, p.is_elsewhere, p.path);
  };
  std::sort(pages.begin(), pages.end(),
            [&](const PageFile& a, const PageFile& b) { return key(a) < key(b); });
  return pages;
}

std::string read_page(const std::string& path) {
  std::error_code error;
  if (fs::file_size(path, error) > kLargestPage && !error)
    throw Error(ErrorKind::kInput, "larger than any page can be");
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string text;
  char buffer[1 << 16];
  while (in.read(buffer, sizeof(buffer)) || in.gcount() > 0)
    text.append(buffer, static_cast<size_t>(in.gcount()));
  if (!in.eof() || in.bad()) throw Error(ErrorKind::kInput, std::strerror(errno ? errno : EIO));
  return text;
}

void read_pages(const std::vector<PageFile>& pages, Intake& intake) {
  for (const PageFile& page : pages) {
    intake.check_stop();
    if (!intake.wants(page.name.subject)) continue;
    TraceRecord record;
    try {
      ArborItem item = parse_arbor_page(read_page(page.path));
      item.subject = page.name.subject;
      record = record_of(std::move(item));
    } catch (const Error& e) {
      intake.skip(page.path, e.what());
      continue;
    }
    intake.take(std::move(record), arbor_source(), page.path, std::to_string(page.name.number));
  }
}

// The number of a question in ids as "astronomy/12".
std::string number_in(const std::string& id) { return id.substr(id.rfind('/') + 1); }

void read_lines(const std::string& file, Intake& intake) {
  LineReader lines(file);
  std::string text;
  while (!intake.is_done() && lines.next(text)) {
    intake.check_stop();
    const std::string where = fmt::format("{}:{}", file, lines.number());
    if (lines.was_too_long()) intake.skip(where, "the line is too long");
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    TraceRecord record;
    std::string number;
    try {
      const JsonObject line(text);
      std::string subject = line.has("subject") ? line.text("subject") : "";
      if (subject.empty()) subject = jsonl_stem(file);
      if (!intake.wants(subject)) continue;
      ArborItem item = arbor_item_of(line);
      item.subject = subject;
      if (line.kind("id") == JsonKind::kString) number = number_in(line.text("id"));
      record = record_of(std::move(item));
    } catch (const Error& e) {
      intake.skip(where, e.what());
      continue;
    }
    intake.take(std::move(record), arbor_source(), where, number);
  }
}

void read_folder(const std::string& path, Intake& intake) {
  const std::vector<std::string> files = jsonl_files_at(path);
  const std::vector<PageFile> pages = list_pages(finished_folders(path), intake);
  if (files.empty() && pages.empty()) {
    throw Error(
        ErrorKind::kInput,
        fmt::format(
            "[import] {}: holds neither SUBJECT.jsonl or SUBJECT.jsonl.gz files nor, in it or below, a "
            "folder {} with pages SUBJECT_questionID_N_correct_answer_logit_vis.html",
            path, kFinished));
  }
  if (!files.empty() && !pages.empty()) {
    throw Error(
        ErrorKind::kInput,
        fmt::format(
            "[import] {}: holds the published traces in two forms, JSONL ({}) and pages ({}); name the "
            "file or folder to import",
            path, files.front(), pages.front().path));
  }
  for (const std::string& file : files) read_lines(file, intake);
  read_pages(pages, intake);
}

}  // namespace

void read_arbor(const std::string& path, const ImportOptions& options, const ImportObserver& observer) {
  Intake intake(options, observer);
  std::error_code error;
  if (fs::is_directory(path, error)) {
    read_folder(path, intake);
  } else if (const auto name = parse_arbor_page_name(fs::path(path).filename().string())) {
    read_pages({{*name, false, path}}, intake);
  } else {
    for (const std::string& file : jsonl_files_at(path)) read_lines(file, intake);
  }
  intake.finish(path);
}

}  // namespace thinktrace
