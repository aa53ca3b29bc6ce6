// SPDX-License-Identifier: MIT
// The lines: one trace one line, all of them a heat map. Neighbouring lines share a canvas.
import { fraction_cells, token_cells } from "../colour/cells.ts";
import type { Picture } from "../colour/cells.ts";
import { draw_line, put_sheet, take_sheet } from "../colour/paint.ts";
import { h, replace } from "../dom/h.ts";
import { whole } from "../text/numbers.ts";
import { make_canvas_view, size_canvas } from "./canvas_view.ts";
import type { Piece } from "./canvas_view.ts";
import { last_at_most, lay_bands, line_height } from "./layout.ts";
import { describe_trace, list_of, page_of } from "./trace_words.ts";
import { group_sizes, lack_of, ref_of } from "./view.ts";
import type { Scene, View } from "./view.ts";

const kSlab = 240; // Pixels of lines that share a canvas, about.
const kGapFrom = 8; // Lines as high as that have a pixel between them.

// Tokens that the width stands for: of the longest trace that is shown. 0: nothing is drawn.
export function longest_of(scene: Scene): number {
  let longest = 0;
  for (const row of scene.arrangement.rows) {
    const { index, trace } = ref_of(scene.table, row);
    if (lack_of(index, trace) === "") longest = Math.max(longest, index.traces.n_tokens[trace] as number);
  }
  return longest;
}

interface Measures { line: number; height: number; ratio: number; longest: number } // line: pixels from line to line; height: of its colours.

interface Line { row: number; link: HTMLAnchorElement; top: number }

function draw_trace(scene: Scene, m: Measures, canvas: HTMLCanvasElement, { top }: Line, picture: Picture): void {
  const fraction = scene.state.align === "fraction", sheet = take_sheet(canvas.width, Math.max(1, Math.round(m.height * m.ratio)));
  const cells = fraction ? fraction_cells(picture, scene.look(), sheet.width) : token_cells(picture, scene.look());
  draw_line(sheet, cells, { x: 0, y: 0, per_pixel: fraction ? 1 : m.longest / sheet.width, height: sheet.height });
  put_sheet(canvas, sheet, 0, Math.round(top * m.ratio));
}

function make_slab(scene: Scene, m: Measures, rows: Int32Array, height: number): Piece<Line> {
  const canvas = h("canvas", { class: "band-cells" }), pictures: Line[] = [];
  const lines = Array.from(rows, (row, i): Line => {
    const { index, trace } = ref_of(scene.table, row), lack = lack_of(index, trace);
    const link = scene.context.link(page_of(index, trace, list_of(scene.state)), { class: `tile line ${lack === "" ? "is-blank" : lack}`, tabindex: -1,
      data: { trace: index.traces.id[trace] as string }, aria: { label: describe_trace(index, trace) } });
    link.style.top = `${i * m.line}px`;
    link.style.height = `${m.height}px`;
    const line = { row, link, top: i * m.line };
    if (lack === "") pictures.push(line);
    return line;
  });
  const element = h("div", { class: "band" }, canvas, ...lines.map((l) => l.link));
  element.style.height = `${height}px`;
  size_canvas(canvas, scene.width, height, m.ratio);
  return { element, tiles: lines, pictures, box: ({ link }) => link, draw: (line, picture) => draw_trace(scene, m, canvas, line, picture) };
}

export function make_lines(scene: Scene): View {
  const { groups } = scene.arrangement, line = line_height(scene.state.density), sizes = group_sizes(groups);
  const m: Measures = { line, height: line >= kGapFrom ? line - 1 : line, ratio: window.devicePixelRatio, longest: longest_of(scene) };
  const slabs = lay_bands(sizes, Math.max(1, Math.floor(kSlab / line)), () => 0);
  slabs.heights.forEach((_, i) => { slabs.heights[i] = ((slabs.first[i + 1] as number) - (slabs.first[i] as number)) * line; });
  return make_canvas_view(scene, { pieces: slabs, bands: lay_bands(sizes, 1, () => line), make: (rows, height) => make_slab(scene, m, rows, height) });
}

const kSteps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000];
const kTickRoom = 90; // Pixels from tick to tick, at least.

// The scale above the lines: tokens, or the share of the thinking.
export function make_scale() {
  const element = h("div", { class: "line-scale", aria: { hidden: "true" } });
  const show = (longest: number, width: number, fraction: boolean): void => {
    const step = fraction ? 25 : kSteps[Math.min(kSteps.length - 1, last_at_most(kSteps, kSteps.length, (kTickRoom * longest) / width) + 1)] as number;
    const end = fraction ? 100 : longest, ticks = end > 0 ? Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step) : [];
    replace(element, ...ticks.map((t) => {
      const tick = h("span", { class: t + step / 2 > end ? "tick is-last" : "tick" }, fraction ? `${t} %` : t === 0 ? "0 thinking tokens" : whole(t));
      tick.style.left = `${(100 * t) / end}%`;
      return tick;
    }));
  };
  return { element, show };
}
