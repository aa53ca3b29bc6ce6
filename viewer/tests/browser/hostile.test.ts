// SPDX-License-Identifier: MIT
// Every hostile text in every slot: nothing runs, no element is added, and
// what is shown is what is stored.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { kHostile } from "../hostile.ts";
import { make_analysis } from "../make_analysis.ts";
import { write_bundle } from "../make_bundle.ts";
import type { BundleData, RunData } from "../make_bundle.ts";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { read_manifest_text } from "../read_site.ts";
import { format_state, kDefaultState } from "../../src/state/state.ts";
import { file_base, launch, temporary_folder, watch } from "./harness.ts";
import type { Watched } from "./harness.ts";

const kTitle = kHostile.filter((s) => s.length < 200).join(" ");

// One run for each text, which stands in all of the run's slots.
function hostile_run(text: string, place: number): RunData {
  const rows = [[0.5, 0.5], [0.25, 0.75], [0.1, 0.2]];
  return {
    name: text, labels: [text, text], readers: [text], notes: [text, "note"], settings: [[text, text]], noise_floor: null,
    model: { name: text, architecture: text, sha256: text },
    analysis: make_analysis({ warnings: [{ kind: "a", text }] },
      [{ subject: text }, { subject: `${text}!`, warnings: [{ kind: text, text }] }]),
    subjects: [{ name: text, questions: [{
      id: `${place}${text}`, text, options: [text, text], answer: 1, prompt: text, traces: [
        { id: text, sample: 0, tokens: [text, text], probs: rows, forced: text, answer_text: text, chosen: 0, lacks: [text],
          readings: [{ reader: 0, probs: rows }] },
        { id: `${text}!`, sample: 1, tokens: [], probs: [], error: text },
      ],
    }] }],
  };
}
const data: BundleData = { title: kTitle, generator: kTitle, runs: kHostile.map(hostile_run) };

const site = temporary_folder();
let browser: Browser;
let at: Watched;
beforeAll(async () => {
  write_bundle(site.folder, data);
  keys = parse_manifest(read_manifest_text(site.folder)).runs.map((r) => [r.key, r.subjects[0]?.key ?? ""]);
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  site.remove();
});
beforeEach(async () => { at = await watch(browser, file_base(site.folder)); });
afterEach(async () => {
  await at.check();
  await at.close();
});

let keys: [string, string][] = []; // Of run and subject, as links use them.
const address = (place: number, more: object = {}): string =>
  format_state({ ...kDefaultState, page: "gallery", view: "list", run: keys[place]?.[0] ?? null, subject: keys[place]?.[1] ?? null, ...more });
const go = (page: Page, hash: string): Promise<void> => page.evaluate((h) => { location.hash = h; }, hash);

// What the stored text must have been, going by the marks. Runs in the page.
function stored(element: Element): string {
  let text = "";
  for (const node of element.childNodes) {
    if (node instanceof Text) text += node.data;
    else if (!(node instanceof HTMLElement)) continue;
    else if (node.dataset["code"]) text += String.fromCodePoint(Number.parseInt(node.dataset["code"].slice(2), 16));
    else if (node.dataset["empty"] !== undefined) continue;
    else if (node.tagName === "BR") text += "\n";
    else if (node.classList.contains("return")) text += node.nextElementSibling?.tagName === "BR" ? "" : "\n";
    else if (node.classList.contains("space")) text += (node.textContent ?? "").replaceAll("␣", " ");
    else text += stored(node);
  }
  return text;
}
// The stored texts of several places at once, since each question to the browser takes its time.
async function texts<T extends Record<string, string>>(page: Page, selectors: T): Promise<Record<keyof T, string[]>> {
  return page.evaluate(([source, queries]) => {
    const read = new Function(`${source}; return stored;`)() as (e: Element) => string;
    // A lone half would not survive the way out of the browser.
    const out = (e: Element): string => encodeURIComponent(read(e).replace(/\p{Cs}/gu, (c) => `{${c.charCodeAt(0)}}`));
    return Object.fromEntries(Object.entries(queries).map(([name, query]) =>
      [name, [...document.querySelectorAll(query)].map(out)]));
  }, [stored.toString(), selectors as Record<string, string>] as const) as Promise<Record<keyof T, string[]>>;
}
const sent = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, (c) => `{${c.charCodeAt(0)}}`));

// Elements that a page is made of; text must not be able to add another kind.
const kTags = ("A ARTICLE ASIDE B BDI BODY BR BUTTON CANVAS CODE DD DETAILS DIALOG DIV DL DT FIGCAPTION FIGURE FOOTER H1 H2 H3 " +
  "HEAD HEADER HTML INPUT KBD LABEL LI LINK MAIN META NAV NOSCRIPT OL OPTGROUP OPTION P PRE SCRIPT SECTION SELECT SPAN SUMMARY " +
  "CAPTION FIELDSET H4 H5 LEGEND SMALL TABLE TBODY TD TEXTAREA TH THEAD TITLE TR UL line path svg").split(" ");

async function check_elements(page: Page): Promise<void> {
  const seen = await page.evaluate(() => {
    const all = [...document.querySelectorAll("*")];
    return {
      tags: [...new Set(all.map((e) => e.tagName))],
      scripts: [...document.scripts].map((s) => s.getAttribute("src") ?? s.type),
      metas: document.querySelectorAll("meta").length, links: document.querySelectorAll("link").length,
      handlers: all.filter((e) => [...e.attributes].some((a) => /^on/i.test(a.name))).length,
      outward: [...document.querySelectorAll("[href]")].filter((e) => e.tagName === "A" && !e.getAttribute("href")?.startsWith("#")).length,
    };
  });
  expect(seen.tags.filter((t) => !kTags.includes(t))).toEqual([]);
  // Chunk scripts are taken out again once they have run.
  expect(seen.scripts.filter((s) => !s.startsWith("data/"))).toEqual(["app.js", "application/json"]);
  expect([seen.metas, seen.links, seen.handlers, seen.outward]).toEqual([5, 2, 0, 0]);
}

