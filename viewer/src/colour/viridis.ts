// SPDX-License-Identifier: MIT
// Matplotlib's viridis (CC0): 20 of its colours, evenly spaced, and straight
// lines between them in sRGB.
import { rgb_from_hex } from "./palette.ts";
import type { Rgb } from "./palette.ts";

const kStops = ("440154 481567 482677 453781 404788 39568C 33638D 2D708E 287D8E 238A8D " +
  "1F968B 20A387 29AF7F 3CBB75 55C667 73D055 95D840 B8DE29 DCE319 FDE725")
  .split(" ").map((hex) => rgb_from_hex(`#${hex}`));

// REQUIRES: nothing; values outside 0..1 are taken as the nearer end.
export function viridis(value: number): Rgb {
  const x = Math.min(Math.max(value, 0), 1) * (kStops.length - 1);
  const i = Math.min(Math.floor(x), kStops.length - 2);
  const a = kStops[i] as Rgb, b = kStops[i + 1] as Rgb, f = x - i;
  return [a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1]), a[2] + f * (b[2] - a[2])];
}
