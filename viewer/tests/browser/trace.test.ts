// SPDX-License-Identifier: MIT
// The page of one trace: the cursor, jumps, t_exit, further readers, token ids, quotations, and all of it by keyboard alone.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { kFixture, kImported } from "../fixture.ts";
import type { QuestionData, RunData, TraceData } from "../make_bundle.ts";
import { use_site } from "./harness.ts";

// Flips at t = 3, 5 and 7; the cue words are tokens 0, 2 and 5 to 7; the largest change is at t = 7.
const kTokens = ["Wait", ",", " So", " no", ".", " The", " answer", " is", " one", "."];
const kRight = [0.75, 0.75, 0.75, 0.25, 0.25, 0.6, 0.6, 0, 0, 0, 0.125];
const turning: TraceData = { id: "f0", sample: 0, tokens: kTokens, token_ids: kTokens.map((_, i) => 100 + i), probs: kRight.map((p) => [1 - p, p]), chosen: 0,
  readings: [{ reader: 1, positions: [0, 5, 10], probs: [[0.5, 0.5], [0.75, 0.25], [0.25, 0.75]] }] };
const still: TraceData = { id: "f1", sample: 1, tokens: ["x"], token_ids: [], probs: [[0.25, 0.75], [0.25, 0.75]], stop: "budget", chosen: null };
const question: QuestionData = { id: "aa", text: "Which turns?", options: ["one", "two"], answer: 1, traces: [turning, still] };
const run: RunData = { name: "turns", labels: ["A", "B"], readers: ["reader 2: nobody", "reader 3: <b>Toy</b>"],
  numbers: [{ key: "order_agreement", name: "same option", explain: "", unit: "share", value: (t) => (t.id === "f0" ? 0.25 : null) }],
  subjects: [{ name: "s", questions: [question] }] };
const at = use_site({ title: "traces", runs: [run, ...kFixture.runs, kImported] }, { write: { shelf_tokens: 30 } });

const open = async (hash: string): Promise<Page> => {
  await at.open(hash);
  await at.page.waitForSelector(".u-over, .unread");
  return at.page;
};
const readings = (page: Page): Promise<string[]> => page.locator(".readout .number").allTextContents();
const here = (page: Page): Promise<string | null> => page.locator(".readout-where b").textContent();
const told = (page: Page, text: string) => page.waitForFunction((t) => document.querySelector(".unseen[role=status]")?.textContent?.includes(t), text);
const focused = (page: Page): Promise<string | undefined> => page.evaluate(() => (document.activeElement as HTMLElement).dataset["t"]);

test("the cursor: pointer, keys, curve and matrix", async () => {
  const page = await open("#/run%20one/first/q0/0");
  expect(await readings(page)).toEqual(["0.125", "0.500", "0.625"]); // Unasked, the end.
  await page.hover('.token[data-t="0"]');
  expect(await readings(page)).toEqual(["0.500", "0.250", "0.750"]);
  expect(await page.locator(".readout-where").textContent()).toBe("t = 0 before any thinking token");
  await page.hover('.token[data-t="1"]');
  expect(await readings(page)).toEqual(["1.000", "0.000", "1.000"]);
  expect(await page.locator(".readout-token").textContent()).toBe("So");
  await page.hover("h1");
  expect(await readings(page)).toEqual(["0.125", "0.500", "0.625"]);
  await page.focus('.token[data-t="0"]');
  for (const [key, t] of [["ArrowRight", 1], ["ArrowRight", 2], ["ArrowLeft", 1], ["End", 3], ["Home", 0], ["PageDown", 3], ["PageUp", 0]] as const) {
    await page.keyboard.press(key);
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset["t"])).toBe(String(t));
  }
  expect(await page.locator('.token[tabindex="0"]').count()).toBe(1);
  await page.waitForFunction(() => location.hash.endsWith("t=0"));
  await page.waitForFunction(() => document.querySelector(".unseen[role=status]")?.textContent === "t = 0. A 0.50; B, right, 0.25. mass 0.750");
  const box = await page.locator(".u-over").boundingBox();
  if (!box) throw new Error("no curve");
  await page.mouse.click(box.x + (box.width * 2) / 3, box.y + 50);
  expect(await page.locator(".token.is-here").getAttribute("data-t")).toBe("2");
  const board = await page.locator(".matrix-board").boundingBox();
  if (!board) throw new Error("no matrix");
  await page.mouse.move(board.x + 50, board.y + 5);
  expect(await page.locator(".token.is-here").getAttribute("data-t")).toBe("3");
  const ink = await page.locator(".curve canvas").evaluate((c: HTMLCanvasElement) =>
    c.getContext("2d")?.getImageData(0, 0, c.width, c.height).data.filter((v, i) => i % 4 === 3 && v > 0).length);
  expect(ink).toBeGreaterThan(500);
});

