// SPDX-License-Identifier: MIT
// From readings to colours. A colouring is one entry of kColourings: a name, a
// sentence for the legend, and a function from one reading to one colour.
import type { Colouring } from "../state/state.ts";
import { kOutside } from "./palette.ts";
import type { Rgb } from "./palette.ts";
import { purple_to_green, straw_to_plum } from "./ramps.ts";
import type { Ramp } from "./ramps.ts";
import { viridis } from "./viridis.ts";

// The readings of one trace: option-major, `unit` stands for probability 1.
export interface Readings {
  values: ArrayLike<number>; // [n_options, n_positions]
  n_options: number;
  n_positions: number;
  unit: number;
}

export const probability = (r: Readings, option: number, k: number): number =>
  (r.values[option * r.n_positions + k] ?? 0) / r.unit;

// On a tie the lower index.
export function most_likely(r: Readings, k: number): number {
  let top = 0;
  for (let o = 1; o < r.n_options; o++) if (probability(r, o, k) > probability(r, top, k)) top = o;
  return top;
}

// The options' colours weighted by their probabilities; what is left to 1 is
// grey, so that a reading with little mass looks washed out and is not
// mistaken for a mixture. Rounding may bring the sum above 1: then it is
// scaled down, which changes no colour visibly.
export function mix(r: Readings, k: number, colours: readonly Rgb[]): Rgb {
  let red = 0, green = 0, blue = 0, sum = 0;
  for (let o = 0; o < r.n_options; o++) {
    const p = probability(r, o, k), c = colours[o] as Rgb;
    red += p * c[0]; green += p * c[1]; blue += p * c[2]; sum += p;
  }
  const rest = Math.max(0, 1 - sum), total = Math.max(1, sum);
  return [
    (red + rest * kOutside[0]) / total,
    (green + rest * kOutside[1]) / total,
    (blue + rest * kOutside[2]) / total,
  ];
}

// Bits of the outcomes "option 1" to "option n" and "none of them".
export function entropy(r: Readings, k: number): number {
  let bits = 0, rest = 1;
  for (let o = 0; o < r.n_options; o++) {
    const p = probability(r, o, k);
    if (p > 0) bits -= p * Math.log2(p);
    rest -= p;
  }
  return Math.max(0, rest > 0 ? bits - rest * Math.log2(rest) : bits); // Rounding may bring the sum above 1.
}

// What the reading changed in the option's probability; the first one changed nothing.
export const change = (r: Readings, option: number, k: number): number =>
  k === 0 ? 0 : probability(r, option, k) - probability(r, option, k - 1);

export const kFullChange = 0.3; // A change from which on the colour is the scale's end.

interface ColouringEntry {
  name: string;
  explain: string;
  scale?: { low: string; high: string; ramp: Ramp }; // Of colourings that show one number instead of options.
  colour(r: Readings, k: number, colours: readonly Rgb[], answer: number): Rgb;
}

export const kColourings: Record<Colouring, ColouringEntry> = {
  mix: {
    name: "Mix",
    explain: "The options’ colours mixed by their probabilities if thinking stopped there. " +
      "Probability outside the options is mixed in as grey.",
    colour: (r, k, colours) => mix(r, k, colours),
  },
  likely: {
    name: "Most likely",
    explain: "The plain colour of the option that is most likely if thinking stopped there, however small its lead.",
    colour: (r, k, colours) => colours[most_likely(r, k)] ?? kOutside,
  },
  right: {
    name: "P(right)",
    explain: "The probability of the right option if thinking stopped there.",
    scale: { low: "0", high: "1", ramp: viridis },
    colour: (r, k, _colours, answer) => viridis(probability(r, answer, k)),
  },
  entropy: {
    name: "Entropy",
    explain: "How undecided the answer is if thinking stopped there: the entropy of the options and “none of them”, " +
      "from 0 bits (one outcome is certain) to all outcomes equally likely.",
    scale: { low: "certain", high: "undecided", ramp: straw_to_plum },
    colour: (r, k) => straw_to_plum(entropy(r, k) / Math.log2(r.n_options + 1)),
  },
  change: {
    name: "Change",
    explain: "What the probability of the right option gained or lost since the reading before; " +
      `from ${kFullChange} on the colour is full.`,
    scale: { low: `−${kFullChange}`, high: `+${kFullChange}`, ramp: purple_to_green },
    colour: (r, k, _colours, answer) => purple_to_green(0.5 + change(r, answer, k) / (2 * kFullChange)),
  },
};

export const kColouringOrder = Object.keys(kColourings) as Colouring[]; // In which menus list them and the key goes.

// One colour per probed position. [n_positions]
export function colour_readings(r: Readings, answer: number, colouring: Colouring, colours: readonly Rgb[]): Rgb[] {
  const entry = kColourings[colouring];
  return Array.from({ length: r.n_positions }, (_, k) => entry.colour(r, k, colours, answer));
}
