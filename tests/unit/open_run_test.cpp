// SPDX-License-Identifier: MIT
// A run that is opened for reading while another process goes on writing.
#include <gtest/gtest.h>

#include "tests/unit/bundles.h"
#include "tests/unit/growing_store.h"
#include "thinktrace/run/publish.h"

namespace thinktrace {
namespace {

using testing::GrowingStore;

class OpenRunTest : public testing::FolderTest {};

TEST_F(OpenRunTest, StaysAtItsPlan) {
  GrowingStore growing(folder_.string());
  growing.commit(1, 0);
  const OpenRun run = open_run({folder_.string(), {}, {}, {}, ReadAccess::kUntouched});
  growing.begin_another_plan();
  int n_traces = 0;
  run.store.for_each_trace([&](const TraceRecord&) { n_traces++; }, run.reader.id);
  EXPECT_EQ(n_traces, 2);
  EXPECT_EQ(run.store.trace_ids().size(), 2u);
  EXPECT_EQ(run.store.counts().traces, 2);
  EXPECT_EQ(open_run({folder_.string(), {}, {}, {}, ReadAccess::kUntouched}).plan.number, 2);
}

}  // namespace
}  // namespace thinktrace
