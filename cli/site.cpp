// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "cli/console.h"
#include "cli/verbs.h"
#include "thinktrace/error.h"
#include "thinktrace/run/publish.h"

namespace thinktrace::cli {
namespace {

namespace fs = std::filesystem;

struct SiteArguments {
  std::vector<std::string> runs;
  std::string out, title = "thinktrace";
  std::optional<std::string> traces;
  bool single = false, quiet = false;
};

std::string read_list(const std::string& name) {
  std::error_code error;
  if (!fs::exists(name, error))
    throw Error(ErrorKind::kInput, fmt::format("[options] --traces {}: no such file", name));
  std::ifstream in(name, std::ios::binary);
  if (!in || fs::is_directory(name, error))
    throw Error(ErrorKind::kInput, fmt::format("[options] --traces {}: can't be read as a file", name));
  return {std::istreambuf_iterator<char>(in), {}};
}

// Ids between commas, spaces and line breaks, or a file of them, which may be a pipe.
std::vector<std::string> trace_ids(const std::string& given) {
  std::error_code error;
  const bool is_name = given.find_first_of("./") != std::string::npos ||  // No id has these.
                       (fs::exists(given, error) && !fs::is_directory(given, error));
  const std::string text = is_name ? read_list(given) : given;
  std::vector<std::string> ids;
  constexpr const char* kBetween = ", \t\r\n";
  for (size_t at = text.find_first_not_of(kBetween); at != std::string::npos;) {
    const size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    ids.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBetween, end);
  }
  if (ids.empty())
    throw Error(ErrorKind::kInput, fmt::format("[options] --traces '{}': there is no id in it", given));
  return ids;
}

int build_site(const SiteArguments& a) {
  const std::vector<std::string> ids = a.traces ? trace_ids(*a.traces) : std::vector<std::string>();
  fs::path page = fs::absolute(a.out);
  if (a.single) {
    publish_single(a.runs, a.title, a.out, ids);
  } else {
    if (page.extension() == ".html" && !fs::is_directory(page))
      throw Error(ErrorKind::kInput,
                  fmt::format("[options] --out {}: a gallery is a folder; --single writes one file", a.out));
    publish_site(a.runs, a.title, a.out, ids);
    page /= "index.html";
  }
  tell(fmt::format("gallery: {}", page.lexically_normal().string()), a.quiet);
  return kDone;
}

}  // namespace

Verb add_site(CLI::App& app) {
  auto a = std::make_shared<SiteArguments>();
  CLI::App* verb =
      app.add_subcommand("site", "Build the gallery of one or more runs as a static folder, or as one file");
  verb->add_option("RUN", a->runs, "Folders of runs")->required();
  verb->add_option("-o,--out", a->out, "Folder to write; with --single an .html file")->required();
  verb->add_flag("--single", a->single, "One HTML file that holds everything");
  verb->add_option("--traces", a->traces,
                   "Only these traces: ids with commas between them, or a file of ids; 8 hex digits of an id "
                   "are enough");
  verb->add_option("--title", a->title, "Title of the gallery")->capture_default_str();
  verb->add_flag("--quiet", a->quiet, "Say nothing");
  return [a] { return build_site(*a); };
}

}  // namespace thinktrace::cli
