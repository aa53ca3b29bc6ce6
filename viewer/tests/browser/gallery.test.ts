// SPDX-License-Identifier: MIT
// The gallery's views, its keys, its card, and picking.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { option_colours } from "../../src/colour/palette.ts";
import { kFixture } from "../fixture.ts";
import { make_demo } from "../generate.ts";
import { write_news } from "../make_bundle.ts";
import type { BundleData } from "../make_bundle.ts";
import { use_site } from "./harness.ts";

const demo_data = (): BundleData => make_demo({ questions: 12, samples: 4, length: 6, runs: 1 }), kShelves = { shelf_tokens: 800 };

const tiles = (page: Page) => page.locator(".tile");
const ids = (page: Page): Promise<string[]> => page.locator(".tile").evaluateAll((list) => list.map((t) => (t as HTMLElement).dataset["trace"] ?? ""));
const focused = (page: Page): Promise<string> => page.evaluate(() => (document.activeElement as HTMLElement).dataset["trace"] ?? "");
const drawn = (page: Page): Promise<unknown> => page.waitForFunction(() => document.querySelector(".tile, .thumb") && !document.querySelector(".is-blank, .is-outline"));
const query = (page: Page): Promise<URLSearchParams> => page.evaluate(() => location.hash).then((hash) => new URLSearchParams(hash.split("?")[1] ?? ""));

// Colours across a tile's picture, at the middles of `n` equal parts of its first line.
function first_line(page: Page, tile: string, n: number, cell: number): Promise<number[][]> {
  return page.locator(tile).evaluate((link, { n, cell }) => {
    const canvas = link.closest(".band")?.querySelector("canvas") as HTMLCanvasElement, box = canvas.getBoundingClientRect(), own = link.getBoundingClientRect();
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext("2d", { willReadFrequently: true });
    context?.drawImage(canvas, 0, 0);
    const scale = canvas.width / box.width;
    return Array.from({ length: n }, (_, i) =>
      [...(context?.getImageData((own.left - box.left + (i + 0.5) * cell) * scale, (own.top - box.top + 1.5) * scale, 1, 1).data ?? [])]);
  }, { n, cell });
}
const rounded = (c: readonly number[]): number[] => [...c.map(Math.round), 255];

describe("the fixture's run", () => {
  const at = use_site(kFixture);

  test("a grid of all subjects, a list of one, and what is no picture", async () => {
    const { page } = at;
    await at.open("#/run%20one/*");
    await drawn(page);
    expect(await ids(page)).toEqual(["a0", "a1", "b0", "b1", "c0", "c1", "d0"]);
    expect(await page.locator(".tile").first().textContent()).toMatch(/^Question 0, sample 0: 3 thinking tokens, P\(right\) \d\.\d\d → \d\.\d\d, forced answer at end ✓ right/);
    expect(await page.locator(".tile .is-failed").count()).toBe(1);
    expect(await page.locator(".tile .is-cut").count()).toBe(1);
    expect(await page.locator(".status").textContent()).toContain("7 traces, 4 questions");
    await at.open("#/run%20one/first");
    await page.waitForSelector(".row canvas");
    expect(await page.locator(".row-number").allTextContents()).toEqual(["0", "1", "2"]);
    expect(await page.locator(".row").nth(0).locator(".thumb").count()).toBe(2);
  });

  test("cells have the colours of their readings, and a change of colouring draws them anew", async () => {
    const { page } = at;
    await at.open("#/run%20one/*?colour=likely");
    await drawn(page);
    const [wrong, right] = option_colours(2, 1, "published").map(rounded);
    const cell = await page.locator('.tile[data-trace="a0"]').evaluate((t) => t.getBoundingClientRect().width) / 12;
    expect(await first_line(page, '.tile[data-trace="a0"]', 4, cell)).toEqual([wrong, right, right, [0, 0, 0, 0]]);
    await page.click('button:text-is("P(right)")');
    await page.waitForFunction(() => location.hash.includes("colour=right"));
    expect(await first_line(page, '.tile[data-trace="a0"]', 2, cell)).toEqual([[68, 1, 84, 255], [253, 231, 37, 255]]);
  });

  test("lines: as long as their traces, or stretched", async () => {
    const { page } = at;
    await at.open("#/run%20one/*?view=lines&colour=likely&size=10&sort=-length");
    await drawn(page);
    expect((await ids(page))[0]).toBe("a1");
    expect(await page.locator(".tick").first().textContent()).toBe("0 thinking tokens");
    const width = await page.locator(".rows").evaluate((e) => e.clientWidth);
    const line = '.tile[data-trace="b0"]'; // Twenty tokens where the longest has forty.
    const halves = await first_line(page, line, 2, width / 2 - 1);
    expect(halves[0]?.[3]).toBe(255);
    expect(halves[1]?.[3]).toBe(0);
    await at.open("#/run%20one/*?view=lines&colour=likely&size=10&align=fraction");
    await drawn(page);
    const [wrong, right] = option_colours(2, 1, "published").map(rounded);
    expect(await first_line(page, '.tile[data-trace="a0"]', 4, width / 4)).toEqual([wrong, wrong, wrong, right]);
    expect(await page.locator(".tick").allTextContents()).toEqual(["0 %", "25 %", "50 %", "75 %", "100 %"]);
  });

  test("words that were looked for are marked in questions and options", async () => {
    const { page } = at;
    await at.open("#/run%20one/first?text=seven");
    await page.waitForSelector("mark");
    expect(await page.locator("mark").allTextContents()).toEqual(["seven", "seven"]);
    expect(await page.locator(".row").count()).toBe(1);
  });
});

