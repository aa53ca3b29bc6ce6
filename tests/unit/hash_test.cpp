// SPDX-License-Identifier: MIT
#include "thinktrace/text/hash.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "thinktrace/error.h"
#include "thinktrace/text/hash_set.h"

namespace thinktrace {
namespace {

namespace fs = std::filesystem;

// FIPS 180-2, appendix B, and the empty message.
const struct {
  std::string message, digest;
} kVectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {std::string(1000000, 'a'), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
};

struct TempFile {
  explicit TempFile(const std::string& bytes)
      : path(fs::path(::testing::TempDir()) /
             ("thinktrace_hash_test_" + std::to_string(::getpid()) + ".bin")) {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  ~TempFile() { fs::remove(path); }
  fs::path path;
};

TEST(Hash, Sha256GivesThePublishedDigests) {
  for (const auto& v : kVectors) EXPECT_EQ(sha256(v.message), v.digest);
}

TEST(Hash, Sha256ReadsNulBytesToo) {
  EXPECT_NE(sha256(std::string("a\0b", 3)), sha256(std::string("a\0c", 3)));
}

TEST(Hash, AFileHashesAsItsContent) {
  for (const auto& v : kVectors) EXPECT_EQ(sha256_file(TempFile(v.message).path.string()), v.digest);
  std::string large(3 * (1 << 20) + 1, '\0');  // More than one read.
  for (size_t i = 0; i < large.size(); i++) large[i] = static_cast<char>(i * 31 >> 3);
  EXPECT_EQ(sha256_file(TempFile(large).path.string()), sha256(large));
}

TEST(Hash, AFileThatCannotBeReadIsNamed) {
  const fs::path missing = fs::path(::testing::TempDir()) / "thinktrace_hash_test_no_such_file";
  for (const std::string& path : {missing.string(), ::testing::TempDir()}) {  // The second is a folder.
    try {
      sha256_file(path);
      ADD_FAILURE() << path << " has a hash";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kInput);
      EXPECT_NE(std::string(e.what()).find(path), std::string::npos) << e.what();
    }
  }
}

TEST(Hash, ContentIdIsTheBeginningOfTheDigest) {
  for (const auto& v : kVectors) EXPECT_EQ(content_id(v.message), v.digest.substr(0, 16));
}

TEST(HashSet, HoldsWhatWasPutIn) {
  std::mt19937_64 random(8);
  HashSet set;
  std::set<uint64_t> twin;
  EXPECT_FALSE(set.contains(3));
  for (int i = 0; i < 5000; i++) {
    // Few different ones, so that many come again, and many that share their lowest bits.
    const uint64_t hash = 2 + (random() % 3000) * (i % 2 == 0 ? 1 : 1 << 20);
    EXPECT_EQ(set.contains(hash), twin.contains(hash));
    EXPECT_EQ(set.insert(hash), twin.insert(hash).second);
    EXPECT_TRUE(set.contains(hash));
  }
  HashSet zero;
  EXPECT_TRUE(zero.insert(0));
  EXPECT_FALSE(zero.insert(1));
  for (uint64_t i = 2; i < 1000; i++) zero.insert(i << 10 | i);
  EXPECT_TRUE(zero.contains(0));
}

}  // namespace
}  // namespace thinktrace
