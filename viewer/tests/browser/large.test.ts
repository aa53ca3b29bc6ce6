// SPDX-License-Identifier: MIT
// Two thousand questions and a long trace: few elements exist at a time, and all of it is reached. How long things take is
// printed, not judged.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { add_long_trace, make_demo } from "../generate.ts";
import { use_site } from "./harness.ts";

const kQuestions = 500; // In each of four subjects.
const kTokens = 4000;

const demo = make_demo({ questions: kQuestions, samples: 4, length: 3 });
add_long_trace(demo, kTokens);
const at = use_site(demo);

const drawn = (page: Page) => page.waitForFunction(() => document.querySelector(".tile") && !document.querySelector(".is-blank, .is-outline, .is-lost"));

// How many pictures there are, and how many there may be: those of the window and of what is near it, a band more at each
// end, and the band that has the focus with its neighbours.
const count_tiles = (page: Page): Promise<{ n: number; most: number }> => page.evaluate(() => {
  const bands = [...document.querySelectorAll<HTMLElement>(".band")], height = Math.min(...bands.map((band) => band.offsetHeight));
  const across = Math.max(...bands.map((band) => band.querySelectorAll(".tile").length)), near = Math.min(700, Math.max(250, 16 * height));
  return { n: document.querySelectorAll(".tile").length, most: across * (Math.ceil((window.innerHeight + 2 * near) / height) + 5) };
});
async function check_tiles(page: Page, all: number): Promise<void> {
  const { n, most } = await count_tiles(page);
  expect(n).toBeGreaterThan(0);
  expect(n).toBeLessThanOrEqual(most);
  expect(most).toBeLessThan(all);
}

test("eight thousand traces in a grid: sorted, filtered, scrolled to their end", async () => {
  const { page } = at;
  await at.open("#/demo/*");
  await drawn(page);
  expect(await page.locator(".status").textContent()).toContain("8\u202F001 traces");
  await check_tiles(page, 8001);
  await at.open("#/demo/*?sort=-length");
  await drawn(page);
  expect(await page.locator(".tile").first().getAttribute("data-trace")).toBe("long");
  await at.open("#/demo/*?where=length+%3E+1000");
  await drawn(page);
  expect(await page.locator(".tile").count()).toBe(1);
  await at.open("#/demo/*?sort=-length&size=0");
  await drawn(page);
  await page.evaluate(() => window.scrollTo(0, 1e9));
  await drawn(page);
  const rest = await page.locator(".tile").last().getAttribute("aria-label");
  await page.locator('.tile[tabindex="0"]').focus();
  await page.keyboard.press("Control+End");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(rest);
  await check_tiles(page, 8001);
});

test("the tab key skips no trace of a list, however quick it is", async () => {
  const { page } = at, quick = 120;
  await page.setViewportSize({ width: 360, height: 640 });
  await at.open("#/demo/*?view=list");
  await page.waitForSelector(".row canvas");
  await page.evaluate(() => {
    document.addEventListener("focusin", (event) => { (document.body.dataset.seen ??= "", document.body.dataset.seen += ` ${(event.target as HTMLElement).dataset.trace ?? "-"}`); });
  });
  await page.locator(".row [data-trace]").first().focus();
  // Without waiting for what each of them does.
  const passed = async (key: string): Promise<string[]> => {
    await Promise.all(Array.from({ length: quick }, () => page.keyboard.press(key)));
    const seen = await page.evaluate(() => { const all = document.body.dataset.seen ?? ""; document.body.dataset.seen = ""; return all; });
    return seen.split(" ").filter((id) => id !== "" && id !== "-");
  };
  const all = (demo.runs[0]?.subjects ?? []).flatMap((s) => s.questions.flatMap((q) => q.traces.map((t) => t.id)));
  const down = await passed("Tab"), up = await passed("Shift+Tab");
  expect(down.length).toBeGreaterThan(quick / 2);
  expect(down).toEqual(all.slice(0, down.length));
  expect(up.length).toBeGreaterThanOrEqual(down.length - 1); // Where a row's own link had the focus last, its last trace comes again.
  expect(up).toEqual(down.slice(0, up.length).reverse());
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("two thousand questions in a list, and eight thousand lines", async () => {
  const { page } = at;
  await at.open("#/demo/*?view=list");
  await page.waitForSelector(".row canvas");
  const rows = () => page.locator(".row").count();
  expect(await rows()).toBeLessThan(40);
  // To the very end and half-way back; no blank stretch stays.
  await page.evaluate(() => window.scrollTo(0, 1e9));
  await page.waitForSelector('.row[aria-label="Question 1999"]');
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight / 2));
  await page.waitForFunction(() => document.elementFromPoint(600, 400)?.closest(".row"));
  expect(await rows()).toBeLessThan(40);
  // Back from a trace to the same place.
  const top = () => page.evaluate(() => document.elementFromPoint(100, 60)?.closest(".row")?.getAttribute("aria-label"));
  await page.waitForTimeout(300);
  const place = await top();
  await page.evaluate(() => document.elementFromPoint(700, 420)?.closest(".row")?.querySelector<HTMLElement>(".thumb")?.click());
  await page.waitForSelector(".tokens");
  await page.goBack();
  await page.waitForFunction((to) => document.elementFromPoint(100, 60)?.closest(".row")?.getAttribute("aria-label") === to, place);
  await at.open("#/demo/*?view=lines&size=0&sort=length&align=fraction");
  await drawn(page);
  expect(await page.locator(".tile.line").count()).toBeLessThan(1200);
  expect(await page.locator(".rows").evaluate((e) => e.clientHeight)).toBe(3 * 8001);
});

test("a trace of four thousand tokens", async () => {
  const { page } = at;
  await at.open("#/demo/stores");
  await page.waitForSelector(".row");
  const shown = await page.evaluate(() => new Promise<number>((resolve) => {
    const before = performance.now();
    const look = (): void => {
      if (document.querySelectorAll(".token").length > 4000) requestAnimationFrame(() => resolve(performance.now() - before));
      else requestAnimationFrame(look);
    };
    document.querySelector<HTMLElement>('.thumb[data-trace="long"]')?.click();
    look();
  }));
  const moved = await page.evaluate(() => {
    const before = performance.now();
    const token = document.querySelectorAll<HTMLElement>(".token")[2000];
    token?.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, pointerType: "mouse", screenX: 1 }));
    document.body.getBoundingClientRect();
    return performance.now() - before;
  });
  expect(await page.locator(".readout-where b").textContent()).toBe("t = 2000");
  // Keys scroll the text under a pointer that rests; the cursor stays with the keys.
  await page.click('.token[data-t="2000"]');
  await page.mouse.move(302, 502);
  for (let i = 0; i < 6; i++) await page.keyboard.press("PageDown");
  await page.waitForFunction(() => document.querySelector(".readout-where b")?.textContent === "t = 2300");
  expect(await page.locator(".token.is-here").getAttribute("data-t")).toBe("2300");
  console.log(`4,000 tokens: page ${shown.toFixed(0)} ms, one move of the cursor ${moved.toFixed(1)} ms`);
});
