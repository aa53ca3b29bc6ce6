// SPDX-License-Identifier: MIT
// The fast way from readings to packed colours against its slow twin, and cells in a sheet of pixels.
import { describe, expect, test } from "vitest";
import { fraction_cells, pack, token_cells } from "../../src/colour/cells.ts";
import type { Picture } from "../../src/colour/cells.ts";
import { colour_readings, kColouringOrder } from "../../src/colour/colouring.ts";
import { draw_cells, draw_line } from "../../src/colour/paint.ts";
import type { Sheet } from "../../src/colour/paint.ts";
import { kNoReading, option_colours } from "../../src/colour/palette.ts";
import type { Rgb } from "../../src/colour/palette.ts";
import { reading_index } from "../../src/curve/positions.ts";
import { make_random } from "../generate.ts";
import type { Random } from "../generate.ts";

const channels = (c: number): number[] => [c & 255, (c >> 8) & 255, (c >> 16) & 255];

// Bytes as bundles have them: mostly a distribution with some mass outside, sometimes rounded past 1, sometimes plain noise.
function random_picture(random: Random, n_options: number, positions: number[] | null, first: number, n_tokens: number): Picture {
  const n_positions = positions ? positions.length : n_tokens + 1 - first, values = new Uint8Array(n_options * n_positions);
  for (let k = 0; k < n_positions; k++) {
    const kind = random(), raw = Array.from({ length: n_options }, () => random() ** 4), sum = raw.reduce((a, b) => a + b, 0);
    const mass = kind < 0.1 ? 1.01 : kind < 0.2 ? 0 : random();
    raw.forEach((v, o) => { values[o * n_positions + k] = kind > 0.95 ? Math.floor(256 * random()) : Math.min(255, Math.round((255 * mass * v) / sum)); });
  }
  return { values, positions, n_options, n_positions, first, n_tokens, answer: Math.floor(random() * n_options) };
}

const strided = (n: number): number[] => Array.from({ length: n + 1 }, (_, t) => t).filter((t) => t % 7 === 3 || t === n);

// A colour of the slow way, rounded either way where it lies between two; scales of colour may be one step apart there.
function same_colour(fast: number, slow: Rgb, tolerance: number): boolean {
  return channels(fast).every((v, i) => Math.abs(v - (slow[i] as number)) <= tolerance);
}

describe.each(kColouringOrder)("colouring %s", (colouring) => {
  test.each(["published", "safe"] as const)("every cell has the colour that the slow way gives it, in the %s palette", (palette) => {
    const random = make_random(11), tolerance = colouring === "entropy" || colouring === "change" ? 5 : 0.5 + 1e-9;
    for (let n_options = 2; n_options <= 26; n_options++) {
      for (const [positions, first] of [[null, 0], [null, 3], [strided(90), 3], [[0, 90], 0]] as const) {
        const p = random_picture(random, n_options, positions && [...positions], first, 90);
        const slow = colour_readings({ ...p, unit: 255 }, p.answer, colouring, option_colours(n_options, p.answer, palette));
        const listed = p.positions ?? Array.from({ length: p.n_positions }, (_, k) => first + k), index = reading_index(listed, 90);
        const at = (t: number): Rgb => slow[index[t] as number] ?? kNoReading;
        const cells = token_cells(p, { colouring, palette });
        expect(cells.length).toBe(90);
        cells.forEach((cell, i) => {
          if (!same_colour(cell, at(i + 1), tolerance)) expect.fail(`${n_options} options, cell ${i}: ${channels(cell)} for ${at(i + 1)}`);
        });
        fraction_cells(p, { colouring, palette }, 31).forEach((cell, j) => {
          if (!same_colour(cell, at(Math.floor((j * 90) / 30)), tolerance)) expect.fail(`${n_options} options, share ${j} of 30`);
        });
      }
    }
  });
  test("all cells are opaque", () => {
    const cells = token_cells(random_picture(make_random(5), 4, null, 0, 200), { colouring, palette: "published" });
    expect(cells.every((c) => c >>> 24 === 255)).toBe(true);
  });
});