describe("a run of some two hundred traces", () => {
  const at = use_site(demo_data(), { write: kShelves });

  test("one picture is reached by the tab key, the others by arrows; Enter opens, and the way back finds it", async () => {
    const { page } = at;
    await at.open("#/demo/*?size=3");
    await drawn(page);
    expect(await page.locator('.tile[tabindex="0"]').count()).toBe(1);
    const order = await ids(page);
    await page.locator('.tile[tabindex="0"]').focus();
    const across = await page.evaluate(() => document.querySelector(".band")?.querySelectorAll(".tile").length ?? 0);
    expect(across).toBeGreaterThan(5);
    for (const [key, place] of [["ArrowRight", 1], ["ArrowDown", 1 + across], ["End", 2 * across - 1], ["ArrowUp", across - 1], ["Home", 0]] as const) {
      await page.keyboard.press(key);
      expect(await focused(page), key).toBe(order[place]);
      expect(await page.locator('.tile[tabindex="0"]').count()).toBe(1);
    }
    await page.keyboard.press("Control+End");
    const last = await focused(page);
    expect(await page.locator(".tile").last().getAttribute("data-trace")).toBe(last);
    const box = await page.locator(".tile").last().boundingBox();
    expect((box?.y ?? -1) + (box?.height ?? 0)).toBeLessThanOrEqual(800.5);
    await page.waitForTimeout(300);
    const y = await page.evaluate(() => window.scrollY);
    await page.keyboard.press("Enter");
    await page.waitForSelector(".trace-page");
    await page.goBack();
    await drawn(page);
    await page.waitForFunction((to) => Math.abs(window.scrollY - to) < 2, y);
  });

  test("groups have headings with their numbers, which stay in sight", async () => {
    const { page } = at;
    await at.open("#/demo/*?group=subject&size=7");
    await drawn(page);
    expect(await page.locator(".group-head").first().textContent()).toMatch(/48 traces.*of.*right at end/);
    await page.evaluate(() => window.scrollBy(0, 700));
    await page.waitForFunction(() => [...document.querySelectorAll(".group-head")].some((e) => Math.abs(e.getBoundingClientRect().top) < 1));
    await at.open("#/demo/*?group=question");
    await page.waitForSelector(".group-name.is-question");
    expect(await page.locator(".group-name").first().textContent()).toMatch(/^0 .*\?$/);
  });

  test("density and alignment: more pictures, all of one size", async () => {
    const { page } = at;
    const sizes = () => tiles(page).evaluateAll((list) => list.slice(0, 20).map((t) => `${t.getBoundingClientRect().width} ${t.getBoundingClientRect().height}`));
    const across = () => page.evaluate(() => document.querySelector(".band")?.querySelectorAll(".tile").length ?? 0);
    let before = 1000;
    for (const size of [0, 3, 5, 8, 10]) {
      await at.open(`#/demo/*?size=${size}`);
      await drawn(page);
      expect(await across()).toBeLessThan(before);
      before = await across();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
    }
    await at.open("#/demo/*?size=1&align=fraction&stop=closed");
    await drawn(page);
    expect(new Set(await sizes()).size).toBe(1);
  });

  test("the card: on the pointer and on the focus, stays under the pointer, goes with Escape", async () => {
    const { page } = at;
    await at.open("#/demo/*?size=3");
    await drawn(page);
    const card = page.locator(".card");
    await tiles(page).nth(3).hover();
    await card.waitFor({ state: "visible" });
    expect(await card.textContent()).toContain("question 0 · sample 3");
    expect(await card.locator(".option.is-right").count()).toBe(1);
    expect(await card.locator("canvas").count()).toBe(1);
    await card.hover();
    await page.waitForTimeout(400);
    expect(await card.isVisible()).toBe(true);
    await page.mouse.move(5, 5);
    await card.waitFor({ state: "hidden" });
    await page.locator('.tile[tabindex="0"]').focus();
    await page.keyboard.press("ArrowRight");
    await card.waitFor({ state: "visible" });
    expect(await card.textContent()).toContain("question 0 · sample 1");
    await page.keyboard.press("Escape");
    expect(await card.isVisible()).toBe(false);
    expect(await focused(page)).toBe((await ids(page))[1]);
  });

  test("picking by key, by button and from the card; picks go along and can be taken back", async () => {
    const { page } = at;
    await at.open("#/demo/*");
    await drawn(page);
    const order = await ids(page), cut = (i: number): string => (order[i] ?? "").slice(0, 12);
    await page.locator('.tile[tabindex="0"]').focus();
    await page.keyboard.press("x");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("x");
    await tiles(page).nth(4).hover();
    const button = page.locator(".pick").nth(4);
    expect((await button.boundingBox())?.width).toBeGreaterThanOrEqual(24);
    await button.click();
    expect((await query(page)).get("pick")).toBe([cut(0), cut(1), cut(4)].join(","));
    expect(await page.locator(".pick[aria-pressed=true]").count()).toBe(3);
    expect(await page.locator(".tray-item").count()).toBe(3);
    await page.waitForFunction(() => document.querySelectorAll(".tray-item canvas").length === 3);
    await page.locator(".tray-remove").nth(1).click();
    expect((await query(page)).get("pick")).toBe([cut(0), cut(4)].join(","));
    await page.click(".crumbs .brand");
    await page.waitForSelector(".front");
    expect((await query(page)).get("pick")).toBe([cut(0), cut(4)].join(","));
    await page.goBack();
    await page.waitForSelector(".tray-item canvas");
    await page.click(".tray-compare");
    await page.waitForFunction(() => location.hash.startsWith("#tray"));
    await at.open(`#/demo/*?size=0&pick=${cut(0)}`);
    await drawn(page);
    expect(await page.locator(".tile.is-picked").count()).toBe(1);
    await tiles(page).nth(7).hover();
    await page.locator(".card .pick").click();
    expect((await query(page)).get("pick")).toBe([cut(0), cut(7)].join(","));
    await page.click('.tray-actions button:text-is("Clear")');
    expect((await query(page)).has("pick")).toBe(false);
    expect(await page.locator(".tray-bar").isVisible()).toBe(false);
  });

  test("an address holds no more than a hundred picks", async () => {
    const { page } = at;
    const some = Array.from({ length: 100 }, (_, i) => i.toString(16).padStart(12, "f"));
    await at.open(`#/demo/*?pick=${some.join(",")}`);
    await drawn(page);
    await page.locator('.tile[tabindex="0"]').focus();
    await page.keyboard.press("x");
    expect((await query(page)).get("pick")?.split(",").length).toBe(100);
    await page.waitForFunction(() => document.querySelector('.unseen[role="status"]')?.textContent?.includes("100 traces are picked already"));
    expect(await page.locator(".tray-actions").textContent()).toContain("holds no more");
  });

  test("single letters mean nothing where the reader turned them off", async () => {
    const { page } = at;
    await at.open("#/demo/*");
    await drawn(page);
    await page.evaluate(() => localStorage.setItem("thinktrace-shortcuts", "off"));
    await page.locator('.tile[tabindex="0"]').focus();
    await page.keyboard.press("x");
    expect((await query(page)).has("pick")).toBe(false);
    await page.keyboard.press("Tab"); // The button is the way then.
    await page.keyboard.press("Space");
    expect((await query(page)).get("pick")).toBe((await ids(page))[0]?.slice(0, 12));
  });
});

