// SPDX-License-Identifier: MIT
// migrate.h — versions of the schema. Private to store/. docs/store.md states the rule.
#pragma once
#include <string>

struct sqlite3;

namespace thinktrace {

inline constexpr int kStoreVersion = 4;

int store_version(sqlite3* db);  // 0: an empty file.

// Brings an empty or an older store to kStoreVersion, in one transaction. Throws Error (kStore).
void migrate_store(sqlite3* db);

// Version 1 kept what is now the reader's in the plan's identity.
struct StoredIdentities {
  std::string sampling, sampling_id, reader, reader_id;
};
StoredIdentities split_identity(const std::string& version_1);

}  // namespace thinktrace
