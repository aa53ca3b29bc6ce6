// SPDX-License-Identifier: MIT
// site.h — a gallery as a static folder: a bundle (docs/bundle.md) and the viewer.
#pragma once
#include <string>
#include <vector>

#include "thinktrace/publish/bundle.h"

namespace thinktrace {

// Throws Error (kInput) if `folder` exists and is neither empty nor a gallery.
void check_site_folder(const std::string& folder);

// Writes the gallery of `runs` into `folder`, over an older gallery if there is one: chunks first, the page
// last, then chunks that no page uses are removed, so that an interrupted build leaves the old gallery whole.
// Touches no file that is not a gallery's. The same records give the same bytes. Throws as check_site_folder,
// and Error (kFailed) naming the file that can't be written. Memory: as build_bundle.
void write_site(const std::vector<SiteRun>& runs, const BundleOptions& options, const std::string& folder);

}  // namespace thinktrace
