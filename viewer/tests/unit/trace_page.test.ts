// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { exit_place, flip_places, largest_change, list_tops } from "../../src/curve/measures.ts";
import { kDefaultState } from "../../src/state/state.ts";
import { make_table } from "../../src/table/table.ts";
import { explain_exit, find_exit } from "../../src/trace_page/commitment.ts";
import { find_cues } from "../../src/trace_page/cues.ts";
import { find_neighbours, order_around } from "../../src/trace_page/neighbours.ts";
import { quotable, sentence_around, write_quote } from "../../src/trace_page/quote.ts";
import { join_tokens, tokens_between } from "../../src/trace_page/ranges.ts";
import { line_of } from "../../src/trace_page/readers.ts";
import { value_at } from "../../src/trace_page/readout.ts";
import { small_curve } from "../../src/trace_page/samples.ts";
import { next_target } from "../../src/trace_page/targets.ts";
import type { Run, RunIndex } from "../../src/types.ts";
import { kHostile } from "../hostile.ts";
import { make_demo } from "../generate.ts";
import { write_bundle } from "../make_bundle.ts";
import { check_exits, read_manifest_text, read_run } from "../read_site.ts";

// From rows to readings.
const readings = (rows: number[][]) => ({ values: (rows[0] ?? []).flatMap((_, o) => rows.map((row) => row[o] as number)),
  n_options: rows[0]?.length ?? 2, n_positions: rows.length, unit: 1 });
const tops = (rows: number[][]): Int32Array => list_tops(readings(rows));

describe("the forced answer", () => {
  const rows = [[0.5, 0.25], [0.2, 0.3], [0.4, 0.3], [0.1, 0.9], [0.2, 0.7]];
  test("stays from the first reading after which it is what it is at the end", () => {
    expect(exit_place(tops(rows))).toBe(3);
    expect(exit_place(tops(rows.slice(0, 1)))).toBe(0);
    expect(exit_place(tops([[0.1, 0.9], [0.2, 0.8]]))).toBe(0);
    expect(exit_place(tops([]))).toBeNull();
  });
  test("is the lower index on a tie", () => {
    expect([...tops([[0.5, 0.5], [0, 0], [0.1, 0.2]])]).toEqual([0, 0, 1]);
    expect(exit_place(tops([[0.1, 0.2], [0.5, 0.5], [0.9, 0.1]]))).toBe(1);
  });
  test("flips between neighbouring readings", () => {
    expect(flip_places(tops(rows))).toEqual([1, 2, 3]);
    expect(flip_places(tops([]))).toEqual([]);
  });
  test("the reading that moves an option the most, up or down, the first of equals", () => {
    expect(largest_change(readings(rows), 1)).toMatchObject({ place: 3 });
    expect(largest_change(readings([[0, 0.5], [0, 0], [0, 0.5]]), 1)).toEqual({ place: 1, change: -0.5 });
    expect(largest_change(readings([[0.5, 0.5], [0.5, 0.5]]), 0)).toBeNull();
    expect(largest_change(readings([[0.5, 0.5]]), 0)).toBeNull();
  });
  test("strides give bounds, and the program's own number goes before near ties", () => {
    const of_end = tops([[1, 0], [0, 1], [0, 1]]);
    expect(find_exit(of_end, [0, 8, 16], null)).toEqual({ place: 1, t: 8, low: 1 });
    expect(find_exit(of_end, [1, 2, 3], null)).toEqual({ place: 1, t: 2, low: 2 });
    expect(find_exit(tops([[0, 1], [0, 1]]), [2, 3], null)).toEqual({ place: 0, t: 2, low: 0 });
    expect(find_exit(of_end, [0, 8, 16], 16)).toEqual({ place: 2, t: 16, low: 9 });
    expect(find_exit(of_end, [0, 8, 16], 7)).toEqual({ place: 1, t: 8, low: 1 });
    expect(find_exit(tops([]), [], null)).toBeNull();
  });
});

