// SPDX-License-Identifier: MIT
// Everything by the keyboard alone: from the front page to a quotation and back. The focus is always somewhere and always
// to be seen.
import type { Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";
import { make_demo } from "../generate.ts";
import { use_site } from "./harness.ts";

const data = make_demo({ questions: 6, samples: 3, length: 6, runs: 1 }), at = use_site(data);
beforeEach(async () => {
  await at.again(await at.serve(), { permissions: ["clipboard-read", "clipboard-write"] });
  at.page.setDefaultTimeout(8000);
});

interface Focus { name: string; lost: boolean; hidden: boolean }
// What has the focus; hidden: nothing of it, or nothing that says so, is in sight, or something else lies over all of it.
const focus = (page: Page): Promise<Focus> => page.evaluate(() => {
  const e = document.activeElement as HTMLElement, box = e.getBoundingClientRect();
  const marked = [e, ...e.querySelectorAll<HTMLElement>("*")].some((part) => {
    const style = getComputedStyle(part);
    return style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2;
  });
  const outside = box.width === 0 || box.bottom <= 0 || box.top >= window.innerHeight || box.right <= 0 || box.left >= window.innerWidth;
  const [across, down] = [[0.1, 0.3, 0.5, 0.7, 0.9], [0.15, 0.5, 0.85]];
  const seen = [...e.getClientRects()].some((part) => across.some((x) => down.some((y) =>
    e.contains(document.elementFromPoint(part.left + x * part.width, part.top + y * part.height)))));
  return { name: `${e.tagName}.${e.className} ${e.getAttribute("aria-label") ?? e.textContent?.slice(0, 40) ?? ""}`, lost: e === document.body,
    hidden: outside || !seen || !(marked || e.matches("main, h1, h2")) };
});

async function press(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await expect.poll(() => focus(page), { message: key }).toMatchObject({ lost: false, hidden: false });
}
// Goes on by the tab key until what has the focus is what is looked for.
async function tab_to(page: Page, query: string, key = "Tab"): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (await page.evaluate((q) => document.activeElement?.matches(q), query)) return;
    await press(page, key);
  }
  throw new Error(`the tab key does not reach ${query}`);
}
async function tab_to_name(page: Page, name: string): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (await page.evaluate((text) => document.activeElement?.textContent?.trim().startsWith(text), name)) return;
    await press(page, "Tab");
  }
  throw new Error(`the tab key does not reach ${name}`);
}
const hash = (page: Page): Promise<string> => page.evaluate(() => decodeURIComponent(location.hash));
const focused_trace = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.getAttribute("data-trace") ?? "");
const drawn = (page: Page) => page.waitForFunction(() => document.querySelector(".tile") && !document.querySelector(".is-blank, .is-outline"));

test("from the front page to two traces side by side, and back", async () => {
  const { page } = at;
  await at.open();
  await page.waitForSelector(".subject canvas");
  await tab_to_name(page, "All traces");
  await page.keyboard.press("Enter");
  await drawn(page);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1"); // What is new is read from its head.
  await tab_to(page, ".toolbar select:has(optgroup)");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => hash(page)).toContain("sort=");
  await tab_to(page, ".chip");
  await press(page, "Space");
  await expect.poll(() => hash(page)).toMatch(/class=/);
  await tab_to(page, '[role="slider"]');
  await press(page, "PageUp");
  await expect.poll(() => hash(page)).toContain("range=");
  await tab_to(page, ".tile");
  await drawn(page);
  await expect.poll(() => page.locator(".card").isVisible()).toBe(true);
  const first = await focused_trace(page);
  await press(page, "Escape");
  expect(await page.locator(".card").isVisible()).toBe(false);
  expect(await focused_trace(page)).toBe(first);
  await press(page, "x");
  await press(page, "ArrowRight");
  await press(page, "ArrowRight");
  const second = await focused_trace(page);
  expect(second).not.toBe(first);
  await press(page, "x");
  await tab_to(page, ".tray-compare");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".tray-card .matrix-board canvas");
  expect(await page.locator(".tray-card").evaluateAll((cards) => cards.map((c) => (c as HTMLElement).dataset["trace"]))).toEqual([first, second]);
  await tab_to(page, ".tray-range");
  await press(page, "ArrowRight");
  await tab_to(page, ".remove");
  await press(page, "Enter");
  await expect.poll(() => page.locator(".tray-card").count()).toBe(1);
  await page.goBack();
  await drawn(page);
  expect(await hash(page)).toContain(second.slice(0, 12));
});