test("the front page", async () => {
  const { page } = at;
  await at.open();
  await page.waitForSelector(".subject");
  const all = kHostile.map(sent);
  expect(await texts(page, {
    run: ".run > h2 bdi", subject: ".subject h3 bdi", note: ".run > .notes li:first-child", setting: ".fact:last-child dt",
    value: ".fact:last-child dd", architecture: ".fact:first-child dd .quiet", title: ".masthead h1", generator: ".footer bdi",
  })).toEqual({
    run: all, subject: all, note: all, setting: all, value: all, architecture: all, title: [sent(kTitle)], generator: [sent(kTitle)],
  });
  await check_elements(page);
});

test("the first numbers: subjects, warnings, labels", async () => {
  const { page } = at;
  await at.open();
  // They are loaded when they come near the window.
  await page.evaluate(async () => {
    for (const panel of document.querySelectorAll(".numbers")) {
      panel.scrollIntoView({ block: "center" });
      while (!panel.querySelector(".numbers-grid")) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  expect(await texts(page, {
    first: ".numbers .notes li:first-child bdi", second: ".numbers .notes li:last-child bdi:last-child",
    whose: ".numbers .notes li:last-child bdi:first-child", subject: ".subject-table tbody tr:first-child bdi",
    label: ".label-table tbody tr:first-child th bdi",
  })).toEqual({ first: kHostile.map(sent), second: kHostile.map(sent), whose: kHostile.map((t) => sent(`${t}!`)),
    subject: kHostile.map(sent), label: kHostile.map(sent) });
  await check_elements(page);
}, 240_000);

// In parts, since each has its time.
const kParts = Array.from({ length: Math.ceil(kHostile.length / 40) }, (_, i) => [40 * i, Math.min(40 * (i + 1), kHostile.length)] as const);

test.each(kParts)("the gallery and the trace page of texts %i to %i", async (begin, end) => {
  const { page } = at;
  await at.open();
  for (let i = begin; i < end; i++) {
    const text = kHostile[i] as string;
    await go(page, address(i));
    await page.waitForSelector(".row-question", { state: "attached" }); // Some texts leave nothing to see.
    const one = sent(text);
    expect(await texts(page, {
      question: ".row-question", options: ".option-text", labels: ".option-label", error: ".is-failed bdi", subject: ".page-head h1 bdi",
    })).toEqual({ question: [one], options: [one, one], labels: [one, one], error: [one], subject: [one] });
    if (i % 8 === 0) await check_elements(page);
    await go(page, address(i, { page: "trace", question: `${i}${text}`, cursor: 1, text: text.slice(0, 200), scope: "both" }));
    await page.waitForSelector(".samples .thumb");
    await page.locator("details").nth(1).evaluate((d: HTMLDetailsElement) => { d.open = true; });
    await page.waitForSelector(".curve-table");
    expect(await texts(page, {
      tokens: ".token:not(.is-zero)", question: "h1.question", verbatim: ".verbatim", lacks: ".source-note li bdi", cursor: ".readout-text",
      options: ".option-cell bdi", reader: ".reader bdi", table: ".curve-table tbody td:nth-child(2) bdi",
    })).toEqual({ tokens: [one, one], question: [one], verbatim: text === "" ? [one, one] : [one, one, one], lacks: [one], cursor: [one], options: [one, one], reader: [one], table: [one, one] });
    if (i % 8 === 1) await check_elements(page);
  }
}, 120_000);

test("in the address and in the search field", async () => {
  const { page } = at;
  await at.open(address(0));
  await page.waitForSelector(".row");
  const first = address(0);
  await page.evaluate(async (list) => {
    const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input[type="search"], textarea');
    for (const text of list) {
      for (const field of fields) {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }, kHostile.map((text) => text.slice(0, 200)));
  // Those of one kind together: the front page with its hundreds of runs is not made anew for each.
  const addresses = [...kHostile.map((text) => `#${text}`), ...kHostile.map((text) => `#/${text}/${text}/${text}/${text}?t=${text}`),
    ...kHostile.map((text) => `${first}&text=${encodeURIComponent(text.replace(/\p{Cs}/gu, ""))}`)];
  await page.evaluate(async (list) => {
    for (const hash of list) {
      location.hash = hash;
      await new Promise((resolve) => setTimeout(resolve, 4)); // The page follows the address between two tasks.
    }
  }, addresses);
  await check_elements(page);
  await go(page, "#/");
  await page.waitForSelector(".masthead");
}, 240_000);

test("bidi marks turn nothing around them", async () => {
  const { page } = at;
  const text = "\u202Eevil\u202C";
  const place = kHostile.indexOf(text);
  await at.open(address(place, { page: "trace", question: `${place}${text}` }));
  await page.waitForSelector(".tokens .token");
  const lefts = await page.locator(".token").evaluateAll((tokens) => tokens.map((t) => t.getBoundingClientRect().left));
  expect(lefts).toEqual([...lefts].sort((a, b) => a - b));
  expect(await page.locator(".token .mark").allTextContents()).toEqual(["U+202E", "U+202C", "U+202E", "U+202C"]);
});
