// SPDX-License-Identifier: MIT
// A trace as a picture. Small cells are one pixel each, which the style sheet
// enlarges without smoothing, so that a thumbnail costs a few hundred bytes.
// Large ones are drawn to the screen's own pixels, with gaps between them.
import { decode_strip, count_positions } from "../bundle/decode.ts";
import { reading_index } from "../curve/positions.ts";
import type { CanvasSize } from "../gallery/layout.ts";
import type { Colouring, Palette, Question, Trace } from "../types.ts";
import { colour_readings } from "./colouring.ts";
import type { Readings } from "./colouring.ts";
import { css_colour, kNoReading, option_colours } from "./palette.ts";
import type { Rgb } from "./palette.ts";

const kGridFrom = 8; // CSS pixels a cell.

export interface Look { colouring: Colouring; palette: Palette }

export function strip_readings(trace: Trace, n_options: number): Readings {
  return { values: decode_strip(trace, n_options), n_options, n_positions: count_positions(trace), unit: 255 };
}

// The colour after each token: of position i + 1, or of the last probed one before it. [n_tokens]
export function token_colours(trace: Trace, question: Question, readings: Readings, look: Look): Rgb[] {
  const colours = option_colours(question.options.length, question.answer, look.palette);
  const by_position = colour_readings(readings, question.answer, look.colouring, colours);
  const index = reading_index(trace.positions, trace.n_tokens);
  return Array.from({ length: trace.n_tokens }, (_, i) => by_position[index[i + 1] as number] ?? kNoReading);
}

export function paint_cells(canvas: HTMLCanvasElement, colours: readonly Rgb[], size: CanvasSize): void {
  const cell = size.width / size.columns;
  const scale = cell < kGridFrom ? 1 : Math.round(cell * window.devicePixelRatio);
  const gap = cell < kGridFrom ? 0 : Math.max(1, Math.floor(window.devicePixelRatio));
  canvas.width = size.columns * scale;
  canvas.height = size.rows * scale;
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  canvas.dataset["columns"] = String(size.columns);
  const context = canvas.getContext("2d");
  if (!context) return;
  if (gap > 0) {
    colours.forEach((c, i) => {
      context.fillStyle = css_colour(c);
      context.fillRect((i % size.columns) * scale, Math.floor(i / size.columns) * scale, scale - gap, scale - gap);
    });
    return;
  }
  const image = context.createImageData(size.columns, size.rows);
  colours.forEach((c, i) => image.data.set([Math.round(c[0]), Math.round(c[1]), Math.round(c[2]), 255], 4 * i));
  context.putImageData(image, 0, 0);
}
