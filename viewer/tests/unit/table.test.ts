// SPDX-License-Identifier: MIT
// Filters, counts, histograms, order and groups, each beside a slow obvious twin.
import { describe, expect, test } from "vitest";
import { kDefaultState, kNoFilters } from "../../src/state/state.ts";
import type { GroupKey, SortTerm } from "../../src/state/state.ts";
import { arrange } from "../../src/table/arrange.ts";
import { make_masks } from "../../src/filters/masks.ts";
import { count_names, filter_table } from "../../src/table/filter.ts";
import type { Filters } from "../../src/table/filter.ts";
import { make_histogram } from "../../src/table/histogram.ts";
import { field_of } from "../../src/table/table.ts";
import type { CategoryField, NumberField, TraceTable } from "../../src/table/table.ts";
import type { Unit } from "../../src/types.ts";
import { make_random } from "../generate.ts";
import { below, pick, random_table } from "../random_table.ts";

const table = random_table(3, 80);
const all = Array.from({ length: table.n }, (_, row) => row);
const number = (key: string, row: number): number => field_of(table, key)?.values[row] as number;
function name(key: string, row: number): string | null {
  const field = field_of(table, key) as CategoryField;
  return field.names[field.values[row] as number] ?? null;
}
const filters = (change: Partial<Filters>): Filters => ({ ...kNoFilters, facets: {}, brushes: [], ...change });
const passing = (change: Partial<Filters>, passes: Uint8Array | null = null, except?: string): number[] => {
  const { mask, n } = filter_table(table, filters(change), { passes, pending: null, errors: [] }, except);
  const rows = all.filter((row) => mask[row] === 1);
  expect(rows.length).toBe(n);
  return rows;
};

describe("filters", () => {
  test("none lets all through", () => {
    expect(passing({})).toEqual(all);
    expect(filter_table(table, filters({}), null).n).toBe(table.n);
  });
  test("facets: any of the values, and no row without one", () => {
    expect(passing({ facets: { class: ["productive", "wavering"] } })).toEqual(all.filter((r) => ["productive", "wavering"].includes(name("class", r) ?? "")));
    expect(passing({ facets: { start: ["wrong"], end: ["right"] } })).toEqual(all.filter((r) => name("start", r) === "wrong" && name("end", r) === "right"));
  });
  test("values and fields that are not there are passed over", () => {
    expect(passing({ facets: { class: ["productive", "nonsense"] } })).toEqual(passing({ facets: { class: ["productive"] } }));
    expect(passing({ facets: { class: ["nonsense"], constructor: ["x"], length: ["1"] } })).toEqual(all);
    expect(passing({ brushes: [{ key: "nothing", low: 0, high: 1 }, { key: "class", low: 0, high: 1 }] })).toEqual(all);
  });
  test("ranges have both their ends, and no row without the number", () => {
    const value = number("p_end", all.find((r) => !Number.isNaN(number("p_end", r))) as number);
    expect(passing({ brushes: [{ key: "p_end", low: value, high: value }] })).toEqual(all.filter((r) => number("p_end", r) === value));
    const two = [{ key: "p_end", low: 0.25, high: 0.75 }, { key: "p_end", low: 0.5, high: 1 }];
    expect(passing({ brushes: two })).toEqual(all.filter((r) => number("p_end", r) >= 0.5 && number("p_end", r) <= 0.75));
  });
  test("an expression that can't be read lets all through, and says so", () => {
    const { n, error } = filter_table(table, filters({ where: "lenght > 3" }), null);
    expect([n, error]).toEqual([table.n, "no field called 'lenght'; did you mean length?"]);
    expect(filter_table(table, filters({ where: "length > 100" }), null).error).toBeNull();
  });
  test("all of them together, and one left out for its own counts", () => {
    const random = make_random(5);
    for (let i = 0; i < 60; i++) {
      const facets: Record<string, string[]> = {};
      for (const key of ["class", "start", "stop"]) {
        if (random() < 0.4) facets[key] = (field_of(table, key) as CategoryField).names.filter(() => random() < 0.6);
      }
      const brushes = ["length", "p_end", "flips"].filter(() => random() < 0.4).map((key) => {
        const [low, high] = [number(key, below(random, table.n)) || 0, number(key, below(random, table.n)) || 0].sort((a, b) => a - b) as [number, number];
        return { key, low, high };
      });
      const where = random() < 0.3 ? "p_start < 0.6" : "", passes = random() < 0.3 ? Uint8Array.from(all, () => below(random, 2)) : null;
      const slow = (except?: string) => all.filter((row) => Object.entries(facets).every(([key, names]) => key === except || names.length === 0 || names.includes(name(key, row) ?? "?")) &&
        brushes.every((b) => b.key === except || (number(b.key, row) >= b.low && number(b.key, row) <= b.high)) &&
        (where === "" || number("p_start", row) < 0.6) && (passes === null || passes[row] === 1));
      expect(passing({ facets, brushes, where }, passes)).toEqual(slow());
      const except = pick(random, ["class", "start", "stop", "length", "p_end", "flips"]);
      expect(passing({ facets, brushes, where }, passes, except)).toEqual(slow(except));
      const classes = field_of(table, "class") as CategoryField;
      const counts = count_names(classes, make_masks(table, filters({ facets, brushes, where }), { passes, pending: null, errors: [] })("class"));
      expect([...counts]).toEqual(classes.names.map((n) => slow("class").filter((r) => name("class", r) === n).length));
    }
  });
});

