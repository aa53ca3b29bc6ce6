// SPDX-License-Identifier: MIT
#include "thinktrace/import/json_object.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "thinktrace/import/checks.h"

namespace thinktrace {
namespace {

using nlohmann::json;

// A parsed value takes up to 30 times the space of its text, so a line of brackets could fill the memory.
constexpr size_t kDeepest = 32;
constexpr size_t kMostValues = size_t{16} << 20;

void check_size(std::string_view text) {
  size_t depth = 0, n_values = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') i++;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      n_values++;
      if (++depth > kDeepest) throw bad(fmt::format("JSON that nests more than {} deep", kDeepest));
    } else if (c == ']' || c == '}') {
      depth -= depth > 0 ? 1 : 0;
    } else if (c == ',') {
      n_values++;
    }
  }
  if (n_values > kMostValues) throw bad(fmt::format("more than {} JSON values on one line", kMostValues));
}

const json* child(const json& parent, const std::string& key) {
  if (parent.is_object()) {
    const auto it = parent.find(key);
    return it == parent.end() ? nullptr : &*it;
  }
  const bool is_index = !key.empty() && key.size() < 9 && std::all_of(key.begin(), key.end(), ::isdigit);
  if (!parent.is_array() || !is_index || std::stoul(key) >= parent.size()) return nullptr;
  return &parent[std::stoul(key)];
}

std::optional<double> special_number(const json& value) {
  if (value.is_null()) return -std::numeric_limits<double>::infinity();
  if (!value.is_string()) return std::nullopt;
  const auto& name = value.get_ref<const std::string&>();
  if (name == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (name == "Infinity") return std::numeric_limits<double>::infinity();
  if (name == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::optional<int> small_integer(const json& value, int first, int last) {
  if (value.is_number_unsigned()) {
    const uint64_t v = value.get<uint64_t>();
    if (last >= 0 && v <= static_cast<uint64_t>(last) && static_cast<int64_t>(v) >= first)
      return static_cast<int>(v);
  } else if (value.is_number_integer()) {
    const int64_t v = value.get<int64_t>();
    if (v >= first && v <= last) return static_cast<int>(v);
  }
  return std::nullopt;
}

}  // namespace

struct JsonObject::Impl {
  explicit Impl(std::string_view text) : root(json::parse(text)) {}

  const json root;

  const json* find(const std::string& path) const {
    if (const json* whole = child(root, path)) return whole;
    const json* at = &root;
    for (size_t begin = 0; at && begin <= path.size();) {
      const size_t dot = std::min(path.find('.', begin), path.size());
      at = child(*at, path.substr(begin, dot - begin));
      begin = dot + 1;
    }
    return at;
  }

  const json& need(const std::string& path) const {
    const json* value = find(path);
    if (!value) throw bad(fmt::format("no key '{}'", path));
    return *value;
  }

  const json& need_array(const std::string& path) const {
    const json& value = need(path);
    if (!value.is_array()) throw bad(fmt::format("'{}' is not an array", path));
    return value;
  }
};

JsonObject::JsonObject(std::string_view text) {
  check_size(text);
  try {
    impl_ = std::make_unique<Impl>(text);
  } catch (const json::parse_error& e) {
    throw bad(fmt::format("not valid JSON at byte {}", e.byte));
  } catch (const json::exception&) {
    throw bad("a number in the JSON is out of range");
  }
  if (!impl_->root.is_object()) throw bad("not a JSON object");
}

JsonObject::~JsonObject() = default;

JsonKind JsonObject::kind(const std::string& path) const {
  const json* v = impl_->find(path);
  if (!v) return JsonKind::kMissing;
  if (v->is_null()) return JsonKind::kNull;
  if (v->is_string()) return JsonKind::kString;
  if (v->is_boolean()) return JsonKind::kBool;
  if (v->is_number()) return JsonKind::kNumber;
  return v->is_array() ? JsonKind::kArray : JsonKind::kObject;
}

bool JsonObject::has(const std::string& path) const {
  const JsonKind k = kind(path);
  return k != JsonKind::kMissing && k != JsonKind::kNull;
}

std::string JsonObject::text(const std::string& path) const {
  const json& value = impl_->need(path);
  if (!value.is_string()) throw bad(fmt::format("'{}' is not a string", path));
  return value.get<std::string>();
}

bool JsonObject::flag(const std::string& path) const {
  const json& value = impl_->need(path);
  if (!value.is_boolean()) throw bad(fmt::format("'{}' is neither true nor false", path));
  return value.get<bool>();
}

double JsonObject::number(const std::string& path) const {
  const json& value = impl_->need(path);
  if (!value.is_number() || !std::isfinite(value.get<double>()))
    throw bad(fmt::format("'{}' is not a number", path));
  return value.get<double>();
}

int JsonObject::integer(const std::string& path, int first, int last) const {
  const std::optional<int> value = small_integer(impl_->need(path), first, last);
  if (!value) throw bad(fmt::format("'{}' is not a whole number from {} to {}", path, first, last));
  return *value;
}

uint64_t JsonObject::integer64(const std::string& path) const {
  const json& value = impl_->need(path);
  if (!value.is_number_unsigned())
    throw bad(fmt::format("'{}' is not a whole number from 0 to 2^64 - 1", path));
  return value.get<uint64_t>();
}

std::vector<std::string> JsonObject::texts(const std::string& path) const {
  std::vector<std::string> out;
  for (const json& item : impl_->need_array(path)) {
    if (!item.is_string()) throw bad(fmt::format("'{}' is not an array of strings", path));
    out.push_back(item.get<std::string>());
  }
  return out;
}

std::vector<int> JsonObject::integers(const std::string& path) const {
  std::vector<int> out;
  for (const json& item : impl_->need_array(path)) {
    const auto value = small_integer(item, std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
    if (!value) throw bad(fmt::format("'{}' is not an array of whole numbers of 32 bits", path));
    out.push_back(*value);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> JsonObject::named_texts(const std::string& path) const {
  const json& object = impl_->need(path);
  if (!object.is_object()) throw bad(fmt::format("'{}' is not an object", path));
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) throw bad(fmt::format("'{}' does not hold strings alone", path));
    out.emplace_back(key, value.get<std::string>());
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.first.size() < b.first.size(); });
  return out;
}

size_t JsonObject::size(const std::string& path) const { return impl_->need_array(path).size(); }

std::vector<double> JsonObject::table(const std::string& path, size_t width, SpecialNumbers special) const {
  const json& rows = impl_->need_array(path);
  std::vector<double> out;
  out.reserve(rows.size() * width);
  for (const json& row : rows) {
    if (!row.is_array() || row.size() != width)
      throw bad(fmt::format("a row of '{}' is not an array of {} numbers", path, width));
    for (const json& item : row) {
      if (item.is_number() && std::isfinite(item.get<double>())) {
        out.push_back(item.get<double>());
      } else if (const auto value = special_number(item); value && special == SpecialNumbers::kLogarithms) {
        out.push_back(*value);
      } else {
        throw bad(fmt::format("a row of '{}' holds something that is not a number", path));
      }
    }
  }
  return out;
}

}  // namespace thinktrace
