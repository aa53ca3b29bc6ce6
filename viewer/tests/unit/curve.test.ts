// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { join_lines, line_style, reader_style, spread_labels, thin_line } from "../../src/curve/lines.ts";
import { is_strided, reading_index } from "../../src/curve/positions.ts";
import { make_cursor } from "../../src/trace_page/cursor.ts";
import { matrix_shape } from "../../src/trace_page/matrix.ts";
import { make_random } from "../generate.ts";

describe("positions", () => {
  test("every position has the last reading at or before it", () => {
    expect([...reading_index([0, 1, 2, 3], 3)]).toEqual([0, 1, 2, 3]);
    expect(is_strided([0, 1, 2, 3], 3)).toBe(false);
    expect([...reading_index([0, 3, 5], 6)]).toEqual([0, 0, 0, 1, 1, 2, 2]);
    expect(is_strided([0, 3, 5], 6)).toBe(true);
  });
  test("an import may begin after the first token; that is no stride", () => {
    expect([...reading_index([1, 2, 3], 3)]).toEqual([-1, 0, 1, 2]);
    expect(is_strided([1, 2, 3], 3)).toBe(false);
    expect([...reading_index([2], 3)]).toEqual([-1, -1, 0, 0]);
    expect([...reading_index([], 2)]).toEqual([-1, -1, -1]);
    expect(is_strided([], 2)).toBe(false);
  });
});

test("lines of other positions stand over one axis", () => {
  expect(join_lines([{ positions: [0, 1, 2], values: [0.1, 0.2, 0.3] }, { positions: [1, 3, 3], values: [0.5, 0.6, 0.7] }]))
    .toEqual([[0, 1, 2, 3], [0.1, 0.2, 0.3, undefined], [undefined, 0.5, undefined, 0.7]]);
});

test("lines over the same positions are joined as others are", () => {
  for (const positions of [[0, 1, 2, 5], [3, 1], [1, 1, 2], []]) {
    const lines = [0, 1].map((l) => positions.map((_, k): number | null => (k === 2 && l === 1 ? null : 0.1 * k + l)));
    expect(join_lines(lines.map((values) => ({ positions, values })))).toEqual(join_lines(lines.map((values) => ({ positions: [...positions], values }))));
  }
});

test("a thinned line reaches as far up and down in every column, by the shortest way", () => {
  const random = make_random(5), x = Array.from({ length: 2000 }, (_, i) => Math.floor(i / 7) + (i > 900 ? 3 : 0));
  const y = x.map((at) => Math.round(at % 3 === 0 ? at / 10 : 200 * random()));
  const reach = (xs: readonly number[], ys: readonly number[]): Map<number, number[]> => {
    const columns = new Map<number, number[]>();
    xs.forEach((at, i) => columns.set(at, [...columns.get(at) ?? [], ys[i] as number]));
    return new Map([...columns].map(([at, values]) => [at, [Math.min(...values), Math.max(...values)]]));
  };
  const thin_x: number[] = [], thin_y: number[] = [];
  thin_line(x, y, (...to) => [thin_x, thin_y].forEach((list, i) => list.push(to[i] as number)));
  expect(reach(thin_x, thin_y)).toEqual(reach(x, y));
  expect(thin_x.length).toBeLessThanOrEqual(2 * new Set(x).size);
  const wanted = reach(x, y);
  thin_x.forEach((at, i) => {
    const now = i === 0 ? 0 : thin_y[i - 1] as number;
    if (at === thin_x[i - 1]) return;
    const [least, most] = wanted.get(at) as [number, number];
    expect(Math.abs((thin_y[i] as number) - now)).toBe(Math.min(Math.abs(least - now), Math.abs(most - now)));
  });
});

describe("lines", () => {
  test("the right one is solid, eight wrong ones differ in their dashes", () => {
    expect(line_style(2, 2).dash).toEqual([]);
    const dashes = [0, 1, 3, 4, 5, 6, 7, 8].map((o) => line_style(o, 2).dash.join());
    expect(new Set(dashes).size).toBe(8);
    expect(dashes).not.toContain("");
  });
  test("readers differ from each other and from the right option", () => {
    const dashes = [0, 1, 2, 3, 4].map((r) => reader_style(r).dash.join());
    expect(new Set(dashes).size).toBe(5);
    expect(dashes).not.toContain("");
  });
  test("labels keep their order and their distance and stay inside", () => {
    expect(spread_labels([10, 50], 12, 100)).toEqual([10, 50]);
    expect(spread_labels([98, 99, 97], 12, 100)).toEqual([88, 100, 76]);
    expect(spread_labels([], 12, 100)).toEqual([]);
  });
});

describe("the cursor", () => {
  test("rests where it was set, follows the pointer, and returns", () => {
    const seen: string[] = [];
    const cursor = make_cursor(0, 20, null);
    cursor.watch((t, cause, note) => seen.push(`${cause} ${t}${note}`));
    cursor.hover(4);
    cursor.hover(4);
    cursor.hover(null);
    cursor.set(7.4, "click");
    cursor.hover(9);
    cursor.hover(null);
    cursor.set(99, "jump", "!");
    expect(seen).toEqual(["hover 4", "hover 20", "click 7", "hover 9", "hover 7", "jump 20!"]);
  });
  test("an address outside the trace is taken to its end", () => expect(make_cursor(1, 5, 400).at()).toBe(5));
});

test("the matrix is wider than tall and at most as wide as its panel", () => {
  for (const n of [1, 57, 450, 4000, 20000]) {
    const { columns, cell } = matrix_shape(n);
    expect(columns * cell).toBeLessThanOrEqual(320);
    expect(Math.ceil(n / columns)).toBeLessThanOrEqual(Math.max(columns, n / 80 + 1));
  }
});