const field = (values: number[], unit: Unit): NumberField => ({ kind: "number", key: "x", name: "x", explain: "", unit, values: Float64Array.from(values) });
const bins = (values: number[], unit: Unit, n: number) => make_histogram(field(values, unit), new Uint8Array(values.length).fill(1), n);

describe("histograms", () => {
  test("of shares go from 0 to 1, and their upper end belongs to the last bin", () => {
    const { low, high, step, all: counts, missing } = bins([0, 0.05, 0.1, 0.3, 0.9, 1, NaN], "share", 10);
    expect({ low, high, step, missing }).toEqual({ low: 0, high: 1, step: 0.1, missing: 1 });
    expect([...counts]).toEqual([2, 1, 0, 1, 0, 0, 0, 0, 0, 2]);
  });
  test("of whole numbers give each bin as many", () => {
    const flips = bins([0, 1, 1, 2, 3, 3], "count", 10);
    expect([flips.low, flips.high, flips.step, ...flips.all]).toEqual([0, 4, 1, 1, 2, 1, 2]);
    const lengths = bins([3, 99, 100, 418], "tokens", 10);
    expect([lengths.low, lengths.high, lengths.step, ...lengths.all]).toEqual([0, 450, 50, 1, 1, 1, 0, 0, 0, 0, 0, 1]);
  });
  test("of changes go from -1 to 1", () => expect(bins([0.5, -0.2], "change", 20)).toMatchObject({ low: -1, high: 1, step: 0.1 }));
  test.each([[[], 0, 1], [[NaN], 0, 1], [[2.5], 2.5, 2.75], [[0], 0, 0.1], [[-7, -7], -7, -6.5]] as [number[], number, number][])("of %j are something too", (values, low, high) => {
    const h = bins(values, "bits", 10);
    expect(h.low).toBeLessThanOrEqual(low);
    expect(h.high).toBeGreaterThanOrEqual(high);
    expect([...h.all].reduce((a, b) => a + b, 0) + h.missing).toBe(values.length);
  });
  test("count every row once, in the bin whose edges it lies between", () => {
    const random = make_random(9);
    for (let i = 0; i < 150; i++) {
      const unit = pick(random, ["share", "change", "tokens", "bits", "count", ""] as Unit[]), whole = unit === "tokens" || unit === "count";
      const scale = 10 ** (below(random, 8) - 3), shift = random() < 0.3 ? -0.5 : 0, n_bins = 2 + below(random, 40);
      const values = Array.from({ length: 1 + below(random, 200) }, () => {
        if (random() < 0.1) return NaN;
        if (unit === "share") return random();
        if (unit === "change") return 2 * random() - 1;
        return whole ? Math.round(random() * scale) : Number(((random() + shift) * scale).toPrecision(3));
      });
      const mask = Uint8Array.from(values, () => below(random, 2)), h = make_histogram(field(values, unit), mask, n_bins);
      expect(h.all.length).toBe(h.shown.length);
      expect(Math.abs(h.low + h.all.length * h.step - h.high)).toBeLessThanOrEqual(1e-6 * h.step);
      expect(h.all.length).toBeLessThanOrEqual(n_bins);
      const outside: number[] = [], shown = new Int32Array(h.all.length), counts = new Int32Array(h.all.length);
      values.forEach((value, row) => {
        if (Number.isNaN(value)) return;
        let bin = 0; // The last bin that begins at or below the value.
        while (bin + 1 < counts.length && h.low + (bin + 1) * h.step <= value + 1e-9 * h.step) bin++;
        if (!(value >= h.low - 1e-6 * h.step && value <= h.high + 1e-6 * h.step)) outside.push(value);
        counts[bin] = (counts[bin] as number) + 1;
        if (mask[row]) shown[bin] = (shown[bin] as number) + 1;
      });
      expect(outside).toEqual([]);
      expect([...h.all], JSON.stringify({ unit, n_bins, values })).toEqual([...counts]);
      expect([...h.shown]).toEqual([...shown]);
      expect(h.missing).toBe(values.filter(Number.isNaN).length);
    }
  });
});

function arranged(sort: SortTerm[], group: GroupKey = "none", change: Partial<Filters> = {}, of: TraceTable = table) {
  return arrange(of, filter_table(of, filters(change), null), { ...kDefaultState, sort, group });
}
const rising = (key: string): SortTerm => ({ key, descending: false }), falling = (key: string): SortTerm => ({ key, descending: true });
// Array.sort is stable.
function slow_order(rows: readonly number[], sort: readonly SortTerm[]): number[] {
  return [...sort].reverse().reduce((list, { key, descending }) => {
    const missing = (row: number) => (field_of(table, key)?.kind === "number" ? Number.isNaN(number(key, row)) : number(key, row) < 0);
    const there = list.filter((row) => !missing(row));
    there.sort((a, b) => (descending ? number(key, b) - number(key, a) : number(key, a) - number(key, b)));
    return [...there, ...list.filter(missing)];
  }, [...rows]);
}

