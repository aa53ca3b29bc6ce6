// SPDX-License-Identifier: MIT
// One worker: the browser is the load, and two of them on two cores only make each other late.
import { defineConfig } from "vitest/config";

export default defineConfig({
  publicDir: false,
  test: {
    include: ["tests/browser/**/*.test.ts"],
    environment: "node",
    pool: "threads",
    maxWorkers: 1,
    minWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
