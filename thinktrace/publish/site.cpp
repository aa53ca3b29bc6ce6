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

Error write_error(const fs::path& file) {
  return {ErrorKind::kFailed, fmt::format("[site] {}: {}", file.string(), std::strerror(errno ? errno : EIO))};
}

void write_file(const fs::path& file, std::string_view text) {
  errno = 0;
  std::ofstream out(file, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) throw write_error(file);
}

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

// Writes data/<name>.js and returns the name.
std::string write_chunk(const json& value, const fs::path& folder) {
  const std::string text = dump(value);
  const std::string name = sha256(text).substr(0, 32);
  write_file(folder / "data" / (name + ".js"), fmt::format("thinktrace_chunk=\"{}\";\n", base64(deflate_raw(text))));
  return name;
}

// P(option) of a curve, option-major.  [n_options, n_positions]
std::vector<double> option_major(const Curve& curve, int n_options) {
  const size_t n = curve.positions.size();
  std::vector<double> p(n * n_options);
  for (size_t k = 0; k < n; k++) {
    for (int i = 0; i < n_options; i++) p[i * n + k] = std::exp(static_cast<double>(curve.logprobs[k * n_options + i]));
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
  json t{{"id", r.id}, {"sample", r.trace.sample}, {"status", ok ? "ok" : "failed"}, {"error", r.error}, {"n_tokens", r.trace.think_ids.size()},
         {"stop", name_of(r.trace.stop)}, {"chosen", or_null(r.chosen)}, {"positions", nullptr}, {"strip", ""}, {"p_start", nullptr},
         {"p_end", nullptr}, {"top_start", nullptr}, {"top_end", nullptr}, {"mass_start", nullptr}, {"mass_end", nullptr}};
  if (!ok) return t;
  const int last = static_cast<int>(r.curve.positions.size()) - 1;
  const auto p_right = [&](int k) { return std::exp(static_cast<double>(r.curve.logprobs[k * n + r.question.answer])); };
  if (!every_position(r.curve.positions, r.think_text.size())) t["positions"] = r.curve.positions;
  t["n_tokens"] = r.think_text.size();
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
  for (size_t k = 0; k < r.curve.positions.size(); k++) mass.push_back(mass_at(r.curve, n, static_cast<int>(k)));
  return {{"id", r.id}, {"sample", r.trace.sample}, {"seed", r.seed}, {"tokens", r.think_text}, {"token_ids", r.trace.think_ids},
          {"probs", base64(to_u16(option_major(r.curve, n)))}, {"mass", base64(to_u16(mass))}, {"forced", r.forced_text}, {"answer_text", r.trace.answer_text}};
}

struct SubjectParts {
  json questions = json::array();
  int n_traces = 0, n_failed = 0;
};

// Collects records, which come question by question, into chunks.
class RunWriter {
 public:
  explicit RunWriter(const fs::path& folder) : folder_(folder) {}

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
      subjects.push_back({{"name", name}, {"n_questions", s.questions.size()}, {"n_traces", s.n_traces}, {"n_failed", s.n_failed},
                          {"chunk", write_chunk({{"kind", "subject"}, {"questions", s.questions}}, folder_)}});
    }
    json settings = json::array();
    for (const auto& [key, value] : summary.settings) settings.push_back({key, value});
    json noise = nullptr;
    if (summary.noise_floor) noise = {{"max_abs_dp", summary.noise_floor->max_abs_dp}, {"positions", summary.noise_floor->n_positions}};
    return {{"name", summary.name},
            {"model", {{"name", summary.model_name}, {"architecture", summary.model_architecture}, {"sha256", summary.model_sha256}}},
            {"settings", std::move(settings)}, {"notes", summary.notes}, {"noise_floor", std::move(noise)}, {"labels", labels_}, {"subjects", std::move(subjects)}};
  }

 private:
  void open_question(const TraceRecord& r) {
    open_ = true;
    open_id_ = r.question.id;
    open_subject_ = r.question.subject;
    question_ = {{"id", r.question.id}, {"number", number_++}, {"text", r.question.text}, {"options", r.question.options}, {"answer", r.question.answer}, {"chunk", ""}, {"traces", json::array()}};
    detail_ = {{"kind", "question"}, {"id", r.question.id}, {"prompt", r.prompt_text}, {"traces", json::array()}};
  }

  void close_question() {
    question_["chunk"] = write_chunk(detail_, folder_);
    subjects_[open_subject_].questions.push_back(std::move(question_));
    open_ = false;
  }

  fs::path folder_;
  std::vector<std::string> order_;  // Subjects as they come.
  std::map<std::string, SubjectParts> subjects_;
  std::vector<std::string> labels_;
  bool open_ = false;
  std::string open_id_, open_subject_;
  int number_ = 0;
  json question_, detail_;
};

bool is_gallery(const fs::path& folder) { return fs::exists(folder / "index.html") && fs::is_directory(folder / "data"); }

void replace_folder(const fs::path& fresh, const fs::path& folder) {
  std::error_code error;
  const fs::path old = folder.string() + ".old";
  fs::remove_all(old, error);
  if (fs::exists(folder)) fs::rename(folder, old, error);
  if (!error) fs::rename(fresh, folder, error);
  if (error) throw Error(ErrorKind::kFailed, fmt::format("[site] {}: {}", folder.string(), error.message()));
  fs::remove_all(old, error);
}

}  // namespace

void write_site(const std::vector<SiteRun>& runs, const std::string& title, const std::string& folder_name) {
  fs::path folder = fs::path(folder_name).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();  // "site/" is "site".
  std::error_code error;
  if (fs::exists(folder) && !(fs::is_directory(folder) && (fs::is_empty(folder, error) || is_gallery(folder)))) {
    throw Error(ErrorKind::kInput, fmt::format("[site] {}: exists and is not a gallery; name another folder", folder.string()));
  }
  const fs::path fresh = folder.string() + ".new";
  fs::remove_all(fresh, error);
  fs::create_directories(fresh / "data", error);
  if (error) throw Error(ErrorKind::kFailed, fmt::format("[site] {}: {}", fresh.string(), error.message()));
  json manifest{{"format", "thinktrace-bundle"}, {"version", 1}, {"generator", fmt::format("thinktrace {}", kVersionText)}, {"title", title}, {"runs", json::array()}};
  for (const SiteRun& run : runs) {
    RunWriter writer(fresh);
    run.for_each_trace([&](const TraceRecord& r) { writer.add(r); });
    manifest["runs"].push_back(writer.finish(run.summary));
  }
  std::string page(embedded::index_html);
  const std::string mark = "__BUNDLE__";
  page.replace(page.find(mark), mark.size(), escape_for_script(dump(manifest)));
  write_file(fresh / "index.html", page);
  write_file(fresh / "app.js", embedded::app_js);
  write_file(fresh / "app.css", embedded::app_css);
  replace_folder(fresh, folder);
}

}  // namespace thinktrace
