// SPDX-License-Identifier: MIT
// Arithmetic of the gallery: how large thumbnails are, which rows are in view.

const kColumns = [12, 16, 24, 32, 48, 64, 96];
const kThumbnailWidth = 144; // CSS pixels, about.

export interface ThumbnailShape {
  columns: number; // Tokens a line.
  cell: number; // CSS pixels.
}

// One shape for all thumbnails that are seen together, so that area is length:
// the fewest columns for which nine traces of ten are no taller than wide.
export function choose_shape(lengths: readonly number[], width = kThumbnailWidth): ThumbnailShape {
  const sorted = [...lengths].sort((a, b) => a - b);
  const long = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.9))] ?? 0;
  const columns = kColumns.find((c) => c * c >= long) ?? (kColumns.at(-1) as number);
  return { columns, cell: Math.max(2, Math.floor(width / columns)) };
}

export interface CanvasSize { columns: number; rows: number; width: number; height: number }

// Cells in reading order; an empty trace still has one line.
export function canvas_size(n_tokens: number, shape: ThumbnailShape): CanvasSize {
  const rows = Math.max(1, Math.ceil(n_tokens / shape.columns));
  return { columns: shape.columns, rows, width: shape.columns * shape.cell, height: rows * shape.cell };
}

// Where each row begins, and the total at the end. [n + 1]
export function row_tops(heights: ArrayLike<number>): Float64Array {
  const tops = new Float64Array(heights.length + 1);
  for (let i = 0; i < heights.length; i++) tops[i + 1] = (tops[i] as number) + (heights[i] as number);
  return tops;
}

// The row that covers y: the last one that begins at or before it.
export function row_at(tops: Float64Array, y: number): number {
  let low = 0, high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] as number) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Rows [first, last) that touch y0..y1; none where the list lies outside.
export function rows_between(tops: Float64Array, y0: number, y1: number): { first: number; last: number } {
  const n = tops.length - 1;
  if (n === 0 || y1 <= 0 || y0 >= (tops[n] as number)) return { first: 0, last: 0 };
  return { first: row_at(tops, Math.max(0, y0)), last: row_at(tops, y1) + 1 };
}
