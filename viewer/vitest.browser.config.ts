// SPDX-License-Identifier: MIT
// Two workers, each with a browser: a test waits for its page about as long as it keeps a core busy.
import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";
import type { TestSpecification } from "vitest/node";

// Those that take longest come first, so that none of them is alone at the end.
const kLong = ["hostile.test.ts", "hostile_ways.test.ts", "access.test.ts", "filters.test.ts", "large.test.ts"];
const rank = ({ moduleId }: TestSpecification): number => (kLong.includes(basename(moduleId)) ? kLong.indexOf(basename(moduleId)) : kLong.length);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  publicDir: false,
  test: {
    include: ["tests/browser/**/*.test.ts"],
    environment: "node",
    pool: "threads",
    maxWorkers: 2,
    minWorkers: 1,
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
