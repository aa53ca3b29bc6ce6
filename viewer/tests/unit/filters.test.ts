// SPDX-License-Identifier: MIT
// The controls of a gallery, where they are arithmetic and words.
import { describe, expect, test } from "vitest";
import { bars_path, bin_range, drag_range, ends_of, kBarHeight, make_axis, move_side, or_none, ordered, place_of, shift_range, step_value,
  typed_value, value_at } from "../../src/filters/axis.ts";
import type { Axis } from "../../src/filters/axis.ts";
import { active_filters, choose_sort, set_brush, toggle_facet, turn_sort } from "../../src/filters/changes.ts";
import { describe_view } from "../../src/filters/describe.ts";
import { fitting_examples, mistake_at } from "../../src/filters/examples.ts";
import { make_masks } from "../../src/filters/masks.ts";
import { choose_numbers, group_choices, sort_menu } from "../../src/filters/menus.ts";
import { format_state, kDefaultState, kMaxBrushes, kNoFilters, parse_state } from "../../src/state/state.ts";
import type { State } from "../../src/state/state.ts";
import { arrange } from "../../src/table/arrange.ts";
import { compile_expression } from "../../src/table/expression.ts";
import { filter_table } from "../../src/table/filter.ts";
import { make_histogram } from "../../src/table/histogram.ts";
import { field_of } from "../../src/table/table.ts";
import type { NumberField } from "../../src/table/table.ts";
import { make_random } from "../generate.ts";
import { below, pick, random_table } from "../random_table.ts";

const table = random_table(7, 60), one_run = random_table(7, 60, ["one"]);
const numbers = (values: number[], unit: NumberField["unit"]): NumberField =>
  ({ kind: "number", key: "x", name: "x", explain: "", unit, values: Float64Array.from(values) });
const axis_of = (values: number[], unit: NumberField["unit"], n_bins = 20): Axis => {
  const field = numbers(values, unit);
  return make_axis(field, make_histogram(field, new Uint8Array(values.length), n_bins));
};
const share = axis_of([0.1, 0.7], "share"), flips = axis_of([0, 3, 9], "count"), tokens = axis_of([12, 950, NaN], "tokens");

