// SPDX-License-Identifier: MIT
// Cells on a canvas. Small pictures are one pixel a cell, which the style sheet enlarges without smoothing, so that a
// thumbnail costs a few hundred bytes; large cells are drawn to the screen's own pixels, with gaps between them. Pixels are
// written into a sheet, which then takes its place on a canvas that many pictures may share.
//
// All this runs beside the page's own work and not in a worker: Chromium lets a page that was opened from a folder read no
// worker's script, and the page's policy admits neither a file nor a blob as one.
import type { CanvasSize } from "../gallery/layout.ts";
import { pack, token_cells } from "./cells.ts";
import type { Look, Picture } from "./cells.ts";
import type { Rgb } from "./palette.ts";
export type { Look } from "./cells.ts";

const kGridFrom = 12; // CSS pixels a cell from which on there are gaps between cells.

// Pixels of the screen. A sheet is used again and again, so that drawing makes no garbage.
export interface Sheet { pixels: Uint32Array; width: number; height: number }

// Where cells go in a sheet, in its pixels.
export interface Box {
  x: number;
  y: number;
  columns: number;
  rows: number; // Cells beyond these are left out.
  scale: number; // Pixels a cell: a whole number from 2 on, any below.
  gap: number; // Pixels left free right of and below each cell.
}

function enlarge_cells(sheet: Sheet, cells: Uint32Array, box: Box): void {
  const { pixels } = sheet, { columns, scale, gap } = box, side = scale - gap, n = Math.min(cells.length, columns * box.rows);
  for (let begin = 0, y = box.y; begin < n; begin += columns, y += scale) {
    const from = y * sheet.width + box.x, end = Math.min(n, begin + columns);
    for (let i = begin, x = from; i < end; i++, x += scale) {
      const c = cells[i] as number;
      for (let k = 0; k < side; k++) pixels[x + k] = c; // A call of fill() would take longer than so few.
    }
    const length = (end - begin) * scale - gap;
    for (let line = 1; line < side; line++) pixels.copyWithin(from + line * sheet.width, from, from + length);
  }
}

// Red, green, blue and share covered of each pixel: of one box, and of one line of cells.
let sums = new Float32Array(0), line_sums = new Float32Array(0);

function sum_line(cells: Uint32Array, begin: number, end: number, scale: number, width: number): void {
  line_sums.fill(0, 0, 4 * width);
  for (let i = begin; i < end; i++) {
    const c = cells[i] as number, r = c & 255, g = (c >> 8) & 255, b = (c >> 16) & 255, x0 = (i - begin) * scale, x1 = x0 + scale;
    for (let x = Math.floor(x0), at = 4 * x; x < x1 && x < width; x++, at += 4) {
      const share = Math.min(x + 1, x1) - Math.max(x, x0);
      line_sums[at] = (line_sums[at] as number) + share * r;
      line_sums[at + 1] = (line_sums[at + 1] as number) + share * g;
      line_sums[at + 2] = (line_sums[at + 2] as number) + share * b;
      line_sums[at + 3] = (line_sums[at + 3] as number) + share;
    }
  }
}

// Each pixel takes the mean of the cells that it covers; one that they cover in part lets the page through.
function shrink_cells(sheet: Sheet, cells: Uint32Array, box: Box): void {
  const { columns, scale } = box, n = Math.min(cells.length, columns * box.rows);
  const width = Math.ceil(columns * scale), height = Math.ceil(Math.ceil(n / columns) * scale), n_sums = 4 * width * height;
  if (sums.length < n_sums) sums = new Float32Array(n_sums);
  if (line_sums.length < 4 * width) line_sums = new Float32Array(4 * width);
  sums.fill(0, 0, n_sums);
  for (let begin = 0, y0 = 0; begin < n; begin += columns, y0 += scale) {
    sum_line(cells, begin, Math.min(n, begin + columns), scale, width);
    for (let y = Math.floor(y0); y < y0 + scale && y < height; y++) {
      const tall = Math.min(y + 1, y0 + scale) - Math.max(y, y0);
      for (let i = 0, at = 4 * width * y; i < 4 * width; i++, at++) sums[at] = (sums[at] as number) + tall * (line_sums[i] as number);
    }
  }
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, to = (box.y + y) * sheet.width + box.x; x < width; x++, at += 4) {
      const share = sums[at + 3] as number;
      if (share < 1e-3) continue;
      const r = (sums[at] as number) / share + 0.5, g = (sums[at + 1] as number) / share + 0.5, b = (sums[at + 2] as number) / share + 0.5;
      sheet.pixels[to + x] = (Math.min(255, share * 255 + 0.5) << 24) | (b << 16) | (g << 8) | r;
    }
  }
}

