// SPDX-License-Identifier: MIT
// Temporary files: what was given comes back, and records come back in order.
#include "thinktrace/spool/spool.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "thinktrace/error.h"
#include "thinktrace/spool/records.h"

namespace thinktrace {
namespace {

TEST(Spool, GivesBackWhatItWasGiven) {
  for (const size_t size : {size_t{0}, size_t{100}, kSpoolBytes - 1, kSpoolBytes, 5 * kSpoolBytes + 77}) {
    Spool spool;
    std::string given, back;
    for (size_t n = 1; given.size() < size; n = n * 7 % 1009) {
      const std::string piece(std::min(n, size - given.size()), static_cast<char>('a' + n % 26));
      spool.add(piece);
      given += piece;
    }
    EXPECT_EQ(spool.is_empty(), size == 0);
    for (int twice = 0; twice < 2; twice++) {
      back.clear();
      spool.replay([&](std::string_view piece) { back += piece; });
      EXPECT_TRUE(back == given) << size;
    }
    // From the middle, in pieces that go over the border between file and memory.
    SpoolReader reader(spool, size / 3);
    std::string rest(size - size / 3, '\0');
    for (size_t at = 0; at < rest.size(); at += 1013)
      ASSERT_TRUE(reader.read(rest.data() + at, std::min<size_t>(1013, rest.size() - at)));
    EXPECT_TRUE(rest == given.substr(size / 3)) << size;
    char beyond = 0;
    EXPECT_FALSE(reader.read(&beyond, 1));
  }
}

TEST(Spool, NamesTheFolderThatTakesNothing) {
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before ? before : "";
  ::setenv("TMPDIR", "/nowhere/at all", 1);
  std::string complaint;
  try {
    Spool().add(std::string(kSpoolBytes, 'x'));
  } catch (const Error& e) {
    complaint = e.what();
  }
  before ? ::setenv("TMPDIR", kept.c_str(), 1) : ::unsetenv("TMPDIR");
  EXPECT_NE(complaint.find("/nowhere/at all"), std::string::npos) << complaint;
  EXPECT_NE(complaint.find("TMPDIR"), std::string::npos) << complaint;
}

// By their first byte alone, so that many are equal.
bool is_before(std::string_view a, std::string_view b) { return a.substr(0, 1) < b.substr(0, 1); }

// Up to as many as make runs that are merged twice.
TEST(Records, AreSortedAndEqualOnesStayInTheirOrder) {
  std::mt19937_64 random(5);
  for (const size_t n : {size_t{0}, size_t{1}, size_t{50}, size_t{5'000}, size_t{70'000}}) {
    RecordSorter sorter(is_before);
    std::vector<std::string> expected;
    for (size_t i = 0; i < n; i++) {
      std::string record =
          i % 97 == 7 ? std::string() : fmt::format("{} {}", static_cast<char>('a' + random() % 20), i);
      record.resize(record.size() + random() % 30, '\0');
      sorter.add(record);
      expected.push_back(std::move(record));
    }
    std::stable_sort(expected.begin(), expected.end(), is_before);
    const Records sorted = sorter.finish();
    ASSERT_EQ(sorted.size(), n);
    RecordReader reader(sorted);
    std::string record;
    uint64_t middle = 0;
    for (size_t i = 0; i < n; i++) {
      if (i == n / 2) middle = reader.offset();
      ASSERT_TRUE(reader.next(record));
      ASSERT_EQ(record, expected[i]) << i;
    }
    EXPECT_FALSE(reader.next(record));
    if (n == 0) continue;
    RecordReader second_half(sorted, middle);
    ASSERT_TRUE(second_half.next(record));
    EXPECT_EQ(record, expected[n / 2]);
  }
}

}  // namespace
}  // namespace thinktrace
