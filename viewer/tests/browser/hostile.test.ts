// SPDX-License-Identifier: MIT
// Every hostile text in every slot of a bundle: nothing runs, the page is made of the same elements as with a harmless
// text, and what is shown is what is stored, in saved drawings too.
import { beforeAll, expect, test, vi } from "vitest";
import type { State } from "../../src/state/state.ts";
import { visible_string } from "../../src/text/visible.ts";
import { arm, check_drawings, check_elements, kData, kTexts, kTitle, kTitled, make_addresses, sent, times, trace_id, visit } from "./attack.ts";
import type { Seen, Visit } from "./attack.ts";
import { file_base, use_site } from "./harness.ts";

vi.setConfig({ testTimeout: 300_000 }); // Hundreds of pages each.

const at = use_site(kData);
let address: ReturnType<typeof make_addresses>;
beforeAll(() => { address = make_addresses(at.folder); });

// A kind of page that each text has. `told`: which texts it shows, and how often.
// `drawn`: what of a text stands in its drawing.
interface Kind {
  name: string; more: Partial<State>; ready: readonly string[]; told: Record<string, [query: string, times: number]>; drawn?(text: string): string;
}

test("the front page", async () => {
  const { page } = at, all = kTexts.map(sent), shouted = kTexts.map((t) => sent(`${t}!`));
  await arm(page, true);
  await at.open();
  await page.waitForFunction(() => document.querySelector(".subject") && !document.querySelector("main [aria-busy]"));
  const { texts } = await page.evaluate((read) => window.hand.look(read), {
    run: ".run > h2 bdi", subject: ".subject h3 bdi", note: ".run > .notes li bdi", setting: ".fact:last-child dt bdi", value: ".fact:last-child dd bdi",
    model: ".run-size > span > bdi", architecture: ".run-size .quiet bdi",
    first: ".numbers .notes li:first-child bdi", whose: ".numbers .notes li:last-child bdi:first-child", second: ".numbers .notes li:last-child bdi:last-child",
    rows: ".subject-table tbody tr:first-child bdi", arm: ".ablation:not(.report) .ablation-table.is-bars tbody tr:last-child bdi",
    report: ".report h4 bdi", about: ".report > .aside bdi:first-child", block: ".report h5:nth-of-type(1) bdi", label: ".label-table tbody tr:first-child th bdi",
  });
  expect(texts).toEqual({ run: all, subject: all, note: all, setting: all, value: all, model: all, architecture: all,
    first: all, whose: shouted, second: all, rows: all, arm: all, report: all, about: all, block: all, label: all });
  const shapes = await page.evaluate(() => [...document.querySelectorAll(".run")].map((run) =>
    [...run.querySelectorAll("*")].filter((e) => !e.parentElement?.closest("bdi")).map((e) => `${e.tagName}.${e.getAttribute("class") ?? ""}`).join(" ")));
  kTexts.forEach((text, i) => {
    if (text !== "" && shapes[i] !== shapes[0]) expect((shapes[i] as string).split(" "), JSON.stringify(text).slice(0, 80)).toEqual((shapes[0] as string).split(" "));
  });
  await check_elements(page);
});

test("what the bundle is called, and what made it, on every kind of page", async () => {
  const folder = at.write(kTitled), of = make_addresses(folder), title = visible_string(kTitle).replace(/[ \t\n\f\r]+/g, " ").trim();
  await at.again(file_base(folder));
  await arm(at.page);
  const read = { name: ".brand bdi, .masthead h1", generator: ".footer bdi" };
  for (const [hash, ready] of [["#/", ".masthead"], [of(0, { page: "gallery" }), ".row canvas"], [of(0, { page: "trace" }), ".u-over"],
    ["#compare", ".pair"], [`#tray?pick=${trace_id(0)}`, ".tray-card"], ["#help", ".help-topic"]] as const) {
    await at.open(hash);
    await at.page.waitForSelector(ready);
    const { texts } = await at.page.evaluate((names) => window.hand.look(names), read);
    expect(texts, hash).toEqual({ name: [sent(kTitle)], generator: [sent(kTitle)] });
    expect((await at.page.title()).endsWith(title), hash).toBe(true);
    await check_elements(at.page);
  }
});

