// SPDX-License-Identifier: MIT
// Traces that were probed adaptively: what was read and what was interpolated is told apart on every page, by pointer, by
// keyboard and in words; what is damaged is refused.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { kAdaptive, probed_adaptively } from "../adaptive.ts";
import { kFixture } from "../fixture.ts";
import { add_long_trace, make_demo } from "../generate.ts";
import type { BundleData, RunData, TraceData } from "../make_bundle.ts";
import { check_axe } from "./axe.ts";
import { file_base, temporary_folder, use_site } from "./harness.ts";

const demo = make_demo({ questions: 3, samples: 2 });
add_long_trace(demo, 900);
const long_run = probed_adaptively(demo.runs[0] as RunData, "long");
const at = use_site({ title: "adaptive", runs: [kAdaptive, ...kFixture.runs, long_run] }, { page: { acceptDownloads: true } });

const open = async (hash: string): Promise<Page> => {
  await at.open(hash);
  await at.page.waitForSelector(".u-over");
  return at.page;
};
const marked = (page: Page): Promise<string[]> => page.locator(".token.is-between").evaluateAll((cells) => cells.map((c) => (c as HTMLElement).dataset["t"] as string));
const how = (page: Page): Promise<string> => page.locator(".readout-how").innerText();
const told = (page: Page, text: string) => page.waitForFunction((t) => document.querySelector(".unseen[role=status]")?.textContent?.includes(t), text);

describe("the page of a trace", () => {
  test("marks interpolated tokens in text and matrix, not by colour alone", async () => {
    const page = await open("#/adaptive/s/ga/0");
    expect(await marked(page)).toEqual(["1", "2", "3", "6", "7", "9", "10", "11"]);
    const edge = (t: number) => page.locator(`.token[data-t="${t}"]`).evaluate((cell) => {
      const { borderBottomColor, backgroundImage, borderBottomWidth } = getComputedStyle(cell);
      return [borderBottomWidth, borderBottomColor === "rgba(0, 0, 0, 0)", backgroundImage.includes("gradient")];
    });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction((theme) => document.documentElement.dataset["theme"] === theme, colorScheme);
      expect([await edge(4), await edge(6)]).toEqual([["3px", false, false], ["3px", true, true]]);
    }
    await page.locator('.token[data-t="6"]').click(); // The cursor and a match take nothing from the mark.
    expect(await edge(6)).toEqual(["3px", true, true]);
    // 12 tokens in one line of 20 pixels a cell: after 1 to 3, 6 and 7, 9 to 11.
    expect((await page.locator(".matrix-between path").getAttribute("d"))?.match(/M\d+|H\d+/g)).toEqual(["M0", "H60", "M100", "H140", "M160", "H220"]);
    expect(await page.locator(".matrix figcaption").innerText()).toContain("cells with a cut lower edge are interpolated");
    expect(await page.locator(".legend .keys").innerText()).toMatch(/read\s+interpolated/);
    expect(await page.locator(".explain").textContent()).toContain("Adaptive probing read a part of the positions and interpolated the others");
  });
  test("says at the cursor what is read, by pointer and by keyboard", async () => {
    const page = await open("#/adaptive/s/ga/0");
    expect(await how(page)).toBe("read"); // Unasked, the end.
    await page.hover('.token[data-t="7"]');
    expect(await how(page)).toBe("interpolated between t = 5 and t = 8");
    await page.hover('.token[data-t="8"]');
    expect(await how(page)).toBe("read");
    const height = () => page.locator(".readout").evaluate((part) => (part as HTMLElement).offsetHeight), before = await height();
    await page.focus('.token[data-t="0"]');
    await page.keyboard.press("ArrowRight");
    await told(page, "t = 1, interpolated between t = 0 and t = 4. A 0.75; B, right, 0.25.");
    expect(await height()).toBe(before); // Nothing moves under the reader.
    await page.keyboard.press("e");
    await told(page, "t_exit, the forced answer stays from here. t = 5, read. A 0.25; B, right, 0.75.");
  });
  test("has it in its facts, in the explanation of t_exit and in the table", async () => {
    const page = await open("#/adaptive/s/ga/0");
    expect(await page.locator(".probing").innerText())
      .toBe("Probed adaptively: 5 of 13 positions read; estimated mean error of a probability .004 (below .009 for 9 traces of 10).");
    expect(await page.locator(".curve").getAttribute("aria-label")).toContain("5 of 13 positions read");
    expect(await page.locator(".commitment").innerText()).not.toContain("interpolated");
    await page.click("text=The curve as a table");
    await page.waitForSelector(".curve-table");
    expect(await page.locator(".curve-table th[scope=col]").last().innerText()).toBe("row");
    expect(await page.locator(".curve-table tbody tr td:last-child").allTextContents())
      .toEqual([..."0111001101110"].map((mark) => (mark === "1" ? "interpolated" : "read")));
    await open("#/adaptive/s/ga/1");
    expect(await page.locator(".commitment b").innerText()).toContain("Neither t_exit nor the position before it was read: both were interpolated.");
    await open("#/adaptive/s/gb/0");
    expect(await page.locator(".commitment b").innerText()).toContain("The position before it was not read but interpolated.");
  });
  test("draws interpolated stretches thinner, with a dot at each probe", async () => {
    const page = await open("#/adaptive/s/ga/0");
    // How many pixels of the right option's green there are between two probes and at one.
    const [between, probe] = await page.locator(".curve canvas").evaluate((canvas, shares) => {
      const c = canvas as HTMLCanvasElement, over = c.parentElement?.querySelector(".u-over") as HTMLElement, copy = document.createElement("canvas");
      [copy.width, copy.height] = [c.width, c.height];
      const context = copy.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D, scale = c.width / c.clientWidth;
      context.drawImage(c, 0, 0);
      return shares.map((share) => {
        const { data } = context.getImageData(Math.round((over.offsetLeft + share * over.clientWidth) * scale), 0, 1, c.height);
        return data.filter((_, i) => i % 4 === 3 && (data[i - 2] as number) > (data[i - 3] as number) + 60).reduce((sum, alpha) => sum + alpha / 255, 0);
      });
    }, [6.5 / 12, 8 / 12]) as [number, number];
    expect(between).toBeGreaterThan(0.5);
    expect(between).toBeLessThan(2);
    expect(probe).toBeGreaterThan(3.5);
  });
  test("tells of a further reader’s rows too", async () => {
    const page = await open("#/adaptive/s/ga/0?readers=2&t=2");
    const row = page.locator('.reading[data-option="R2"]');
    await row.waitFor();
    expect(await page.locator(".readings.is-others").innerText()).toContain("P(right) by (≈: interpolated)");
    expect(await row.getAttribute("class")).toContain("is-between"); // At t = 2 its second row, of t = 0, holds.
    await page.hover('.token[data-t="7"]');
    expect(await row.getAttribute("class")).not.toContain("is-between");
  });
  test("says nothing of it where all was read", async () => {
    for (const hash of ["#/adaptive/s/gb/1", "#/run%20one/first/q0/0"]) {
      const page = await open(hash);
      expect(await page.locator(".is-between, .probing, .readout-how, .matrix-between").count(), hash).toBe(0);
      expect(await page.locator(".trace-page").textContent(), hash).not.toMatch(/interpolated|probed adaptively|adaptive probing/i);
    }
  });
  test("of many tokens has its marks as they come into being", async () => {
    const page = await open("#/long/stores/*".replace("*", `${long_run.subjects[0]?.questions[0]?.id}/9?t=880`));
    const { interpolated = [] } = long_run.subjects[0]?.questions[0]?.traces.at(-1) as TraceData;
    await page.waitForFunction(() => document.querySelectorAll(".token").length === 901);
    const wanted = interpolated.flatMap((start, i) => (i % 2 === 1 ? [] : Array.from({ length: interpolated[i + 1] as number }, (_, k) => String(start + k))));
    expect(wanted.length).toBeGreaterThan(300);
    expect(await marked(page)).toEqual(wanted);
  });
});

