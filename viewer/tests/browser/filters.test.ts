// SPDX-License-Identifier: MIT
// The bar and the filters of a gallery, by pointer and by keyboard, wide and narrow. What they show is counted again from
// the data.
import axe from "axe-core";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { make_demo } from "../generate.ts";
import { kHostile } from "../hostile.ts";
import type { QuestionData, TraceData } from "../make_bundle.ts";
import { class_of } from "../measure.ts";
import { file_base, use_site } from "./harness.ts";

const demo = make_demo({ questions: 6, samples: 3, length: 6, runs: 2 });
const rows = (demo.runs[0]?.subjects ?? []).flatMap((s) => s.questions.flatMap((q) => q.traces.map((t) => ({ q, t }))));
const count = (of: (t: TraceData, q: QuestionData) => boolean): number => rows.filter(({ q, t }) => of(t, q)).length;
const is_read = (t: TraceData): boolean => t.error === undefined && t.probs.length > 0;
const is_productive = (t: TraceData, q: QuestionData): boolean => is_read(t) && class_of(t.probs, q.answer) === 0;
const p_end = (t: TraceData, q: QuestionData): number => Number((t.probs.at(-1)?.[q.answer] ?? NaN).toPrecision(6));

const at = use_site(demo, { write: { shelf_tokens: 400 } });

async function open(hash: string, options?: BrowserContextOptions): Promise<Page> {
  if (options) await at.again(at.base, options);
  await at.open(hash);
  await at.page.waitForSelector(".toolbar optgroup", { state: "attached" });
  return at.page;
}
const kAll = "#/demo/*";
const hash = (page: Page): Promise<string> => page.evaluate(() => decodeURIComponent(location.hash));
const status = (page: Page): Promise<string> => page.locator(".status [role=status]").first().innerText();
const says = (page: Page, text: string | RegExp) => expect.poll(() => status(page)).toMatch(text);
const shows = (page: Page, n: number) => says(page, n < rows.length ? new RegExp(`^${n} of ${rows.length} traces`) : new RegExp(`^${n} traces`));
const facet = (page: Page, name: string): Locator => page.getByRole("group", { name, exact: true });
const chip = (page: Page, field: string, name: string): Locator => facet(page, field).getByRole("button", { name: new RegExp(`^${name} ?\\d`) });
const brush = (page: Page, name: string): Locator => page.getByRole("group", { name, exact: true });
const handle = (page: Page, name: string, side: "from" | "to"): Locator => page.getByRole("slider", { name: `${name}, ${side}`, exact: true });

describe("categories", () => {
  test("a chip shows as many traces as it says, and every other count follows", async () => {
    const page = await open(kAll), productive = chip(page, "class", "productive");
    expect(await productive.locator(".chip-count").innerText()).toBe(String(count(is_productive)));
    await productive.click();
    await shows(page, count(is_productive));
    expect(await hash(page)).toContain("class=productive");
    expect(await productive.getAttribute("aria-pressed")).toBe("true");
    // Counts beside a category leave out its own filter, and apply it elsewhere.
    expect(await chip(page, "class", "counterproductive").locator(".chip-count").innerText())
      .toBe(String(count((t, q) => is_read(t) && class_of(t.probs, q.answer) === 1)));
    expect(await chip(page, "thinking stopped", "budget").locator(".chip-count").innerText())
      .toBe(String(count((t, q) => is_productive(t, q) && t.stop === "budget")));
    const none = chip(page, "answer at end", "wrong");
    expect(await none.getAttribute("class")).toContain("is-none");
    await none.click(); // Usable all the same.
    await shows(page, 0);
    await none.click();
    await productive.click();
    await shows(page, rows.length);
    expect(await hash(page)).toBe(kAll);
  });

  test("values of one field are alternatives", async () => {
    const page = await open(`${kAll}?class=productive`);
    await chip(page, "class", "counterproductive").click();
    await shows(page, count((t, q) => is_read(t) && class_of(t.probs, q.answer) <= 1));
  });
});

