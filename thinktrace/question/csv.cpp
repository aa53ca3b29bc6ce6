// SPDX-License-Identifier: MIT
// RFC 4180 in one pass. No library is used: the ones at hand give no line numbers of records, which our
// messages need.
#include "thinktrace/question/csv.h"

namespace thinktrace {
namespace {

class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  std::vector<CsvRecord> read() {
    std::vector<CsvRecord> records;
    while (at_ < text_.size()) {
      CsvRecord record = read_record();
      const bool empty_line = record.fields.size() == 1 && record.fields[0].empty() && record.error.empty();
      if (!empty_line) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool at_line_end() const {
    return at_ >= text_.size() || peek() == '\n' || text_.substr(at_, 2) == "\r\n" ||
           text_.substr(at_) == "\r";
  }
  char take() {
    const char c = text_[at_++];
    if (c == '\n') line_++;
    return c;
  }

  CsvRecord read_record() {
    CsvRecord record{.line = line_, .fields = {}, .error = {}};
    while (true) {
      record.fields.push_back(peek() == '"' ? read_quoted(record) : read_plain());
      if (at_ < text_.size() && peek() == ',') {
        at_++;
        continue;
      }
      if (peek() == '\r') at_++;
      if (at_ < text_.size()) take();
      return record;
    }
  }

  std::string read_plain() {
    std::string field;
    while (!at_line_end() && peek() != ',') field += take();
    return field;
  }

  std::string read_quoted(CsvRecord& record) {
    std::string field;
    at_++;
    while (at_ < text_.size()) {
      if (text_.substr(at_, 2) == "\"\"") {
        field += '"';
        at_ += 2;
      } else if (peek() == '"') {
        at_++;
        if (!at_line_end() && peek() != ',') record.error = "text after a closing quote";
        return field + read_plain();
      } else {
        field += take();
      }
    }
    record.error = "a quote is not closed";
    return field;
  }

  std::string_view text_;
  size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<CsvRecord> parse_csv(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  return CsvReader(text).read();
}

}  // namespace thinktrace
