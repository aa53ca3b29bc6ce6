// SPDX-License-Identifier: MIT
// The bundle that the program's own tests write must be one that this viewer reads.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { check_exits, check_outlines, read_manifest_text, read_run, read_site } from "../read_site.ts";

const kGolden = fileURLToPath(new URL("../../../tests/golden/bundle", import.meta.url));
const there = existsSync(`${kGolden}/index.html`);

test.skipIf(!there)(`the golden bundle${there ? "" : " (skipped: tests/golden/bundle is not there yet)"}`, () => {
  expect(read_manifest_text(kGolden)).toMatch(/^[\x20-\x3B\x3D\x3F-\x7E]*$/);
  const sum = read_site(kGolden);
  expect(sum.traces).toBeGreaterThan(0);
  expect(sum.analyses).toBeGreaterThan(0);
  expect(sum.ids).toBeGreaterThan(0);
  expect(sum.experiments).toBeGreaterThan(2);
  const runs = parse_manifest(read_manifest_text(kGolden)).runs.map((run) => read_run(kGolden, run));
  for (const check of [check_exits, check_outlines]) expect(Math.max(...runs.map(check)), check.name).toBeGreaterThan(0);
});