test("t_exit is the number of the index, for every trace of an invented bundle", () => {
  const folder = mkdtempSync(join(tmpdir(), "thinktrace-trace-"));
  write_bundle(folder, make_demo({ questions: 6, samples: 3 }));
  expect(check_exits(read_run(folder, parse_manifest(read_manifest_text(folder)).runs[0] as Run))).toBeGreaterThan(60);
  rmSync(folder, { recursive: true });
});

describe("the sentence on t_exit", () => {
  const facts = { exit: { place: 34, t: 34, low: 34 }, n_tokens: 93, stop: "closed", answer: "2", p_answer: 0.48, p_right: 0.48, is_right: true, agreement: 0.71 } as const;
  test("says how much came after, and what speaks for knowing", () => expect(explain_exit(facts)).toEqual({
    stays: "From token 34 of 93 on the forced answer stays 2: 63 % of the thinking came after that.",
    known: "Stable is not yet known: P(right) is 0.480 there, and with the options in other orders the most likely one is the same in 71 % of the readings.",
  }));
  test.each([
    [{ exit: { place: 0, t: 0, low: 0 } }, "Before any thinking the forced answer is 2, and it stays 2: 100 % of the thinking came after that."],
    [{ exit: { place: 4, t: 40, low: 31 } }, "From token 31 to 40 of 93 on the forced answer stays 2: 57 % to 67 % of the thinking came after that. It was not probed in between."],
    [{ exit: { place: 92, t: 400, low: 400 }, n_tokens: 401 }, "From token 400 of 401 on the forced answer stays 2: less than 1 % of the thinking came after that."],
    [{ exit: { place: 1, t: 1, low: 1 }, n_tokens: 401 }, "From token 1 of 401 on the forced answer stays 2: more than 99 % of the thinking came after that."],
    [{ stop: "budget" }, "From token 34 of 93 on the forced answer stays 2: 63 % of the thinking up to the cut came after that."],
    [{ stop: "end_of_text" }, "From token 34 of 93 on the forced answer stays 2: 63 % of the thinking up to where the model stopped came after that."],
    [{ n_tokens: 0, exit: { place: 0, t: 0, low: 0 } }, "The forced answer is 2; there was no thinking."],
  ] as const)("%j", (change, text) => expect(explain_exit({ ...facts, ...change }).stays).toBe(text));
  test("of a wrong answer gives both probabilities", () => {
    expect(explain_exit({ ...facts, is_right: false, p_right: 0.125, agreement: null }).known)
      .toBe("Stable is not yet known: P(2) is 0.480 there and P(right) 0.125, and it was not read with the options in another order.");
  });
});

describe("cue words", () => {
  const words = (...tokens: string[]): string[] => find_cues(join_tokens(tokens)).map((c) => `${c.word} ${c.from}-${c.to}`);
  test("are found across tokens, as whole words", () => {
    expect(words("Wa", "it", ",", " no")).toEqual(["Wait 0-2"]);
    expect(words("a", " wait", "er", " await", "s")).toEqual([]);
    expect(words("H", "mm", "mm", ".")).toEqual(["Hmmmm 0-3"]);
    expect(words("x. The", " answer", " is", " 3")).toEqual(["The answer is 0-3"]);
    expect(words("x.", " let", "\n", "me", " see")).toEqual(["let me 1-4"]);
    expect(words("wait_for", " So1", " Soß")).toEqual([]);
  });
  test("count with a capital where every sentence has them", () => {
    expect(words("But", " so", " but", " So")).toEqual(["But 0-1", "So 3-4"]);
    expect(words(" however", " Therefore", " actually", " Alternatively")).toHaveLength(4);
  });
  test("are none in texts that try to be more", () => {
    for (const text of kHostile) expect(() => words(text)).not.toThrow();
    expect(words()).toEqual([]);
    expect(words("", "", "Wait", "", "")).toEqual(["Wait 2-3"]);
  });
});

