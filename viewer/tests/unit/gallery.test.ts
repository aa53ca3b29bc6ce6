// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { canvas_size, choose_shape, row_at, row_tops, rows_between } from "../../src/gallery/layout.ts";
import { arrange, sort_value, tally, text_passes } from "../../src/gallery/order.ts";
import type { Entry } from "../../src/gallery/order.ts";
import { kDefaultState } from "../../src/state/state.ts";
import { find_neighbours } from "../../src/trace_page/neighbours.ts";
import type { Question, SubjectRef, Trace } from "../../src/types.ts";

const subject: SubjectRef = { name: "s", key: "s", n_questions: 0, n_traces: 0, n_failed: 0, chunk: "0".repeat(32) };
const trace = (change: Partial<Trace>): Trace => ({
  id: "t", sample: 0, status: "ok", error: "", n_tokens: 10, stop: "closed", chosen: 0, positions: null, strip: "",
  p_start: 0.25, p_end: 0.5, top_start: 0, top_end: 0, mass_start: 1, mass_end: 1, ...change,
});
const failed = trace({ status: "failed", n_tokens: 0, p_start: null, p_end: null, top_start: null, top_end: null });
const entry = (number: number, id: string, traces: Trace[], text = "What?"): Entry => {
  const question: Question = { id, number, text, options: ["yes", "no"], answer: 0, chunk: "0".repeat(32), traces };
  return { subject, place: 0, question, traces };
};
const entries = [
  entry(0, "c", [trace({ n_tokens: 30, p_start: 0.9, p_end: 0.2, top_end: 1 })]),
  entry(1, "a", [failed]),
  entry(2, "d", [trace({ n_tokens: 10, p_start: 0.1 }), trace({ n_tokens: 30, p_start: 0.3, stop: "budget", top_end: 1 })], "Über alles?"),
  entry(3, "b", [trace({ n_tokens: 20, p_start: 0.2, p_end: 0.9 }), failed]),
];
const numbers = (list: readonly Entry[]): number[] => list.map((e) => e.question.number);
const state = (change: object) => ({ ...kDefaultState, ...change });

describe("sorting", () => {
  test.each([
    ["number", [0, 1, 2, 3], [3, 2, 1, 0]],
    ["id", [1, 3, 0, 2], [2, 0, 3, 1]],
    ["length", [2, 3, 0, 1], [0, 2, 3, 1]],
    ["start", [2, 3, 0, 1], [0, 2, 3, 1]],
    ["end", [0, 2, 3, 1], [3, 2, 0, 1]],
    ["change", [0, 2, 3, 1], [3, 2, 0, 1]],
  ] as const)("by %s, questions without the number last", (sort, rising, falling) => {
    expect(numbers(arrange(entries, state({ sort })))).toEqual(rising);
    expect(numbers(arrange(entries, state({ sort, descending: true })))).toEqual(falling);
  });
  test("takes the mean over the traces shown", () => {
    expect(sort_value(entries[2] as Entry, "length")).toBe(20);
    expect(sort_value(entries[1] as Entry, "length")).toBeNull();
    const cut = arrange(entries, state({ stop: "budget" }))[0] as Entry;
    expect(sort_value(cut, "length")).toBe(30);
  });
});

describe("traces that were not read", () => {
  const unread = (n_tokens: number) => trace({ n_tokens, stop: "unknown", positions: [], p_start: null, p_end: null, top_start: null, top_end: null,
    mass_start: null, mass_end: null });
  const with_unread = [...entries, entry(4, "e", [unread(1)]), entry(5, "f", [unread(15)])];
  test("come last by what they lack, and in their place by their length", () => {
    expect(numbers(arrange(with_unread, state({ sort: "end" }))).slice(-3)).toEqual([1, 4, 5]);
    expect(numbers(arrange(with_unread, state({ sort: "end", descending: true }))).slice(-3)).toEqual([1, 4, 5]);
    expect(numbers(arrange(with_unread, state({ sort: "length" })))).toEqual([5, 2, 3, 0, 1, 4]);
  });
  test("have a filter of their own by how they ended, and pass none by being right", () => {
    expect(numbers(arrange(with_unread, state({ stop: "unknown" })))).toEqual([4, 5]);
    expect(numbers(arrange(with_unread, state({ end: "wrong" })))).toEqual([0, 2]);
    expect(tally([with_unread[4]?.question as Question])).toMatchObject({ traces: 1, read: 0 });
  });
});

