// SPDX-License-Identifier: MIT
// Accessibility by axe on every kind of page, in light and dark, wide and narrow.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { kImported } from "../fixture.ts";
import { make_demo } from "../generate.ts";
import { make_analysis } from "../make_analysis.ts";
import type { BundleData, RunData, TraceData } from "../make_bundle.ts";
import { check_axe } from "./axe.ts";
import { use_site } from "./harness.ts";

const demo = make_demo({ questions: 3, samples: 3, length: 5, runs: 2 }), [one, two] = demo.runs as [RunData, RunData];
const trace = `#/demo/draws/${one.subjects[3]?.questions[0]?.id}`;
const short_id = ({ id }: TraceData): string => id.slice(0, 12);
const picks = (one.subjects[0]?.questions ?? []).flatMap((q) => q.traces.slice(0, 2).map(short_id)).join(",");
const run = { ...one, analysis: make_analysis({ orders: true, prior: true, warnings: [{ kind: "x", text: "mind this" }] }, one.subjects.map((s) => ({ subject: s.name }))) };
const side_by_side = [...run.subjects.slice(2), ...kImported.subjects].flatMap((s) => s.questions[0]?.traces ?? []).map(short_id);
const tray = `#tray?pick=${side_by_side.join(",")}`; // One failed, one was not read.
const data: BundleData = { ...demo, runs: [run, two, kImported] };

const kPages: [string, string, string][] = [
  ["front page", "", ".numbers .two-by-two"],
  ["imported subject", "#/imported/stars", ".is-unread"],
  ["imported trace", "#/imported/stars/i0/0?t=3", ".u-over"],
  ["trace that was not read", "#/imported/stars/i0/1", ".unread"],
  ["subject", "#/demo/draws", ".row canvas"],
  ["all subjects", "#/demo/*?colour=right", ".tile .tile-box:not(.is-blank)"],
  ["small pictures, grouped, some picked", `#/demo/*?size=1&group=question&pick=${picks}`, ".tray-item canvas"],
  ["lines", "#/demo/*?view=lines&group=class&size=2", ".tile.line:not(.is-blank)"],
  ["a list of all subjects", "#/imported/*?view=list&group=subject", ".row canvas"],
  ["trace", `${trace}/0?t=4`, ".u-over"],
  ["trace with other readers and a search", `${trace}/0?readers=2,3&text=that%20let&scope=both`, '.reading[data-option="R3"]'],
  ["strided trace", `${trace}/2?colour=right&palette=safe`, ".u-over"],
  ["failed trace", `${trace}/1`, ".failure"],
  ["help", "#help", '.help-topic bdi:text-is("p_start")'],
  ["two runs", "#compare/demo/demo%202", ".pair canvas"],
  ["two runs with nothing in common", "#compare/demo/imported?by=length", ".pair.is-single"],
  ["tray", tray, ".tray-curve .u-over"],
  ["tray by share", `${tray}&align=fraction&colour=right`, ".tray-curve .u-over"],
  ["tray with too few", "#tray?pick=abcdef", ".tray-told p"],
  ["nowhere", "#/nowhere", "h1"],
];

const open_folds = (page: Page): Promise<void> => page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));

describe.each([1280, 360])("in light and dark, %d pixels wide", (width) => {
  const at = use_site(data, { one_page: true, page: { colorScheme: "light", viewport: { width, height: 800 } } });
  test.each(kPages)("axe finds nothing on the page: %s", async (_name, hash, ready) => {
    await at.open(hash);
    await at.page.waitForSelector(ready);
    await open_folds(at.page);
    await check_axe(at.page);
  });
  test("axe finds nothing with the filters, the menu of what can be saved and a card open", async () => {
    const { page } = at;
    await at.open("#/demo/*?class=productive");
    await page.waitForSelector(".tile .tile-box:not(.is-blank)");
    if (!await page.locator(".filters").isVisible()) await page.click('[aria-controls="filters"]');
    await page.locator(".where-help summary").click();
    await page.waitForSelector(".where-examples li");
    await check_axe(page);
    await page.locator(".save-button").click();
    await page.waitForSelector(".save-list button");
    await check_axe(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    await page.locator('.tile[tabindex="0"]').focus();
    await page.locator(".card").waitFor();
    await check_axe(page);
  });
});

describe("otherwise", () => {
  const at = use_site(data);

  test("nothing is wider than a window of 320 pixels", async () => {
    await at.page.setViewportSize({ width: 320, height: 800 });
    for (const [name, hash, ready] of kPages) {
      await at.open(hash);
      await at.page.waitForSelector(ready);
      await open_folds(at.page);
      const [width, inner] = await at.page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      expect(width, name).toBeLessThanOrEqual(inner as number);
    }
  });

  test("nothing moves by itself for readers who want less motion", async () => {
    const moving = () => at.page.evaluate(() => [...document.querySelectorAll("*")].filter((e) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(e);
      return transitionDuration.split(", ").some((time) => time !== "0s") || animationName !== "none" || scrollBehavior !== "auto";
    }).map((e) => e.className));
    await at.open(`${trace}/0?t=4`);
    await at.page.waitForSelector(".u-over");
    expect(new Set(await moving())).toEqual(new Set(["bar-fill"]));
    await at.page.emulateMedia({ reducedMotion: "reduce" });
    expect(await moving()).toEqual([]);
  });

  test("the theme follows the system until the reader chooses", async () => {
    await at.page.emulateMedia({ colorScheme: "dark" });
    await at.open();
    const theme = () => at.page.evaluate(() => document.documentElement.dataset["theme"]);
    expect(await theme()).toBe("dark");
    await at.page.emulateMedia({ colorScheme: "light" });
    await at.page.waitForFunction(() => document.documentElement.dataset["theme"] === "light");
    await at.page.click("button.theme");
    expect(await theme()).toBe("dark");
    await at.page.reload();
    expect(await theme()).toBe("dark");
  });
});