describe("order", () => {
  test("without a key is the table's, and a key that is not there is none", () => {
    expect([...arranged([]).rows]).toEqual(all);
    expect([...arranged([rising("nothing"), falling("constructor")]).rows]).toEqual(all);
  });
  test.each([
    [[rising("p_end")]], [[falling("p_end")]], [[rising("class")]], [[falling("class"), rising("length")]], [[rising("flips"), falling("p_start")]],
    [[falling("flips"), falling("flips")]], [[rising("subject"), falling("sample")]], [[falling("t_exit"), rising("end")]], [[falling("run")]],
  ])("by %j is stable, with what is missing last in both directions", (sort) => {
    expect([...arranged(sort).rows]).toEqual(slow_order(all, sort));
    const shown = all.filter((r) => number("length", r) >= 100 && number("length", r) <= 300);
    expect([...arranged(sort, "none", { brushes: [{ key: "length", low: 100, high: 300 }] }).rows]).toEqual(slow_order(shown, sort));
  });
});

describe("groups", () => {
  const question = (row: number): string => {
    const index = table.indexes[table.run[row] as number];
    return index?.questions.id[index.traces.question[table.trace[row] as number] as number] as string;
  };
  const key_of: Record<Exclude<GroupKey, "none">, (row: number) => string> = {
    run: (r) => name("run", r) ?? "", subject: (r) => name("subject", r) ?? "", class: (r) => name("class", r) ?? "", question,
    cluster: (r) => name("cluster", r) ?? "" };

  test("none is one group without a name", () => {
    const { n, rows, groups } = arranged([falling("length")]);
    expect(groups).toEqual([{ key: "", name: "", rows }]);
    expect(n).toBe(table.n);
    expect(arranged([], "none", { where: "length < 0" })).toEqual({ n: 0, rows: new Int32Array(0), groups: [{ key: "", name: "", rows: new Int32Array(0) }] });
    expect(arranged([], "question", { where: "length < 0" }).groups).toEqual([]);
  });
  test.each(["run", "subject", "question", "class"] as const)("by %s hold each shown row once, in order", (group) => {
    for (const sort of [[], [falling("length")], [rising("end"), falling("p_end")]]) {
      const { n, rows, groups } = arranged(sort, group, { where: "has(p_end)" });
      const shown = slow_order(all.filter((r) => !Number.isNaN(number("p_end", r))), sort);
      expect(n).toBe(shown.length);
      expect([...rows]).toEqual(groups.flatMap((g) => [...g.rows]));
      expect(groups.map((g) => g.key).sort()).toEqual([...new Set(shown.map(key_of[group]))].sort());
      for (const g of groups) expect([...g.rows]).toEqual(shown.filter((r) => key_of[group](r) === g.key));
    }
  });
  test("stand in the order of the run, classes in their own", () => {
    expect(arranged([], "cluster").groups.map((g) => g.name)).toEqual(["no cluster"]); // Each run has its own.
    const one = random_table(3, 80, ["one"]);
    for (const sort of [[], [falling("length")]]) expect(arranged(sort, "cluster", {}, one).groups.map((g) => g.name)).toEqual(["cluster 1", "cluster 2", "cluster 3", "no cluster"]);
    expect(arranged([], "run").groups.map((g) => g.name)).toEqual(["one", "two"]);
    expect(arranged([], "subject").groups.map((g) => g.name)).toEqual(["chains", "beasts", "fortunes"]);
    expect(arranged([], "question").groups.map((g) => g.key)).toEqual([...new Set(all.map(question))]);
    const classes = ["productive", "counterproductive", "right throughout", "wrong throughout", "wavering", "known already", "no class"];
    for (const sort of [[], [falling("length")]]) expect(arranged(sort, "class").groups.map((g) => g.name)).toEqual(classes);
  });
  test("go by the mean of the first key over the rows shown, without one last", () => {
    const small = { brushes: [{ key: "sample", low: 0, high: 0 }] };
    for (const sort of [rising("t_exit"), falling("t_exit")]) {
      const mean = (rows: Int32Array): number => {
        const values = [...rows].map((r) => number("t_exit", r)).filter((v) => !Number.isNaN(v));
        return values.reduce((a, b) => a + b, 0) / values.length;
      };
      const groups = arranged([sort, falling("length")], "question", small).groups, means = groups.map((g) => mean(g.rows));
      const some = means.filter((m) => !Number.isNaN(m));
      expect(some.length).toBeLessThan(means.length);
      expect(means.slice(0, some.length)).toEqual([...some].sort((a, b) => (sort.descending ? b - a : a - b)));
      const without = groups.slice(some.length).map((g) => g.key);
      expect(without).toEqual([...without].sort());
    }
  });
});
