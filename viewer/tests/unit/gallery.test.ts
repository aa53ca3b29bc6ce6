// SPDX-License-Identifier: MIT
// The arithmetic of the gallery: shapes, bands, what is in view, and where arrow keys lead.
import { describe, expect, test } from "vitest";
import { band_of, canvas_size, choose_shape, choose_square, items_between, last_at_most, lay_bands, line_height, stack_items, step_from,
  tile_width } from "../../src/gallery/layout.ts";
import type { Bands, Step } from "../../src/gallery/layout.ts";
import { make_random } from "../generate.ts";

describe("shapes", () => {
  test("nine traces of ten are no taller than wide", () => {
    const lengths = [...Array.from({ length: 9 }, () => 256), 4000];
    expect(choose_shape(lengths)).toEqual({ columns: 64, cell: 2 });
    expect(choose_shape([...lengths, 256])).toEqual({ columns: 16, cell: 9 });
    expect(choose_shape([])).toEqual({ columns: 12, cell: 12 });
  });
  test("cells of two pixels or more are whole pixels of the screen", () => {
    expect(choose_shape([500], 120)).toEqual({ columns: 24, cell: 5 });
    expect(choose_shape([500], 100)).toEqual({ columns: 24, cell: 4 });
    expect(choose_shape([500], 100, 0.5).cell).toBe(4);
    expect(choose_shape([500], 106, 0.5).cell).toBe(4.5);
    expect(choose_shape([500], 28).cell).toBeCloseTo(28 / 24);
  });
  test("squares have the same number of cells for all, more of them where there is room", () => {
    const sizes = [28, 66, 120, 300].map((width) => choose_square(width));
    expect(sizes.map((s) => s.columns)).toEqual([7, 11, 16, 16]);
    for (const { columns, cell } of sizes) expect(columns * cell).toBeGreaterThan(27);
  });
  test("a picture has a line even where it has no cell", () => {
    expect(canvas_size(0, { columns: 24, cell: 5 })).toEqual({ columns: 24, rows: 1, width: 120, height: 5 });
    expect(canvas_size(25, { columns: 24, cell: 5 }).rows).toBe(2);
  });
  test("every step of density is larger than the one before", () => {
    const steps = Array.from({ length: 11 }, (_, d) => d);
    for (const size of [tile_width, line_height]) {
      for (const d of steps.slice(1)) expect(size(d)).toBeGreaterThan(size(d - 1));
      expect(size(99)).toBe(size(10));
      expect(size(-1)).toBe(size(0));
    }
  });
});

describe("bands", () => {
  test("groups begin bands of their own, and a band is as high as the highest in it", () => {
    const bands = lay_bands([5, 1, 3], 2, (place) => [10, 20, 30, 5, 7, 40, 1, 2, 3][place] as number);
    expect([...bands.first]).toEqual([0, 2, 4, 5, 6, 8, 9]);
    expect([...bands.group]).toEqual([0, 0, 0, 1, 2, 2]);
    expect([...bands.heights]).toEqual([20, 30, 7, 40, 2, 3]);
    expect([0, 1, 2, 4, 5, 6, 8].map((place) => band_of(bands, place))).toEqual([0, 0, 1, 2, 3, 4, 5]);
  });
  test("of nothing are none", () => {
    expect([...lay_bands([], 4, () => 1).first]).toEqual([0]);
    expect([...lay_bands([0], 4, () => 1).first]).toEqual([0]);
  });
});

describe("arrow keys", () => {
  // 0 1 2 | 3 4   and another group   5 6 7 | 8
  const bands: Bands = lay_bands([5, 4], 3, () => 10);
  const steps: [Step, number[]][] = [
    ["left", [0, 0, 1, 2, 3, 4, 5, 6, 7]], ["right", [1, 2, 3, 4, 5, 6, 7, 8, 8]],
    ["up", [0, 1, 2, 0, 1, 3, 4, 4, 5]], ["down", [3, 4, 4, 5, 6, 8, 8, 8, 8]],
    ["home", [0, 0, 0, 3, 3, 5, 5, 5, 8]], ["end", [2, 2, 2, 4, 4, 7, 7, 7, 8]],
    ["first", Array(9).fill(0)], ["last", Array(9).fill(8)],
    ["page_down", [5, 6, 7, 8, 8, 8, 8, 8, 8]], ["page_up", [0, 1, 2, 0, 1, 0, 1, 2, 3]],
  ];
  test.each(steps)("%s", (step, to) => {
    expect(to.map((_, place) => step_from(bands, place, step, 2))).toEqual(to);
  });
  test("in lines the ends are those of the whole", () => {
    const lines = lay_bands([3, 2], 1, () => 4);
    expect([step_from(lines, 3, "home", 9), step_from(lines, 1, "end", 9), step_from(lines, 1, "page_down", 9), step_from(lines, 1, "down", 9)])
      .toEqual([0, 4, 4, 2]);
  });
});

describe("what is in view", () => {
  test("the last of rising numbers that is at most x", () => {
    const list = [0, 10, 10, 25];
    expect([-1, 0, 9, 10, 24, 25, 99].map((x) => last_at_most(list, 4, x))).toEqual([0, 0, 0, 2, 2, 3, 3]);
    expect(last_at_most([], 0, 5)).toBe(0);
  });
  test("headings and room below groups push items down", () => {
    const stack = stack_items([{ n: 2, header: 30, after: 5 }, { n: 1, header: 30, after: 5 }], Float64Array.from([10, 20, 40]));
    expect([...stack.items]).toEqual([30, 40, 95]);
    expect([...stack.groups]).toEqual([0, 65, 140]);
  });
  test("items that touch a stretch, as looking at each of them finds", () => {
    const random = make_random(4);
    for (let round = 0; round < 300; round++) {
      const groups = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({ n: 1 + Math.floor(random() * 5), header: random() < 0.5 ? 0 : 30, after: 7 }));
      const heights = Float64Array.from({ length: groups.reduce((sum, g) => sum + g.n, 0) }, () => 1 + Math.floor(random() * 50));
      const stack = stack_items(groups, heights), total = stack.groups[groups.length] as number;
      const y0 = Math.floor(random() * (total + 100)) - 50, y1 = y0 + Math.floor(random() * 80);
      const { first, last } = items_between(stack, y0, y1);
      stack.items.forEach((top, i) => {
        const bottom = top + (heights[i] as number);
        if (top < y1 && bottom > y0 && y1 > 0 && y0 < total) expect(i >= first && i < last, `${round}: ${i} of ${first}..${last}`).toBe(true);
        if (bottom <= y0) expect(i >= first && i < last, `${round}: ${i} is above`).toBe(false);
        if (top > y1 && i > 0) expect(i < last && i >= first && (stack.items[i - 1] as number) > y1, `${round}: ${i} is below`).toBe(false);
      });
    }
  });
});