describe("the axis of a range", () => {
  test("ends where the values can end", () => {
    expect(ends_of(share)).toEqual({ low: 0, high: 1 });
    expect(ends_of(flips)).toEqual({ low: 0, high: 9 });
    expect(ends_of(tokens).low).toBeLessThanOrEqual(12);
    expect(ends_of(tokens).high).toBeGreaterThanOrEqual(950);
  });
  test("takes numbers that are not whole for what they are, whatever their unit", () => {
    expect(axis_of([1.5, 8], "tokens").whole).toBe(false);
    expect([flips.whole, tokens.whole, share.whole]).toEqual([true, true, false]);
  });
  test("draws a whole number as wide as its bar", () => {
    expect([place_of(flips, "low", 3), place_of(flips, "high", 3)]).toEqual([0.3, 0.4]);
    expect(place_of(share, "high", 0.3)).toBe(0.3);
    expect([place_of(share, "low", -5), place_of(share, "high", 5)]).toEqual([0, 1]);
  });
  test("finds for each place the value that is drawn there", () => {
    const random = make_random(11);
    for (let i = 0; i < 2000; i++) {
      const axis = pick(random, [share, flips, tokens]), side = pick(random, ["low", "high"] as const), place = random();
      const value = value_at(axis, side, place), ends = ends_of(axis);
      expect(value).toBeGreaterThanOrEqual(ends.low);
      expect(value).toBeLessThanOrEqual(ends.high);
      if (axis.whole) expect(Number.isInteger(value)).toBe(true);
      if (value > ends.low && value < ends.high) {
        const step = axis.fine / (axis.high - axis.low);
        expect(Math.abs(place_of(axis, side, value) - place)).toBeLessThanOrEqual(step / 2 + 1e-9);
      }
    }
  });
  test("drags in both directions", () => {
    expect(drag_range(share, 0.2, 0.6)).toEqual({ low: 0.2, high: 0.6 });
    expect(drag_range(share, 0.6, 0.2)).toEqual({ low: 0.2, high: 0.6 });
    expect(drag_range(flips, 0.3, 0.5)).toEqual({ low: 3, high: 4 });
    expect(drag_range(flips, 0.31, 0.32)).toEqual({ low: 3, high: 3 }); // Never empty.
  });
  test("a click takes the bar that is there", () => {
    expect(bin_range(flips, 0.99)).toEqual({ low: 9, high: 9 });
    expect(bin_range(flips, 1)).toEqual({ low: 9, high: 9 });
    expect(bin_range(share, 0.52)).toEqual({ low: 0.5, high: 0.549999 });
    expect(bin_range(share, 0.99)).toEqual({ low: 0.95, high: 1 });
    const field = numbers([0, 3, 9, 9, 4], "count"), { all, low, step } = make_histogram(field, new Uint8Array(5), 4);
    const axis = make_axis(field, make_histogram(field, new Uint8Array(5), 4));
    all.forEach((n, i) => {
      const range = bin_range(axis, (i + 0.5) / all.length);
      expect(range.low).toBe(low + i * step);
      expect(field.values.filter((v) => v >= range.low && v <= range.high)).toHaveLength(n);
    });
  });
  test("a click shows as many traces as the bar counts, through the address too", () => {
    const random = make_random(5), edges = Float64Array.from({ length: table.n }, () => (below(random, 41) - 20) / 20);
    const uneven = Float64Array.from({ length: table.n }, () => 100 * random() + 0.5);
    const of = { ...table, fields: [...table.fields, { ...numbers([], "change"), key: "edges", values: edges }, { ...numbers([], ""), key: "uneven", values: uneven },
      { ...numbers([], "bits"), key: "small", values: uneven.map((x) => x / 1e4) }] };
    for (const field of of.fields) {
      if (field.kind !== "number") continue;
      const { all, ...rest } = make_histogram(field, new Uint8Array(of.n), 24), axis = make_axis(field, { all, ...rest });
      const counts = Array.from(all, (_, i) => {
        const brushes = [{ key: field.key, ...bin_range(axis, (i + 0.5) / all.length) }];
        return filter_table(of, parse_state(format_state({ ...kDefaultState, page: "gallery", brushes })), null).n;
      });
      expect(counts, field.key).toEqual([...all]);
    }
  });
  test("a side stops at the other side and at the end", () => {
    expect(move_side(share, { low: 0.2, high: 0.6 }, "low", 0.9)).toEqual({ low: 0.6, high: 0.6 });
    expect(move_side(share, { low: 0.2, high: 0.6 }, "low", -1)).toEqual({ low: 0, high: 0.6 });
    expect(move_side(share, { low: 0.2, high: 0.6 }, "high", 0.1)).toEqual({ low: 0.2, high: 0.2 });
    expect(move_side(share, { low: 0.2, high: 0.6 }, "high", 7)).toEqual({ low: 0.2, high: 1 });
    expect(move_side(flips, { low: 20, high: 30 }, "low", 4)).toEqual({ low: 4, high: 30 }); // From an address, beyond the axis.
  });
  test("a range moves as far as there is room", () => {
    expect(shift_range(share, { low: 0.2, high: 0.6 }, 0.1)).toEqual({ low: 0.3, high: 0.7 });
    expect(shift_range(share, { low: 0.2, high: 0.6 }, 0.9)).toEqual({ low: 0.6, high: 1 });
    expect(shift_range(flips, { low: 2, high: 4 }, -0.9)).toEqual({ low: 0, high: 2 });
    expect(shift_range(share, { low: -3, high: 5 }, 0.5)).toEqual({ low: -3, high: 5 });
  });
  test("keys go by steps that are written shortly", () => {
    expect(step_value(flips, 3, "ArrowRight")).toBe(4);
    expect(step_value(flips, 3, "ArrowDown")).toBe(2);
    expect(step_value(flips, 3, "PageUp")).toBe(8);
    expect(step_value(share, 0.5, "PageDown")).toBe(0.45);
    expect([step_value(share, 0.5, "Home"), step_value(share, 0.5, "End"), step_value(share, 0.5, "a")]).toEqual([0, 1, null]);
    let range = { low: 0, high: 1 };
    for (let i = 0; i < 30; i++) range = move_side(share, range, "low", step_value(share, range.low, "ArrowRight") as number);
    expect(range.low).toBe(0.15); // Thirty steps of 0.005, and no 0.15000000000000002.
  });
  test("a range over everything is none", () => {
    expect(or_none(flips, { low: 0, high: 9 })).toBeNull();
    expect(or_none(flips, { low: 0, high: 8 })).toEqual({ low: 0, high: 8 });
  });
  test("reads what is typed", () => {
    expect(typed_value(share, "low", " 0,25 ")).toBe(0.25);
    expect(typed_value(share, "low", "−1")).toBe(-1);
    expect([typed_value(flips, "low", ""), typed_value(flips, "high", " ")]).toEqual([0, 9]);
    expect([typed_value(share, "low", "much"), typed_value(share, "low", "1e999"), typed_value(share, "low", "0.1.2")]).toEqual([null, null, null]);
    expect(ordered(0.8, 0.5)).toEqual({ low: 0.5, high: 0.8 });
  });
  test("draws a bar for every count that is not 0, and sees to it that it is seen", () => {
    const path = bars_path(Int32Array.from([0, 1, 1000]), 1000);
    expect(path).toBe(`M1 ${kBarHeight}v-2h1v2zM2 ${kBarHeight}v-${kBarHeight}h1v${kBarHeight}z`);
  });
});

