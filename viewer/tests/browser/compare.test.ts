// SPDX-License-Identifier: MIT
// Two runs compared, and picked traces side by side.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { kFixture, kImported } from "../fixture.ts";
import { make_demo } from "../generate.ts";
import { kHostile } from "../hostile.ts";
import type { BundleData, QuestionData, RunData, TraceData } from "../make_bundle.ts";
import { measure, sum } from "../measure.ts";
import { file_base, use_site } from "./harness.ts";

// Two runs with 30 questions in common and two of their own each, a failed trace among them.
const demo = make_demo({ questions: 8, samples: 3, length: 4, runs: 2 });
const [one, two] = demo.runs as [RunData, RunData];
const without = (run: RunData, subject: number, from: number, to: number): RunData =>
  ({ ...run, subjects: run.subjects.map((s, i) => (i === subject ? { ...s, questions: [...s.questions.slice(0, from), ...s.questions.slice(to)] } : s)) });
const first = without(one, 0, 0, 2), second = without(two, 1, 6, 8);
const pair: BundleData = { title: "pair", runs: [first, second, kImported] };

const at = use_site(pair, { write: { shelf_tokens: 300 } });

const kCompare = "#compare/demo/demo%202";
const questions = (run: RunData): Map<string, QuestionData> => new Map(run.subjects.flatMap((s) => s.questions).map((q) => [q.id, q]));
const a = questions(first), b = questions(second), common = [...a.keys()].filter((id) => b.has(id));
const mean = (list: number[]): number => sum(list) / list.length;
const sound = (q: QuestionData): TraceData[] => q.traces.filter((t) => t.error === undefined);
const p_end = (q: QuestionData): number => mean(sound(q).map((t) =>
  measure({ probs: t.probs, positions: t.positions ?? t.probs.map((_, k) => k), end: t.tokens.length, answer: q.answer })["p_end"] as number));
const length = (q: QuestionData): number => mean(sound(q).map((t) => t.tokens.length));
const change = (id: string, of: (q: QuestionData) => number): number => of(b.get(id) as QuestionData) - of(a.get(id) as QuestionData);
const share = (x: number): string => x.toFixed(2).replace(/^(-?)0/, "$1").replace("-", "−").replace(/^−(?=\.00$)/, "");

// The ids of the questions that the list shows now, from the top.
const shown = (): Promise<string[]> => at.page.locator(".pair").evaluateAll((rows) => rows
  .sort((x, y) => x.getBoundingClientRect().top - y.getBoundingClientRect().top).map((row) => (row as HTMLElement).dataset["question"] as string));
const summary = (key: string): Promise<string[]> => at.page.locator(`.compare-table tr[data-key="${key}"]`).locator("th, td").allTextContents();
const open = async (hash: string): Promise<void> => {
  await at.open(hash);
  await at.page.locator(".pair").first().waitFor();
};

