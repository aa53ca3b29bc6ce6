// SPDX-License-Identifier: MIT
#include "thinktrace/publish/site.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/publish/encode.h"
#include "thinktrace/text/hash.h"
#include "thinktrace/version.h"

namespace thinktrace {
namespace embedded {
extern const std::string_view index_html, app_js, app_css;
}
namespace {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

Error write_error(const fs::path& file, const std::string& why) {
  return {
      ErrorKind::kFailed,
      fmt::format("[site] {}: {}; the gallery is not finished, the runs are whole: mend this, then give the "
                  "same command again",
                  file.string(), why)};
}

// Under another name first, so that no reader and no crash ever meets half a file.
void write_file(const fs::path& file, std::string_view text) {
  const fs::path fresh = file.string() + ".part";
  errno = 0;
  std::ofstream out(fresh, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  std::error_code error;
  if (!out) {
    const std::string why = std::strerror(errno ? errno : EIO);
    fs::remove(fresh, error);  // On a full disk what is half written only takes room.
    throw write_error(fresh, why);
  }
  fs::rename(fresh, file, error);
  if (error) throw write_error(file, error.message());
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

bool holds(const fs::path& file, std::string_view text) {
  std::ifstream in(file, std::ios::binary);
  return in && std::string(std::istreambuf_iterator<char>(in), {}) == text;
}

// The chunks of a gallery, named by their content. One that an earlier gallery left in the folder is kept if it is
// whole: a power failure may have emptied it.
class ChunkWriter {
 public:
  explicit ChunkWriter(const fs::path& folder) : folder_(folder / "data") {}

  // Writes data/<name>.js and returns the name.
  std::string write(const json& value) {
    const std::string text = dump(value);
    std::string name = sha256(text).substr(0, 32);
    const fs::path file = folder_ / (name + ".js");
    if (names_.insert(name).second) {
      const std::string chunk = fmt::format("thinktrace_chunk=\"{}\";\n", base64(deflate_raw(text)));
      if (!holds(file, chunk)) write_file(file, chunk);
    }
    return name;
  }

  // Removes chunks, and nothing else, that this gallery does not use; also those that a killed writer left half
  // written.
  void remove_others() const {
    std::vector<fs::path> stale;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      fs::path file = entry.path();
      const bool is_part = file.extension() == ".part";
      if (is_part) file = file.stem();
      const std::string name = file.stem().string();
      const bool is_chunk = file.extension() == ".js" && name.size() == 32 &&
                            name.find_first_not_of("0123456789abcdef") == std::string::npos;
      if (is_chunk && (is_part || !names_.contains(name))) stale.push_back(entry.path());
    }
    std::error_code error;
    for (const fs::path& file : stale) fs::remove(file, error);
  }

 private:
  fs::path folder_;
  std::set<std::string> names_;
};

// P(option) of a curve, option-major.  [n_options, n_positions]
std::vector<double> option_major(const Curve& curve, int n_options) {
  const size_t n = curve.positions.size();
  std::vector<double> p(n * n_options);
  for (size_t k = 0; k < n; k++) {
    for (int i = 0; i < n_options; i++)
      p[i * n + k] = std::exp(static_cast<double>(curve.logprobs[k * n_options + i]));
  }
  return p;
}

bool every_position(const std::vector<int>& positions, size_t n_tokens) {
  for (size_t k = 0; k < positions.size(); k++) {
    if (positions[k] != static_cast<int>(k)) return false;
  }
  return positions.size() == n_tokens + 1;
}

json or_null(const std::optional<int>& value) { return value ? json(*value) : json(nullptr); }

// What the gallery needs of a trace.
json thumbnail_json(const TraceRecord& r) {
  const bool ok = r.status == Status::kOk;
  const int n = static_cast<int>(r.question.options.size());
  json t{{"id", r.id},
         {"sample", r.trace.sample},
         {"status", ok ? "ok" : "failed"},
         {"error", r.error},
         {"n_tokens", r.trace.think_ids.size()},
         {"stop", name_of(r.trace.stop)},
         {"chosen", or_null(r.chosen)},
         {"positions", nullptr},
         {"strip", ""},
         {"p_start", nullptr},
         {"p_end", nullptr},
         {"top_start", nullptr},
         {"top_end", nullptr},
         {"mass_start", nullptr},
         {"mass_end", nullptr}};
  t["n_tokens"] = r.think_text.size();
  if (r.curve.positions.empty() && ok) t["positions"] = json::array();
  if (r.curve.positions.empty()) return t;
  const int last = static_cast<int>(r.curve.positions.size()) - 1;
  const auto p_right = [&](int k) {
    return std::exp(static_cast<double>(r.curve.logprobs[k * n + r.question.answer]));
  };
  if (!every_position(r.curve.positions, r.think_text.size())) t["positions"] = r.curve.positions;
  t["strip"] = base64(to_u8(option_major(r.curve, n)));
  t["p_start"] = p_right(0);
  t["p_end"] = p_right(last);
  t["top_start"] = top_option(r.curve, n, 0);
  t["top_end"] = top_option(r.curve, n, last);
  t["mass_start"] = mass_at(r.curve, n, 0);
  t["mass_end"] = mass_at(r.curve, n, last);
  return t;
}

// What a trace's own page needs besides.
json detail_json(const TraceRecord& r) {
  const int n = static_cast<int>(r.question.options.size());
  std::vector<double> mass;
  for (size_t k = 0; k < r.curve.positions.size(); k++)
    mass.push_back(mass_at(r.curve, n, static_cast<int>(k)));
  return {{"id", r.id},
          {"sample", r.trace.sample},
          {"seed", r.seed ? json(std::to_string(*r.seed)) : json(nullptr)},
          {"tokens", r.think_text},
          {"token_ids", r.trace.think_ids},
          {"probs", base64(to_u16(option_major(r.curve, n)))},
          {"mass", base64(to_u16(mass))},
          {"forced", r.forced_text},
          {"lacks", missing_parts(r)},
          {"answer_text", r.trace.answer_text}};
}

struct SubjectParts {
  json questions = json::array();
  int n_traces = 0, n_failed = 0;
};

// Collects records, which come question by question, into chunks.
class RunWriter {
 public:
  explicit RunWriter(ChunkWriter& chunks) : chunks_(chunks) {}

  void add(const TraceRecord& r) {
    if (open_ && open_id_ != r.question.id) close_question();
    if (!open_) open_question(r);
    if (!subjects_.contains(r.question.subject)) order_.push_back(r.question.subject);
    SubjectParts& subject = subjects_[r.question.subject];
    subject.n_traces++;
    subject.n_failed += r.status == Status::kFailed;
    question_["traces"].push_back(thumbnail_json(r));
    if (r.status == Status::kOk) detail_["traces"].push_back(detail_json(r));
    if (r.labels.size() > labels_.size()) labels_ = r.labels;
  }

  json finish(const RunSummary& summary) {
    if (open_) close_question();
    json subjects = json::array();
    for (const std::string& name : order_) {
      const SubjectParts& s = subjects_.at(name);
      subjects.push_back({{"name", name},
                          {"n_questions", s.questions.size()},
                          {"n_traces", s.n_traces},
                          {"n_failed", s.n_failed},
                          {"chunk", chunks_.write({{"kind", "subject"}, {"questions", s.questions}})}});
    }
    json settings = json::array();
    for (const auto& [key, value] : summary.settings) settings.push_back({key, value});
    json analysis = nullptr, noise = nullptr;
    if (!summary.analysis.empty())
      analysis = chunks_.write({{"kind", "analysis"}, {"analysis", json::parse(summary.analysis)}});
    if (summary.noise_floor)
      noise = {{"max_abs_dp", summary.noise_floor->max_abs_dp},
               {"positions", summary.noise_floor->n_positions}};
    return {{"name", summary.name},
            {"model",
             {{"name", summary.model_name},
              {"architecture", summary.model_architecture},
              {"sha256", summary.model_sha256}}},
            {"settings", std::move(settings)},
            {"notes", summary.notes},
            {"noise_floor", std::move(noise)},
            {"analysis", analysis},
            {"labels", labels_},
            {"subjects", std::move(subjects)}};
  }

 private:
  void open_question(const TraceRecord& r) {
    open_ = true;
    open_id_ = r.question.id;
    open_subject_ = r.question.subject;
    question_ = {{"id", r.question.id},           {"number", number_++},         {"text", r.question.text},
                 {"options", r.question.options}, {"answer", r.question.answer}, {"chunk", ""},
                 {"traces", json::array()}};
    detail_ = {
        {"kind", "question"}, {"id", r.question.id}, {"prompt", r.prompt_text}, {"traces", json::array()}};
  }

  void close_question() {
    question_["chunk"] = chunks_.write(detail_);
    subjects_[open_subject_].questions.push_back(std::move(question_));
    open_ = false;
  }

  ChunkWriter& chunks_;
  std::vector<std::string> order_;  // Subjects as they come.
  std::map<std::string, SubjectParts> subjects_;
  std::vector<std::string> labels_;
  bool open_ = false;
  std::string open_id_, open_subject_;
  int number_ = 0;
  json question_, detail_;
};

fs::path without_slash(const std::string& folder) {
  const fs::path path = fs::path(folder).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

// True also where the page is still missing, as after a build that was stopped, or was emptied by a power failure; never
// where something else is there.
bool is_gallery(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name != "data" && name != "index.html" && name != "app.js" && name != "app.css" &&
        !name.ends_with(".part"))
      return false;
  }
  std::ifstream page(folder / "index.html", std::ios::binary);
  if (!page) return true;
  const std::string text{std::istreambuf_iterator<char>(page), {}};
  const bool is_empty = text.find_first_not_of('\0') == std::string::npos;
  return is_empty || text.find("thinktrace-bundle") != std::string::npos;
}

}  // namespace

void check_site_folder(const std::string& folder_name) {
  const fs::path folder = without_slash(folder_name);
  std::error_code error;
  if (!fs::exists(folder, error)) return;
  const bool is_free = fs::is_directory(folder, error) && is_gallery(folder);
  if (!is_free)
    throw Error(ErrorKind::kInput,
                fmt::format("[site] {}: exists and is not a gallery; name another folder", folder.string()));
}

void write_site(const std::vector<SiteRun>& runs, const std::string& title, const std::string& folder_name) {
  check_site_folder(folder_name);
  const fs::path folder = without_slash(folder_name);
  std::error_code error;
  fs::create_directories(folder / "data", error);
  if (error) throw write_error(folder, error.message());
  json manifest{{"format", "thinktrace-bundle"},
                {"version", 1},
                {"generator", fmt::format("thinktrace {}", kVersionText)},
                {"title", title},
                {"runs", json::array()}};
  ChunkWriter chunks(folder);
  for (const SiteRun& run : runs) {
    RunWriter writer(chunks);
    run.for_each_trace([&](const TraceRecord& r) { writer.add(r); });
    manifest["runs"].push_back(writer.finish(run.summary));
  }
  std::string page(embedded::index_html);
  const std::string mark = "__BUNDLE__";
  page.replace(page.find(mark), mark.size(), escape_for_script(dump(manifest)));
  write_file(folder / "app.js", embedded::app_js);
  write_file(folder / "app.css", embedded::app_css);
  write_file(folder / "index.html", page);  // Last: until now the old page has had all its chunks.
  chunks.remove_others();
}

}  // namespace thinktrace