const kKinds: readonly Kind[] = [
  { name: "gallery", more: { page: "gallery", view: "list", brushes: [{ key: "hostile", low: 0, high: 1000 }] },
    ready: [".row .is-failed bdi", ".row-question", ".row canvas", ".brush"], told: {
      question: [".row-question", 1], options: [".option-text", 2], labels: [".option-label", 2], error: [".is-failed bdi", 1],
      subject: [".page-head h1 bdi", 1], crumbs: [".crumbs [aria-current] bdi", 1], run: [".crumbs li:nth-child(2) bdi", 1], note: [".page-head .notes bdi", 1],
    }, drawn: (text) => `${text} · ${text}` },
  { name: "trace", more: { page: "trace", cursor: 1, readers: [0] },
    ready: [".tokens .token.is-here", ".u-over", ".turn a", ".readings.is-others b, .readings.is-others li", ".samples canvas"], told: {
      tokens: [".token:not(.is-zero)", 2], question: ["h1.question bdi", 1], verbatim: [".verbatim", 3], lacks: [".source-note li bdi", 1],
      cursor: [".readout-text", 1], options: [".option-cell bdi", 2], labels: [".options-table tbody th bdi", 2], reader: [".reader bdi", 1], seed: [".ids > bdi", 1],
      arm: [".arms tbody tr:last-child th bdi", 1], about: [".experiment-about bdi", 5], hint: [".hint-words bdi", 1], rule: [".hint-line:last-child small bdi", 1], fork: [".pivot .fork-name bdi", 1], mistake: [".fork-text bdi", 1],
      subject: [".page-head .overline bdi", 1], run: [".crumbs li:nth-child(2) bdi", 1],
    }, drawn: (text) => `${text}  ${text}  ✓ right` },
  { name: "trace that failed", more: { page: "trace", sample: 1 }, ready: [".failure bdi", ".samples canvas"], told: { error: [".failure bdi", 1], question: ["h1.question bdi", 1] } },
  { name: "trace that was not read", more: { page: "trace", sample: 2 }, ready: [".tokens bdi", ".samples canvas"],
    told: { text: [".tokens bdi", 1], answer: [".answers .verbatim", 1] } },
];

// Text by text, so that what several pages need is loaded once.
test("galleries and traces, read, failed and not read", async () => {
  await arm(at.page);
  await at.open("#help");
  const seen = await visit(at.page, kTexts.flatMap((text, i) => kKinds.map(({ more, ready, told, drawn }, like): Visit => (
    { hash: address(i, more), ready, draws: drawn !== undefined, read: Object.fromEntries(Object.entries(told).map(([name, [query]]) => [name, query])), like, apart: text === "" }))));
  kTexts.forEach((text, i) => {
    if (text === "") return; // It may show fewer elements.
    kKinds.forEach(({ name, told }, kind) => {
      const { texts, shape } = seen[i * kKinds.length + kind] as Seen, harmless = (seen[kind] as Seen).shape, where = `${name}: ${JSON.stringify(text).slice(0, 80)}`;
      expect(texts, where).toEqual(Object.fromEntries(Object.entries(told).map(([key, [, n]]) => [key, times(n, text)])));
      if (shape !== harmless) expect(shape.split(" "), where).toEqual(harmless.split(" "));
    });
  });
  const drawings = seen.flatMap(({ drawing }, i) => {
    const { drawn } = kKinds[i % kKinds.length] as Kind;
    return drawn && drawing ? [{ ...drawing, told: drawn(kTexts[Math.floor(i / kKinds.length)] as string) }] : [];
  });
  expect(drawings).toHaveLength(2 * kTexts.length);
  await check_drawings(at.browser, drawings);
  const last = kTexts.length - 1;
  for (const { more, ready } of kKinds) {
    await visit(at.page, [{ hash: address(last, more), ready, read: {} }]);
    await check_elements(at.page);
  }
});
