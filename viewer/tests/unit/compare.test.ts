// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse_index_chunk } from "../../src/bundle/index.ts";
import { kResamples, make_bootstrap } from "../../src/compare/bootstrap.ts";
import { match_questions } from "../../src/compare/match.ts";
import { common_answers, list_measures, pair_values, question_means } from "../../src/compare/measures.ts";
import { differ_at_end, order_pairs } from "../../src/compare/order.ts";
import type { Run, RunIndex, SubjectRef } from "../../src/types.ts";

interface TraceSketch { p_end?: number | null; top_end?: number; stop?: number; t_exit?: number; failed?: boolean }
interface QuestionSketch { id: string; subject?: string; answer?: number; traces?: TraceSketch[] }

// An index of these questions, with two options each, read from a chunk as the page reads it.
function make_index(questions: QuestionSketch[], keys = ["p_end", "t_exit"]): RunIndex {
  const names = [...new Set(questions.map((q) => q.subject ?? "s"))];
  const traces = questions.flatMap((q) => q.traces ?? []), none = "0".repeat(32);
  const column = (of: (t: TraceSketch) => number): number[] => traces.map(of);
  const numbers = keys.map((key) => ({ key, name: `name of ${key}`, explain: "", unit: "share",
    values: traces.map((t) => (key === "p_end" ? t.p_end : t.t_exit) ?? null) }));
  const run = { name: "run", subjects: names.map((name): SubjectRef => ({ name, key: name, n_questions: 0, n_traces: 0, n_failed: 0 })) };
  return parse_index_chunk(JSON.stringify({
    kind: "index", shelves: [{ n_questions: questions.length, strips: none, texts: none, curves: none, ids: null, readings: null, experiments: null }],
    questions: { id: questions.map((q) => q.id), subject: questions.map((q) => names.indexOf(q.subject ?? "s")),
      answer: questions.map((q) => q.answer ?? 0), n_options: questions.map(() => 2), n_traces: questions.map((q) => q.traces?.length ?? 0) },
    traces: { id: traces.map((_, i) => String(i)), sample: column(() => 0), failed: column((t) => Number(t.failed ?? false)),
      n_tokens: column(() => 9), first: column(() => 0), n_positions: column((t) => ((t.top_end ?? -1) < 0 ? 0 : 10)), stop: column((t) => t.stop ?? 0),
      chosen: column(() => -1), top_start: column((t) => t.top_end ?? -1), top_end: column((t) => t.top_end ?? -1),
      class: column(() => 0), known: column(() => -1), cluster: column(() => -1) },
    clusters: [], errors: [], numbers,
  }), run as Run);
}

describe("the same question", () => {
  const ids = (...list: string[]) => list.map((id) => ({ id }));
  const places = (a: RunIndex, b: RunIndex) => {
    const { first, second, only_first, only_second } = match_questions(a, b);
    return [[...first], [...second], only_first, only_second];
  };
  test("is one of the same id, in the order of the first run", () => {
    expect(places(make_index(ids("a", "b", "c", "d")), make_index(ids("d", "x", "b")))).toEqual([[1, 3], [2, 0], [0, 2], [1]]);
    expect(places(make_index([]), make_index(ids("x")))).toEqual([[], [], [], [0]]);
  });
  test("twins pair up within their subject, and never twice", () => {
    const twins = make_index([{ id: "a", subject: "one" }, { id: "a", subject: "two" }]);
    expect(places(twins, make_index([{ id: "a", subject: "two" }, { id: "a", subject: "one" }]))).toEqual([[0, 1], [1, 0], [], []]);
    expect(places(twins, make_index([{ id: "a", subject: "two" }]))).toEqual([[1], [0], [0], []]);
    // A run may name its subjects otherwise.
    expect(places(twins, make_index([{ id: "a", subject: "other" }]))).toEqual([[0], [0], [1], []]);
  });
});