describe("changes", () => {
  test("a value of a category goes on and off, and the last one takes its field away", () => {
    const on = toggle_facet({ end: ["right"] }, "class", "wavering");
    expect(on).toEqual({ end: ["right"], class: ["wavering"] });
    expect(toggle_facet(toggle_facet(on, "class", "productive"), "class", "wavering")).toEqual({ end: ["right"], class: ["productive"] });
    expect(toggle_facet(on, "class", "wavering")).toEqual({ end: ["right"] });
  });
  test("a field has one range, in the place it had", () => {
    const brushes = [{ key: "a", low: 0, high: 1 }, { key: "b", low: 0, high: 1 }, { key: "a", low: 2, high: 3 }];
    expect(set_brush(brushes, "a", { low: 5, high: 6 })).toEqual([{ key: "a", low: 5, high: 6 }, brushes[1]]);
    expect(set_brush(brushes, "a", null)).toEqual([brushes[1]]);
    const many = Array.from({ length: kMaxBrushes }, (_, i) => ({ key: `k${i}`, low: 0, high: 1 }));
    expect(set_brush(many, "another", { low: 0, high: 1 })).toEqual(many);
    expect(set_brush(many, "k3", { low: 2, high: 3 })).toHaveLength(kMaxBrushes);
  });
  test("sorting keeps the direction of its place, and no key twice", () => {
    const by = (key: string, descending: boolean) => ({ key, descending });
    expect(choose_sort([], 0, "length", true)).toEqual([by("length", true)]);
    expect(choose_sort([], 0, "number", false)).toEqual([by("number", false)]);
    expect(choose_sort([by("length", false)], 0, "p_end", true)).toEqual([by("p_end", false)]);
    expect(choose_sort([by("length", false)], 1, "p_end", true)).toEqual([by("length", false), by("p_end", true)]);
    expect(choose_sort([by("length", false), by("p_end", true)], 0, "p_end", true)).toEqual([by("p_end", false)]);
    expect(choose_sort([by("length", false), by("p_end", true)], 0, "", true)).toEqual([by("p_end", true)]);
    expect(choose_sort([by("length", false), by("p_end", true)], 1, "", true)).toEqual([by("length", false)]);
    expect(turn_sort([by("length", false), by("p_end", true)], 1)).toEqual([by("length", false), by("p_end", false)]);
  });
  test("every filter that is on has words, and a change that takes it away alone", () => {
    const state: State = { ...kDefaultState, text: "wait \u202E", scope: "both", where: "length > 3", facets: { class: ["productive", "wavering"], end: ["right"] },
      brushes: [{ key: "p_end", low: 0.25, high: 1 }, { key: "gone", low: 1, high: 2 }] };
    const active = active_filters(state, table);
    expect(active.map((f) => `${f.name}: ${f.value}`)).toEqual(["text: wait [U+202E]", "class: productive or wavering", "answer at end: right",
      `${field_of(table, "p_end")?.name}: 0.25 to 1`, "gone: 1 to 2", "condition: length > 3"]);
    let left = state;
    active.forEach(({ without }, i) => {
      left = { ...left, ...active_filters(left, table)[0]?.without };
      expect(active_filters({ ...state, ...without }, null)).toHaveLength(active.length - 1);
      expect(active_filters(left, table)).toHaveLength(active.length - 1 - i);
    });
    expect(left).toEqual({ ...state, ...kNoFilters });
    expect(active_filters(kDefaultState, null)).toEqual([]);
  });
});

