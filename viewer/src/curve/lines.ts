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

// Further readers: thin lines in the colour of text, each with dots and dashes of its own.
const kReaderDashes: readonly (readonly number[])[] = [[1, 2], [6, 2, 1, 2], [10, 2], [3, 2, 3, 5], [1, 5]];
export const reader_style = (reader: number): LineStyle =>
  ({ width: 1.5, dash: kReaderDashes[reader % kReaderDashes.length] as readonly number[] });

export interface Line { positions: readonly number[]; values: readonly number[] }

// Lines over one common axis: first all positions of any of them, then each line's values, null where it has none. Of a
// position that a line has twice (a reader whose tokens are shorter) the last value counts.
export function join_lines(lines: readonly Line[]): (number | null)[][] {
  const axis = [...new Set(lines.flatMap((line) => [...line.positions]))].sort((a, b) => a - b);
  return [axis, ...lines.map(({ positions, values }) => {
    const by_position = new Map(positions.map((t, k) => [t, values[k] as number]));
    return axis.map((t) => by_position.get(t) ?? null);
  })];
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