describe("two runs", () => {
  test("their means, the difference with its interval, and how many questions it stands on", async () => {
    const { page } = at;
    await open(kCompare);
    await page.locator(".compare-table:not([aria-busy])").first().waitFor();
    const [name, mine, other, difference, , n] = await summary("p_end");
    const of = (run: Map<string, QuestionData>): number => mean(common.map((id) => p_end(run.get(id) as QuestionData)));
    expect([name, mine, other, n]).toEqual(["P(right) at end", share(of(a)), share(of(b)), String(common.length)]);
    const [, value, low, high] = /^(\S+) \[(\S+), (\S+)\]$/.exec(difference as string) as RegExpExecArray;
    expect(value?.replace("+", "")).toBe(share(of(b) - of(a)));
    const number = (text: string | undefined): number => Number(text?.replace("−", "-"));
    expect(number(low)).toBeLessThanOrEqual(of(b) - of(a));
    expect(number(high)).toBeGreaterThanOrEqual(of(b) - of(a));
    expect((await summary("length"))[1]).toBe(mean(common.map((id) => length(a.get(id) as QuestionData))).toFixed(1));
    expect(await page.locator(".setting-table tbody").textContent()).toBe("modelToy 1MToy 2M");
    expect(await page.locator(".compare .status").textContent()).toBe("28 questions that both runs asked, 2 only in the first, 2 only in the second");
  });

  test("the intervals are the same every time", async () => {
    const { page } = at, seen: string[][] = [];
    for (const hash of [kCompare, `${kCompare}?order=rising`]) {
      await open(hash);
      await page.locator(".compare-table:not([aria-busy])").first().waitFor();
      seen.push(await page.locator(".compare-table td.digits").allTextContents());
    }
    expect(seen[0]).toHaveLength(8);
    expect(seen[1]).toEqual(seen[0]);
  });

  test("the largest differences stand first, by whichever number and sign", async () => {
    const { page } = at;
    const ranked = (value: (id: string) => number): string[] => [...common].sort((x, y) => value(y) - value(x));
    await open(kCompare);
    expect((await shown()).slice(0, 2)).toEqual(ranked((id) => Math.abs(change(id, p_end))).slice(0, 2));
    await page.getByLabel("Differences of").selectOption({ label: "length" });
    await page.getByRole("combobox", { name: /^Order/ }).selectOption({ label: "higher in the second run first" });
    expect((await shown())[0]).toBe(ranked((id) => change(id, length))[0]);
    await page.getByRole("combobox", { name: /^Order/ }).selectOption({ label: "higher in the first run first" });
    expect((await shown())[0]).toBe(ranked((id) => -change(id, length))[0]);
    expect(await page.evaluate(() => location.hash)).toBe(`${kCompare}?by=length&order=rising`);
    const row = page.locator(".pair").first(), id = (await shown())[0] as string;
    expect(await row.locator(".pair-numbers tbody tr").first().locator("td").allTextContents())
      .toEqual([length(a.get(id) as QuestionData).toFixed(1), length(b.get(id) as QuestionData).toFixed(1), change(id, length).toFixed(1).replace("-", "−")]);
  });

  test("only where the answers at the end differ", async () => {
    const { page } = at;
    const votes = (q: QuestionData): number => {
      const tops = sound(q).map((t) => (t.probs.at(-1) as number[]).indexOf(Math.max(...t.probs.at(-1) as number[])));
      return [0, 1, 2, 3].reduce((best, o) => (tops.filter((t) => t === o).length > tops.filter((t) => t === best).length ? o : best), 0);
    };
    const differing = common.filter((id) => votes(a.get(id) as QuestionData) !== votes(b.get(id) as QuestionData));
    await open(kCompare);
    await page.getByLabel(/Only where the answers/).check();
    expect(await page.locator(".compare .status").textContent()).toContain(`${differing.length} of 28 questions that both runs asked`);
    for (const id of await shown()) expect(differing).toContain(id);
    expect(await page.locator(".only-heading").count()).toBe(0);
    expect(await page.evaluate(() => location.hash)).toBe(`${kCompare}?only=differing`);
  });

  test("swapping them turns the signs around", async () => {
    const { page } = at;
    await open(kCompare);
    const before = await summary("length");
    await page.getByRole("button", { name: "Swap" }).click();
    await page.waitForFunction((text) => document.querySelector('[data-key="length"] td')?.textContent === text, before[2]);
    const after = await summary("length"), turned = (text: string | undefined): string => (text ?? "").split(" ")[0]?.replace(/[−+]/, (s) => (s === "+" ? "−" : "+")) ?? "";
    expect([after[1], after[2]]).toEqual([before[2], before[1]]);
    expect(after[3]?.split(" ")[0]).toBe(turned(before[3]));
    expect(await page.evaluate(() => location.hash)).toBe("#compare/demo%202/demo");
    await page.goBack();
    await page.waitForFunction((text) => document.querySelector('[data-key="length"] td')?.textContent === text, before[1]);
  });

  test("what only one of them asked comes last, under its name", async () => {
    const { page } = at;
    await open(kCompare);
    await expect.poll(async () => {
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight)); // Which grows as rows are measured.
      return page.locator(".only-heading").allTextContents();
    }).toEqual(["Only in demo: 2 questions", "Only in demo 2: 2 questions"]);
    const only = [...a.keys()].filter((id) => !b.has(id)).concat([...b.keys()].filter((id) => !a.has(id)));
    expect((await shown()).slice(-4)).toEqual(only);
    expect(await page.locator(".pair.is-single").first().locator(".thumb").count()).toBe(3);
  });

  test("a thumbnail leads to its trace, and back to the same place", async () => {
    const { page } = at;
    await open(kCompare);
    const row = page.locator(".pair").nth(6);
    await row.locator(".thumb canvas").first().waitFor();
    await row.scrollIntoViewIfNeeded();
    const id = await row.getAttribute("data-question"), y = await page.evaluate(() => window.scrollY);
    const trace = await row.locator(".pair-side").nth(1).locator(".thumb").first().getAttribute("data-trace");
    await row.locator(".pair-side").nth(1).locator(".thumb").first().click();
    await page.locator(".trace-page h1.question").waitFor();
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/demo%202\//);
    expect((b.get(id as string) as QuestionData).traces[0]?.id).toBe(trace);
    await page.goBack();
    await page.locator(`.pair[data-question="${id}"]`).waitFor();
    await page.waitForFunction((top) => Math.abs(window.scrollY - top) < 60, y);
  });

  test("choosing the other side's run turns the two around", async () => {
    const { page } = at;
    await open(kCompare);
    await page.getByRole("combobox", { name: /^First run/ }).selectOption({ label: "demo 2" });
    await page.waitForFunction(() => location.hash === "#compare/demo%202/demo");
    await page.getByRole("combobox", { name: /^Second run/ }).selectOption({ label: "imported" });
    await page.getByText("The two runs have no question in common").waitFor();
    expect(await page.locator(".compare .status").textContent()).toBe("0 questions that both runs asked, 30 only in the first, 2 only in the second");
  });

  test("names that mean nothing, and too few runs, are said plainly", async () => {
    const { page } = at;
    await at.open("#compare/demo/none");
    expect(await page.locator(".compare > div:last-child").textContent()).toContain("names a run that this bundle does not hold");
    await at.open("#compare");
    await page.locator(".pair").first().waitFor(); // The first two.
    await at.again(file_base(at.write(kFixture)));
    await at.open("#compare");
    expect(await at.page.locator(".compare > div:last-child").textContent()).toBe("This bundle holds one run; a comparison needs two.");
  });

  test("pictures that can't be had are marked, and what is wrong is told once", async () => {
    const folder = at.write(pair, { shelf_tokens: 300 });
    await at.again(file_base(folder));
    at.expect_problems(/ERR_FILE_NOT_FOUND/);
    for (const name of new Set(at.written.chunks.strips)) rmSync(join(folder, "data", `${name}.js`));
    await open(kCompare);
    await at.page.waitForFunction(() => document.querySelector(".pair .is-lost") && !document.querySelector(".pair .is-blank"));
    // Each shelf lacks another file: the first few are named.
    await at.page.getByText(/^And \d+ other problems\.$/).waitFor();
    expect(await at.page.locator(".failure").count()).toBe(3);
  });

  test("the front page leads here, and the header says where one is", async () => {
    const { page } = at;
    await at.open();
    expect(await page.getByRole("link", { name: "Compare with another run" }).count()).toBe(3);
    await page.getByRole("link", { name: "Compare with another run" }).first().click();
    await page.locator(".pair").first().waitFor();
    expect(await page.evaluate(() => location.hash)).toBe(kCompare);
    expect(await page.locator(".crumbs").textContent()).toBe("pairTwo runs compared");
    await page.keyboard.press("u");
    await page.locator(".front").waitFor();
  });
});