describe("the gallery and the front page", () => {
  test("sort, filter and ask by what was read, and save it", async () => {
    const { page } = at;
    await at.open("#/adaptive/s?view=grid&sort=-error_upper&where=probed%20%3C%2013%20and%20has(error_mean)");
    await page.waitForSelector(".tile .tile-box:not(.is-blank)");
    expect(await page.locator(".status [role=status]").first().innerText()).toMatch(/^3 of 6 traces/);
    expect(await page.locator(".tile[data-trace]").evaluateAll((tiles) => tiles.map((t) => (t as HTMLElement).dataset["trace"]))).toEqual(["ad1", "ad0", "ad2"]);
    expect(await page.locator(".toolbar option").allTextContents()).toEqual(expect.arrayContaining(["positions read", "estimated mean error", "bound of the mean error"]));
    await page.click(".save-button");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click('.save-list button:has-text("Table")')]);
    const [head, first] = readFileSync(await file.path(), "utf8").split("\r\n")
      .map((text) => [...text.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1]));
    const place = (key: string): number => (head ?? []).indexOf(key);
    expect(["trace_id", "probed", "error_mean", "error_upper"].map((key) => first?.[place(key)])).toEqual(["ad1", "2", "0.00031", "0.0421"]);
    expect(await page.locator(".explain").textContent()).toContain("a trace’s page marks which");
    await at.open("#/run%20one/first?view=grid");
    await page.waitForSelector(".tile .tile-box:not(.is-blank)");
    expect(await page.locator(".toolbar option").allTextContents()).not.toContain("positions read");
  });
  test("say how the run was probed", async () => {
    const { page } = at;
    await at.open("");
    await page.waitForSelector(".subject");
    const sizes = await page.locator(".run-size").allTextContents();
    expect(sizes[0]).toContain("probed adaptively, tolerance .05, at most 30 % of the positions, at most 2 s a trace");
    expect(sizes[1]).not.toContain("probed");
    expect(await page.locator(".how").innerText()).toContain("that was done after a part of the tokens, and the others were interpolated");
    await page.locator(".facts-fold summary").first().click();
    expect(await page.locator(".facts-fold").first().innerText()).toContain("a part of the positions was read, the others were interpolated");
    await at.open("#help/adaptive");
    expect(await page.locator(".help-topic.is-adaptive").innerText()).toContain("meant to hold for nine traces in ten");
    await expect.poll(() => page.locator(".help-topic.is-adaptive h2").evaluate((h) => Math.abs(h.getBoundingClientRect().top) < 60)).toBe(true);
  });
  test("a trace saved as a page of its own keeps it", async () => {
    const page = await open("#/adaptive/s/ga/0");
    await page.click(".save-button");
    const [file] = await Promise.all([page.waitForEvent("download"), page.click('.save-list button:has-text("One page")')]);
    const { folder, remove } = temporary_folder();
    writeFileSync(join(folder, "index.html"), readFileSync(await file.path()));
    await at.again(file_base(folder), { offline: true });
    await open("#/adaptive/s/ga/0?readers=2&t=7");
    expect(await how(at.page)).toBe("interpolated between t = 5 and t = 8");
    expect(await at.page.locator(".probing").innerText()).toContain("5 of 13 positions read");
    await at.page.waitForSelector(".readings.is-others >> text=interpolated");
    await at.open("");
    await at.page.waitForSelector(".run-size >> text=probed adaptively, tolerance .05");
    remove();
  });
});

