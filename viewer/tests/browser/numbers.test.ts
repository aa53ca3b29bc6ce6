// SPDX-License-Identifier: MIT
// The first numbers on the front page, and the pages of imported traces.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { kNumbers } from "../fixture.ts";
import { use_site } from "./harness.ts";

const at = use_site(kNumbers, { fresh: true });

// Name and digits of the lines of one part.
const lines = (panel: Locator, part: string): Promise<string[]> =>
  panel.locator(".numbers-part", { has: at.page.locator(`h4 >> text="${part}"`) }).locator(".estimate")
    .evaluateAll((list) => list.map((e) => `${e.querySelector("dt")?.textContent}: ${e.querySelector("dd")?.textContent}`));
const panel_of = async (page: Page, place: number): Promise<Locator> => {
  const panel = page.locator(".numbers").nth(place);
  await panel.scrollIntoViewIfNeeded();
  await panel.locator(".numbers-grid").first().waitFor();
  return panel;
};

describe("the first numbers", () => {
  test("of a run: answers, table, settling with what stands beside it, classes, length", async () => {
    await at.open();
    const panel = await panel_of(at.page, 0);
    expect(await panel.locator(".numbers-head").textContent()).toBe("7 traces of 20 questions · 3 did not end · [low, high] are 95 % intervals");
    expect(await panel.locator(".notes li").allTextContents()).toEqual(["the mass is low", "first: 1 was cut"]);
    expect(await lines(panel, "Right answers")).toEqual(["forced answer, at the start: .54 [.36, .71]",
      "forced answer, at the end: .66 [.50, .82]", "free answer: .60 [.45, .75]", "mass, at the start: .97 [.95, .99]",
      "mass, at the end: 1.00 [1.00, 1.00]"]);
    const table = panel.locator(".two-by-two").first();
    expect(await table.locator("th").allTextContents()).toEqual(["at the end right", "at the end wrong", "at the start right", "at the start wrong"]);
    expect(await table.locator("td .cell").allTextContents()).toEqual(["16.40 [.35, .45]", "4.10 [.05, .15]", "12.30 [.25, .35]", "8.20 [.15, .25]"]);
    expect(await table.locator("td .quiet").allTextContents()).toEqual(["no change", "counterproductive", "productive", "no change"]);
    expect(await lines(panel, "Where the answer settles")).toEqual(["performative share: .63 [.48, .76]", "P(right) at t_exit: .57 [.42, .71]",
      "the prior’s label is right: .21 [.07, .39]", "the same option, at the start: .64 [.54, .74]", "the same option, at the end: .20 [.10, .30]",
      "at the same label, at the start: .25 [.15, .35]", "at the same label, at the end: .90 [.80, 1.00]",
      "t_exit, mean: 44.4 [24.6, 67.1]", "t_exit, median: 26.0 [0.0, 53.5]"]);
    expect(await panel.locator(".label-table tbody tr").first().locator("th, td").allTextContents())
      .toEqual(["A", ".75 [.12, .88]", ".25 [.12, .88]", ".50 [.38, .62]", ".90"]);
    expect((await lines(panel, "What the thinking did"))[4]).toBe("of it known already (of 40 traces): 7 traces, .17 [.12, .22]");
    expect(await lines(panel, "Thinking length")).toEqual(["mean: 115.9 [94.6, 141.3]", "median: 90.5 [80.0, 128.0]", "longest: 1\u202F351",
      "not ended: 3 of 7", "over traces: −.25 [−.38, −.12]", "within questions: –", "within subjects: −.12 [−.25, .00]"]);
  });

  test("the dot and the line lie where the digits say", async () => {
    await at.open();
    const panel = await panel_of(at.page, 0);
    const [dot, low, width] = await panel.locator(".estimate").first().evaluate((e) => {
      const box = (query: string): DOMRect => (e.querySelector(query) as HTMLElement).getBoundingClientRect();
      const track = box(".whisker-track"), line = box(".whisker-line"), point = box(".whisker-dot");
      return [(point.left + point.width / 2 - track.left) / track.width, (line.left - track.left) / track.width, line.width / track.width];
    });
    expect(dot).toBeCloseTo(0.54, 2);
    expect(low).toBeCloseTo(0.36, 2);
    expect(width).toBeCloseTo(0.35, 2);
  });

  test("of an import begin after 1 token, and say that one order only was read", async () => {
    await at.open();
    const panel = await panel_of(at.page, 1);
    expect((await lines(panel, "Right answers"))[0]).toBe("forced answer, after 1 token: .54 [.36, .71]");
    expect(await panel.locator(".numbers-head").textContent()).toContain("2 with a curve");
    expect(await panel.locator(".one-order").textContent())
      .toBe("Read under one order only: a preference for a label is not excluded; thinktrace probe RUN --permute 4.");
    expect(await panel.textContent()).not.toContain("known already (");
    expect(await panel.locator(".label-table th").allTextContents()).not.toContain("prior");
  });

  test("stand at the subjects too, with their intervals", async () => {
    const { page } = at;
    await at.open();
    await panel_of(page, 0);
    await page.locator(".subject").nth(1).scrollIntoViewIfNeeded();
    await page.waitForFunction(() => document.querySelectorAll(".verdict-line").length >= 4);
    expect((await page.locator(".verdict-line").allTextContents()).slice(0, 4))
      .toEqual(["start.25 [.12, .50]", "end1.00 [.75, 1.00]", "t = 1.00 no interval", "end1.00 no interval"]);
  });

  test("the finer numbers, subjects and words are reached and opened by key", async () => {
    const { page } = at;
    await at.open();
    const panel = await panel_of(page, 0);
    expect(await panel.locator("details[open]").count()).toBe(0);
    await panel.locator("summary").first().focus();
    for (const [name, inside] of [["Where the answer settles, what the thinking did, how long it was", "P(right) at t_exit"], ["Finer numbers", "P(right), at the start"], ["Subject by subject", "performative share"],
      ["What these words mean", "(end − t_exit) / end"]] as const) {
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
      await page.keyboard.press("Enter");
      expect(await panel.locator("details", { hasText: name }).filter({ hasText: inside }).first().getAttribute("open")).not.toBeNull();
      await page.keyboard.press("Enter");
      await page.keyboard.press("Tab");
    }
  });

  test("that are missing or damaged say so, and the subjects count for themselves", async () => {
    const { page } = at;
    const [name] = at.written.chunks.analysis as [string];
    const file = join(at.folder, "data", `${name}.js`);
    const fall_back = async (text: string): Promise<void> => {
      await at.open();
      expect(await page.waitForSelector(".numbers .failure").then((e) => e.textContent())).toContain(text);
      await page.waitForSelector(".verdict-bar");
      expect(await page.locator(".verdict-bar").first().textContent()).toBe("start2 of 5");
      expect(await page.locator(".numbers").first().getAttribute("aria-busy")).toBeNull();
    };
    writeFileSync(file, `thinktrace_chunk="${deflateRawSync(Buffer.from('{"kind":"analysis","analysis":[]}')).toString("base64")}";\n`);
    await fall_back("does not match its name");
    at.expect_problems(/ERR_FILE_NOT_FOUND/);
    rmSync(file);
    await fall_back(`The file data/${name}.js is missing`);
  });
});

