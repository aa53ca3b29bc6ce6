// SPDX-License-Identifier: MIT
import { defineConfig } from "vitest/config";

export default defineConfig({
  publicDir: false,
  test: { include: ["tests/unit/**/*.test.ts"], environment: "node", pool: "threads", maxWorkers: 2, minWorkers: 1,
    testTimeout: 60_000 }, // Property tests on a busy machine.
});
