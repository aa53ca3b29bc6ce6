// SPDX-License-Identifier: MIT
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse_experiments_chunk } from "../../src/bundle/experiments.ts";
import type { ArmDraw } from "../../src/bundle/experiments.ts";
import { decode_text } from "../../src/bundle/chunk_text.ts";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { parse_tables_chunk } from "../../src/bundle/tables.ts";
import { count_changed, free_rate, gap_of, mean_of, rate_of, say_rate, top_of } from "../../src/experiments/rates.ts";
import { choose_numbers } from "../../src/filters/menus.ts";
import { kDefaultState, format_state, parse_state } from "../../src/state/state.ts";
import { arrange } from "../../src/table/arrange.ts";
import { filter_table } from "../../src/table/filter.ts";
import { field_of, make_table } from "../../src/table/table.ts";
import type { Shelf } from "../../src/types.ts";
import { kAll, kHint, kExperimentKinds, kTried } from "../experiments.ts";
import { make_report } from "../make_analysis.ts";
import { write_bundle } from "../make_bundle.ts";
import { read_chunk, read_manifest_text, read_run, read_site } from "../read_site.ts";
import type { ReadRun } from "../read_site.ts";

const draws = (...p: number[][]): ArmDraw[] => p.map((row) => ({ n_tokens: 1, p: row, source: null }));

describe("rates", () => {
  // The shares q that the score test |p - q| <= z sqrt(q (1 - q) / n) keeps, by bisection.
  test.each([[0, 8, 0, 0.324407], [12, 12, 0.757506, 1], [3, 12, 0.088942, 0.532305], [5, 8, 0.305742, 0.863156], [1, 1, 0.206549, 1], [15, 16, 0.716713, 0.988881]])(
    "%i of %i", (successes, trials, low, high) => {
      const rate = rate_of({ successes, trials });
      expect(rate.low).toBeCloseTo(low, 5);
      expect(rate.high).toBeCloseTo(high, 5);
    });
  test("nothing tried says nothing", () => {
    expect(rate_of({ successes: 0, trials: 0 })).toEqual({ share: null, low: 0, high: 1, n: 0 });
    expect([say_rate(rate_of({ successes: 0, trials: 0 })), say_rate(rate_of({ successes: 3, trials: 12 }))]).toEqual(["not tried", ".25 [.09, .53] of 12"]);
  });
  test("the gap counts what is outside of the options", () => {
    const prefix = { position: 0, forced: [0.5, 0.25], free: [1, 2], none: 1 };
    expect(gap_of(prefix)).toBeCloseTo((0.25 + 0.25 + 0) / 2, 12);
    expect([gap_of({ ...prefix, forced: null }), gap_of({ ...prefix, free: [0, 0], none: 0 })]).toEqual([null, null]);
    expect(free_rate(prefix, 1).share).toBe(0.5);
  });
  test("draws are compared one by one where both arms have as many", () => {
    const a = draws([0.9, 0.1], [0.1, 0.9], [0.4, 0.4]), b = draws([0.1, 0.9], [0.1, 0.9], [0.9, 0.1]);
    expect([count_changed(a, b), count_changed(a, b.slice(0, 1)), count_changed(a, []), count_changed(a, undefined)]).toEqual([1, 2, null, null]);
    expect([top_of([0.4, 0.4]), mean_of(a, 0)]).toEqual([0, (0.9 + 0.1 + 0.4) / 3]);
  });
});

