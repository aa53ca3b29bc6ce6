// SPDX-License-Identifier: MIT
// json_object.h — one line of JSON, read with its types checked.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thinktrace {

enum class JsonKind { kMissing, kNull, kString, kNumber, kBool, kArray, kObject };

// Which numbers a table may hold besides finite ones.
enum class SpecialNumbers {
  kRefused,
  kLogarithms,  // null and "-Infinity" are minus infinity, "NaN" and "Infinity" themselves.
};

// A JSON object whose members are found by path: the whole path is looked for as a key first, then its parts between
// dots one inside the other (in an array a part is an index). Of a key that occurs twice the last value counts.
// Every accessor throws Error (kInput) with a reason that names the path, but no file, where the value is missing or not
// of the wanted kind. Safe for whatever text: what nests deeply or holds too many values is refused before it is parsed.
class JsonObject {
 public:
  explicit JsonObject(std::string_view text);
  ~JsonObject();
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  JsonKind kind(const std::string& path) const;
  bool contains(const std::string& path) const { return kind(path) != JsonKind::kMissing; }
  // There, and not null.
  bool has(const std::string& path) const;

  std::string text(const std::string& path) const;
  bool flag(const std::string& path) const;
  double number(const std::string& path) const;  // Finite.
  int integer(const std::string& path, int first,
              int last) const;                        // Written as a whole number, within bounds.
  uint64_t integer64(const std::string& path) const;  // All of 0 to 2^64 - 1.
  std::vector<std::string> texts(const std::string& path) const;
  std::vector<int> integers(const std::string& path) const;
  // The texts of an object, by their keys: shorter keys first, then by the alphabet (1 … 9, 10; A … Z).
  std::vector<std::pair<std::string, std::string>> named_texts(const std::string& path) const;
  // The number of items of an array.
  size_t size(const std::string& path) const;
  // An array of arrays of `width` numbers each, row-major.
  std::vector<double> table(const std::string& path, size_t width, SpecialNumbers special) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thinktrace