describe("filters", () => {
  test("by the forced answer at the end", () => {
    expect(numbers(arrange(entries, state({ end: "right" })))).toEqual([2, 3]);
    expect(numbers(arrange(entries, state({ end: "wrong" })))).toEqual([0, 2]);
  });
  test("by the way thinking stopped; failed traces are a way of their own", () => {
    expect(numbers(arrange(entries, state({ stop: "budget" })))).toEqual([2]);
    expect(numbers(arrange(entries, state({ stop: "failed" })))).toEqual([1, 3]);
    expect(arrange(entries, state({ stop: "closed" })).flatMap((e) => e.traces).every((t) => t.status === "ok")).toBe(true);
  });
  test("by words, in any case and order", () => {
    expect(text_passes((entries[2] as Entry).question, "ALLES über")).toBe(true);
    expect(text_passes((entries[2] as Entry).question, "alles nothing")).toBe(false);
    expect(text_passes((entries[2] as Entry).question, "  ")).toBe(true);
  });
});

test("neighbours follow the gallery's order, and a question outside the filter still has some", () => {
  const around = (id: string, change: object) => {
    const n = find_neighbours(entries, state(change), subject, id);
    return [n.before?.question.id, n.after?.question.id, n.place, n.of];
  };
  expect(around("d", {})).toEqual(["a", "b", 2, 4]);
  expect(around("b", { sort: "id" })).toEqual(["a", "c", 1, 4]);
  expect(around("d", { end: "right" })).toEqual([undefined, "b", 0, 2]);
  expect(around("a", { end: "right" })).toEqual(["c", "d", 1, 4]);
  expect(around("nowhere", {})).toEqual([undefined, undefined, 0, 0]);
});

test("the tally counts readings, not failures", () => {
  expect(tally(entries.map((e) => e.question)))
    .toEqual({ traces: 6, failed: 2, right_start: 4, right_end: 2, read: 4 });
});

describe("thumbnails", () => {
  test("nine of ten are no taller than wide", () => {
    expect(choose_shape([])).toEqual({ columns: 12, cell: 12 });
    expect(choose_shape(Array<number>(10).fill(449))).toEqual({ columns: 24, cell: 6 });
    expect(choose_shape([...Array<number>(95).fill(100), 5000]).columns).toBe(12);
    expect(choose_shape([30000])).toEqual({ columns: 96, cell: 2 });
  });
  test("have one cell a token, the last line not full", () => {
    expect(canvas_size(33, { columns: 16, cell: 9 })).toEqual({ columns: 16, rows: 3, width: 144, height: 27 });
    expect(canvas_size(32, { columns: 16, cell: 9 }).rows).toBe(2);
    expect(canvas_size(0, { columns: 16, cell: 9 }).rows).toBe(1);
  });
});

describe("rows in view", () => {
  const tops = row_tops([100, 50, 200, 100]);
  test("tops are running sums", () => expect([...tops]).toEqual([0, 100, 150, 350, 450]));
  test("the row at a height", () => {
    expect([0, 99, 100, 149, 150, 449, 9999, -5].map((y) => row_at(tops, y))).toEqual([0, 0, 1, 1, 2, 3, 3, 0]);
  });
  test("rows that touch a span", () => {
    expect(rows_between(tops, 120, 160)).toEqual({ first: 1, last: 3 });
    expect(rows_between(tops, -500, 20)).toEqual({ first: 0, last: 1 });
    expect(rows_between(tops, -500, -20)).toEqual({ first: 0, last: 0 });
    expect(rows_between(tops, 460, 900)).toEqual({ first: 0, last: 0 });
    expect(rows_between(row_tops([]), 0, 900)).toEqual({ first: 0, last: 0 });
  });
});