// The manifest of one run with one trace, changed; what its page then says.
const broken = (change: (trace: TraceData, run: RunData) => void): BundleData => {
  const run = structuredClone(kAdaptive), trace = run.subjects[0]?.questions[0]?.traces[0] as TraceData;
  change(trace, run);
  return { title: "broken", runs: [run] };
};
const kBroken: [string, (trace: TraceData, run: RunData) => void, RegExp][] = [
  ["a run beyond the end", (t) => { t.interpolated = [1, 12]; }, /^The file data\/[0-9a-f]{32}\.js: questions\[0\]\.traces\[0\]\.interpolated\[0\]: out of order/],
  ["runs that fall", (t) => { t.interpolated = [6, 2, 1, 3]; }, /interpolated\[2\]: out of order/],
  ["markup for a number", (t) => { t.interpolated = ["<img src=x onerror=window.__pwned=1>", 2] as unknown as number[]; }, /interpolated\[0\]: expected a number/],
  ["half a pair", (t) => { t.interpolated = [1]; }, /^The file data\/[0-9a-f]{32}\.js: .*a start without its length/],
  ["an error below 0", (t) => { t.probe_error = { mean: -1, upper: 1 }; }, /^The file data\/[0-9a-f]{32}\.js: .*(error_mean\[0\]|error\.mean): below 0/],
];

describe("what is damaged is refused, with the file’s name", () => {
  test.each(kBroken)("%s", async (_name, change, message) => {
    await at.again(file_base(at.write(broken(change))));
    await at.open("#/adaptive/s/ga/0");
    expect(await at.page.waitForSelector(".failure").then((e) => e.textContent())).toMatch(message);
  });
  test("another way of probing", async () => {
    await at.again(file_base(at.write(broken((_t, run) => { run.probe = { mode: "<b>guessing</b>", tolerance: 0 }; }))));
    await at.open("");
    expect(await at.page.waitForSelector(".failure").then((e) => e.textContent())).toContain("runs[0].probe.mode: expected one of adaptive");
  });
});

describe.each([1280, 360])("axe finds nothing, %d pixels wide", (width) => {
  test.each([["trace", "#/adaptive/s/ga/0?readers=2&t=7&text=w&scope=thinking", '.reading[data-option="R2"]'], ["gallery", "#/adaptive/s?view=grid&sort=probed", ".tile .tile-box:not(.is-blank)"],
    ["front page", "", ".subject"], ["help", "#help/adaptive", ".help-topic.is-adaptive"], ["tray", "#tray?pick=ad0,ad1", ".tray-curve .u-over"]])("%s", async (_name, hash, ready) => {
    await at.page.setViewportSize({ width, height: 800 });
    await at.page.emulateMedia({ colorScheme: "light" });
    await at.open(hash);
    await at.page.waitForSelector(ready);
    await at.page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
    await check_axe(at.page);
    expect(await at.page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
  });
});