describe("imported traces", () => {
  test("the source note, the first position, and no ids", async () => {
    const { page } = at;
    await at.open("#/imported/stars/i0/0?t=0");
    await page.waitForSelector(".u-over");
    expect(await page.locator(".source-note li").allTextContents()).toEqual(["token ids", "what would be answered before any thinking (the curve begins later)",
      "exact probabilities (they are rounded, and the mass with them)", "the seed", "the prompt as the model saw it", "<i>the weather</i>"]);
    expect(await page.locator(".token").allTextContents()).toEqual(["The", " s\uFFFD", "n", "."]);
    expect(await page.locator(".readout-where").textContent()).toBe("t = 1 after 1 thinking token, not probed yet");
    expect(await page.locator(".trace-body").textContent()).not.toMatch(/no id|before any thinking token|seed null/);
    expect(await page.locator("summary").allTextContents()).toEqual(["The curve as a table"]);
    // Unasked, keys come in at the first reading.
    await at.open("#/imported/stars/i0/0");
    await page.waitForSelector(".u-over");
    expect(await page.locator('.token[tabindex="0"]').getAttribute("data-t")).toBe("2");
  });

  test("a trace of which nothing was read is text", async () => {
    const { page } = at;
    await at.open("#/imported/stars/i0/1");
    expect(await page.waitForSelector(".unread").then((e) => e.textContent()))
      .toBe("Nothing was read of this trace; thinktrace probe RUN --with MODEL reads it.");
    expect(await page.locator(".tokens").textContent()).toBe("It is the sun,which shines.");
    expect(await page.locator(".tokens br").count()).toBe(1);
    expect(await page.locator(".token, .curve, .matrix, .readout, .legend, .curve-table").count()).toBe(0);
    expect(await page.locator(".overline").textContent()).toBe("stars · question 0 · sample 1ending not known");
    expect(await page.locator(".options-table thead").textContent()).toBe("option");
    await page.keyboard.press("c"); // Another colouring finds nothing to colour.
    await page.keyboard.press("s");
    await page.waitForSelector(".u-over");
  });

  test("in the gallery: a tile of their own, sorted last, found by their ending", async () => {
    const { page } = at;
    await at.open("#/imported/stars?sort=p_end&view=list");
    await page.waitForSelector(".row");
    expect(await page.locator(".is-unread").allTextContents()).toEqual(["not read", "not read"]);
    const captions = await page.locator('[data-trace="e1"], [data-trace="e3"]').allTextContents();
    // Each name, then what is seen: hidden from who is read the name.
    expect(captions).toEqual(["Question 1, sample 1: 3 thinking tokens, free ✗ wrong not read3free ✗", // Means at the end: 0.9, 0.93.
      "Question 0, sample 1: length not known, free ✓ right not readlength not knownfree ✓ending not known"]);
    await at.open("#/imported/stars?stop=unknown&view=list");
    await page.waitForSelector(".row");
    expect(await page.locator(".row-number").allTextContents()).toEqual(["0"]);
    expect(await page.locator(".row canvas").count()).toBe(0);
  });
});