describe("ranges", () => {
  test("by the keys, step by step", async () => {
    const page = await open(kAll), from = handle(page, "P(right) at end", "from"), to = handle(page, "P(right) at end", "to");
    await from.focus();
    await page.keyboard.press("PageUp");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => from.getAttribute("aria-valuenow")).toBe("0.055");
    await shows(page, count((t, q) => p_end(t, q) >= 0.055));
    await to.focus();
    await page.keyboard.press("Home"); // Stops at the other handle.
    await expect.poll(() => to.getAttribute("aria-valuenow")).toBe("0.055");
    await page.keyboard.press("End");
    await expect.poll(() => hash(page)).toContain("range=p_end:0.055:1");
    expect([await from.getAttribute("aria-valuemin"), await from.getAttribute("aria-valuemax")]).toEqual(["0", "1"]);
    await page.keyboard.press("Escape");
    await shows(page, rows.length);
    expect(await hash(page)).not.toContain("range");
  });

  test("by the pointer: a drag, the range moved, a handle, a click on a bar", async () => {
    const page = await open(kAll), plot = brush(page, "P(right) at end").locator(".brush-plot");
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox() as { x: number; y: number; width: number; height: number }, y = box.y + box.height / 3;
    const drag = async (from: number, to: number): Promise<void> => {
      await page.mouse.move(box.x + from * box.width, y);
      await page.mouse.down();
      await page.mouse.move(box.x + ((from + to) / 2) * box.width, y, { steps: 4 });
      await page.mouse.move(box.x + to * box.width, y, { steps: 4 });
      await page.mouse.up();
    };
    const range = async (): Promise<number[]> => (/range=p_end:([^:&]+):([^:&]+)/.exec(await hash(page)) ?? []).slice(1).map(Number);
    const is_near = (low: number, high: number) => expect.poll(async () => {
      const [a = NaN, b = NaN] = await range();
      return Math.abs(a - low) <= 0.011 && Math.abs(b - high) <= 0.011;
    }).toBe(true);
    await drag(0.8, 0.3);
    await is_near(0.3, 0.8);
    const [low = 0, high = 0] = await range();
    await shows(page, count((t, q) => p_end(t, q) >= low && p_end(t, q) <= high));
    await drag(0.5, 0.6);
    await is_near(0.4, 0.9);
    await drag(0.4, 0.2);
    await is_near(0.2, 0.9);
    await page.mouse.click(box.x + 0.97 * box.width, y);
    await expect.poll(range).toEqual([0.95, 1]);
    await shows(page, count((t, q) => p_end(t, q) >= 0.95));
    await brush(page, "P(right) at end").getByRole("button", { name: /^Clear/ }).click();
    await shows(page, rows.length);
    expect(await handle(page, "P(right) at end", "from").evaluate((e) => e === document.activeElement)).toBe(true);
  });

  test("typed, in whatever order, and what is no number is said", async () => {
    const page = await open(kAll), low = page.getByLabel("P(right) at end, lowest"), high = page.getByLabel("P(right) at end, highest");
    await low.fill("0,9");
    await low.press("Enter");
    await expect.poll(() => hash(page)).toContain("range=p_end:0.9:1");
    await high.fill("0.25");
    await high.press("Enter");
    await expect.poll(() => hash(page)).toContain("range=p_end:0.25:0.9");
    expect([await low.inputValue(), await high.inputValue()]).toEqual(["0.25", "0.9"]);
    await low.fill("much");
    await low.press("Enter");
    expect(await low.getAttribute("aria-invalid")).toBe("true");
    expect(await brush(page, "P(right) at end").getByRole("status").innerText()).toBe("not a number");
    await low.fill("");
    await low.press("Enter");
    await expect.poll(() => hash(page)).toContain("range=p_end:0:0.9");
    expect(await low.getAttribute("aria-invalid")).toBe(null);
  });

  test("other numbers come from the menu, and those of the address by themselves", async () => {
    const page = await open(`${kAll}?range=sample:1:1`);
    expect(await brush(page, "sample").isVisible()).toBe(true);
    await shows(page, count((t) => t.sample === 1));
    await page.getByLabel("Add a number").selectOption({ label: "mass at end" });
    expect(await handle(page, "mass at end", "to").isVisible()).toBe(true);
    expect(await page.getByLabel("Add a number").locator("option").allInnerTexts()).not.toContain("mass at end");
  });
});