describe("measures of a question", () => {
  test("are means over the traces that have the number", () => {
    const index = make_index([{ id: "a", traces: [{ p_end: 0.5 }, { p_end: null }, { p_end: 1 }, { p_end: 0, failed: true }] }, { id: "b", traces: [{}] }, { id: "c" }]);
    expect([...question_means(index, "p_end")]).toEqual([0.75, NaN, NaN]);
    expect([...question_means(index, "unheard_of")]).toEqual([NaN, NaN, NaN]);
  });
  test("what hangs on the end leaves out traces that were cut", () => {
    const stops = [0, 1, 2, 3].map((stop) => ({ stop, t_exit: 10 ** stop }));
    expect([...question_means(make_index([{ id: "a", traces: stops }]), "t_exit")]).toEqual([(1 + 1000) / 2]);
  });
  test("right at the end counts what was read", () => {
    const index = make_index([{ id: "a", answer: 1, traces: [{ top_end: 1 }, { top_end: 0 }, { top_end: 1 }, {}] }, { id: "b", traces: [{}] }]);
    expect([...question_means(index, "right_end")]).toEqual([2 / 3, NaN]);
  });
  test("the commonest answer, on a tie the lower index", () => {
    const of = (...tops: number[]) => ({ id: "a", traces: tops.map((top_end) => ({ top_end })) });
    expect([...common_answers(make_index([of(1, 0, 1), of(1, 0), of(-1, 1), of(-1), of()]))]).toEqual([1, 0, 1, -1, -1]);
    expect([differ_at_end(0, 1), differ_at_end(1, 1), differ_at_end(-1, 1), differ_at_end(0, -1)]).toEqual([true, false, false, false]);
  });
  test("are those that both runs have, and right at end beside P(right) at end", () => {
    const keys = (a: string[], b: string[]) => list_measures(make_index([], a), make_index([], b)).map((m) => m.key);
    expect(keys(["length", "p_end", "flips"], ["p_end", "other", "length"])).toEqual(["length", "p_end", "right_end"]);
    expect(keys([], ["p_end"])).toEqual(["right_end"]);
  });
  test("are paired: difference is second minus first", () => {
    const a = make_index([{ id: "x", traces: [{ p_end: 0.25 }] }, { id: "y", traces: [{ p_end: 0.5 }] }, { id: "only", traces: [{ p_end: 1 }] }]);
    const b = make_index([{ id: "y", traces: [{ p_end: 0.25 }] }, { id: "x", traces: [{ p_end: 1 }] }]);
    const { first, second, difference } = pair_values(a, b, match_questions(a, b), "p_end");
    expect([[...first], [...second], [...difference]]).toEqual([[0.25, 0.5], [1, 0.25], [0.75, -0.25]]);
  });
});

describe("the order of the questions", () => {
  const values = (...difference: number[]) => ({ first: new Float64Array(), second: new Float64Array(), difference: Float64Array.from(difference) });
  test.each([
    ["size", [2, 0, 3, 1, 5, 4]], ["falling", [0, 3, 5, 1, 2, 4]], ["rising", [2, 1, 5, 0, 3, 4]],
  ] as const)("by %s, ties as in the run, and those without the number last", (order, expected) => {
    expect(order_pairs(values(0.5, -0.25, -0.75, 0.5, NaN, 0), order)).toEqual(expected);
  });
});

describe("intervals of differences", () => {
  interface Case { columns: (number | null)[][]; expected: { n: number; mean: number; low: number | null; high: number | null }[] }
  const cases = JSON.parse(readFileSync(new URL("../../../tests/golden/paired.json", import.meta.url), "utf8")) as Case[];
  test.each(cases)("are numpy's", ({ columns, expected }) => {
    const bootstrap = make_bootstrap(columns.map((c) => Float64Array.from(c, (x) => x ?? NaN)));
    expect(bootstrap.advance(kResamples)).toBe(true);
    bootstrap.results().forEach(({ n, mean, low, high }, i) => {
      const want = expected[i] as Case["expected"][number];
      expect(n).toBe(want.n);
      expect(mean).toBeCloseTo(want.mean, 9);
      for (const [got, end] of [[low, want.low], [high, want.high]] as const) {
        if (end === null) expect(got).toBeNull();
        else expect(got).toBeCloseTo(end, 9);
      }
    });
  });
  test("are the same however the work is cut, and not there before it is done", () => {
    const column = [Float64Array.of(0.5, -0.25, 0.75, 0, NaN)];
    const whole = make_bootstrap(column), cut = make_bootstrap(column);
    whole.advance(kResamples);
    expect(cut.advance(kResamples - 1)).toBe(false);
    expect(cut.results()[0]).toMatchObject({ n: 4, mean: 0.25, low: null, high: null });
    expect(cut.advance(7)).toBe(true);
    expect(cut.results()).toEqual(whole.results());
  });
  test("of nothing are nothing", () => {
    const bootstrap = make_bootstrap([new Float64Array(0), new Float64Array(0)]);
    bootstrap.advance(kResamples);
    expect(bootstrap.results()).toEqual([{ n: 0, mean: NaN, low: null, high: null }, { n: 0, mean: NaN, low: null, high: null }]);
  });
});
