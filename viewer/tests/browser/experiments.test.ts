// SPDX-License-Identifier: MIT
// What experiments made of a trace, by number and in words, by pointer and by keyboard, beside the text and below it; and of a run.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { kTried } from "../experiments.ts";
import { kFixture } from "../fixture.ts";
import { check_axe } from "./axe.ts";
import { file_base, use_site } from "./harness.ts";

const kData = { title: "tried", runs: [kTried, ...kFixture.runs] };
const at = use_site(kData, { page: { acceptDownloads: true } });

const open = async (hash: string): Promise<Page> => {
  await at.open(hash);
  await at.page.waitForSelector(".u-over");
  return at.page;
};
const texts = (page: Page, query: string): Promise<string[]> => page.locator(query).evaluateAll((all) => all.map((e) => (e as HTMLElement).innerText.replace(/\s+/g, " ").trim()));
const told = (page: Page, text: string) => page.waitForFunction((t) => document.querySelector(".unseen[role=status]")?.textContent?.includes(t), text);
const here = (page: Page): Promise<string> => page.locator(".readout-where b").innerText();

describe("the page of a trace", () => {
  test("has its arms by number, draw by draw, and says what another answer is", async () => {
    const page = await open("#/tried/colours/x/0");
    expect(await texts(page, ".arms tbody tr")).toEqual([
      "the real thinking 2 ✓ right .95 – other", "no thinking 1 .30 other –", "filler tokens 2 ✓ right .70 same other",
      "another question’s thinking 2 ✓ right 1 .35 1 of 2 1 of 2", "its first 50 % 1 .40 other same"]);
    expect(await page.locator(".experiment.is-arms > p").first().innerText()).toBe("Without thinking the forced answer is 1, not 2.");
    expect(await page.locator(".arms .stack").count()).toBe(6);
    // Colours are the options' own, widths their probabilities, and what is outside of them comes last.
    const parts = await page.locator(".arms tbody tr:nth-child(2) .stack > span").evaluateAll((all) => all.map((e) => [(e as HTMLElement).style.width, (e as HTMLElement).style.backgroundColor]));
    expect(parts.map(([width]) => Math.round(parseFloat(width as string)))).toEqual([60, 30, 5, 3, 2]);
    expect(parts[1]?.[1]).toBe("rgb(80, 200, 120)");
    await page.click("text=The arms as a table");
    expect(await texts(page, ".after .curve-table tbody tr")).toContain("another question’s thinking 2 8 0.700 0.200 0.100 0.000 1.000 1 gone");
    await page.click(".after .curve-table a"); // The trace that lent its thinking.
    await page.waitForFunction(() => location.hash.includes("/x/1"));
  });
  test("has forced and free side by side, pivots with what could have stood there, and mistakes", async () => {
    const page = await open("#/tried/colours/x/0");
    expect(await texts(page, ".fork")).toEqual(["t = 0 forced .30, free .88 [.64, .97] of 16, gap .62", "t = 4 forced –, free 1.00 [.68, 1.00] of 8", "t = 8 forced .95, free 1.00 [.81, 1.00] of 16, gap .05"]);
    expect(await texts(page, ".pivot-head")).toEqual(["t = 3 let not decided by the test", "t = 6 .↵"]);
    expect(await texts(page, ".pivot:last-child li")).toEqual(["before .25 of 12", "after 1.00 of 12", "change .75 [.31, .94]", "Seven .00 [.00, .32] of 8, its p is .31", "↵ .25 [.07, .59] of 8"]);
    expect(await texts(page, ".mistake")).toEqual(["t = 4 by a rule So it is seven. answer 2 → 1: other", "t = 6 by the model Blue is a number.↵ answer 2 → 2: same", "t = 8 by a rule ∅ answer – → 2: not known"]);
    expect(await texts(page, ".experiment-about")).toEqual(["Experiment 2: 2 draws of what is drawn, seed 1", "Experiment 3", "Experiment 5: from 8 to 64 trials", "Experiment 6"]);
    // In the text, not by colour alone.
    expect(await page.locator(".token.is-pivot").evaluateAll((cells) => cells.map((c) => (c as HTMLElement).dataset["t"]))).toEqual(["3", "6"]);
    expect(await page.locator('.token[data-t="6"]').evaluate((cell) => getComputedStyle(cell, "::before").content)).toContain("◆");
  });
  test("goes to them by button and by key, and back", async () => {
    const page = await open("#/tried/colours/x/0");
    const button = page.locator(".pivot .jump-to").last();
    await button.focus();
    await page.keyboard.press("Enter");
    expect([await here(page), await button.getAttribute("class")]).toEqual(["t = 6", "jump-to is-at"]);
    expect(await page.evaluate(() => document.activeElement?.className)).toContain("jump-to");
    await page.keyboard.press("v"); // Around the end.
    await told(page, "pivot 1 of 2, from .62 to .38. t = 3");
    await page.keyboard.press("Shift+V");
    expect(await here(page)).toBe("t = 6");
    await page.click(".fork .jump-to >> nth=0");
    await told(page, "prefix. t = 0");
  });
  test("says where pivots were looked for in vain, and has no panel where nothing was done", async () => {
    const page = await open("#/tried/colours/x/1");
    expect(await texts(page, ".experiment h3")).toEqual(["Pivots Help: Pivots ?", "The hint Help: The hint ?"]);
    expect(await page.locator(".experiment").first().innerText()).toContain("none found");
    expect(await page.locator(".jump-name", { hasText: "no pivots" }).count()).toBe(1);
    for (const hash of ["#/tried/colours/x/2", "#/run one/first/q0/1"]) {
      await open(hash);
      expect([await page.locator(".experiment, .experiments").count(), await page.locator(".jump", { hasText: "pivot" }).count()], hash).toEqual([0, 0]);
    }
  });
  test("says what came of a hint, and goes to where it takes over and is mentioned", async () => {
    const page = await open("#/tried/colours/x/1");
    expect(await texts(page, ".experiment.is-hint > p")).toEqual(["“I think the answer is 3: quickly.”", "Plan 2: suggested, wrong option"]);
    expect(await texts(page, ".hint-line")).toEqual(["points at 3 quickly wrong", "its P start .26, end .02", "answer follows it from t = 3 on", "thinking mentions it at t = 6: it says that somebody said so"]);
    await page.click(".is-hint .jump-to >> nth=0");
    await told(page, "where the hinted option takes over. t = 3");
    await page.click(".is-hint .jump-to >> nth=1");
    expect(await here(page)).toBe("t = 6");
    await check_axe(page);
  });
  test("shows them below the text in a narrow window", async () => {
    const page = await open("#/tried/colours/x/0");
    expect(await page.locator(".trace-side .experiments").count()).toBe(1);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.waitForSelector(".trace-more .experiments");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await check_axe(page);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.waitForSelector(".trace-side .experiments");
    await check_axe(page);
  });
  test("does without a chunk that can't be read, and says so", async () => {
    const folder = at.write(kData), [chunk] = at.written.chunks.experiments as [string];
    writeFileSync(join(folder, "data", `${chunk}.js`), 'thinktrace_chunk="AAAA";\n');
    await at.again(file_base(folder));
    const page = await open("#/tried/colours/x/0");
    expect(await page.locator(".experiments .failure").innerText()).toContain(chunk);
    expect(await page.locator(".token").count()).toBe(9);
  });
});