const traces = (run: RunData): TraceData[] => run.subjects.flatMap((s) => s.questions.flatMap((q) => q.traces));
const sample = (run: RunData, n: number): TraceData[] => traces(run).filter((t) => t.error === undefined && !t.positions).slice(5, 5 + n);
const picked = (...list: TraceData[]): string => `#tray?pick=${list.map((t) => t.id.slice(0, 12)).join(",")}`;
const readings = (): Promise<string[]> => at.page.locator(".tray-reading").evaluateAll((list) =>
  list.map((e) => [...e.querySelectorAll("span, b")].slice(0, 2).map((part) => part.textContent).join(" ")));

describe("the tray", () => {
  const [x, y] = sample(first, 2) as [TraceData, TraceData], [z] = sample(second, 1) as [TraceData];

  test("traces of any run side by side: curves, cells, numbers, links", async () => {
    const { page } = at;
    await at.open(picked(x, z, y));
    await page.locator(".tray-card").nth(2).waitFor();
    await page.locator(".tray-curve .u-over").waitFor();
    expect(await page.locator(".tray-card").evaluateAll((list) => list.map((e) => (e as HTMLElement).dataset["trace"]))).toEqual([x.id, z.id, y.id]);
    expect(await page.locator(".tray-card canvas").count()).toBe(3);
    expect(await page.locator(".tray-table thead th").allTextContents()).toEqual(["T1", "T2", "T3"]);
    const row = (name: string): Locator => page.locator(".tray-table tr", { has: page.locator(`th >> text="${name}"`) });
    expect(await row("length").locator("td").allTextContents()).toEqual([x, z, y].map((t) => String(t.tokens.length)));
    expect(await row("run").locator("td").allTextContents()).toEqual(["demo", "demo 2", "demo"]);
    await page.locator(".tray-card a").nth(1).click();
    await page.locator(".trace-page h1.question").waitFor();
    expect(await page.evaluate(() => location.hash)).toMatch(/^#\/demo%202\//);
  });

  test("one cursor for all, by token and by share, with keys and pointer", async () => {
    const { page } = at;
    await at.open(picked(x, z));
    await page.locator(".tray-curve .u-over").waitFor();
    const reading = (t: TraceData, at_token: number): string => {
      const q = [...a.values(), ...b.values()].find((c) => c.traces.includes(t)) as QuestionData;
      return `P(right) ${((t.probs[at_token] as number[])[q.answer] as number).toFixed(2)}`;
    };
    const slider = page.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("Home");
    expect(await readings()).toEqual([x, z].map((t) => `t = 0 ${reading(t, 0)}`));
    expect(await page.locator(".matrix-here:visible").count()).toBe(0);
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    expect(await readings()).toEqual([x, z].map((t) => `t = 3 ${reading(t, 3)}`));
    expect(await page.locator(".matrix-here:visible").count()).toBe(2);
    expect(await slider.getAttribute("aria-valuetext")).toBe("t = 3");
    const short = x.tokens.length < z.tokens.length ? x : z;
    await page.keyboard.press("End");
    expect((await readings())[short === x ? 0 : 1]).toBe(`ended at ${short.tokens.length} ${reading(short, short.tokens.length)}`);
    await page.getByRole("button", { name: "By share" }).click();
    await page.waitForFunction(() => document.querySelector(".tray-range")?.getAttribute("aria-valuetext") === "100 % of the thinking");
    expect(await readings()).toEqual([x, z].map((t) => `t = ${t.tokens.length} ${reading(t, t.tokens.length)}`));
    // The first cell of a matrix, by pointer: the other trace goes to the same share of its thinking.
    await page.locator(".tray-card canvas").first().hover({ position: { x: 2, y: 2 } });
    const there = Math.round(z.tokens.length / x.tokens.length);
    expect(await readings()).toEqual([`t = 1 ${reading(x, 1)}`, `t = ${there} ${reading(z, there)}`]);
    await page.mouse.move(2, 2);
    expect((await readings())[0]).toBe(`t = ${x.tokens.length} ${reading(x, x.tokens.length)}`);
    expect(await page.evaluate(() => location.hash)).toContain("align=fraction");
  });

  test("removing one keeps the focus at hand and the address in step", async () => {
    const { page } = at;
    await at.open(picked(x, y, z));
    await page.locator(".tray-card").nth(2).waitFor();
    await page.getByRole("button", { name: "Remove T2" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelectorAll(".tray-card").length === 2);
    expect(decodeURIComponent(await page.evaluate(() => location.hash))).toBe(picked(x, z));
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Remove T2");
    await page.keyboard.press("Enter");
    await page.getByText("One trace is picked; it takes two or more to compare.").waitFor();
  });

  test("no picks, unknown and too many are said plainly", async () => {
    const { page } = at, many = sample(first, 9);
    await at.open("#tray");
    await page.getByText("No traces are picked yet.").waitFor();
    await page.getByRole("link", { name: "All traces" }).click();
    await page.locator(".gallery").waitFor();
    await at.open(`${picked(x, y)},abcdefabcdef`);
    await page.getByText("One picked id is of no trace in this bundle: abcdefabcdef.").waitFor();
    expect(await page.locator(".tray-card").count()).toBe(2);
    await at.open(picked(...many));
    await page.getByText("Here are the first 8 of 9 picked traces; remove some to see the others.").waitFor();
    expect(await page.locator(".tray-card").count()).toBe(8);
  });

  test("traces that failed or were not read have their place too", async () => {
    const { page } = at, failed = traces(first).find((t) => t.error !== undefined) as TraceData;
    await at.open(`#tray?pick=${failed.id.slice(0, 12)},e1,e0`);
    await page.locator(".tray-card").nth(2).waitFor();
    expect(await page.locator(".tray-card .failure").textContent()).toBe(`This trace failed: ${failed.error}`);
    expect(await page.locator(".tray-card").nth(1).textContent()).toContain("Nothing was read of this trace.");
    expect(await page.locator(".tray-card").nth(2).locator("canvas").count()).toBe(1);
    await page.keyboard.press("c");
    await page.waitForFunction(() => location.hash.includes("colour=likely"));
  });
});

test("hostile texts stay texts", { timeout: 90_000 }, async () => {
  const probs = [[0.5, 0.5], [0.25, 0.75]];
  const hostile = (run: number): RunData => ({
    name: kHostile.slice(20 * run, 20 * run + 20).join(" "), labels: kHostile.slice(0, 2), settings: kHostile.map((text, i) => [text, `${run} ${kHostile[i + 1]}`]),
    subjects: kHostile.map((name, i) => ({ name, questions: [{ id: `q${i}`, text: name, options: [name, `${name}!`], answer: 1,
      traces: [{ id: `${run}${i.toString(16).padStart(13, "0")}`, sample: 0, tokens: [name], probs }] }] })),
  });
  await at.again(file_base(at.write({ title: "hostile", runs: [hostile(0), hostile(1)] })));
  await at.open("#compare");
  await at.page.locator(".compare-bar").scrollIntoViewIfNeeded(); // Below a long table of settings.
  await at.page.locator(".pair").first().waitFor();
  const strange = (): Promise<number> => at.page.locator("img, iframe, object, embed, base, form, style, video, math, b b, [onerror], [onclick], [onload]").count();
  for (let y = 0; y < await at.page.evaluate(() => document.documentElement.scrollHeight); y += 2000) {
    await at.page.evaluate((top) => window.scrollTo(0, top), y);
    if (y % 20000 === 0) expect(await strange()).toBe(0);
  }
  await at.open(`#tray?pick=${[3, 40, 77, 120].map((i) => `0${i.toString(16).padStart(13, "0")}`.slice(0, 12)).join(",")}`);
  await at.page.locator(".tray-card").first().waitFor();
  expect(await strange()).toBe(0);
});

test("the tray's link is copied, or stands there to be copied by hand", async () => {
  const [x, y] = sample(first, 2) as [TraceData, TraceData];
  await at.again(await at.serve(), { permissions: ["clipboard-read", "clipboard-write"] });
  await at.open(picked(x, y));
  await at.page.getByRole("button", { name: "Copy link" }).click();
  await at.page.getByText("Link copied").waitFor({ state: "attached" });
  expect(await at.page.evaluate(() => navigator.clipboard.readText())).toBe(await at.page.evaluate(() => location.href));
  await at.page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await at.open(picked(x, y));
  await at.page.getByRole("button", { name: "Copy link" }).click();
  const field = at.page.getByLabel("The address of this page");
  expect(await field.inputValue()).toBe(await at.page.evaluate(() => location.href));
  expect(await field.evaluate((f: HTMLInputElement) => f.selectionEnd)).toBe((await field.inputValue()).length);
});
