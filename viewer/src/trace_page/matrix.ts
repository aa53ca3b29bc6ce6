// SPDX-License-Identifier: MIT
// The same trace as a matrix of cells in reading order, with the cursor in it.
import type { Rgb } from "../colour/palette.ts";
import { cell_gap, paint_cells } from "../colour/paint.ts";
import { stretches_in_lines } from "../curve/interpolated.ts";
import { h, svg } from "../dom/h.ts";
import { canvas_size } from "../gallery/layout.ts";
import type { CanvasSize, ThumbnailShape } from "../gallery/layout.ts";
import { plural } from "../text/numbers.ts";
import type { Cursor } from "./cursor.ts";
import type { TraceModel } from "./model.ts";

const kWidth = 320; // CSS pixels at most.

// About half as tall as wide: long traces get more columns, not more height.
export function matrix_shape(n_tokens: number): ThumbnailShape {
  const columns = Math.min(80, Math.max(16, Math.ceil(Math.sqrt(2 * n_tokens) / 4) * 4));
  return { columns, cell: Math.floor(kWidth / columns) };
}

const kEdge = 0.3; // Of a cell's height.

// A cut lower edge on the cells of tokens after which nothing was read.
function draw_between(model: TraceModel, { columns, cell }: ThumbnailShape, { width, height }: CanvasSize): SVGElement | null {
  if (!model.interpolated.includes(1)) return null;
  const edge = Math.max(1, Math.round(kEdge * cell)), gap = cell_gap(cell, 1);
  const strokes = stretches_in_lines(model.interpolated, columns)
    .map(({ line, begin, end }) => `M${begin * cell} ${(line + 1) * cell - gap - edge / 2}H${end * cell}`);
  return svg("svg", { class: "matrix-between", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("path", { d: strokes.join(""), "stroke-width": edge }));
}

export function make_matrix(model: TraceModel, cursor: Cursor) {
  const { trace: { n_tokens }, exit } = model;
  const shape = matrix_shape(n_tokens);
  const size = canvas_size(n_tokens, shape);
  const canvas = h("canvas", { class: "cells", role: "img", aria: {
    label: `The trace as ${plural(n_tokens, "cell")} in reading order, ${shape.columns} a line` } });
  const here = h("span", { class: "matrix-here" });
  const settled = h("span", { class: "matrix-exit" });
  const board = h("div", { class: "matrix-board" }, canvas, draw_between(model, shape, size), settled, here);
  const element = h("figure", { class: "matrix" }, board,
    h("figcaption", { class: "quiet" }, `${shape.columns} tokens a line`, exit && exit.t > 0 && "; the dashed frame is t_exit",
      model.interpolated.includes(1) && "; cells with a cut lower edge are interpolated"));

  // The frame goes around the cell of position t; t = 0 has none.
  const put = (frame: HTMLElement, t: number): void => {
    frame.hidden = t === 0;
    frame.style.width = frame.style.height = `${shape.cell}px`;
    frame.style.left = `${((t - 1) % shape.columns) * shape.cell}px`;
    frame.style.top = `${Math.floor((t - 1) / shape.columns) * shape.cell}px`;
  };
  put(settled, exit?.t ?? 0);
  const show = (t: number): void => put(here, t);
  const position_of = (event: MouseEvent): number | null => {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / shape.cell);
    const row = Math.floor((event.clientY - box.top) / shape.cell);
    const t = row * shape.columns + column + 1;
    return column < 0 || column >= shape.columns || row < 0 || t > n_tokens ? null : t;
  };
  board.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") cursor.hover(position_of(event));
  });
  board.addEventListener("pointerleave", () => cursor.hover(null));
  board.addEventListener("click", (event) => {
    const t = position_of(event);
    if (t !== null) cursor.set(t, "click");
  });
  cursor.watch(show);
  show(cursor.at());
  // `colours` is by position; the cells begin at position 1.
  const colour = (colours: readonly Rgb[]): void => paint_cells(canvas, colours.slice(1), size);
  return { element, colour };
}
