// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { join_lines, line_style, reader_style, spread_labels } from "../../src/curve/lines.ts";
import { is_strided, reading_index } from "../../src/curve/positions.ts";
import { make_cursor } from "../../src/trace_page/cursor.ts";
import { matrix_shape } from "../../src/trace_page/matrix.ts";

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
