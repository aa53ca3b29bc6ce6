// SPDX-License-Identifier: MIT
import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const kTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function run_axe(page: Page): Promise<void> {
  const found = await page.evaluate(async (runOnly) => {
    const run = (window as unknown as { axe: typeof axe }).axe.run;
    const { violations } = await run(document, { preload: false, runOnly });
    return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`).join(" | ")}`);
  }, kTags);
  expect(found).toEqual([]);
}

// In light and in dark.
export async function check_axe(page: Page): Promise<void> {
  await page.evaluate(axe.source); // By the debugger, so the page's policy stays as it is.
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction((theme) => document.documentElement.dataset["theme"] === theme, colorScheme);
    await run_axe(page);
  }
  await page.emulateMedia({ colorScheme: "light" });
}
