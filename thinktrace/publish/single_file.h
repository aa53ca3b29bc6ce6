// SPDX-License-Identifier: MIT
// single_file.h — a gallery as one HTML file that holds everything (docs/bundle.md, "single file").
#pragma once
#include <string>
#include <vector>

#include "thinktrace/publish/bundle.h"

namespace thinktrace {

// Throws Error (kInput) if `file` has another ending than .html, or exists and is no page of ours.
void check_single_file(const std::string& file);

// Writes the gallery of `runs` as one page, under another name first, so that an older page stays until the new one is
// whole. The page refers to nothing outside it. The same records give the same bytes. Throws as check_single_file and
// single_page, and Error (kFailed) naming the file that can't be written. Memory: as build_bundle.
void write_single_file(const std::vector<SiteRun>& runs, const BundleOptions& options,
                       const std::string& file);

}  // namespace thinktrace