describe("pictures that come late", () => {
  const at = use_site(demo_data(), { write: kShelves, fresh: true });

  test.each([true, false])("are outlines until they come, or blank where these are late as well: %s", async (has_outlines) => {
    await at.again(await at.serve());
    const { page } = at, { strips, outlines } = at.written.chunks, late = has_outlines ? [] : outlines, waiting = has_outlines ? ".tile.is-outline" : ".tile.is-blank";
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => { release = resolve; });
    expect(strips.length).toBeGreaterThan(4);
    await page.route(new RegExp([...strips.slice(1), ...late].join("|")), async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${at.base}index.html#/demo/*?size=2&view=grid`, { waitUntil: "domcontentloaded" }); // What is held back may hold the rest of the load.
    await page.waitForSelector(".tile:not(.is-blank, .is-outline)");
    await page.waitForFunction((waiting) => document.querySelectorAll(waiting).length > 100, waiting);
    expect(await page.locator(has_outlines ? ".tile.is-blank" : ".tile.is-outline").count()).toBe(0);
    const columns = (): Promise<number> => page.evaluate((waiting) => { // Of the last band that waits: those with any colour in the band's canvas.
      const canvas = [...document.querySelectorAll(waiting)].at(-1)?.closest(".band")?.querySelector("canvas") as HTMLCanvasElement;
      const { data, width, height } = (canvas.getContext("2d") as CanvasRenderingContext2D).getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: width }, (_, x) => Array.from({ length: height }, (_, y) => data[4 * (y * width + x) + 3]).some((a) => a)).filter(Boolean).length;
    }, waiting);
    expect(await columns() > 100).toBe(has_outlines);
    release();
    await drawn(page);
  });

  test("or never come: that is said, and the others are there", async () => {
    at.expect_problems(/ERR_FILE_NOT_FOUND/);
    rmSync(join(at.folder, "data", `${at.written.chunks.strips[0]}.js`));
    const { page } = at;
    await at.open("#/demo/*?size=2&view=grid");
    await page.waitForSelector(".tile.is-lost");
    await drawn(page);
    expect(await page.locator(".failure").count()).toBe(1);
    expect(await page.locator(".failure").textContent()).toContain("missing or can't be read");
  });
});

describe("a run that grows", () => {
  const few = demo_data();
  for (const subject of few.runs[0]?.subjects ?? []) for (const q of subject.questions) q.traces = q.traces.filter((t) => t.sample < 3);
  const at = use_site({ ...few, live: 1 });

  test("what is looked at stays in its place, with the focus", async () => {
    write_news(at.folder, 1, null);
    const { page } = at;
    await at.open("#/demo/*");
    await drawn(page);
    await page.waitForFunction(() => document.querySelector(".status")?.textContent?.startsWith("144 traces"));
    await page.locator('.tile[tabindex="0"]').focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowDown");
    const here = await focused(page), place = () => page.locator(`.tile[data-trace="${here}"]`).evaluate((t) => t.getBoundingClientRect().top);
    expect(await page.evaluate(() => window.scrollY)).toBeGreaterThan(100);
    const before = await place();
    write_news(at.folder, 1, { ...demo_data(), live: 2 });
    write_news(at.folder, 2, null);
    await page.waitForFunction(() => document.querySelector(".status")?.textContent?.startsWith("192 traces"), null, { timeout: 20_000 });
    await drawn(page);
    expect(await focused(page)).toBe(here);
    expect(Math.abs(await place() - before)).toBeLessThan(1.5);
  });
});