test("a strided trace says so, and cells take the reading before them", async () => {
  const page = await open("#/run%20one/first/q2/1?t=5");
  await page.waitForSelector(".token.is-here");
  expect(await page.locator(".readout-where").textContent()).toBe("t = 5 after 5 thinking tokens, read at t = 3");
  expect(await readings(page)).toEqual(["0.500", "0.500", "1.000"]);
  expect(await page.locator(".explain").textContent()).toContain("at the last probed position at or before it");
});

test("an import without t = 0 and token ids says so", async () => {
  const page = await open("#/run%20one/second/q9/0?t=0");
  await page.waitForSelector(".token.is-here");
  expect(await page.locator(".token").count()).toBe(3);
  expect(await page.locator(".readout-where").textContent()).toBe("t = 1 after 1 thinking token");
  expect(await page.locator(".readout-token").textContent()).toBe(" w0");
  expect(await readings(page)).toEqual(["0.250", "0.500", "0.750"]);
  expect(await page.locator(".options-table thead").textContent()).toBe("optionstart t = 1end t = 3");
  expect(await page.locator(".explain").textContent()).toContain("no reading before the first token");
});

test("a failed trace, the prompt, and the curve as a table", async () => {
  const { page } = at;
  await at.open("#/run%20one/first/q2/0");
  expect(await page.waitForSelector(".failure").then((e) => e.textContent())).toBe("This trace failed: the context is full");
  await page.click(".sample >> nth=1 >> .thumb");
  await page.waitForSelector(".u-over");
  expect(await page.locator(".curve-table").count()).toBe(0);
  await page.click("text=The curve as a table");
  await page.waitForSelector(".curve-table");
  expect(await page.locator(".curve-table tbody tr").last().locator("td, th").allTextContents())
    .toEqual(["6", " w5", "0.250", "0.750", "1.000"]);
  await page.click("text=The prompt as the model saw it");
  expect(await page.locator("details .verbatim").isVisible()).toBe(true);
});

test("turning to neighbours: n and p in the list, N and P to another question, s and S among the samples", async () => {
  const page = await open("#/run%20one/first/q0/0?range=length:3:40");
  const steps: [string, string][] = [["n", "question 0 · sample 1"], ["n", "question 1 · sample 0"], ["p", "question 0 · sample 1"],
    ["N", "question 1 · sample 0"], ["s", "question 1 · sample 1"], ["s", "question 1 · sample 0"], ["S", "question 1 · sample 1"], ["P", "question 0 · sample 1"]];
  for (const [key, heading] of steps) {
    await page.waitForSelector(".turn a");
    await page.keyboard.press(key);
    await page.waitForSelector(`.page-head >> text=${heading}`);
  }
  await page.waitForSelector(".turn a");
  expect(await page.locator(".turn").textContent()).toBe("← previous2 of 5next →"); // The failed one has no length.
});

describe("jumps", () => {
  test("by key: flips, cue words, t_exit and the largest change", async () => {
    const page = await open("#/turns/s/aa/0");
    const steps: [string, number][] = [["f", 3], ["f", 5], ["f", 7], ["f", 3], ["F", 7], ["F", 5], ["w", 6], ["w", 1], ["w", 3], ["W", 1], ["e", 7], ["j", 7], ["W", 6]];
    for (const [key, t] of steps) {
      await page.keyboard.press(key);
      expect(await here(page), key).toBe(`t = ${t}`);
      expect(await focused(page), key).toBe(String(t)); // Arrow keys go on from there.
    }
    await told(page, "cue word 3 of 3, “The answer is”. t = 6.");
    await page.keyboard.press("F");
    await told(page, "flip 2 of 3, A to B. t = 5. A 0.40; B, right, 0.60. mass 1.000");
    await page.waitForFunction(() => location.hash.endsWith("?t=5"));
    await page.keyboard.press("ArrowRight");
    expect(await here(page)).toBe("t = 6");
  });
  test("by button, which keeps the focus and says where it is", async () => {
    const page = await open("#/turns/s/aa/0");
    const name = page.locator(".jump-name").first();
    expect(await name.textContent()).toBe("3 flips");
    await page.click('[aria-label="Next flip"]');
    expect(await name.textContent()).toBe("flip 1 of 3");
    await page.click('[aria-label="Previous flip"]');
    expect([await name.textContent(), await here(page)]).toEqual(["flip 3 of 3", "t = 7"]);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Previous flip");
    expect(await page.locator(".jump-to").allTextContents()).toEqual(["t_exit 7", "largest change −0.60", "token ids"]);
    await page.click("text=largest change");
    expect(await page.locator(".jump-to.is-at").count()).toBe(2);
  });
  test("to nothing are disabled and say why", async () => {
    const page = await open("#/turns/s/aa/1");
    expect(await page.locator(".jumps button:disabled").count()).toBe(5);
    expect(await page.locator(".jumps").textContent()).toContain("no flips: The forced answer is the same at every probed position");
    expect(await page.locator("text=no largest change").getAttribute("title")).toBe("P(right) never moves");
    await page.keyboard.press("f");
    await page.keyboard.press("m"); // Nothing is searched for.
    expect(await here(page)).toBe("t = 1");
    await page.keyboard.press("e");
    expect(await here(page)).toBe("t = 0");
  });
  test("go through what is searched for, once the thinking is searched", async () => {
    const page = await open("#/turns/s/aa/0?text=%22is%20ONE%22%20wait");
    expect(await page.locator(".token.is-match").count()).toBe(0);
    await open("#/turns/s/aa/0?text=%22is%20ONE%22%20wait&scope=thinking");
    expect(await page.locator(".token.is-match").evaluateAll((cells) => cells.map((c) => (c as HTMLElement).dataset["t"]))).toEqual(["1", "8", "9"]);
    expect(await page.locator(".jump-name").first().textContent()).toBe("2 matches");
    await page.keyboard.press("m");
    await page.keyboard.press("m");
    expect(await here(page)).toBe("t = 8");
    await page.keyboard.press("M");
    expect(await here(page)).toBe("t = 1");
  });
});

