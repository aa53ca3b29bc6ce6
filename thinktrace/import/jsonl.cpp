// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include <filesystem>
#include <optional>

#include "thinktrace/error.h"
#include "thinktrace/import/import.h"
#include "thinktrace/import/intake.h"
#include "thinktrace/import/json_object.h"
#include "thinktrace/import/lines.h"
#include "thinktrace/import/mapped_line.h"
#include "thinktrace/import/own_line.h"

namespace thinktrace {
namespace {

// What all lines must agree on: what the first line says or does not say.
class SourceCheck {
 public:
  void own(const JsonObject& line, const std::string& where) {
    text(line, "model", source_.model, where);
    text(line, "model_sha256", source_.model_sha256, where);
    text(line, "template", source_.chat_template, where);
    temperature(line, "temperature", where);
    text(line, "read_by.model", source_.reader_model, where);
    text(line, "read_by.model_sha256", source_.reader_model_sha256, where);
    order(line, where);
    is_first_ = false;
  }

  void mapped(const FieldMap& map, const JsonObject& line, const std::string& where) {
    is_mapped_ = true;
    text(line, key_in(map, line, "model"), source_.model, where);
    temperature(line, key_in(map, line, "temperature"), where);
    is_first_ = false;
  }

  const ImportSource& source() const { return source_; }

 private:
  void text(const JsonObject& line, const std::string& key, std::string& known, const std::string& where) {
    const bool is_said = !key.empty() && line.kind(key) == JsonKind::kString;
    if (!is_said && is_mapped_) return;  // Other programs need not repeat it.
    const std::string value = is_said ? line.text(key) : "";
    if (is_first_) known = value;
    if (value != known) throw differs(key.empty() ? "model" : key, value, known, where);
  }

  void temperature(const JsonObject& line, const std::string& key, const std::string& where) {
    std::optional<double> value;
    if (!key.empty() && line.kind(key) == JsonKind::kNumber) value = line.number(key);
    if (!value && is_mapped_) return;
    if (is_first_) source_.temperature = value;
    if (value == source_.temperature) return;
    const auto shown = [](const std::optional<double>& v) { return v ? fmt::format("{}", *v) : ""; };
    throw differs("temperature", shown(value), shown(source_.temperature), where);
  }

  void order(const JsonObject& line, const std::string& where) {
    const double value = line.kind("read_by.order") == JsonKind::kNumber ? line.number("read_by.order") : 0;
    const int found = value >= 0 && value < (1 << 24) ? static_cast<int>(value) : -1;
    if (is_first_) source_.reader_order = std::max(found, 0);
    if (found != source_.reader_order)
      throw differs("read_by.order", fmt::format("{}", value), fmt::format("{}", source_.reader_order),
                    where);
  }

  static Error differs(const std::string& key, const std::string& value, const std::string& known,
                       const std::string& where) {
    return {ErrorKind::kInput,
            fmt::format(
                "[import] {}: '{}' is '{}', but '{}' in the lines before; split the file by '{}' and import "
                "each part into a run of its own",
                where, key, value, known, key)};
  }

  bool is_first_ = true, is_mapped_ = false;
  ImportSource source_{.kind = "jsonl"};
};

struct JsonlImport {
  FieldMap map;
  bool may_be_own = true;
  SourceCheck check;
};

struct ReadLine {
  TraceRecord record;
  std::string number;  // Of the sample, where the line has one.
};

// Nothing where the line's subject is not wanted. Throws Error (kInput) with the reason if the line can't be used.
std::optional<ReadLine> read_line(const JsonObject& line, bool is_own, const JsonlImport& import,
                                  const std::string& file, Intake& intake) {
  ReadLine out;
  const std::string subject_key = is_own ? "subject" : key_in(import.map, line, "subject");
  std::string subject = subject_key.empty() ? "" : line.text(subject_key);
  if (subject.empty() && !is_own) subject = jsonl_stem(file);
  if (!intake.wants(subject)) return std::nullopt;
  if (is_own) {
    out.record = parse_own_line(line);
    if (out.record.id.empty()) out.number = std::to_string(out.record.trace.sample);
    return out;
  }
  out.record = parse_mapped_line(import.map, line, subject);
  if (!key_in(import.map, line, "sample").empty()) out.number = std::to_string(out.record.trace.sample);
  return out;
}

void read_file(const std::string& file, JsonlImport& import, Intake& intake) {
  LineReader lines(file);
  std::optional<bool> is_own;  // Known from the first object on.
  std::string text;
  while (!intake.is_done() && lines.next(text)) {
    intake.check_stop();
    const std::string where = fmt::format("{}:{}", file, lines.number());
    if (lines.was_too_long()) intake.skip(where, "the line is too long");
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::optional<JsonObject> line;
    std::optional<ReadLine> read;
    try {
      line.emplace(text);
      if (!is_own) is_own = import.may_be_own && is_own_line(*line);
      read = read_line(*line, *is_own, import, file, intake);
    } catch (const Error& e) {
      intake.skip(where, e.what());
    }
    if (!line) continue;
    *is_own ? import.check.own(*line, where) : import.check.mapped(import.map, *line, where);
    note_keys(import.map, *line);
    if (read) intake.take(std::move(read->record), import.check.source(), where, read->number);
  }
  if (!intake.is_done()) check_keys_seen(import.map, file);
}

}  // namespace

void read_jsonl(const std::string& path, const ImportOptions& options, const ImportObserver& observer) {
  Intake intake(options, observer);
  JsonlImport import{.map = build_field_map(options.fields), .may_be_own = options.fields.empty()};
  const std::vector<std::string> files = jsonl_files_at(path);
  if (files.empty())
    throw Error(ErrorKind::kInput,
                fmt::format("[import] {}: the folder holds no .jsonl or .jsonl.gz file", path));
  for (const std::string& file : files) read_file(file, import, intake);
  intake.finish(path);
}

}  // namespace thinktrace