describe("the experiments of a bundle", () => {
  let folder = "", run: ReadRun;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "thinktrace-experiments-"));
    write_bundle(folder, { title: "t", runs: [kTried] });
    run = read_run(folder, parse_manifest(read_manifest_text(folder)).runs[0] as ReadRun["run"]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("are read as they were written", () => {
    expect(read_site(folder).experiments).toBe(6);
    expect(run.run.experiments).toEqual(kExperimentKinds);
    const results = run.shelves[0]?.experiments ?? [], [ablation, continued, pivots, mistakes, none, hinted] = results;
    expect(results.map((r) => [r.trace, r.experiment])).toEqual([[0, 0], [0, 1], [0, 2], [0, 3], [1, 2], [1, 4]]);
    expect(ablation?.arms.map((a) => [a.name, a.label, a.draws.length])).toEqual(kAll[0]?.arms?.map((a) => [a.name, a.label, a.draws.length]));
    expect(ablation?.arms[3]?.draws[1]).toEqual({ n_tokens: 8, p: [0.7, 0.2, 0.1, 0], source: "gone" });
    expect(continued?.prefixes).toEqual(kAll[1]?.prefixes);
    expect(pivots?.pivots?.[1]).toEqual({ token: 5, before: { successes: 3, trials: 12 }, after: { successes: 12, trials: 12 }, change: [0.31, 0.94], decided: true,
      alternatives: [{ text: " Seven", p: 0.31, tally: { successes: 0, trials: 8 } }, { text: "\n", p: null, tally: { successes: 2, trials: 8 } }] });
    expect(mistakes?.mistakes).toEqual(kAll[3]?.mistakes);
    expect([hinted?.hint, none?.hint]).toEqual([kHint, null]);
    expect([ablation?.pivots, none?.pivots]).toEqual([null, []]);
  });
  test("are numbers to sort, filter and count by", () => {
    const table = make_table({ indexes: [run.index], subject: null }), ids = (where: string): string[] => {
      const { mask, error } = filter_table(table, { ...kDefaultState, where }, null);
      expect(error).toBeNull();
      return run.index.traces.id.filter((_, i) => mask[i]);
    };
    expect(ids("p_if_none < 0.5 and changed_if_none > 0")).toEqual(["x0"]);
    expect(ids("changed_if_filler == 0")).toEqual(["x0"]);
    expect(ids("has(pivots) and pivots == 0")).toEqual(["x1"]);
    expect(ids("without == 'another answer'")).toEqual(["x0"]);
    expect(choose_numbers(table, new Set()).shown.map((f) => f.key)).toEqual(expect.arrayContaining(["p_if_none", "pivots", "pivot_change"]));
    const sorted = arrange(table, filter_table(table, kDefaultState, null), { sort: [{ key: "pivots", descending: true }], group: "none" });
    expect(Array.from(sorted.rows, (row) => run.index.traces.id[row])).toEqual(["x0", "x1", "x2"]);
    const { mask } = filter_table(table, { ...kDefaultState, facets: { without: ["another answer"] } }, null);
    expect([...mask]).toEqual([1, 0, 0]);
    expect(parse_state(format_state({ ...kDefaultState, page: "gallery", facets: { without: ["same answer"] } })).facets).toEqual({ without: ["same answer"] });
  });
  test("a run without them has no facet of them", () => {
    expect(field_of(make_table({ indexes: [{ ...run.index, numbers: [] }], subject: null }), "without")).toBeUndefined();
  });

  test("has a table for each experiment whose numbers are not an ablation's", () => {
    const name = run.run.tables as string, read = parse_tables_chunk(decode_text(read_chunk(folder, name)));
    expect(read.map((t) => [t.experiment, t.title, t.columns.length, t.rows.map((r) => r.cells.length), t.subjects.map((s) => s.subject)])).toEqual(
      [[1, "free", 3, [3, 1, 1], ["colours", "others"]], [4, "hinted", 3, [3, 1, 1], ["colours"]]]);
    expect(read[0]?.rows[1]).toMatchObject({ name: "free often", unit: "count", cells: [{ value: 2.5, low: 2.4, high: 2.6 }] });
  });
  test.each<[string, object]>([["more cells than columns", { columns: ["a"] }], ["another unit", { rows: [{ name: "", unit: "miles", cells: [] }] }], ["no title", { title: 3 }],
    ["a subject without rows", { subjects: [{ subject: "" }] }]])("%s is told with its place", (_, wrong) => {
    const table = { ...make_report(0, "t", ["s"]), ...wrong };
    expect(() => parse_tables_chunk(JSON.stringify({ kind: "tables", tables: [table] }))).toThrow(/tables\[0\]/);
  });

  const chunk = (results: object[], labels: object = {}): Uint8Array => new TextEncoder().encode(JSON.stringify({ kind: "experiments", labels, results }));
  const parse = (result: object, labels?: object) => parse_experiments_chunk(chunk([{ trace: 0, experiment: 0, ...result }], labels), run.index, run.index.shelves[0] as Shelf);
  test("an arm without a label goes by its name, whatever that is", () => {
    expect(parse({ arms: [{ name: "__proto__", draws: [] }] })[0]?.arms[0]?.label).toBe("__proto__");
    const labels = JSON.parse('{"__proto__":"x"}') as object;
    expect(parse({ arms: [{ name: "__proto__", draws: [] }] }, labels)[0]?.arms[0]?.label).toBe("x");
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
  test.each<[string, object]>([
    ["another trace than there is", { trace: 9 }], ["another experiment", { experiment: 5 }],
    ["too few options", { arms: [{ name: "a", draws: [{ n_tokens: 0, p: [1] }] }] }], ["no probability", { arms: [{ name: "a", draws: [{ n_tokens: 0, p: [2, 0, 0, 0] }] }] }],
    ["a prefix beyond the end", { prefixes: [{ position: 9, forced: null, free: [0, 0, 0, 0], none: 0 }] }],
    ["more successes than trials", { pivots: [{ token: 0, before: [2, 1], after: [0, 1], change: [0, 0], decided: true, alternatives: [] }] }],
    ["a pivot beyond the end", { pivots: [{ token: 8, before: [0, 1], after: [0, 1], change: [0, 0], decided: true, alternatives: [] }] }],
    ["a change without an end", { pivots: [{ token: 0, before: [0, 1], after: [0, 1], change: [0], decided: true, alternatives: [] }] }],
    ["a mistake by nobody", { mistakes: [{ position: 0, text: "", by: "me", before: null, after: null }] }],
    ["a hint at no option", { hint: { ...kHint, option: 4 } }], ["a hint that takes over behind the end", { hint: { ...kHint, takes_over: 9 } }],
    ["a mention behind the end", { hint: { ...kHint, mention_token: 8 } }],
    ["an answer that is no option", { mistakes: [{ position: 0, text: "", by: "rule", before: 4, after: null }] }],
  ])("%s is told with its place", (_, result) => expect(() => parse(result)).toThrow(/results\[0\]/));
});
