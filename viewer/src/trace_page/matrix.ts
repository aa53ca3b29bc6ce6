// SPDX-License-Identifier: MIT
// The same trace as a matrix of cells in reading order, with the cursor in it.
import type { Rgb } from "../colour/palette.ts";
import { paint_cells } from "../colour/paint.ts";
import { h } from "../dom/h.ts";
import { canvas_size } from "../gallery/layout.ts";
import type { ThumbnailShape } from "../gallery/layout.ts";
import { plural } from "../text/numbers.ts";
import type { Cursor } from "./cursor.ts";
import type { TraceModel } from "./model.ts";

const kWidth = 320; // CSS pixels at most.

// About half as tall as wide: long traces get more columns, not more height.
export function matrix_shape(n_tokens: number): ThumbnailShape {
  const columns = Math.min(80, Math.max(16, Math.ceil(Math.sqrt(2 * n_tokens) / 4) * 4));
  return { columns, cell: Math.floor(kWidth / columns) };
}

export function make_matrix(model: TraceModel, cursor: Cursor) {
  const { n_tokens } = model.trace;
  const shape = matrix_shape(n_tokens);
  const size = canvas_size(n_tokens, shape);
  const canvas = h("canvas", { class: "cells", role: "img", aria: {
    label: `The trace as ${plural(n_tokens, "cell")} in reading order, ${shape.columns} a line` } });
  const here = h("span", { class: "matrix-here" });
  const board = h("div", { class: "matrix-board" }, canvas, here);
  const element = h("figure", { class: "matrix" }, board,
    h("figcaption", { class: "quiet" }, `${shape.columns} tokens a line`));
  here.style.width = here.style.height = `${shape.cell}px`;

  const show = (t: number): void => {
    here.hidden = t === 0;
    here.style.left = `${((t - 1) % shape.columns) * shape.cell}px`;
    here.style.top = `${Math.floor((t - 1) / shape.columns) * shape.cell}px`;
  };
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
