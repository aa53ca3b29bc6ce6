// SPDX-License-Identifier: MIT
// What the tests of hostile texts share: a bundle with every text in every slot, and a hand inside the page that goes
// through many addresses at once, since each question to the browser takes its time.
import { expect } from "vitest";
import type { Browser, Page } from "playwright-core";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { format_state, kDefaultState } from "../../src/state/state.ts";
import type { State } from "../../src/state/state.ts";
import { visible_string } from "../../src/text/visible.ts";
import { kHostile } from "../hostile.ts";
import { make_ablation, make_report, make_analysis } from "../make_analysis.ts";
import type { BundleData, ExperimentData, RunData } from "../make_bundle.ts";
import { read_manifest_text } from "../read_site.ts";

const kHarmless = "harmless";
export const kTexts: readonly string[] = [kHarmless, ...kHostile]; // The first one says what a page is made of.
export const kTitle = kHostile.filter((s) => s.length < 200).join(" ");
export const trace_id = (place: number): string => (0xa00000 + place).toString(16);

const kRows = [[0.5, 0.5], [0.25, 0.75], [0.1, 0.2]];

// What experiments say of a trace, with the text wherever there is one.
function hostile_experiments(text: string): ExperimentData[] {
  const draw = { n_tokens: 1, p: [0.25, 0.75], source: text };
  return [{ experiment: 0, arms: [{ name: "real", label: "real", draws: [draw] }, { name: `${text}.`, label: text, draws: [draw, draw] }],
    pivots: [{ token: 0, before: [1, 4], after: [4, 4], change: [0.1, 0.9], decided: true, alternatives: [{ text, tally: [1, 2] }] }],
    mistakes: [{ position: 1, text, by: "rule", before: 0, after: 1 }], prefixes: [{ position: 1, forced: [0.5, 0.25], free: [1, 2], none: 1 }],
    hint: { option: 0, words: text, takes_over: 1, mention: text, mention_token: 0 } }];
}

// One run for each text, which stands in all of the run's slots: a trace that was read, one that failed, one not read.
function hostile_run(text: string, place: number): RunData {
  return {
    name: text, labels: [text, text], notes: [text], settings: [[text, text]], noise_floor: null, readers: [text],
    model: { name: text, architecture: text, sha256: text },
    experiments: [{ number: 1, kind: text, about: text }], ablations: [make_ablation([["real", text], [`${text}.`, text]], [text, `${text}!`])], tables: [make_report(0, text, [text, `${text}!`])],
    analysis: make_analysis({ traces: 2, read: 1, warnings: [{ kind: "a", text }] }, [{ subject: text, traces: 2, read: 1 }, { subject: `${text}!`, warnings: [{ kind: text, text }] }]),
    numbers: [{ key: "hostile", name: text, explain: text, unit: "", value: () => place }],
    subjects: [{ name: text, questions: [{
      id: `${place}${text}`, text, options: [text, text], answer: 1, prompt: text, traces: [
        { id: trace_id(place), sample: 0, tokens: [text, text], probs: kRows, forced: text, answer_text: text, chosen: 0, lacks: [text],
          seed: text, readings: [{ reader: 0, probs: kRows, forced: text }], experiments: hostile_experiments(text) },
        { id: `${place}f`, sample: 1, tokens: [], probs: [], error: text },
        { id: `${text}!`, sample: 2, tokens: [text], probs: [], answer_text: text, forced: text, lacks: [text], seed: text },
      ],
    }] }],
  };
}
export const kData: BundleData = { title: kHarmless, generator: kHarmless, runs: kTexts.map(hostile_run) };
// What the bundle itself is called stands on every page: all texts at once.
export const kTitled: BundleData = { title: kTitle, generator: kTitle, runs: kData.runs.slice(0, 2) };

// The addresses of a written bundle: of the run that holds the text, and of what is in it.
export function make_addresses(folder: string): (place: number, more: Partial<State>) => string {
  const keys = parse_manifest(read_manifest_text(folder)).runs.map((r) => [r.key, r.subjects[0]?.key ?? ""] as const);
  return (place, more) => {
    const of_trace = more.page === "trace" ? { question: `${place}${kTexts[place]}` } : {};
    return format_state({ ...kDefaultState, run: keys[place]?.[0] ?? null, subject: keys[place]?.[1] ?? null, ...of_trace, ...more });
  };
}

