// SPDX-License-Identifier: MIT
// How the curve's lines are told apart without colour, and where their labels go.
import { is_end } from "./interpolated.ts";

const kDashes: readonly (readonly number[])[] = [
  [7, 4], [2, 3], [9, 3, 2, 3], [12, 5], [4, 2], [1, 3], [9, 3, 2, 3, 2, 3], [5, 6],
];

export interface LineStyle { width: number; dash: readonly number[] }
export const thinner = ({ width, dash }: LineStyle): LineStyle => ({ width: Math.max(1, width / 2), dash }); // Where rows were interpolated.

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

export interface Line<Value = number> { positions: readonly number[]; values: readonly Value[] }
export type PartedLine = Line<number | null>; // null: the line is not drawn there.

// A line without the stretches that were interpolated, and these alone, each with the read rows at its ends. Without such
// rows there is nothing to part.
export function part_line({ positions, values }: Line, marks: Uint8Array): { read: PartedLine; between: PartedLine | null } {
  if (!marks.includes(1)) return { read: { positions, values }, between: null };
  const keep = (holds: (k: number) => boolean): PartedLine => ({ positions, values: values.map((v, k) => (holds(k) ? v : null)) });
  return { read: keep((k) => marks[k] === 0), between: keep((k) => marks[k] === 1 || is_end(marks, k)) };
}

const rises = (list: readonly number[]): boolean => list.every((t, k) => k === 0 || t > (list[k - 1] as number));

// Lines over one common axis: first all positions of any of them, then each line's values, undefined where it has no
// position. Of a position that a line has twice (a reader whose tokens are shorter) the last value counts.
export function join_lines(lines: readonly PartedLine[]): (number | null | undefined)[][] {
  const [first] = lines;
  if (first && lines.every(({ positions }) => positions === first.positions) && rises(first.positions)) {
    return [[...first.positions], ...lines.map(({ values }) => [...values])];
  }
  const axis = [...new Set(lines.flatMap((line) => [...line.positions]))].sort((a, b) => a - b);
  return [axis, ...lines.map(({ positions, values }) => {
    const by_position = new Map(positions.map((t, k) => [t, values[k] as number | null]));
    return axis.map((t) => by_position.get(t));
  })];
}

// Through each column's least and greatest value alone, which cover as much of it as all its points do; first comes the one
// that is nearer to where the line is. `x`: whole numbers that never fall.
export function thin_line(x: ArrayLike<number>, y: ArrayLike<number>, to: (x: number, y: number) => void): void {
  let now = 0;
  for (let i = 0; i < x.length;) {
    const column = x[i] as number;
    let least = y[i] as number, most = least;
    for (i++; i < x.length && x[i] === column; i++) {
      least = Math.min(least, y[i] as number);
      most = Math.max(most, y[i] as number);
    }
    const first = Math.abs(now - most) < Math.abs(now - least) ? most : least;
    now = least + most - first;
    to(column, first);
    if (now !== first) to(column, now);
  }
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
