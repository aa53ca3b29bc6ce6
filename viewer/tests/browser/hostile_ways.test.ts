// SPDX-License-Identifier: MIT
// Hostile texts by the other ways in and out: the address, the boxes a reader types into, the names of folders, pages that
// put several runs side by side, and the files a reader takes away.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { kMaxPicks } from "../../src/state/state.ts";
import { kFixture } from "../fixture.ts";
import { kHostile } from "../hostile.ts";
import { arm, check_drawings, check_elements, kData, kTexts, kTitled, make_addresses, sent, trace_id, visit } from "./attack.ts";
import type { Visit } from "./attack.ts";
import { file_base, temporary_folder, use_site, watch } from "./harness.ts";

vi.setConfig({ testTimeout: 300_000 }); // Hundreds of pages each.

const at = use_site(kData, { page: { acceptDownloads: true } });
let address: ReturnType<typeof make_addresses>;
beforeAll(() => { address = make_addresses(at.folder); });
beforeEach(() => arm(at.page));
async function open_small(hash: string): Promise<void> {
  await at.again(file_base(at.write(kFixture)));
  await arm(at.page);
  await at.open(hash);
}

const in_steps = <T>(list: readonly T[], n: number): T[][] => Array.from({ length: Math.ceil(list.length / n) }, (_, i) => list.slice(n * i, n * i + n));
const places = kTexts.map((_, i) => i).slice(1);

test("traces side by side", async () => {
  const shown = in_steps(places, 8); // No more are shown at a time.
  await at.open("#tray");
  const seen = await visit(at.page, shown.map((list): Visit => ({
    apart: true, hash: `#tray?pick=${list.map(trace_id).join("%2C")}`, ready: [`.tray-card[data-trace="${trace_id(list.at(-1) as number)}"]`, ".tray-curve .u-over"],
    read: { run: ".tray-card .row-subject bdi:first-child", subject: ".tray-card .row-subject bdi:last-child", question: ".tray-card .row-question bdi", token: ".tray-token bdi" },
  })));
  shown.forEach((list, i) => {
    const all = list.map((place) => sent(kTexts[place] as string));
    expect(seen[i]?.texts).toEqual({ run: all, subject: all, question: all, token: all });
  });
  await check_elements(at.page);
});

test("two runs compared", async () => {
  const pairs = in_steps(places, 2).filter((pair) => pair.length === 2) as [number, number][];
  await at.open("#compare");
  const run_of = (place: number): string => address(place, { page: "gallery" }).split("/")[1] as string;
  const seen = await visit(at.page, pairs.map(([a, b]): Visit => ({
    hash: `#compare/${run_of(a)}/${run_of(b)}`, ready: [".row-group .pair", ".row-group:has(.pair) ~ .row-group .pair"], near: ".rows", apart: true,
    read: { run: ".pair-run .run-name bdi", subject: ".pair .row-subject bdi", question: ".pair .row-question bdi", answer: ".answer-text bdi" },
  })));
  pairs.forEach((pair, i) => {
    const all = pair.map((place) => sent(kTexts[place] as string));
    expect(seen[i]?.texts).toEqual({ run: all, subject: all, question: all, answer: all });
  });
  await check_elements(at.page);
});

const kKeys = ["sort", "group", "view", "size", "align", "colour", "palette", "class", "cluster", "start", "end", "free", "stop", "range", "where", "text",
  "scope", "pick", "by", "order", "only", "in", "t", "readers", "nothing"];
const kPlaces = ["#/", "#/run%20one/first/q0/0", "#compare/run%20one", "#tray", "#help"];

test("in the address: as a path, as a name, and as the value of everything that has one", async () => {
  await open_small("#/");
  const well = kHostile.map((text) => text.replace(/\p{Cs}/gu, "\uFFFD")), code = well.map(encodeURIComponent);
  const query = (value: string): string => kKeys.map((key) => `${key}=${value}`).join("&");
  const addresses = [
    ...well.map((text) => `#${text}`), ...well.map((text) => `#/${text}/${text}/${text}/${text}?t=${text}`),
    ...["", "run%20one/", "run%20one/first/"].flatMap((before) => code.map((text) => `#/${before}${text}/${text}`)),
    ...code.map((text) => `#compare/${text}/${text}`), ...code.map((text) => `#help/${text}`),
    ...well.map((text, i) => `#/run%20one/*?${query(code[i] as string)}&${query(text)}`),
    ...well.map((_, i) => `${kPlaces[i % kPlaces.length]}?${query(code[i] as string)}`),
    ...code.map((text) => `#/run%20one/*?text=${text}&scope=both`),
    ...code.map((text) => `#/run%20one/first?sort=-${text},${text}&range=${text}:0:1&range=p_end:${text}:1&class=${text},${text}`),
  ];
  const told = await at.page.evaluate(async (list) => {
    for (const hash of list) {
      const before = location.hash, followed = new Promise((resolve) => window.addEventListener("hashchange", resolve, { once: true }));
      location.hash = hash;
      if (location.hash !== before) await followed;
      if (!document.querySelector("main h1")) return hash;
    }
    return null;
  }, addresses);
  expect(told).toBeNull();
  await check_elements(at.page);
  await at.page.evaluate(() => { location.hash = "#/"; });
  await at.page.waitForSelector(".masthead");
});

