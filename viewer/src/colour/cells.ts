// SPDX-License-Identifier: MIT
// The cells of a picture as packed colours. Thousands of pictures are drawn while the reader waits, so this is done
// on whole numbers, without an object a cell; colour_readings() is its slow twin, and a test compares the two.
import type { Outlines } from "../bundle/outlines.ts";
import type { Strip } from "../bundle/shelf.ts";
import type { Colouring, Palette } from "../state/state.ts";
import type { RunIndex } from "../types.ts";
import { kFullChange } from "./colouring.ts";
import { kNoReading, kOutside, option_colours } from "./palette.ts";
import type { Rgb } from "./palette.ts";
import { purple_to_green, straw_to_plum } from "./ramps.ts";
import { viridis } from "./viridis.ts";

export interface Look { colouring: Colouring; palette: Palette }

// What painting needs to know of a trace.
export interface Picture {
  values: Uint8Array; // P of each option at each probed position in 255ths. [n_options, n_positions]
  positions: readonly number[] | null; // null: first, first + 1, ..., n_tokens.
  n_options: number;
  n_positions: number;
  first: number;
  n_tokens: number;
  answer: number;
}

export function picture_of(index: RunIndex, trace: number, strip: Strip): Picture {
  const { question, n_positions, first, n_tokens } = index.traces, q = question[trace] as number;
  return { ...strip, n_options: index.questions.n_options[q] as number, n_positions: n_positions[trace] as number,
    first: first[trace] as number, n_tokens: n_tokens[trace] as number, answer: index.questions.answer[q] as number };
}

// As if the trace had been read at the begin of each cell of its outline, and found there what is in the cell's middle.
export function outline_of(index: RunIndex, trace: number, { values, from, n_cells }: Outlines): Picture {
  const n_tokens = index.traces.n_tokens[trace] as number, positions = Array.from({ length: n_cells }, (_, j) => Math.floor((j * n_tokens) / n_cells));
  return { ...picture_of(index, trace, { values: values.subarray(from[trace], from[trace + 1]), positions }), first: 0, n_positions: n_cells };
}

// Red in the lowest byte, as canvases keep their pixels on every machine that browsers run on.
export const pack = (c: Rgb): number =>
  (0xff000000 | (Math.round(c[2]) << 16) | (Math.round(c[1]) << 8) | Math.round(c[0])) >>> 0;

const kNone = pack(kNoReading);
const table_of = (n: number, colour: (i: number) => Rgb): Uint32Array => Uint32Array.from({ length: n }, (_, i) => pack(colour(i)));
const kViridis = table_of(256, (v) => viridis(v / 255));
const kChange = table_of(511, (d) => purple_to_green(0.5 + (d - 255) / 255 / (2 * kFullChange)));
const kSteps = 256, kEntropy = table_of(kSteps + 1, (i) => straw_to_plum(i / kSteps));
const kBits = Float64Array.from({ length: 256 }, (_, v) => (v === 0 ? 0 : -(v / 255) * Math.log2(v / 255)));

function mix_readings(p: Picture, out: Uint32Array, colours: readonly Rgb[]): void {
  const { values, n_options, n_positions } = p, [grey] = kOutside;
  const red = Int32Array.from(colours, (c) => c[0]), green = Int32Array.from(colours, (c) => c[1]), blue = Int32Array.from(colours, (c) => c[2]);
  for (let k = 0; k < n_positions; k++) {
    let r = 0, g = 0, b = 0, sum = 0;
    for (let o = 0, at = k; o < n_options; o++, at += n_positions) {
      const v = values[at] as number;
      r += v * (red[o] as number); g += v * (green[o] as number); b += v * (blue[o] as number); sum += v;
    }
    const rest = sum < 255 ? (255 - sum) * grey : 0, total = sum < 255 ? 255 : sum;
    out[k] = 0xff000000 | (((b + rest) / total + 0.5) << 16) | (((g + rest) / total + 0.5) << 8) | ((r + rest) / total + 0.5);
  }
}

function plain_readings(p: Picture, out: Uint32Array, colours: readonly Rgb[]): void {
  const { values, n_options, n_positions } = p, packed = Uint32Array.from(colours, pack);
  for (let k = 0; k < n_positions; k++) {
    let top = 0, most = values[k] as number;
    for (let o = 1, at = k + n_positions; o < n_options; o++, at += n_positions) {
      const v = values[at] as number;
      if (v > most) {
        most = v;
        top = o;
      }
    }
    out[k] = packed[top] as number;
  }
}

function right_readings(p: Picture, out: Uint32Array): void {
  const from = p.answer * p.n_positions;
  for (let k = 0; k < p.n_positions; k++) out[k] = kViridis[p.values[from + k] as number] as number;
}

function entropy_readings(p: Picture, out: Uint32Array): void {
  const { values, n_options, n_positions } = p, scale = kSteps / Math.log2(n_options + 1);
  for (let k = 0; k < n_positions; k++) {
    let bits = 0, rest = 255;
    for (let o = 0, at = k; o < n_options; o++, at += n_positions) {
      const v = values[at] as number;
      bits += kBits[v] as number;
      rest -= v;
    }
    if (rest > 0) bits += kBits[rest] as number;
    out[k] = kEntropy[Math.min(kSteps, Math.round(bits * scale))] as number;
  }
}

function change_readings(p: Picture, out: Uint32Array): void {
  const from = p.answer * p.n_positions;
  for (let k = 0; k < p.n_positions; k++) {
    const d = k === 0 ? 0 : (p.values[from + k] as number) - (p.values[from + k - 1] as number);
    out[k] = kChange[d + 255] as number;
  }
}

const kReaders: Record<Colouring, (p: Picture, out: Uint32Array, colours: readonly Rgb[]) => void> =
  { mix: mix_readings, likely: plain_readings, right: right_readings, entropy: entropy_readings, change: change_readings };

// One colour a probed position. [n_positions]
function reading_cells(p: Picture, look: Look): Uint32Array {
  const out = new Uint32Array(p.n_positions);
  kReaders[look.colouring](p, out, option_colours(p.n_options, p.answer, look.palette));
  return out;
}

// The colours in force at rising positions `at(0)`, `at(1)`, ...: each of the last probed position at or before it. [n]
function cells_at(p: Picture, look: Look, n: number, at: (cell: number) => number): Uint32Array {
  const readings = reading_cells(p, look), cells = new Uint32Array(n), { positions, first, n_positions } = p;
  for (let i = 0, k = -1; i < n; i++) {
    const t = at(i);
    if (positions) while (k + 1 < n_positions && (positions[k + 1] as number) <= t) k++;
    else k = t - first;
    cells[i] = k < 0 ? kNone : readings[k] as number;
  }
  return cells;
}

// One cell a thinking token, with the reading after it. [n_tokens]
export const token_cells = (p: Picture, look: Look): Uint32Array => cells_at(p, look, p.n_tokens, (i) => i + 1);

// As many cells as asked for: cell j has the reading in force at the share j / (m - 1) of the thinking. [m]
export const fraction_cells = (p: Picture, look: Look, m: number): Uint32Array =>
  cells_at(p, look, m, (j) => (m < 2 ? p.n_tokens : Math.floor((j * p.n_tokens) / (m - 1))));