describe("shares of the thinking", () => {
  const look = { colouring: "likely", palette: "published" } as const;
  const [a, b] = option_colours(2, 0, "published").map(pack);
  const picture = (values: number[], n_tokens: number, more: Partial<Picture> = {}): Picture =>
    ({ values: Uint8Array.from([...values, ...values.map((v) => 255 - v)]), positions: null, n_options: 2, n_positions: values.length, first: 0, n_tokens, answer: 0, ...more });
  test("begin before the first token and end after the last", () => {
    expect([...fraction_cells(picture([255, 0, 0, 255], 3), look, 2)]).toEqual([a, a]);
    expect([...fraction_cells(picture([255, 0, 0, 255], 3), look, 4)]).toEqual([a, b, b, a]);
    expect([...fraction_cells(picture([255, 0, 0, 255], 3), look, 1)]).toEqual([a]);
  });
  test("of a short trace repeat, of a long one leave out", () => {
    expect([...fraction_cells(picture([255, 0], 1), look, 5)]).toEqual([a, a, a, a, b]);
    expect(fraction_cells(picture(Array(1001).fill(255), 1000), look, 7)).toEqual(Uint32Array.from({ length: 7 }, () => a as number));
  });
  test("before the first reading are grey", () => {
    const late = picture([0, 255], 4, { positions: [2, 4], first: 2 }), grey = pack(kNoReading);
    expect([...fraction_cells(late, look, 5)]).toEqual([grey, grey, b, b, a]);
    expect([...token_cells(late, look)]).toEqual([grey, b, b, a]);
  });
});

const sheet_of = (width: number, height: number): Sheet => ({ pixels: new Uint32Array(width * height), width, height });
const grey = (v: number): number => pack([v, v, v]);
const lightness = (c: number): number => c & 255, alpha = (c: number): number => c >>> 24;

describe("cells in a sheet", () => {
  test("large ones are whole pixels with gaps, in reading order, and no more rows than asked for", () => {
    const sheet = sheet_of(8, 8), cells = Uint32Array.from([1, 2, 3, 4, 5].map(grey));
    draw_cells(sheet, cells, { x: 1, y: 1, columns: 2, rows: 2, scale: 3, gap: 1 });
    const rows = Array.from({ length: 8 }, (_, y) => [...sheet.pixels.subarray(8 * y, 8 * y + 8)].map((c) => (c === 0 ? "." : lightness(c))).join(""));
    expect(rows).toEqual(["........", ".11.22..", ".11.22..", "........", ".33.44..", ".33.44..", "........", "........"]);
  });
  test("small ones are averaged: nothing is left out, and the mean stays", () => {
    const random = make_random(2), cells = Uint32Array.from({ length: 40 }, () => grey(Math.floor(random() * 256))), sheet = sheet_of(5, 6);
    draw_cells(sheet, cells, { x: 0, y: 0, columns: 8, rows: 5, scale: 0.5, gap: 0 });
    let light = 0, share = 0;
    for (const c of sheet.pixels) {
      light += lightness(c) * alpha(c) / 255;
      share += alpha(c) / 255;
    }
    expect(share).toBeCloseTo(40 / 4, 1);
    expect(light / share).toBeCloseTo([...cells].reduce((sum, c) => sum + lightness(c), 0) / 40, 0);
    expect(alpha(sheet.pixels[4] as number)).toBe(0); // Beyond the box.
  });
  test("between one and two pixels a cell the edges mix", () => {
    const sheet = sheet_of(3, 2);
    draw_cells(sheet, Uint32Array.from([grey(0), grey(200)]), { x: 0, y: 0, columns: 2, rows: 1, scale: 1.5, gap: 0 });
    expect([...sheet.pixels.subarray(0, 3)].map(lightness)).toEqual([0, 100, 200]);
    expect([...sheet.pixels.subarray(3)].map(alpha)).toEqual([128, 128, 128]);
  });
});

describe("a line of cells", () => {
  test("several pixels a cell, on every line of its height", () => {
    const sheet = sheet_of(6, 3);
    draw_line(sheet, Uint32Array.from([grey(7), grey(9)]), { x: 0, y: 1, height: 2, per_pixel: 0.5 });
    expect([...sheet.pixels].map(lightness)).toEqual([0, 0, 0, 0, 0, 0, 7, 7, 9, 9, 0, 0, 7, 7, 9, 9, 0, 0]);
  });
  test("several cells a pixel are averaged, the last ones too", () => {
    const sheet = sheet_of(4, 1);
    draw_line(sheet, Uint32Array.from([10, 20, 30, 40, 60].map(grey)), { x: 0, y: 0, height: 1, per_pixel: 2 });
    expect([...sheet.pixels].map(lightness)).toEqual([15, 35, 60, 0]);
  });
  test("stops at the edge of the sheet", () => {
    const sheet = sheet_of(2, 2);
    draw_line(sheet, Uint32Array.from([1, 2, 3, 4].map(grey)), { x: 0, y: 0, height: 1, per_pixel: 1 });
    expect([...sheet.pixels].map(lightness)).toEqual([1, 2, 0, 0]);
  });
});