describe("words", () => {
  const thinks = (t: TraceData, words: string): boolean => t.error === undefined && t.tokens.join("").toLowerCase().includes(words);
  test("in questions, then in the thinking, part by part", async () => {
    const page = await open(kAll), field = page.getByRole("searchbox"), said = page.locator(".find [role=status]");
    const word = (rows[0]?.q.text ?? "").split(" ")[2]?.toLowerCase().replace(/\W/g, "") as string;
    await page.keyboard.press("/");
    expect(await field.evaluate((e) => e === document.activeElement)).toBe(true);
    await field.pressSequentially(word);
    const n = count((_, q) => [q.text, ...q.options].some((text) => text.toLowerCase().includes(word)));
    await shows(page, n);
    expect(await said.innerText()).toBe(`Found in ${n} traces`);
    const phrase = rows.map(({ t }) => /\w+ \w+ \w+/.exec(t.tokens.join("").toLowerCase())?.[0]).find(Boolean) as string;
    await page.getByRole("group", { name: "Look in" }).getByRole("button", { name: "thinking" }).click();
    await field.fill(`"${phrase}"`);
    await shows(page, count((t) => thinks(t, phrase)));
    await expect.poll(() => said.innerText()).toMatch(/^Found in \d+ trace/);
    expect(await page.getByRole("progressbar", { includeHidden: true }).isHidden()).toBe(true);
    expect(await hash(page)).toContain("scope=thinking");
    await field.fill("no such words");
    await expect.poll(() => said.innerText()).toBe("Found in no trace");
  });

  test("what was typed last does not follow the reader to another page", async () => {
    const page = await open(kAll);
    await page.locator(".tile").first().waitFor({ state: "attached" });
    await page.evaluate(() => {
      const field = document.querySelector<HTMLInputElement>(".find input") as HTMLInputElement;
      field.value = "late";
      field.dispatchEvent(new Event("input"));
      document.querySelector<HTMLElement>(".tile")?.click();
    });
    await page.waitForSelector(".token");
    await page.waitForTimeout(400);
    expect(await hash(page)).not.toContain("late");
  });
});

describe("conditions", () => {
  test("are applied while they make sense; what is wrong is shown where it is", async () => {
    const page = await open(kAll), box = page.getByRole("textbox", { name: "Condition" }), wrong = page.locator(".where-error");
    await box.fill("p_end < 0.5");
    await shows(page, count((t, q) => is_read(t) && p_end(t, q) < 0.5));
    await box.fill("p_end < 0.5 and lenght > 3");
    await expect.poll(() => wrong.innerText()).toMatch(/^At character 17: .*did you mean length\?/);
    expect(await wrong.locator("mark").innerText()).toBe("lenght");
    expect(await box.getAttribute("aria-invalid")).toBe("true");
    await shows(page, count((t, q) => is_read(t) && p_end(t, q) < 0.5)); // The last one that made sense.
    await page.getByRole("button", { name: "Clear filters" }).click();
    await shows(page, rows.length);
    expect([await box.inputValue(), await wrong.innerText(), await box.getAttribute("aria-invalid")]).toEqual(["", "", null]);
  });

  test("an address with a mistake says so", async () => {
    const page = await open(`${kAll}?where=${encodeURIComponent("length >")}`);
    await shows(page, rows.length);
    await expect.poll(() => page.locator(".where-error").innerText()).toContain("At character");
  });

  test("the help lists every field, and takes examples and names over", async () => {
    const page = await open(kAll), box = page.getByRole("textbox", { name: "Condition" });
    await page.getByText("What can stand here").click();
    await page.locator(".where-key").first().waitFor();  // It is filled when it opens.
    const keys = await page.locator(".where-key").allInnerTexts();
    expect(keys).toEqual(expect.arrayContaining(["length", "p_end", "class", "stop", "subject", "sample"]));
    const example = page.locator(".where-example").first();
    expect(await page.locator(".where-example").count()).toBe(3);
    await example.click();
    await expect.poll(() => hash(page).then((h) => h.replaceAll("+", " "))).toContain(`where=${await example.innerText()}`);
    await box.fill("");
    await page.locator(".where-key", { hasText: /^sample$/ }).click();
    await page.keyboard.type("== 1");
    await shows(page, count((t) => t.sample === 1));
    expect(await box.inputValue()).toBe("sample == 1");
  });
});

