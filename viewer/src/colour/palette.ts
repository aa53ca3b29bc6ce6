// SPDX-License-Identifier: MIT
// The options' colours. The right option has one colour, the wrong ones take
// theirs in order, whatever place the right one has among them.
import type { Palette } from "../state/state.ts";

export type Rgb = readonly [number, number, number];

export function rgb_from_hex(hex: string): Rgb {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

// First the right option's colour, then 25 for the wrong ones. The first four
// are those of the published work; no colour is near the grey of kOutside.
const kPublished = [
  "#50C878", "#D2042D", "#1F51FF", "#FFBF00", "#9B30C9", "#00B5D8", "#FF7A2F", "#E23AA9", "#7A4B1E",
  "#B4D333", "#0B7A75", "#FF9EB8", "#4B2E83", "#C9A0FF", "#800020", "#8CE0FF", "#6B7A00", "#FFD9A0",
  "#000075", "#B0682E", "#7FFFC4", "#FF5E5B", "#5E86C8", "#C9B458", "#5C1049", "#A6F0A6",
];

// Okabe and Ito's colours, which people with any of the usual colour
// deficiencies tell apart, with a brown for their black, which could not be seen on a dark page;
// beyond seven wrong options the list above goes on.
const kSafe = ["#009E73", "#D55E00", "#0072B2", "#F0E442", "#CC79A7", "#56B4E9", "#E69F00", "#94562B"];

const kTables: Record<Palette, readonly Rgb[]> = {
  published: kPublished.map(rgb_from_hex),
  safe: [...kSafe, ...kPublished.slice(kSafe.length)].map(rgb_from_hex),
};

// What stands for the probability outside the options, and for no reading at all.
export const kOutside: Rgb = [190, 190, 190];
export const kNoReading: Rgb = [128, 128, 128];

// One colour per option. [n_options]
export function option_colours(n_options: number, answer: number, palette: Palette): Rgb[] {
  const table = kTables[palette];
  return Array.from({ length: n_options }, (_, o) => {
    const place = o === answer ? 0 : o < answer ? o + 1 : o;
    return table[place] ?? kOutside;
  });
}

export const kPages: Record<"light" | "dark", Rgb> = { light: rgb_from_hex("#fcfcfb"), dark: rgb_from_hex("#131417") }; // As the style sheet has them.
const kLeastContrast = 3; // Of what has to be seen but is no text (WCAG 2.2, 1.4.11).

function luminance(c: Rgb): number {
  const [r, g, b] = c.map((v) => (v <= 10.31 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// By WCAG's formula, from 1 to 21.
export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

// Colours for thin lines: the options' own, made darker on the light page, or lighter on the dark one, by as little as it
// takes to see them there. Cells keep theirs, since they touch each other. [n_options]
export function line_colours(n_options: number, answer: number, palette: Palette, page: keyof typeof kPages): Rgb[] {
  const goal = page === "light" ? 0 : 255;
  return option_colours(n_options, answer, palette).map((colour) => {
    for (let way = 0; way < 1; way += 1 / 64) {
      const next = colour.map((v) => v + way * (goal - v)) as unknown as Rgb;
      if (contrast(next, kPages[page]) >= kLeastContrast) return next;
    }
    return colour;
  });
}

export const css_colour = (c: Rgb): string => `rgb(${Math.round(c[0])} ${Math.round(c[1])} ${Math.round(c[2])})`;