test("a trace: jumps, the text, a quotation, help, and the way back", async () => {
  const { page } = at;
  await at.open("#/demo/*?sort=-flips");
  await drawn(page);
  await tab_to(page, ".tile");
  const trace = await focused_trace(page);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".u-over");
  await page.waitForSelector(".turn a");
  await tab_to(page, '[aria-label="Next flip"]');
  await press(page, "Enter");
  const t = Number(await page.locator(".token.is-here").getAttribute("data-t"));
  expect(t).toBeGreaterThan(0);
  await tab_to_name(page, "Copy quotation");
  await press(page, "Enter");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^“.+” — .+, question \d+, sample \d+, t = /);
  await tab_to(page, ".token");
  expect(await page.locator(".token.is-here").getAttribute("data-t")).toBe(String(t));
  await press(page, "ArrowRight");
  expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset["t"])).toBe(String(t + 1));
  await page.keyboard.press("?");
  await page.waitForSelector(".help");
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  await tab_to(page, ".help-contents a");
  await press(page, "Enter");
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H2");
  await page.goBack();
  await page.goBack();
  await page.waitForSelector(".token.is-here");
  expect(await page.locator(".token.is-here").getAttribute("data-t")).toBe(String(t + 1));
  await page.goBack();
  await drawn(page);
  expect(await page.locator(`.tile[data-trace="${trace}"]`).count()).toBe(1);
});

test("the first tab leads past the head; menus close with Escape and give the focus back", async () => {
  const { page } = at;
  await at.open("#/demo/*");
  await drawn(page);
  await press(page, "Tab");
  expect((await focus(page)).name).toContain("Skip to the content");
  await press(page, "Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  await tab_to(page, ".save-button");
  await press(page, "Enter");
  await press(page, "Tab");
  await press(page, "Escape");
  expect(await page.evaluate(() => document.activeElement?.className)).toBe("save-button");
  expect(await page.locator(".save-panel").isVisible()).toBe(false);
});

const picks = data.runs.flatMap((run) => run.subjects[0]?.questions.slice(0, 2) ?? []).flatMap((q) => q.traces.slice(0, 2).map(({ id }) => id.slice(0, 12))).join();
const kSmall: [string, string, string][] = [["pictures", `#/demo/*?group=class&size=2&pick=${picks}`, ".tile.tile-box:not(.is-blank)"], ["lines", `#/demo/*?view=lines&group=subject&pick=${picks}`, ".tile.line:not(.is-blank)"],
  ["a list", `#/demo/*?view=list&group=subject&pick=${picks}`, ".row canvas"],
  ["a trace", `#/demo/stores/${data.runs[0]?.subjects[0]?.questions[0]?.id}/0?t=9`, ".u-over"]];

// Every stop of the tab key, until it leaves the page.
test.each<[string, string, string, boolean?]>([["front page", "", ".subject canvas"], ["gallery", "#/demo/*", ".tile .tile-box:not(.is-blank)"], ["list", "#/demo/stores?view=list", ".row canvas"],
  ["comparison", "#compare", "h1"], ["help", "#help", ".help-topic canvas"],
  // In a small window, where headings, the picked traces and the readings at the cursor stick to its edges.
  ...kSmall.map(([name, address, ready]) => [`${name} in a small window`, address, ready, true] as [string, string, string, boolean]),
])("every stop can be seen: %s", async (_name, address, ready, small = false) => {
  const { page } = at;
  if (small) await page.setViewportSize({ width: 360, height: 640 });
  await at.open(address);
  await page.waitForSelector(ready);
  const stops: string[] = [];
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press("Tab");
    const now = await focus(page);
    if (now.lost) break;
    stops.push(now.name);
    if (now.hidden) await expect.poll(() => focus(page), { message: now.name }).toMatchObject({ hidden: false });
  }
  expect(stops.length).toBeGreaterThan(3);
  expect(stops.at(-1)).toContain("Help and keys");
  for (let i = 0; small && i < Math.min(stops.length, 60); i++) await press(page, "Shift+Tab");
  if (!small || address.includes("view=list")) return; // Arrows scroll a list.
  await page.locator('.rows [data-trace][tabindex="0"], .token[tabindex="0"]').first().focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"]) {
    await press(page, key);
    if (address.includes("*")) await expect.poll(() => page.locator(".card").isVisible()).toBe(true); // It lies beside what it tells of.
    expect(await focus(page), key).toMatchObject({ lost: false, hidden: false });
  }
});