describe("galleries and the front page", () => {
  test("filter and sort by results", async () => {
    await at.open("#/tried/colours?sort=-p_if_none");
    const { page } = at;
    await page.waitForSelector("a[data-trace]");
    if (!await page.locator("#filters").isVisible()) await page.click("button[aria-controls=filters]");
    const facet = page.locator(".facet", { hasText: "without thinking" });
    expect(await facet.locator(".chip").allInnerTexts()).toEqual([expect.stringMatching(/another answer\s*1/)]);
    await facet.locator(".chip").click();
    await page.waitForFunction(() => location.hash.includes("without=another+answer"));
    await page.waitForFunction(() => document.querySelectorAll("a[data-trace]").length === 1);
    await page.fill(".where-box", "pivots > 1 and p_if_none < 0.5");
    await page.keyboard.press("Enter");
    expect(await page.locator(".where-error").innerText()).toBe("");
    expect(await page.locator("a[data-trace]").count()).toBe(1);
  });
  test("the run's other experiments have a table each, and one for each of several subjects", async () => {
    await at.open("#/");
    const { page } = at;
    await page.locator(".report").nth(1).waitFor();
    expect(await texts(page, ".report > .aside")).toEqual(["Experiment 3: free. free", "Plan 2: hinted. hinted"]);
    expect(await texts(page, ".report:nth-of-type(1) > .scroll tbody tr")).toEqual(["free start .25 [.15, .35] .95 [.85, 1.05] .70 [.60, .80]", "free often 2.5 [2.4, 2.6]", "free never –"]);
    expect(await page.locator(".report:nth-of-type(1) > .scroll .whisker").count()).toBe(2);
    await page.locator(".report summary").click();
    expect(await texts(page, ".report h5")).toEqual(["colours", "others"]);
    await check_axe(page);
  });
  test("the run's ablation has its numbers with intervals, arm by arm and subject by subject", async () => {
    await at.open("#/");
    const { page } = at;
    const table = page.locator(".ablation:not(.report) .ablation-table.is-bars");
    await table.waitFor();
    expect(await texts(page, ".ablation:not(.report) .ablation-table.is-bars tbody tr")).toEqual(["the real thinking .90 [.80, 1.00] .45 [.35, .55] – .70 [.60, .80]", "no thinking .40 [.30, .50] .20 [.10, .30] .45 [.35, .55] .70 [.60, .80]"]);
    expect(await page.locator(".ablation .estimate").first().innerText()).toContain("the thinking does not matter");
    await page.click("text=Forced answer right, subject by subject");
    expect(await texts(page, ".ablation:not(.report) .numbers-more tbody tr")).toEqual(["the real thinking .90 [.80, 1.00] .80 [.70, .90]", "no thinking .40 [.30, .50] .30 [.20, .40]"]);
    expect(await page.locator(".ablation:not(.report)").count()).toBe(1); // The other run has none.
    await check_axe(page);
  });
});