test("cue words and t_exit are marked in text, matrix and words", async () => {
  const page = await open("#/turns/s/aa/0");
  expect(await page.locator(".token.is-cue").evaluateAll((cells) => cells.map((c) => (c as HTMLElement).dataset["t"]))).toEqual(["1", "3", "6", "7", "8"]);
  expect(await page.locator(".exit-flag").evaluate((flag) => (flag.previousElementSibling as HTMLElement).dataset["t"])).toBe("7");
  const [frame, board] = [await page.locator(".matrix-exit").boundingBox(), await page.locator(".matrix-board").boundingBox()];
  expect(Math.round((((frame?.x ?? 0) - (board?.x ?? 0)) / (frame?.width ?? 1)))).toBe(6); // The cell of token 7.
  expect(await page.locator(".commitment").textContent()).toBe("From token 7 of 10 on the forced answer stays A: 30 % of the thinking came after that. " +
    "Stable is not yet known: P(A) is 1.000 there and P(right) 0.000, and with the options in other orders the most likely one is the same in 25 % of the readings.");
  await page.hover('.token[data-t="7"]');
  expect(await page.locator(".readout-where").textContent()).toBe("t = 7 after 7 thinking tokenst_exit");
  await open("#/turns/s/aa/1");
  expect(await page.locator(".commitment").textContent()).toContain("it stays B: 100 % of the thinking up to the cut came after that.");
  expect(await page.locator(".matrix-exit").isVisible()).toBe(false);
  await open("#/run%20one/first/q2/1");
  expect(await page.locator(".commitment").textContent()).toContain("From token 4 to 6 of 6 on the forced answer stays B: 0 % to 33 % of");
});

describe("further readers", () => {
  test("are drawn and read when they are chosen, and stay in the address", async () => {
    const page = await open("#/turns/s/aa/0?t=6");
    const boxes = page.locator(".readers input");
    expect(await page.locator(".readers .reader").allTextContents()).toEqual(["the run’s own reader and", "R2reader 2: nobody", "R3reader 3: <b>Toy</b>"]);
    await boxes.nth(1).check();
    await page.waitForSelector('.reading[data-option="R3"]');
    expect(await readings(page)).toEqual(["0.400", "0.600", "1.000", "0.250"]); // At t = 5, the last it read.
    expect(await page.evaluate(() => location.hash)).toBe("#/turns/s/aa/0?t=6&readers=3");
    expect(await boxes.nth(0).isDisabled()).toBe(true);
    expect(await page.locator(".reader").nth(1).textContent()).toContain("did not read this trace");
    await page.keyboard.press("f");
    await told(page, "P(right) by R3 0.250");
    await boxes.nth(1).uncheck();
    expect(await readings(page)).toHaveLength(3);
    await open("#/turns/s/aa/0?readers=3");
    await page.waitForSelector('.reading[data-option="R3"]');
  });
  test("are not spoken of where there are none", async () => {
    const page = await open("#/imported/stars/i0/0");
    expect(await page.locator(".readers").count()).toBe(0);
  });
});

