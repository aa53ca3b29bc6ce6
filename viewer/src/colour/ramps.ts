// SPDX-License-Identifier: MIT
// Two scales of colour made by formula in OKLCH (Björn Ottosson's, public domain): lightness, chroma and hue go in
// simple lines, so lightness alone tells the order, with any colour deficiency.
import type { Rgb } from "./palette.ts";

const gamma = (x: number): number => 255 * Math.min(1, Math.max(0, x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));

// lightness 0 to 1, chroma 0 to about 0.3, hue in degrees. What the screen can't show is cut to what it can.
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180), b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
  ];
}

// 0..1; outside it the nearer end.
export type Ramp = (value: number) => Rgb;

const kSteps = 256; // Even, so that the middle of a scale has its own colour.

function make_ramp(formula: Ramp): Ramp {
  const table = Array.from({ length: kSteps + 1 }, (_, i) => formula(i / kSteps));
  return (value) => table[Math.round(Math.min(1, Math.max(0, value)) * kSteps)] as Rgb;
}

// From pale straw through orange to dark plum.
export const straw_to_plum = make_ramp((x) => oklch(0.93 - 0.6 * x, 0.05 + 0.3 * x * (1 - x) + 0.06 * x, 88 - 118 * x));

// 0 purple, 0.5 pale, 1 green. The green end is the lighter one, so that grey prints tell them apart too.
export const purple_to_green = make_ramp((x) => {
  const way = Math.abs(2 * x - 1) ** 0.8;
  return x < 0.5 ? oklch(0.92 - 0.54 * way, 0.012 + 0.16 * way, 310) : oklch(0.92 - 0.38 * way, 0.012 + 0.14 * way, 150);
});