test("typed into the boxes for words, for a condition, and for the ends of a range", async () => {
  await open_small("#/run%20one/*?view=list");
  await at.page.waitForSelector(".row canvas");
  const wrong = await at.page.evaluate(async (texts) => {
    const press = (box: HTMLInputElement | HTMLTextAreaElement, text: string): void => {
      box.value = text;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
      box.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const find = <E extends Element>(query: string): E => document.querySelector<E>(query) as E, wrong: string[] = [];
    const box = find<HTMLTextAreaElement>(".where-box"), word = find<HTMLInputElement>(".find input");
    for (const text of texts) {
      for (const scope of document.querySelectorAll<HTMLElement>(".find .segmented button")) {
        scope.click();
        press(word, text);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      press(box, text);
      const shown = [...document.querySelectorAll(".where-place bdi")].map((e) => e.textContent).join("");
      // A stretch of what was typed around the mistake; what acts unseen is told by marks, which are longer.
      if (shown !== "" && /^[\x20-\x7E]*$/.test(box.value) && !box.value.includes(shown.replace(/^…|…$/g, ""))) wrong.push(`${box.value} was shown as ${shown}`);
      press(box, "");
      for (const end of document.querySelectorAll<HTMLInputElement>(".brush-number")) press(end, text);
    }
    press(word, "");
    return wrong;
  }, kHostile.map((text) => text.slice(0, 200)));
  expect(wrong).toEqual([]);
  await check_elements(at.page);
});

test("folders of a hostile name", async () => {
  const bytes = (text: string): number => Buffer.byteLength(text);
  const names = [...new Set(kHostile.map((text) => Buffer.from(text).toString()))].filter((text) => !/[/\0]/.test(text) && !["", ".", ".."].includes(text) && bytes(text) < 250);
  expect(names.length).toBeGreaterThan(150);
  const root = temporary_folder(), small = at.write(kFixture);
  await at.again(file_base(root.folder));
  // A few names deep at a time, as long as a path may be.
  for (const [i, list] of in_steps(names, 12).entries()) {
    const folder = join(root.folder, String(i), ...list);
    mkdirSync(join(folder, ".."), { recursive: true });
    symlinkSync(small, folder);
    await at.page.goto(`${file_base(folder)}index.html#/run%20one/first/q0/0`);
    await at.page.waitForSelector(".token");
    await check_elements(at.page);
  }
  root.remove();
});

async function save(name: string): Promise<{ name: string; text: string }> {
  const { page } = at, button = page.locator(".save-button");
  if (await button.getAttribute("aria-expanded") === "false") await button.click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(`.save-list button:has-text("${name}")`)]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

// RFC 4180.
const cells_of = (csv: string): string[] => [...csv.matchAll(/(?:^|[,\n])(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map((m) => (m[1] ?? m[2] ?? "").replaceAll('""', '"'));

test("in tables and drawings", async () => {
  await at.open("#/*/*?view=list&group=run");
  await at.page.waitForSelector(".row canvas");
  const table = (await save("Table")).text, cells = cells_of(table);
  expect(table.split("\r\n").length).toBe(3 * kTexts.length + 2); // A line each, whatever the texts hold.
  expect(table).not.toMatch(/(?![\r\n])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/u);
  expect(cells.filter((cell) => /^[\s']*[=+\-@]/.test(cell) && !cell.startsWith("'") && !/^-?[\d.e+-]+$/.test(cell))).toEqual([]);
  for (const text of kHostile.filter((t) => /^[\x20-\x7E]+$/.test(t) && !/^[\s=+\-@\\]/.test(t))) expect(cells).toContain(text);
  const drawings = [await save("Drawing")];
  const titled = at.write(kTitled); // What the bundle itself is called stands in drawings of a trace.
  await at.again(file_base(titled));
  await at.open(make_addresses(titled)(0, { page: "trace" }));
  await at.page.waitForSelector(".u-over");
  await check_drawings(at.browser, [...drawings, await save("Drawing")]);
});

test("in pages that open by themselves", async () => {
  for (const list of in_steps(places, kMaxPicks)) {
    await at.open(`#/*/*?pick=${list.map(trace_id).join(",")}`);
    await at.page.waitForSelector("[data-trace]");
    const { name, text } = await save("One page");
    expect(name).toMatch(/^[a-z0-9-]+\.html$/);
    const folder = temporary_folder();
    writeFileSync(join(folder.folder, "index.html"), text);
    const alone = await watch(at.browser, file_base(folder.folder), { offline: true });
    await arm(alone.page, true);
    await alone.open();
    await alone.page.waitForFunction(() => document.querySelector(".subject canvas") && !document.querySelector("main [aria-busy]"));
    const { texts } = await alone.page.evaluate((read) => window.hand.look(read), { run: ".run > h2 bdi", subject: ".subject h3 bdi" });
    const all = list.map((place) => sent(kTexts[place] as string));
    expect(texts).toEqual({ run: all, subject: all });
    await alone.page.evaluate(() => { location.hash = "#/*/*?view=list"; });
    await alone.page.waitForSelector(".row canvas");
    await alone.check();
    await alone.close();
    folder.remove();
  }
});