test("a range of the text is the tokens that hold some of it", () => {
  const tokens = join_tokens(["ab", "", "cd", "e"]);
  expect([...tokens.starts]).toEqual([0, 2, 2, 4, 5]);
  expect(tokens_between(tokens, 0, 1)).toEqual({ from: 0, to: 1 });
  expect(tokens_between(tokens, 1, 3)).toEqual({ from: 0, to: 3 });
  expect(tokens_between(tokens, 2, 5)).toEqual({ from: 2, to: 4 });
});

describe("a quotation", () => {
  const tokens = join_tokens(["So", " it", " is", ".", " Wait", ",", " 3", ".", "5", "?", "\n\n", "No", "."]);
  const around = (token: number): string => {
    const { from, to } = sentence_around(tokens, token);
    return tokens.text.slice(tokens.starts[from], tokens.starts[to]);
  };
  test("takes the sentence around the token", () => {
    expect([0, 2, 3].map(around)).toEqual(["So it is.", "So it is.", "So it is."]);
    expect([4, 6, 8, 9].map(around)).toEqual([" Wait, 3.5?", " Wait, 3.5?", " Wait, 3.5?", " Wait, 3.5?"]);
    expect(around(10)).toBe(" Wait, 3.5?"); // Line ends belong to what stands before them.
    expect([11, 12].map(around)).toEqual(["No.", "No."]);
    const odd = (...list: string[]) => sentence_around(join_tokens(list), 0);
    expect(odd("", "a")).toEqual({ from: 1, to: 2 });
    expect(odd("\n", "\n")).toEqual({ from: 0, to: 1 });
    expect(odd("")).toEqual({ from: 0, to: 1 });
  });
  test("names its place", () => {
    const source = { model: "Toy\u202E 1M", question: 12, sample: 3, link: "file:///x#/a/b/c/3?t=5" };
    expect(write_quote(tokens, { from: 4, to: 10 }, source)).toBe("“Wait, 3.5?” — Toy[U+202E] 1M, question 12, sample 3, t = 5…10, file:///x#/a/b/c/3?t=5");
    expect(write_quote(tokens, { from: 11, to: 12 }, source)).toContain("“No” — Toy[U+202E] 1M, question 12, sample 3, t = 12, ");
  });
  test("is one line in which nothing acts unseen", () => {
    const joined = /\p{Extended_Pictographic}\u200D/gu; // Inside emoji joiners are spelling.
    for (const text of kHostile) expect(quotable(text).replace(joined, "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(quotable(" a\n\n b\u001b[31m ")).toBe("a b[U+001B][31m");
  });
});

test("jumps go on from the cursor and around the ends", () => {
  const targets = [3, 7, 9].map((t) => ({ t, say: "" }));
  expect([0, 3, 8, 9, 20].map((t) => next_target(targets, t, 1))).toEqual([0, 1, 2, 0, 0]);
  expect([0, 3, 8, 9, Infinity].map((t) => next_target(targets, t, -1))).toEqual([2, 2, 1, 1, 2]);
  expect([next_target([], 1, 1), next_target([], 1, -1)]).toEqual([null, null]);
});

test("another reader's line holds between its positions", () => {
  const values = Float32Array.of(0.5, 0.25, 0.75, 0.125, 0.5, 0.25);
  const line = line_of({ trace: 0, reader: 1, forced: "", curve: { positions: [2, 4, 4], values, mass: new Float32Array(3) }, interpolated: [1, 1] }, 1);
  expect(line).toMatchObject({ reader: 1, label: "R3", values: [0.125, 0.5, 0.25] });
  expect([0, 2, 3, 4, 9].map((t) => value_at(line, t))).toEqual([null, 0.125, 0.125, 0.25, 0.25]);
});

test("small curves share a scale and stay small", () => {
  expect(small_curve([0, 1], [0, 20], 40)).toBe("M0.0 30.0L56.0 0.0");
  expect(small_curve([], [], 40)).toBe("");
  expect(small_curve([0.5], [0], 0)).toBe("M0.0 15.0");
  const n = 20001, long = small_curve(Array.from({ length: n }, (_, i) => i / (n - 1)), Array.from({ length: n }, (_, i) => i), n - 1);
  expect(long.split("L").length).toBeLessThan(300);
  expect(long.endsWith("L112.0 0.0")).toBe(true);
});

describe("neighbours", () => {
  const folder = mkdtempSync(join(tmpdir(), "thinktrace-trace-"));
  write_bundle(folder, make_demo({ questions: 2, samples: 3 }));
  const { index } = read_run(folder, parse_manifest(read_manifest_text(folder)).runs[0] as Run);
  rmSync(folder, { recursive: true });
  const table = make_table({ indexes: [index], subject: index.run.subjects[1] ?? null }); // Traces 6 to 11.
  const around = (change: Partial<typeof kDefaultState>, trace: number) => {
    const order = order_around(table, { ...kDefaultState, ...change }, null, { index, trace }), found = find_neighbours(order, { index, trace });
    const { before, after, before_question, after_question } = found;
    return { ...found, before: before?.trace, after: after?.trace, before_question: before_question?.trace, after_question: after_question?.trace };
  };
  test("follow the order of the list, within the subject", () => {
    expect(around({}, 6)).toEqual({ before: undefined, after: 7, before_question: undefined, after_question: 9, place: 0, of: 6 });
    expect(around({}, 10)).toEqual({ before: 9, after: 11, before_question: 8, after_question: undefined, place: 4, of: 6 });
    expect(around({ sort: [{ key: "number", descending: true }] }, 9)).toMatchObject({ before: undefined, place: 0, after_question: 6 });
  });
  test("leave out what the filters do, but never the trace itself", () => {
    expect(around({ brushes: [{ key: "sample", low: 1, high: 1 }] }, 7)).toEqual({ before: undefined, after: 10, before_question: undefined, after_question: 10, place: 0, of: 2 });
    expect(around({ brushes: [{ key: "sample", low: 1, high: 1 }] }, 8)).toMatchObject({ before: 7, after: 9, of: 6 });
  });
  test("of a list of all runs go from run to run", () => {
    const other = { ...index, run: { ...index.run, key: "demo 2" } }, runs = make_table({ indexes: [index, other], subject: null }), n = index.n_traces;
    const next = (change: Partial<typeof kDefaultState>, from: RunIndex, trace: number) => {
      const { before, after, after_question, place, of } = find_neighbours(order_around(runs, { ...kDefaultState, ...change }, null, { index: from, trace }), { index: from, trace });
      return [...[before, after, after_question].map((to) => to && `${to.index.run.key} ${to.trace}`), place, of];
    };
    expect(next({}, index, n - 1)).toEqual([`demo ${n - 2}`, "demo 2 0", "demo 2 0", n - 1, 2 * n]);
    expect(next({}, other, 0)).toEqual([`demo ${n - 1}`, "demo 2 1", "demo 2 3", n, 2 * n]);
    // The same question of both runs stands together and counts as one.
    expect(next({ sort: [{ key: "number", descending: false }, { key: "sample", descending: false }] }, index, 0)).toEqual([null, "demo 2 0", "demo 3", 0, 2 * n]);
    expect(next({ where: "run == 'demo 2' and sample == 0" }, other, 0)).toEqual([null, "demo 2 3", "demo 2 3", 0, n / 3]);
  });
  test("of one run obey a condition that names it", () => {
    expect(around({ where: "run == 'demo' and sample == 1" }, 7)).toMatchObject({ after: 10, of: 2 });
    expect(around({ where: "run == 'another'" }, 7)).toMatchObject({ after: 8, of: 6 });
  });
});