export interface Visit {
  hash: string;
  ready: readonly string[]; // What must be there.
  read: Record<string, string>;
  like?: number; // The visit before that it must look like; the first.
  apart?: boolean; // It may look otherwise.
  near?: string; // Made only near the window: it is scrolled to.
  draws?: boolean; // The drawing that its menu saves is taken too.
}
export interface Drawing { name: string; text: string } // An SVG, and how its file is called.
export interface Seen { texts: Record<string, string[]>; shape: string; drawing?: Drawing } // shape: every element with its class and attributes.
interface Hand { visit(list: readonly Visit[]): Promise<Seen[]>; look(read: Record<string, string>): Seen }
declare global {
  interface Window { hand: Hand }
}

// Runs in the page, before its own code.
function give_hand(): void {
  // What the stored text must have been, going by the marks.
  const stored = (element: Element): string => {
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
  };
  const out = (e: Element): string => stored(e).replace(/\p{Cs}/gu, (c) => `{${c.charCodeAt(0)}}`); // A lone half would not survive the way out.
  // A token that begins with a space or a line has a class of its own for it.
  const describe = (e: Element): string =>
    `${e.tagName}.${(e.getAttribute("class") ?? "").replace(/ (has-word|is-break)/, "")}[${e.getAttributeNames().filter((a) => a !== "style" && a !== "dir" && a !== "class").join()}]`;
  // Text is taken apart within bdi and .token; scripts of data come and go.
  const shape = (): string => [...document.body.querySelectorAll("*")].filter((e) => !e.parentElement?.closest("bdi, .token")).map(describe).join(" ");
  const look = (read: Record<string, string>) => ({
    texts: Object.fromEntries(Object.entries(read).map(([name, query]) => [name, [...document.querySelectorAll(query)].map(out)])), shape: shape(),
  });
  const until = async (is_so: () => boolean, most: number): Promise<boolean> => {
    for (const end = Date.now() + most; Date.now() < end;) {
      if (is_so()) return true;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return false;
  };
  // What the menu hands over is kept here instead of in a file.
  const draw = async (): Promise<Drawing> => {
    const handed: [string, Promise<string>][] = [], { createObjectURL } = URL, { click } = HTMLAnchorElement.prototype;
    let blob = new Blob();
    URL.createObjectURL = (given: Blob) => {
      blob = given;
      return createObjectURL(given);
    };
    HTMLAnchorElement.prototype.click = function () { handed.push([this.download, blob.text()]); };
    document.querySelector<HTMLElement>(".save-button")?.click();
    [...document.querySelectorAll<HTMLElement>(".save-list button")].find((b) => b.textContent?.startsWith("Drawing"))?.click();
    await until(() => handed.length > 0, 20_000);
    Object.assign(URL, { createObjectURL });
    Object.assign(HTMLAnchorElement.prototype, { click });
    document.querySelector<HTMLElement>(".save-button")?.click();
    const [name, text] = handed[0] as [string, Promise<string>];
    return { name, text: await text };
  };
  // The first page of a kind is waited for until it has come to rest, the others until they are like it, or are not for long.
  const visit = async (list: readonly Visit[]) => {
    const seen: Seen[] = [];
    for (const { hash, ready, read, like = 0, apart, near, draws } of list) {
      if (location.hash !== hash) {
        const gone = new Promise((resolve) => window.addEventListener("hashchange", resolve, { once: true }));
        location.hash = hash;
        await gone;
      }
      const there = await until(() => {
        if (near) document.querySelector(near)?.scrollIntoView();
        return ready.every((query) => document.querySelector(query));
      }, 20_000);
      if (!there) throw new Error(`${ready.filter((query) => !document.querySelector(query)).join()} are not at ${hash.slice(0, 200)}`);
      const first = seen[like];
      if (first && !apart) await until(() => shape() === first.shape, 4000);
      else if (!first) await new Promise((resolve) => setTimeout(resolve, 500));
      const found = look(read);
      seen.push(draws ? { ...found, drawing: await draw() } : found);
    }
    return seen;
  };
  window.hand = { visit, look };
}

// Everything counts as near the window, so that all of a page is made at once.
function bring_near(): void {
  window.IntersectionObserver = class {
    readonly told: IntersectionObserverCallback;
    constructor(told: IntersectionObserverCallback) { this.told = told; }
    observe(target: Element): void {
      const entry = { target, isIntersecting: true } as unknown as IntersectionObserverEntry;
      setTimeout(() => this.told([entry], this as unknown as IntersectionObserver), 0);
    }
    unobserve(): void { /* Nothing is told twice. */ }
    disconnect(): void { /* Nothing is told twice. */ }
  } as unknown as typeof IntersectionObserver;
}

export async function arm(page: Page, all_near = false): Promise<void> {
  await page.addInitScript(give_hand);
  if (all_near) await page.addInitScript(bring_near);
}

export const visit = (page: Page, list: readonly Visit[]): Promise<Seen[]> => page.evaluate((visits) => window.hand.visit(visits), list);

export const sent = (text: string): string => text.replace(/\p{Cs}/gu, (c) => `{${c.charCodeAt(0)}}`);
export const times = (n: number, text: string): string[] => Array.from({ length: n }, () => sent(text));

// Elements that a page is made of; text must not be able to add another kind.
const kTags = ("A ARTICLE ASIDE B BDI BODY BR BUTTON CANVAS CODE DD DETAILS DIALOG DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER H1 H2 H3 " +
  "HEAD HEADER HTML INPUT KBD LABEL LEGEND LI LINK MAIN MARK META NAV NOSCRIPT OL OPTION OPTGROUP OUTPUT P PRE SCRIPT SECTION SELECT SPAN SUMMARY " +
  "CAPTION H4 H5 SMALL TABLE TBODY TD TEXTAREA TH THEAD TITLE TR UL line path svg").split(" ");

export async function check_elements(page: Page): Promise<void> {
  const seen = await page.evaluate(() => {
    const all = [...document.querySelectorAll("*")], count = (query: string): number => document.querySelectorAll(query).length;
    return {
      tags: [...new Set(all.map((e) => e.tagName))],
      scripts: [...document.scripts].map((s) => s.getAttribute("src") ?? s.type),
      head: [count("meta"), count("link")],
      handlers: all.filter((e) => e.getAttributeNames().some((a) => /^on|^src(doc)?$|action$|^xlink/i.test(a) && e.tagName !== "SCRIPT")).length,
      outward: [...document.querySelectorAll("[href]")].filter((e) => e.tagName !== "LINK" && !e.getAttribute("href")?.startsWith("#")).length,
    };
  });
  expect(seen.tags.filter((t) => !kTags.includes(t))).toEqual([]);
  // Chunk scripts are taken out again once they have run.
  expect(seen.scripts.filter((s) => !s.startsWith("data/"))).toEqual(["app.js", "application/json"]);
  expect([...seen.head, seen.handlers, seen.outward]).toEqual([5, 2, 0, 0]);
}

// Drawings hold shapes and texts alone, and among the texts, if it is said, what was stored. `told` may be cut.
export async function check_drawings(browser: Browser, list: readonly (Drawing & { told?: string })[]): Promise<void> {
  for (const { name } of list) expect(name).toMatch(/^[a-z0-9][a-z0-9-]*\.svg$/);
  const elsewhere = await browser.newPage(); // The site's own pages may not read markup.
  const wrong = await elsewhere.evaluate((drawings) => drawings.flatMap(({ text, told }) => {
    const all = [...new DOMParser().parseFromString(text, "image/svg+xml").querySelectorAll("*")];
    const strange = [...all.map((e) => e.tagName).filter((tag) => !["path", "polyline", "rect", "svg", "text"].includes(tag)),
      ...all.flatMap((e) => e.getAttributeNames()).filter((a) => /^on|href|style/i.test(a))];
    const is_told = (shown: string): boolean => shown === told || (/^.{20,}…$/u.test(shown) && told?.startsWith(shown.slice(0, -1)) === true);
    const lacks = told !== undefined && !all.some((e) => e.tagName === "text" && is_told(e.textContent ?? ""));
    return strange.length > 0 || lacks ? [`${told}: ${strange.join()}`] : [];
  }), list.map(({ text, told }) => ({ text, told: told === undefined ? told : visible_string(told).replace(/[\uFFFE\uFFFF]/g, "\uFFFD") })));
  await elsewhere.close();
  expect(wrong).toEqual([]);
}
