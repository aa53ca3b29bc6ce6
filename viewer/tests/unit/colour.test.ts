// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { colour_readings, mix, most_likely } from "../../src/colour/colouring.ts";
import type { Readings } from "../../src/colour/colouring.ts";
import { kOutside, option_colours, rgb_from_hex } from "../../src/colour/palette.ts";
import type { Rgb } from "../../src/colour/palette.ts";
import { viridis } from "../../src/colour/viridis.ts";

const readings = (rows: number[][], unit = 1): Readings => ({
  values: (rows[0] as number[]).flatMap((_, o) => rows.map((row) => row[o] as number)),
  n_options: (rows[0] as number[]).length, n_positions: rows.length, unit,
});
const rounded = (c: Rgb): number[] => c.map(Math.round);

describe("option colours", () => {
  test("the right option is green wherever it stands, the wrong ones take theirs in order", () => {
    const hex = ["#D2042D", "#1F51FF", "#50C878", "#FFBF00"].map(rgb_from_hex);
    expect(option_colours(4, 2, "published")).toEqual(hex);
    expect(option_colours(4, 0, "published")[0]).toEqual(rgb_from_hex("#50C878"));
  });
  for (const palette of ["published", "safe"] as const) {
    test(`26 options of the ${palette} palette have 26 colours, apart from each other and from the grey`, () => {
      const all = [...option_colours(26, 7, palette), kOutside];
      for (let i = 0; i < all.length; i++) {
        for (let j = 0; j < i; j++) {
          const a = all[i] as Rgb, b = all[j] as Rgb;
          const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
          expect(distance, `${i} and ${j}`).toBeGreaterThan(28);
        }
      }
    });
  }
});

describe("mix", () => {
  const colours: Rgb[] = [[200, 0, 0], [0, 100, 0]];
  test("weights the colours by probability", () => {
    expect(rounded(mix(readings([[0.25, 0.75]]), 0, colours))).toEqual([50, 75, 0]);
  });
  test("gives what is outside the options to the grey", () => {
    expect(rounded(mix(readings([[0, 0]]), 0, colours))).toEqual([...kOutside]);
    expect(rounded(mix(readings([[0.5, 0]]), 0, colours))).toEqual([100 + 95, 95, 95]);
  });
  test("scales down what rounding brought above 1", () => {
    expect(rounded(mix(readings([[128, 130]], 255), 0, colours))).toEqual([99, 50, 0]);
  });
});

describe("colourings", () => {
  const r = readings([[0.1, 0.6, 0.3], [0.4, 0.4, 0.2], [0, 0, 1]]);
  const colours = option_colours(3, 2, "published");
  test("most likely takes the lower index on a tie", () => {
    expect([0, 1, 2].map((k) => most_likely(r, k))).toEqual([1, 0, 2]);
    expect(colour_readings(r, 2, "likely", colours)).toEqual([colours[1], colours[0], colours[2]]);
  });
  test("P(right) reads the right option's row", () => {
    expect(colour_readings(r, 2, "right", colours)).toEqual([0.3, 0.2, 1].map(viridis));
  });
});

test("viridis begins dark violet, ends yellow, passes its middle and keeps within its ends", () => {
  expect(rounded(viridis(0))).toEqual([68, 1, 84]);
  expect(rounded(viridis(1))).toEqual([253, 231, 37]);
  expect(viridis(-1)).toEqual(viridis(0));
  expect(viridis(7)).toEqual(viridis(1));
  const middle = rounded(viridis(0.5)); // 33, 145, 140 in the full table.
  [33, 145, 140].forEach((v, i) => expect(Math.abs((middle[i] as number) - v)).toBeLessThan(4));
});
