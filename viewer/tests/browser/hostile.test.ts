// SPDX-License-Identifier: MIT
// Every hostile text in every slot of a bundle: nothing runs, the page is made of the same elements as with a harmless
// text, and what is shown is what is stored.
import { beforeAll, expect, test, vi } from "vitest";
import type { State } from "../../src/state/state.ts";
import { visible_string } from "../../src/text/visible.ts";
import { arm, check_elements, kData, kTexts, kTitle, kTitled, make_addresses, sent, times, trace_id, visit } from "./attack.ts";
import type { Seen, Visit } from "./attack.ts";
import { file_base, use_site } from "./harness.ts";

vi.setConfig({ testTimeout: 300_000 }); // Hundreds of pages each.

const at = use_site(kData);
let address: ReturnType<typeof make_addresses>;
beforeAll(() => { address = make_addresses(at.folder); });

// Goes to the page of each text. `told`: which texts are shown how often. Empty texts may show fewer elements.
async function of_each(more: Partial<State>, ready: readonly string[], told: Record<string, [query: string, times: number]>): Promise<void> {
  await arm(at.page);
  await at.open(address(0, more));
  const read = Object.fromEntries(Object.entries(told).map(([name, [query]]) => [name, query]));
  const seen = await visit(at.page, kTexts.map((text, i): Visit => ({ hash: address(i, more), ready, read, apart: text === "" })));
  const harmless = (seen[0] as Seen).shape;
  kTexts.forEach((text, i) => {
    const { texts, shape } = seen[i] as Seen, name = JSON.stringify(text).slice(0, 80);
    if (text === "") return;
    expect(texts, name).toEqual(Object.fromEntries(Object.entries(told).map(([key, [, n]]) => [key, times(n, text)])));
    if (shape !== harmless) expect(shape.split(" "), name).toEqual(harmless.split(" "));
  });
  await check_elements(at.page);
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
    rows: ".subject-table tbody tr:first-child bdi", label: ".label-table tbody tr:first-child th bdi",
  });
  expect(texts).toEqual({ run: all, subject: all, note: all, setting: all, value: all, model: all, architecture: all,
    first: all, whose: shouted, second: all, rows: all, label: all });
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

test("galleries: question, options, labels, error, subject, name and words of a number", async () => {
  await of_each({ page: "gallery", view: "list", brushes: [{ key: "hostile", low: 0, high: 1000 }] }, [".row .is-failed bdi", ".row-question", ".row canvas", ".brush"], {
    question: [".row-question", 1], options: [".option-text", 2], labels: [".option-label", 2], error: [".is-failed bdi", 1],
    subject: [".page-head h1 bdi", 1], crumbs: [".crumbs [aria-current] bdi", 1], run: [".crumbs li:nth-child(2) bdi", 1], note: [".page-head .notes bdi", 1],
  });
});

test("traces: tokens, prompt, answers, reader, seed and all around them", async () => {
  await of_each({ page: "trace", cursor: 1, readers: [0] }, [".tokens .token.is-here", ".u-over", ".turn a", ".readings.is-others b, .readings.is-others li", ".samples canvas"], {
    tokens: [".token:not(.is-zero)", 2], question: ["h1.question bdi", 1], verbatim: [".verbatim", 3], lacks: [".source-note li bdi", 1],
    cursor: [".readout-text", 1], options: [".option-cell bdi", 2], labels: [".options-table tbody th bdi", 2], reader: [".reader bdi", 1], seed: [".ids > bdi", 1],
    subject: [".page-head .overline bdi", 1], run: [".crumbs li:nth-child(2) bdi", 1],
  });
});

test("traces that failed or were not read", async () => {
  await of_each({ page: "trace", sample: 1 }, [".failure bdi", ".samples canvas"], { error: [".failure bdi", 1], question: ["h1.question bdi", 1] });
  await of_each({ page: "trace", sample: 2 }, [".tokens bdi", ".samples canvas"], { text: [".tokens bdi", 1], answer: [".answers .verbatim", 1] });
});