describe("the bar", () => {
  test("two keys to sort by, each with its direction, and groups", async () => {
    const page = await open(kAll), first = page.getByRole("combobox", { name: "Sort by" }), second = page.getByRole("combobox", { name: "then by", includeHidden: true });
    expect(await first.locator("optgroup").evaluateAll((all) => all.map((g) => (g as HTMLOptGroupElement).label)))
      .toEqual(["Numbers of the trace", "Places", "Categories"]);
    expect(await second.isHidden()).toBe(true);
    await first.selectOption({ label: "length" });
    await says(page, /sorted by length, falling$/);
    await second.selectOption({ label: "subject" });
    await page.getByRole("button", { name: /^length, falling/ }).click();
    await says(page, /sorted by length, rising, then by subject, rising$/);
    expect(await second.locator("option", { hasText: /^length$/ }).evaluate((o) => (o as HTMLOptionElement).disabled)).toBe(true);
    expect(await first.evaluate((e) => document.getElementById(e.getAttribute("aria-describedby") ?? "")?.textContent)).toBe("thinking tokens");
    await page.getByRole("combobox", { name: "Group by" }).selectOption({ label: "class" });
    await says(page, /grouped by class$/);
    await page.reload();
    await says(page, /sorted by length, rising, then by subject, rising; grouped by class$/);
    await first.selectOption({ label: "order of the run" });
    await says(page, /sorted by subject, rising/);
  });

  test("subjects, views, size and alignment are in the address", async () => {
    const page = await open(kAll);
    await page.getByRole("button", { name: "Lines", exact: true }).click();
    await page.getByRole("button", { name: "share", exact: true }).click();
    await page.getByRole("slider", { name: "Size of the pictures" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => hash(page)).toBe(`${kAll}?view=lines&size=6&align=fraction`);
    await page.getByRole("button", { name: "List", exact: true }).click();
    expect(await page.getByRole("group", { name: "Align by" }).count()).toBe(0);
    const name = demo.runs[0]?.subjects[1]?.name as string;
    const subject = page.getByRole("combobox", { name: "Subject" });
    await subject.selectOption({ label: name });
    await expect.poll(() => page.locator("h1").innerText()).toContain(name);
    await page.goBack();
    await expect.poll(() => hash(page)).toContain(kAll);
    expect(await subject.evaluate((e) => (e as HTMLSelectElement).selectedOptions[0]?.text)).toBe("all subjects");
  });

  test("of all runs it chooses a run", async () => {
    const page = await open("#/*/*?class=productive");
    await page.getByRole("combobox", { name: "Run", exact: true }).selectOption({ label: "demo" });
    await shows(page, count(is_productive));
    expect(await hash(page)).toBe("#/demo/*?class=productive");
  });

  test("with the panel folded it names the filters that are on, and takes them away", async () => {
    const page = await open(`${kAll}?class=productive&range=p_end:0.5:1`), button = page.getByRole("button", { name: /^Filters/ });
    expect([await button.innerText(), await button.getAttribute("aria-expanded")].map((s) => s?.replace(/\s+/g, " "))).toEqual(["Filters 2 on", "true"]);
    expect(await page.locator(".filter-tag").count()).toBe(0);
    await button.click();
    expect([await page.getByRole("search", { name: "Filters" }).count(), await button.getAttribute("aria-expanded")]).toEqual([0, "false"]);
    await page.getByRole("button", { name: /^class: productive/ }).click();
    await shows(page, count((t, q) => p_end(t, q) >= 0.5));
    expect(await button.evaluate((e) => e === document.activeElement)).toBe(true);
    expect(await page.locator(".filter-tag").allInnerTexts()).toHaveLength(1);
    await page.reload(); // The choice is kept.
    expect(await button.getAttribute("aria-expanded")).toBe("false");
    await page.getByRole("button", { name: "Clear filters" }).click();
    await shows(page, rows.length);
    expect(await page.locator(".filter-tag").count()).toBe(0);
  });

  test("copies the address, or shows it to be copied", async () => {
    const page = await open(`${kAll}?class=productive`);
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await page.getByRole("button", { name: "Copy link" }).click();
    expect(await page.evaluate(() => String(getSelection()))).toBe(page.url());
  });
});

test("names of fields that would like to be more than text stay text, and so does what is typed", async () => {
  const [run] = demo.runs, folder = at.write({ ...demo, runs: [{ ...run as typeof demo.runs[0] & object,
    numbers: kHostile.map((text) => ({ key: text, name: text, explain: text, unit: "share", value: (t) => t.sample / 2 })) }] });
  await at.again(file_base(folder));
  await at.open(kAll);
  const { page } = at, elements = () => page.evaluate(() => document.querySelectorAll("body *:not(option, .filters *, .rows *, ul *)").length);
  await page.waitForSelector(".brush-add option", { state: "attached" });
  const before = await elements(), menu = page.getByLabel("Add a number"), n = await menu.locator("option").count();
  expect(n).toBeGreaterThan(250);
  await page.getByText("What can stand here").click();
  for (let i = 0; i < 12; i++) {
    await menu.selectOption({ index: 1 + 20 * i });
    await page.locator(".brush-handle.is-low").last().press("PageUp");
    await page.locator(".sort select").first().selectOption({ index: 30 + 10 * i });
  }
  expect(await page.locator(".filters :is(script, img, iframe, style, link, object, embed, a)").count()).toBe(0);
  await page.getByRole("button", { name: "Clear filters" }).click();
  for (const text of kHostile.filter((_, i) => i % 4 === 0)) {
    await page.locator(".where-box").fill(text.slice(0, 200));
    await page.locator(".where-box").press("Enter");
  }
  expect(await elements()).toBe(before);
}, 120_000);

describe.each([["light", 1280], ["dark", 1280], ["light", 360]] as const)("in %s, %i pixels wide", (colorScheme, width) => {
  test("axe finds nothing, with a mistake and the help in sight, and targets are large enough", async () => {
    const page = await open(`${kAll}?class=productive&range=p_end:0.5:1&sort=length,-p_end&where=${encodeURIComponent("p_ned > 1")}&text=the`,
      { colorScheme, viewport: { width, height: 900 } });
    if (width < 1000) {
      expect(await page.getByRole("search", { name: "Filters" }).count()).toBe(0); // Folded until it is asked for.
      await page.getByRole("button", { name: /^Filters/ }).click();
    }
    await page.getByText("What can stand here").click();
    await page.waitForSelector(".where-error mark");
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const run = (window as unknown as { axe: typeof axe }).axe.run;
      const { violations } = await run(document, { preload: false, rules: { "target-size": { enabled: true } } });
      return violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`).join(" | ")}`);
    });
    expect(found).toEqual([]);
    const [inside, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    expect(inside).toBeLessThanOrEqual(window as number);
    const small = await page.locator(".toolbar, .filters").locator("button, select, input, [role=slider], summary").evaluateAll((all) =>
      all.map((e) => ({ box: e.getBoundingClientRect(), html: e.outerHTML.slice(0, 80) })).filter(({ box }) => box.width > 0 && (box.width < 24 || box.height < 24)).map((e) => e.html));
    expect(small).toEqual([]);
  });
});
