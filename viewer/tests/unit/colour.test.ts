// SPDX-License-Identifier: MIT
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { change, colour_readings, entropy, kFullChange, mix, most_likely } from "../../src/colour/colouring.ts";
import type { Readings } from "../../src/colour/colouring.ts";
import { contrast, kNoReading, kOutside, kPages, line_colours, option_colours, rgb_from_hex } from "../../src/colour/palette.ts";
import type { Rgb } from "../../src/colour/palette.ts";
import { oklch, purple_to_green, straw_to_plum } from "../../src/colour/ramps.ts";
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

describe("lines", () => {
  const black: Rgb = [0, 0, 0], white: Rgb = [255, 255, 255];
  test("contrast is WCAG's", () => {
    expect([contrast(black, white), contrast(white, white)]).toEqual([21, 1]);
    expect(contrast(rgb_from_hex("#767676"), white)).toBeCloseTo(4.54, 2);
    expect(contrast(rgb_from_hex("#ff0000"), white)).toBeCloseTo(4, 2);
  });
  test("the pages are those of the style sheet", () => {
    const pages = [...readFileSync("src/style/base.css", "utf8").matchAll(/--page: (#[0-9a-f]{6});/g)].map((m) => rgb_from_hex(m[1] as string));
    expect(pages).toEqual([kPages.light, kPages.dark]);
  });
  for (const page of ["light", "dark"] as const) for (const palette of ["published", "safe"] as const) {
    test(`of 26 options can be seen on the ${page} page, in the ${palette} palette, and keep their colour where it can be`, () => {
      option_colours(26, 3, palette).forEach((colour, o) => {
        const line = line_colours(26, 3, palette, page)[o] as Rgb, seen = contrast(colour, kPages[page]);
        expect(contrast(line, kPages[page]), `option ${o}`).toBeGreaterThanOrEqual(3);
        if (seen >= 3) expect(line).toEqual(colour);
        else expect(contrast(line, kPages[page])).toBeLessThan(3.4); // No more than it takes.
      });
    });
  }
  test("the first eight options' cells can be seen on the dark page too", () => {
    for (const palette of ["published", "safe"] as const) for (const colour of option_colours(8, 3, palette)) expect(contrast(colour, kPages.dark)).toBeGreaterThan(3);
  });
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
  test("entropy counts what is outside the options as one more outcome", () => {
    const of = (...row: number[]): number => entropy(readings([row]), 0);
    expect(of(0.25, 0.25, 0.25, 0.25)).toBeCloseTo(2, 12);
    expect(of(0.2, 0.2, 0.2, 0.2)).toBeCloseTo(Math.log2(5), 12);
    expect([of(1, 0), of(0, 0)]).toEqual([0, 0]);
    expect(of(0.5, 0)).toBeCloseTo(1, 12);
    expect(entropy(readings([[255, 1]], 255), 0)).toBeLessThan(0.05); // Rounded to more than 1.
    expect(colour_readings(readings([[0.25, 0.25, 0.25, 0.25]]), 0, "entropy", [])).toEqual([straw_to_plum(2 / Math.log2(5))]);
  });
  test("change is against the reading before, neutral at the first, and full from 0.3 on", () => {
    const s = readings([[0.9, 0.1], [0.2, 0.8], [0.25, 0.75]]);
    expect(change(s, 0, 0)).toBe(0);
    expect(change(s, 0, 1)).toBeCloseTo(-0.7, 12);
    expect(colour_readings(s, 0, "change", [])).toEqual(
      [purple_to_green(0.5), purple_to_green(0), purple_to_green(0.5 + 0.05 / (2 * kFullChange))]);
    expect(colour_readings(s, 1, "change", [])[1]).toEqual(purple_to_green(1));
  });
});

// What somebody without the cones for green sees (Machado, Oliveira and Fernandes 2009), in linear light.
function without_green(c: Rgb): Rgb {
  const [r, g, b] = c.map((v) => (v / 255) ** 2.2) as [number, number, number];
  const seen = [0.367 * r + 0.861 * g - 0.228 * b, 0.28 * r + 0.673 * g + 0.047 * b, -0.012 * r + 0.043 * g + 0.969 * b];
  return seen.map((v) => 255 * Math.min(1, Math.max(0, v)) ** (1 / 2.2)) as unknown as Rgb;
}
const luminance = (c: Rgb): number => {
  const [r, g, b] = c.map((v) => (v / 255) ** 2.2) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe("scales", () => {
  test("OKLCH gives white, black and sRGB's red", () => {
    expect(rounded(oklch(1, 0, 0))).toEqual([255, 255, 255]);
    expect(rounded(oklch(0, 0, 0))).toEqual([0, 0, 0]);
    oklch(0.62796, 0.25768, 29.234).forEach((v, i) => expect(Math.abs(v - ([255, 0, 0][i] as number))).toBeLessThan(2));
  });
  test("the scale of entropy only ever gets darker", () => {
    for (let i = 1; i <= 50; i++) expect(luminance(straw_to_plum(i / 50))).toBeLessThan(luminance(straw_to_plum((i - 1) / 50)));
  });
  test("the scale of change gets darker to both sides, and its sides differ for those who see no green, and in grey", () => {
    for (let i = 1; i <= 25; i++) {
      expect(luminance(purple_to_green(0.5 + i / 50))).toBeLessThan(luminance(purple_to_green(0.5 + (i - 1) / 50)));
      expect(luminance(purple_to_green(0.5 - i / 50))).toBeLessThan(luminance(purple_to_green(0.5 - (i - 1) / 50)));
    }
    for (const x of [0.25, 0.5]) {
      expect(distance(without_green(purple_to_green(0.5 - x)), without_green(purple_to_green(0.5 + x)))).toBeGreaterThan(60);
    }
    expect(luminance(purple_to_green(1))).toBeGreaterThan(2 * luminance(purple_to_green(0)));
  });
  test("neither has a colour near the grey of no reading", () => {
    for (const ramp of [straw_to_plum, purple_to_green]) {
      for (let i = 0; i <= 100; i++) expect(distance(ramp(i / 100), kNoReading)).toBeGreaterThan(40);
    }
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