// Cells in reading order.
export function draw_cells(sheet: Sheet, cells: Uint32Array, box: Box): void {
  if (Number.isInteger(box.scale)) enlarge_cells(sheet, cells, box);
  else shrink_cells(sheet, cells, box);
}

export interface Stripe { x: number; y: number; height: number; per_pixel: number } // per_pixel: cells, any number above 0.

// Cells in one line; a pixel that stands for several takes their mean.
export function draw_line(sheet: Sheet, cells: Uint32Array, stripe: Stripe): void {
  const { x, y, height, per_pixel } = stripe, from = y * sheet.width + x;
  const length = Math.min(sheet.width - x, Math.ceil(cells.length / per_pixel));
  for (let i = 0; i < length; i++) {
    const begin = Math.min(cells.length - 1, Math.floor(i * per_pixel)), end = Math.min(cells.length, Math.max(begin + 1, Math.floor((i + 1) * per_pixel)));
    if (end - begin === 1) {
      sheet.pixels[from + i] = cells[begin] as number;
      continue;
    }
    let r = 0, g = 0, b = 0;
    for (let k = begin; k < end; k++) {
      const c = cells[k] as number;
      r += c & 255; g += (c >> 8) & 255; b += (c >> 16) & 255;
    }
    const n = end - begin;
    sheet.pixels[from + i] = 0xff000000 | ((b / n + 0.5) << 16) | ((g / n + 0.5) << 8) | (r / n + 0.5);
  }
  for (let line = 1; line < height; line++) sheet.pixels.copyWithin(from + line * sheet.width, from, from + length);
}

let kept: ArrayBuffer = new ArrayBuffer(0);

// An empty sheet, good until the next one is asked for.
export function take_sheet(width: number, height: number): Sheet {
  const n = width * height;
  if (kept.byteLength < 4 * n) kept = new ArrayBuffer(4 * n);
  const pixels = new Uint32Array(kept, 0, n);
  pixels.fill(0);
  return { pixels, width, height };
}

// A context for pictures that are put, pixel by pixel: such a canvas had better not live on a graphics card.
const context_of = (canvas: HTMLCanvasElement): CanvasRenderingContext2D | null => canvas.getContext("2d", { willReadFrequently: true });

// The sheet takes its place on the canvas.
export function put_sheet(canvas: HTMLCanvasElement, sheet: Sheet, x: number, y: number): void {
  if (sheet.width === 0 || sheet.height === 0) return;
  const bytes = new Uint8ClampedArray(sheet.pixels.buffer as ArrayBuffer, 0, 4 * sheet.width * sheet.height);
  context_of(canvas)?.putImageData(new ImageData(bytes, sheet.width, sheet.height), x, y);
}

// Pixels of the screen that are left free between large cells.
export const cell_gap = (cell: number, ratio: number): number => (cell < kGridFrom ? 0 : Math.max(1, Math.floor(ratio)));

function paint_packed(canvas: HTMLCanvasElement, cells: Uint32Array, size: CanvasSize): void {
  const cell = size.width / size.columns, ratio = window.devicePixelRatio;
  const scale = cell < kGridFrom ? 1 : Math.round(cell * ratio);
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  canvas.dataset["columns"] = String(size.columns);
  canvas.classList.toggle("is-small", cell < 2);
  const sheet = take_sheet(size.columns * scale, size.rows * scale), gap = cell_gap(cell, ratio);
  draw_cells(sheet, cells, { x: 0, y: 0, columns: size.columns, rows: size.rows, scale, gap });
  canvas.width = sheet.width;
  canvas.height = sheet.height;
  put_sheet(canvas, sheet, 0, 0);
}

// A trace as a picture of its own.
export const paint_strip = (canvas: HTMLCanvasElement, picture: Picture, look: Look, size: CanvasSize): void =>
  paint_packed(canvas, token_cells(picture, look), size);

// One colour a cell.
export const paint_cells = (canvas: HTMLCanvasElement, colours: readonly Rgb[], size: CanvasSize): void =>
  paint_packed(canvas, Uint32Array.from(colours, pack), size);
