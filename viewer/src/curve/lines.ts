// SPDX-License-Identifier: MIT
// How the curve's lines are told apart without colour, and where their labels go.

const kDashes: readonly (readonly number[])[] = [
  [7, 4], [2, 3], [9, 3, 2, 3], [12, 5], [4, 2], [1, 3], [9, 3, 2, 3, 2, 3], [5, 6],
];

export interface LineStyle { width: number; dash: readonly number[] }

// The right option's line is solid and thick; the wrong ones' are dashed, each
// in its own way for the first eight.
export function line_style(option: number, answer: number): LineStyle {
  if (option === answer) return { width: 2.5, dash: [] };
  const place = option < answer ? option : option - 1;
  return { width: 1.75, dash: kDashes[place % kDashes.length] as readonly number[] };
}

// Heights for labels that want to stand at `wanted` (pixels from the top) but
// need `gap` between them, within 0..limit: pushed apart downwards, then back up.
export function spread_labels(wanted: readonly number[], gap: number, limit: number): number[] {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y || a.i - b.i);
  order.forEach((item, j) => {
    const above = order[j - 1];
    if (above) item.y = Math.max(item.y, above.y + gap);
  });
  let bottom = limit;
  for (const item of [...order].reverse()) {
    item.y = Math.min(item.y, bottom);
    bottom = item.y - gap;
  }
  const placed = new Array<number>(wanted.length).fill(0);
  for (const { y, i } of order) placed[i] = y;
  return placed;
}