test("token ids are shown below the tokens on demand, from trace to trace", async () => {
  const page = await open("#/turns/s/aa/0?t=3");
  expect(await page.locator(".token[data-id]").count()).toBe(0);
  expect(await page.locator(".readout-token").textContent()).toBe(" So");
  await page.click("text=token ids");
  await page.waitForSelector('.token[data-t="3"][data-id="102"]');
  expect(await page.locator(".readout-token").textContent()).toBe(" Soid 102");
  expect(await page.locator('.token[data-t="0"]').getAttribute("data-id")).toBeNull();
  await page.keyboard.press("s");
  await page.waitForSelector("text=token ids not known"); // The other sample's are nowhere.
  await page.keyboard.press("s");
  await page.waitForSelector('.tokens.has-ids .token[data-id="109"]');
  await page.keyboard.press("i");
  expect(await page.locator(".tokens.has-ids").count()).toBe(0);
  expect(await page.locator(".readout-token").textContent()).not.toContain("id");
  await open("#/imported/stars/i0/0");
  expect(await page.locator("button >> text=token ids").count()).toBe(0);
});

describe("a quotation", () => {
  const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  test("is the sentence around the cursor, with its place and a link", async () => {
    await at.again(await at.serve(), { permissions: ["clipboard-read", "clipboard-write"] });
    const { page } = at;
    await at.open("#/turns/s/aa/0?t=7&sort=-p_end&text=x&colour=right");
    await page.waitForSelector(".u-over");
    await page.keyboard.press("q");
    await told(page, "Copied: “The answer is one.” — ");
    const link = `${at.base}index.html#/turns/s/aa/0?colour=right&t=6`;
    expect(await clipboard(page)).toBe(`“The answer is one.” — Toy 1M, question 0, sample 0, t = 6…10, ${link}`);
    // A selection goes before the cursor, in whole tokens.
    await page.evaluate(() => {
      const [from, to] = [3, 4].map((t) => document.querySelector(`.token[data-t="${t}"]`)) as [Element, Element];
      document.getSelection()?.setBaseAndExtent(from, 0, to, to.childNodes.length);
    });
    await page.click("text=Copy quotation");
    await page.waitForSelector(".reading-tools >> text=Copied");
    expect(await clipboard(page)).toContain("“So no” — Toy 1M, question 0, sample 0, t = 3…4, ");
  });
  test("stands in a field, selected, where the page may not copy", async () => {
    const page = await open("#/turns/s/aa/0?t=1");
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await page.keyboard.press("q");
    await told(page, "to be copied by hand");
    const field = page.locator(".reading-tools .copy-field");
    expect(await field.evaluate((f: HTMLInputElement) => f === document.activeElement && f.value.slice(f.selectionStart ?? 0, f.selectionEnd ?? 0)))
      .toContain("“Wait, So no.” — Toy 1M, question 0, sample 0, t = 1…5, file://");
  });
});

test("samples stand side by side, each with its curve and a link", async () => {
  const page = await open("#/turns/s/aa/0");
  await page.waitForSelector(".sample .small-curve");
  expect(await page.locator(".sample .thumb .small-curve").count()).toBe(2);
  const width = (i: number) => page.locator(".small-line").nth(i).evaluate((line) => (line as SVGPathElement).getBBox().width);
  expect((await width(0)) / (await width(1))).toBeCloseTo(10, 0); // One scale: ten tokens and one.
  expect(await page.locator(".sample.is-current .thumb").getAttribute("aria-current")).toBe("page");
  await page.click(".sample >> nth=1 >> .thumb");
  await page.waitForSelector("text=question 0 · sample 1");
  expect(await page.evaluate(() => location.hash)).toBe("#/turns/s/aa/1");
});

test("all of it by keyboard alone", async () => {
  const page = await open("#/turns/s/aa/0?readers=3");
  await page.waitForSelector('.reading[data-option="R3"]');
  await page.waitForSelector(".turn a");
  const seen = new Set<string>();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const e = document.activeElement as HTMLElement;
      return e === document.body ? "" : e.getAttribute("aria-label") ?? (e.className || e.tagName);
    });
    if (name === "") break;
    seen.add(name);
  }
  for (const part of ["Next flip", "Previous cue word", "jump-to", "token", "SUMMARY"]) expect([...seen].join("; ")).toContain(part);
  await page.focus('[aria-label="Next flip"]');
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  expect(await here(page)).toBe("t = 5");
  await page.locator(".readers input").nth(1).focus();
  await page.keyboard.press("Space");
  await page.waitForFunction(() => !location.hash.includes("readers"));
});

test("a link to a place brings that place into view", async () => {
  const page = await open("#/run%20one/first/q0/1?t=38");
  await page.setViewportSize({ width: 500, height: 500 });
  await open("#/run%20one/first/q0/1?t=38");
  const box = await page.locator('.token[data-t="38"]').boundingBox();
  expect(box && box.y > 0 && box.y < 500).toBe(true);
});