describe("menus", () => {
  test("list every field once, under its head", () => {
    const groups = sort_menu(table), keys = groups.flatMap((g) => g.fields.map((f) => f.key));
    expect(groups.map((g) => g.name)).toEqual(["Numbers of the trace", "Places", "Categories"]);
    expect(sort_menu(one_run).flatMap((g) => g.fields.map((f) => f.key)).sort()).toEqual(one_run.fields.map((f) => f.key).filter((key) => key !== "run").sort());
    expect([...keys].sort()).toEqual(table.fields.map((f) => f.key).sort());
    expect(groups[1]?.fields.map((f) => f.key).sort()).toEqual(["number", "run", "sample", "subject"]);
    expect(groups[0]?.fields.every((f) => f.kind === "number") && groups[2]?.fields.every((f) => f.kind === "category")).toBe(true);
  });
  test("histograms: the usual ones that have values, those asked for, and the others in the menu", () => {
    const { shown, others } = choose_numbers(table, new Set(["options"]));
    expect(shown.map((f) => f.key)).toEqual(["length", "p_start", "p_end", "change", "t_exit", "flips", "options"]);
    expect(others.map((f) => f.key)).toEqual(["number", "sample"]);
    const empty = { ...table, fields: table.fields.map((f) => (f.key === "p_end" && f.kind === "number" ? { ...f, values: f.values.map(() => NaN) } : f)) };
    expect(choose_numbers(empty, new Set()).shown.map((f) => f.key)).not.toContain("p_end");
    expect(choose_numbers(empty, new Set(["p_end"])).shown.map((f) => f.key)).toContain("p_end");
  });
  test("groups that make sense where the reader is, and the one of the address", () => {
    const { run } = one_run.indexes[0] as typeof one_run.indexes[0] & object, subject = run.subjects[0] as typeof run.subjects[0] & object;
    const keys = (...of: Parameters<typeof group_choices>) => group_choices(...of).map((c) => c.value);
    expect(keys({ run: null, subject: null }, table, "none")).toEqual(["none", "run", "subject", "question", "class"]);
    expect(keys({ run: null, subject: null }, one_run, "none")).not.toContain("run");
    expect(keys({ run, subject: null }, one_run, "none")).toEqual(["none", "subject", "question", "class", "cluster"]);
    expect(keys({ run, subject }, one_run, "none")).toEqual(["none", "question", "class", "cluster"]);
    expect(keys({ run, subject }, one_run, "subject")).toContain("subject");
  });
});

test("a field that filters nothing shares its mask; another is counted without itself", () => {
  const filters = { facets: { class: ["productive"] }, brushes: [{ key: "p_end", low: 0, high: 0.5 }], where: "", text: "" };
  const masks = make_masks(table, filters, null);
  expect(masks("start")).toBe(masks("length"));
  expect(masks("start")).toEqual(filter_table(table, filters, null).mask);
  for (const key of ["class", "p_end"]) expect(masks(key)).toEqual(filter_table(table, filters, null, key).mask);
});

describe("what is shown, in words", () => {
  const say = (change: Partial<State>, of = table): string => {
    const state = { ...kDefaultState, ...change };
    return describe_view(of, arrange(of, filter_table(of, state, null), state), state);
  };
  test("all of it", () => {
    expect(say({})).toBe(`${table.n} traces, 120 questions; in the order of the runs`);
    expect(say({}, one_run)).toBe(`${one_run.n} traces, 60 questions; in the order of the run`);
  });
  test("a part, with its order and its groups", () => {
    const where = "number < 2", rows = Array.from(table.run.keys()).filter((row) => (field_of(table, "number")?.values[row] as number) < 2);
    expect(say({ where, sort: [{ key: "length", descending: true }, { key: "p_end", descending: false }, { key: "gone", descending: true }], group: "class" }))
      .toBe(`${rows.length} of ${table.n} traces, 4 of 120 questions; sorted by length, falling, then by ${field_of(table, "p_end")?.name}, rising; grouped by class`);
    expect(say({ where: "length < 0" })).toContain("0 of ");
  });
  test("one is one", () => {
    const row = below(make_random(2), one_run.n), question = field_of(one_run, "number")?.values[row], sample = field_of(one_run, "sample")?.values[row];
    expect(say({ where: `number == ${question} and sample == ${sample}` }, one_run)).toBe(`1 of ${one_run.n} traces, 1 of 60 questions; in the order of the run`);
  });
});

describe("conditions", () => {
  test("three examples that the fields allow", () => {
    expect(fitting_examples(table)).toHaveLength(3);
    const bare = { ...table, fields: table.fields.filter((f) => f.kind === "category" || f.key === "sample") };
    const left = fitting_examples(bare);
    expect(left.length).toBeGreaterThan(0);
    for (const { text } of [...fitting_examples(table), ...left]) expect(compile_expression(text, table).ok, text).toBe(true);
    for (const { text } of left) expect(compile_expression(text, bare).ok, text).toBe(true);
  });
  test("a mistake is shown with what stands around it", () => {
    expect(mistake_at("p_end < 0.5 and lenght > 3", 16)).toEqual({ before: "p_end < 0.5 and ", at: "lenght", after: " > 3" });
    expect(mistake_at("p_end <", 7)).toEqual({ before: "p_end <", at: "", after: "" });
    expect(mistake_at("p_end && && length", 9).at).toBe("&");
    const long = `${"x".repeat(50)} @ ${"y".repeat(50)}`, cut = mistake_at(long, 51);
    expect([cut.before, cut.at, cut.after]).toEqual([`…${"x".repeat(17)} `, "@", ` ${"y".repeat(17)}…`]);
    for (let at = -1; at <= long.length + 1; at++) expect(long).toContain(mistake_at(long, at).at);
  });
});
