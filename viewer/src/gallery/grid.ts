// SPDX-License-Identifier: MIT
// The grid: pictures side by side in bands.
import { fraction_cells, token_cells } from "../colour/cells.ts";
import type { Picture } from "../colour/cells.ts";
import { cell_gap, draw_cells, put_sheet, take_sheet } from "../colour/paint.ts";
import { h } from "../dom/h.ts";
import { make_canvas_view, size_canvas } from "./canvas_view.ts";
import type { Piece } from "./canvas_view.ts";
import { canvas_size, choose_shape, choose_square, kCaptionFrom, lay_bands, tile_width } from "./layout.ts";
import type { ThumbnailShape } from "./layout.ts";
import { make_pick_button } from "./picks.ts";
import { caption_words, make_caption } from "./thumbnail.ts";
import { describe_trace, list_of, name_trace, page_of } from "./trace_words.ts";
import { group_sizes, is_cut, lack_of, ref_of, table_lengths } from "./view.ts";
import type { Scene, View } from "./view.ts";

const kCaption = 20; // Pixels below a picture.
const kTallest = 4; // A picture is at most that many times as tall as wide; what is left out is faded.

interface Measures {
  shape: ThumbnailShape;
  width: number; // Of a picture; all in CSS pixels.
  max_rows: number;
  empty: number; // Height of what has no picture.
  gap: number; // Below a band.
  caption: number; // 0: none.
  across: number;
  stride: number; // From picture to picture.
  ratio: number; // Pixels of the screen in one of CSS.
}

export function measure_grid(scene: Scene): Measures {
  const { table, state } = scene, ratio = window.devicePixelRatio, wish = tile_width(state.density), least = wish < 60 ? 4 : wish < kCaptionFrom ? 8 : 14;
  // Pictures take the room that a whole number of them leaves, as far as whole pixels a cell allow.
  const fitting = Math.max(1, Math.floor((scene.width + least) / (wish + least))), room = Math.min(1.3 * wish, (scene.width + least) / fitting - least);
  const shape = state.align === "fraction" ? choose_square(room, 1 / ratio) : choose_shape(table_lengths(table), room, 1 / ratio);
  const width = shape.columns * shape.cell, caption = width >= kCaptionFrom ? kCaption : 0;
  const across = Math.max(1, Math.floor((scene.width + 0.6 * least) / (width + 0.6 * least)));
  // Bands end where headings do, unless that would tear few pictures far apart.
  const stride = across > 1 ? Math.min(width + 3 * least, (scene.width - width) / (across - 1)) : width;
  return { shape, width, max_rows: Math.floor((kTallest * width) / shape.cell), empty: Math.min(width, Math.max(shape.cell, width / 2)),
    gap: least + (caption > 0 ? 6 : 0), caption, across, stride, ratio };
}

interface Tile { row: number; link: HTMLAnchorElement; box: HTMLElement; left: number; rows: number } // rows: lines of cells; 0: no picture.

// Lines of cells of a picture; 0: there is nothing to draw.
function lines_of(scene: Scene, m: Measures, row: number): number {
  const { index, trace } = ref_of(scene.table, row);
  if (lack_of(index, trace) !== "") return 0;
  if (scene.state.align === "fraction") return m.shape.columns;
  return Math.min(m.max_rows, canvas_size(index.traces.n_tokens[trace] as number, m.shape).rows);
}

function make_tile(scene: Scene, m: Measures, row: number, column: number): { tile: Tile; parts: HTMLElement[] } {
  const { index, trace } = ref_of(scene.table, row), lack = lack_of(index, trace), rows = lines_of(scene, m, row);
  const height = rows === 0 ? m.empty : rows * m.shape.cell;
  const whole = scene.state.align === "fraction" || rows * m.shape.columns >= (index.traces.n_tokens[trace] as number);
  const look = [lack === "" ? "is-blank" : lack, is_cut(index, trace) && "is-cut", !whole && "is-long"].filter(Boolean).join(" ");
  const props = { tabindex: -1, data: { trace: index.traces.id[trace] as string } };
  const change = page_of(index, trace, list_of(scene.state));
  const box = m.caption > 0 ? h("span", { class: `tile-box ${look}` }) : null;
  const link = box
    ? scene.context.link(change, { ...props, class: "tile" }, h("span", { class: "unseen" }, `${name_trace(index, trace)}: ${lack === "is-failed" ? "" : caption_words(index, trace)}`), box,
      lack === "is-failed" ? h("span", { class: "thumb-caption" }, "failed") : make_caption(index, trace))
    : scene.context.link(change, { ...props, class: `tile tile-box ${look}`, aria: { label: describe_trace(index, trace) } });
  const left = Math.round(column * m.stride);
  link.style.left = `${left}px`;
  link.style.width = `${m.width}px`;
  (box ?? link).style.height = `${height}px`;
  const parts: HTMLElement[] = [link];
  if (box) {
    const button = make_pick_button(scene.context, index, trace);
    button.style.left = `${left}px`;
    parts.push(button);
  }
  return { tile: { row, link, box: box ?? link, left, rows }, parts };
}

function draw_tile(scene: Scene, m: Measures, canvas: HTMLCanvasElement, tile: Tile, picture: Picture): void {
  const look = scene.look(), { columns, cell } = m.shape, scaled = cell * m.ratio;
  const cells = scene.state.align === "fraction" ? fraction_cells(picture, look, columns * columns) : token_cells(picture, look);
  const scale = scaled < 2 ? scaled : Math.round(scaled), sheet = take_sheet(Math.ceil(columns * scale), Math.ceil(tile.rows * scale));
  draw_cells(sheet, cells, { x: 0, y: 0, columns, rows: tile.rows, scale, gap: cell_gap(cell, m.ratio) });
  put_sheet(canvas, sheet, Math.round(tile.left * m.ratio), 0);
}

function make_band(scene: Scene, m: Measures, rows: Int32Array, height: number): Piece<Tile> {
  const canvas = h("canvas", { class: "band-cells" });
  const made = Array.from(rows, (row, column) => make_tile(scene, m, row, column));
  const element = h("div", { class: m.caption > 0 ? "band has-captions" : "band" }, canvas, ...made.flatMap((t) => t.parts));
  element.style.height = `${height}px`;
  const tiles = made.map((t) => t.tile), pictures = tiles.filter((t) => t.rows > 0), cells = Math.max(0, ...pictures.map((t) => t.rows)) * m.shape.cell;
  size_canvas(canvas, scene.width, cells, m.ratio);
  return { element, tiles, pictures, box: ({ box }) => box, draw: (tile, picture) => draw_tile(scene, m, canvas, tile, picture) };
}

export function make_grid(scene: Scene): View {
  const { rows, groups } = scene.arrangement, m = measure_grid(scene);
  const bands = lay_bands(group_sizes(groups), m.across, (place) => {
    const lines = lines_of(scene, m, rows[place] as number);
    return (lines === 0 ? m.empty : lines * m.shape.cell) + m.caption + m.gap;
  });
  return make_canvas_view(scene, { pieces: bands, bands, make: (of_band, height) => make_band(scene, m, of_band, height) });
}
