// SPDX-License-Identifier: MIT
// Arithmetic of the gallery: how large pictures are, where each stands, and which of them is in view. No measuring: the
// place of the ten thousandth picture is known before the first is drawn.

const kColumns = [12, 16, 24, 32, 48, 64, 96];
const kThumbnailWidth = 144; // CSS pixels, about.

export interface ThumbnailShape {
  columns: number; // Tokens a line.
  cell: number; // CSS pixels; less than one where a picture is small.
}

const long_lengths = new WeakMap<ArrayLike<number>, number>(); // Of lists that were asked for already.

// How long nine traces of ten are at most.
function long_length(lengths: ArrayLike<number>): number {
  const known = long_lengths.get(lengths), sorted = known === undefined ? Float64Array.from(lengths).sort() : [];
  const long = known ?? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.9))] ?? 0;
  long_lengths.set(lengths, long);
  return long;
}

// REQUIRES: `lengths` keeps its values.
// One shape for all pictures that are seen together, so that area is length: the fewest columns for which nine traces
// of ten are no taller than wide. Cells of two pixels of the screen or more are whole ones, so that all are alike.
export function choose_shape(lengths: ArrayLike<number>, width = kThumbnailWidth, pixel = 1): ThumbnailShape {
  const long = long_length(lengths), columns = kColumns.find((c) => c * c >= long) ?? (kColumns.at(-1) as number);
  return { columns, cell: snap(width / columns, pixel) };
}

// `pixel`: how many CSS pixels one of the screen's is.
const snap = (cell: number, pixel: number): number => (cell < 2 * pixel ? cell : Math.round(cell / pixel) * pixel);

// The shape where every picture has as many cells as every other.
export function choose_square(width: number, pixel = 1): ThumbnailShape {
  const columns = Math.min(16, Math.max(7, Math.round(width / 6)));
  return { columns, cell: snap(width / columns, pixel) };
}

export interface CanvasSize { columns: number; rows: number; width: number; height: number }

// Cells in reading order; an empty trace still has one line.
export function canvas_size(n_tokens: number, shape: ThumbnailShape): CanvasSize {
  const rows = Math.max(1, Math.ceil(n_tokens / shape.columns));
  return { columns: shape.columns, rows, width: shape.columns * shape.cell, height: rows * shape.cell };
}

// By density, 0 to 10; each step is about a quarter more.
const kTileWidths = [28, 36, 48, 66, 92, 120, 148, 178, 212, 252, 300];
const kLineHeights = [3, 4, 5, 6, 8, 10, 12, 15, 18, 21, 24];
export const kCaptionFrom = 110; // Pictures narrower than that have no caption.

const at_density = (list: readonly number[], density: number): number => list[Math.min(list.length - 1, Math.max(0, density))] as number;
export const tile_width = (density: number): number => at_density(kTileWidths, density);
export const line_height = (density: number): number => at_density(kLineHeights, density);
export const list_width = (density: number): number => 72 + 14.4 * density; // Pictures beside their question's text.

// The pictures of a page in bands, `across` of them side by side; a group begins a band of its own.
export interface Bands {
  across: number;
  first: Int32Array; // The first picture of each band, by its place in the order; the total last. [n + 1]
  group: Int32Array; // [n]
  heights: Float64Array; // [n]
}

// `sizes`: how many pictures each group has. `height_of`: of a picture by its place in the order.
export function lay_bands(sizes: readonly number[], across: number, height_of: (place: number) => number): Bands {
  const first: number[] = [], group: number[] = [], heights: number[] = [];
  let place = 0;
  sizes.forEach((size, g) => {
    for (const end = place + size; place < end;) {
      const next = Math.min(end, place + across);
      let height = 0;
      for (let p = place; p < next; p++) height = Math.max(height, height_of(p));
      first.push(place);
      group.push(g);
      heights.push(height);
      place = next;
    }
  });
  return { across, first: Int32Array.from([...first, place]), group: Int32Array.from(group), heights: Float64Array.from(heights) };
}

// The last of rising numbers that is at most x; 0 where none is. `n`: how many of them count.
export function last_at_most(rising: ArrayLike<number>, n: number, x: number): number {
  let low = 0, high = Math.max(0, n - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rising[middle] as number) <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const band_of = (bands: Bands, place: number): number => last_at_most(bands.first, bands.first.length - 1, place);

export type Step = "left" | "right" | "up" | "down" | "home" | "end" | "first" | "last" | "page_up" | "page_down";

// Where an arrow key leads from the picture at `place`: sideways in the order, up and down by what stands there. `page`:
// how many bands fill a window.
export function step_from(bands: Bands, place: number, step: Step, page: number): number {
  const n_bands = bands.first.length - 1, n = bands.first[n_bands] as number;
  if (n === 0) return 0;
  const b = band_of(bands, place), begin = bands.first[b] as number, end = bands.first[b + 1] as number;
  const to_band = (target: number): number => {
    const t = Math.min(n_bands - 1, Math.max(0, target));
    return t === b ? place : Math.min((bands.first[t] as number) + place - begin, (bands.first[t + 1] as number) - 1);
  };
  const single = bands.across === 1; // A band of one has no ends to go to but those of the whole.
  switch (step) {
    case "left": return Math.max(0, place - 1);
    case "right": return Math.min(n - 1, place + 1);
    case "up": return to_band(b - 1);
    case "down": return to_band(b + 1);
    case "page_up": return to_band(b - page);
    case "page_down": return to_band(b + page);
    case "home": return single ? 0 : begin;
    case "end": return single ? n - 1 : end - 1;
    case "first": return 0;
    case "last": return n - 1;
  }
}

// Where groups and the items in them stand, one below the other.
export interface Stack {
  items: Float64Array; // Where each begins. [n_items]
  heights: Float64Array; // [n_items]
  groups: Float64Array; // Where each begins, the total last. [n_groups + 1]
}

export interface GroupSize { n: number; header: number; after: number } // Items; pixels of its header and of the room below it.

export function stack_items(groups: readonly GroupSize[], heights: Float64Array): Stack {
  const items = new Float64Array(heights.length), tops = new Float64Array(groups.length + 1);
  let i = 0, y = 0;
  groups.forEach((group, g) => {
    tops[g] = y;
    y += group.header;
    for (const end = i + group.n; i < end; i++) {
      items[i] = y;
      y += heights[i] as number;
    }
    y += group.after;
  });
  tops[groups.length] = y;
  return { items, heights, groups: tops };
}

// Items [first, last) that touch y0..y1.
export function items_between(stack: Stack, y0: number, y1: number): { first: number; last: number } {
  const n = stack.items.length, total = stack.groups[stack.groups.length - 1] ?? 0;
  if (n === 0 || y1 <= 0 || y0 >= total) return { first: 0, last: 0 };
  const at = last_at_most(stack.items, n, Math.max(0, y0));
  const first = (stack.items[at] as number) + (stack.heights[at] as number) <= y0 ? at + 1 : at;
  const last = last_at_most(stack.items, n, y1) + 1;
  return first < last ? { first, last } : { first: Math.min(first, n), last: Math.min(first, n) };
}
