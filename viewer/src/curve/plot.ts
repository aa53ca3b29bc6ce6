// SPDX-License-Identifier: MIT
// The curve: P of each option and the mass by position, drawn by uPlot; t_exit as a line across it; P(right) as further
// readers read it.
import uPlot from "uplot";
import { attach_plot } from "./attach.ts";
import { probability } from "../colour/colouring.ts";
import { css_colour, line_colours } from "../colour/palette.ts";
import { h } from "../dom/h.ts";
import { is_dark } from "../dom/preferences.ts";
import type { Palette } from "../state/state.ts";
import { two_places } from "../text/numbers.ts";
import { visible_string } from "../text/visible.ts";
import type { Cursor } from "../trace_page/cursor.ts";
import type { TraceModel } from "../trace_page/model.ts";
import { is_adaptive, probing_text } from "../trace_page/probing.ts";
import { line_path } from "./dense.ts";
import { draw_free } from "./free.ts";
import { is_end } from "./interpolated.ts";
import { join_lines, line_style, part_line, reader_style, spread_labels, thinner } from "./lines.ts";
import type { Line, LineStyle, PartedLine } from "./lines.ts";

const kHeight = 208, kLabelGap = 13, kLabelRoom = 46;
const kTicks = [1, 2, 5].flatMap((n) => [0, 1, 2, 3, 4, 5].map((e) => n * 10 ** e)).sort((a, b) => a - b); // Tokens are whole.
const kMaxLabels = 8; // More would not be readable at the lines' ends.

export interface ReaderLine extends Line { reader: number; label: string; interpolated: Uint8Array }

const css_value = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

interface EndLabel { text: string; p: number; bold: boolean }

// The name of each line at its right end, in the colour of text.
function draw_labels(u: uPlot, labels: readonly EndLabel[]): void {
  const ratio = uPlot.pxRatio;
  const placed = spread_labels(labels.map(({ p }) => u.valToPos(p, "y")), kLabelGap, u.over.clientHeight);
  const { ctx, bbox } = u;
  ctx.save();
  ctx.fillStyle = css_value("--ink");
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  labels.forEach(({ text, bold }, i) => {
    ctx.font = `${bold ? "bold " : ""}${11 * ratio}px system-ui, sans-serif`;
    ctx.fillText(text, bbox.left + bbox.width + 6 * ratio, bbox.top + (placed[i] as number) * ratio);
  });
  ctx.restore();
}

// Where the forced answer settles: a line from top to bottom with its name.
function draw_exit(u: uPlot, t: number): void {
  const ratio = uPlot.pxRatio, { ctx, bbox } = u, x = Math.round(u.valToPos(t, "x", true)), text = `t_exit ${t}`;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = css_value("--ink");
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `600 ${11 * ratio}px system-ui, sans-serif`;
  ctx.textBaseline = "bottom";
  const is_late = x + ctx.measureText(text).width + 6 * ratio > bbox.left + bbox.width;
  ctx.textAlign = is_late ? "right" : "left";
  ctx.fillText(text, x + (is_late ? -4 : 4) * ratio, bbox.top - ratio);
  ctx.restore();
}

function end_labels(model: TraceModel, readers: readonly ReaderLine[]): EndLabel[] {
  const { question, labels, readings } = model, last = readings.n_positions - 1;
  if (last < 0 || labels.length + readers.length > kMaxLabels) return [];
  return [
    ...labels.map((label, o) => {
      const right = o === question.answer, text = visible_string(label).slice(0, 4);
      return { text: right ? `${text} ✓` : text, p: probability(readings, o, last), bold: right };
    }),
    ...readers.map(({ label, values }) => ({ text: label, p: values.at(-1) ?? 0, bold: false })),
  ];
}

// How a line is drawn: its pieces over the axis, thin where rows were interpolated, and a dot at each probe beside these.
interface Drawn { line: Line; marks: Uint8Array; style: LineStyle; stroke: string; points: { show: boolean; size: number } }
interface Piece { line: PartedLine; series: uPlot.Series }

function pieces_of({ line, marks, style, stroke, points }: Drawn): Piece[] {
  const { read, between } = part_line(line, marks), ends = new Set(line.positions.filter((_, k) => is_end(marks, k)));
  const series = ({ width, dash }: LineStyle): uPlot.Series => ({ stroke, width, dash: [...dash], points, paths: line_path });
  if (!between) return [{ line: read, series: series(style) }];
  const dots = { ...points, show: true, fill: stroke, filter: (u: uPlot) => Array.from(u.data[0].keys()).filter((i) => ends.has(u.data[0][i] as number)) };
  return [{ line: between, series: { ...series(thinner(style)), points: { show: false } } }, { line: read, series: { ...series(style), points: dots } }];
}

// Of lines and dots, in the present theme.
const option_strokes = ({ question: { options, answer } }: TraceModel, palette: Palette): string[] =>
  line_colours(options.length, answer, palette, is_dark() ? "dark" : "light").map(css_colour);

function list_pieces(model: TraceModel, palette: Palette, readers: readonly ReaderLine[], width: number): Piece[] {
  const { question, readings, positions, interpolated: marks } = model, n = readings.n_positions;
  const show = n <= 1 || (model.strided && n < width / 8);
  const options = option_strokes(model, palette).map((stroke, o): Drawn =>
    ({ line: { positions, values: positions.map((_t, k) => probability(readings, o, k)) }, marks,
      style: line_style(o, question.answer), stroke, points: { show, size: 5 } }));
  const others = readers.map((line): Drawn => ({ line, marks: line.interpolated, style: reader_style(line.reader), stroke: css_value("--ink"),
    points: { show: line.positions.length <= 1, size: 4 } }));
  const mass: Drawn = { line: { positions, values: Array.from(model.mass) }, marks, style: { width: 1, dash: [] }, stroke: css_value("--mass"),
    points: { show, size: 3 } };
  return [mass, ...options, ...others].flatMap(pieces_of);
}

interface Drawing { pieces: readonly Piece[]; readers: readonly ReaderLine[]; palette: Palette; width: number; ready(): void }

function draw_prefixes(u: uPlot, model: TraceModel, palette: Palette): void {
  const { question: { answer }, experiments } = model, prefixes = experiments.results.flatMap((r) => r.prefixes);
  if (prefixes.length > 0) draw_free(u, prefixes, { answer, options: option_strokes(model, palette),
    page: css_value("--page"), ink: css_value("--ink") });
}

function make_options(model: TraceModel, { pieces, readers, palette, width, ready }: Drawing): uPlot.Options {
  const ink = css_value("--ink-2"), grid = { stroke: css_value("--line"), width: 1 }, font = "11px system-ui, sans-serif";
  const labels = end_labels(model, readers);
  return {
    width, height: kHeight, legend: { show: false }, padding: [16, kLabelRoom, 0, 0],
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 7 } },
    scales: { x: { time: false, range: [0, Math.max(1, model.trace.n_tokens)] }, y: { range: [0, 1] } },
    axes: [
      { stroke: ink, grid: { show: false }, ticks: { ...grid, size: 4 }, font, size: 24, gap: 4, incrs: kTicks,
        label: "thinking tokens kept", labelFont: font, labelSize: 16, labelGap: 0 },
      { stroke: ink, grid, ticks: { show: false }, font, size: 34, gap: 6, splits: [0, 0.25, 0.5, 0.75, 1],
        values: (_u, splits) => splits.map((s) => (s === 0 || s === 1 ? String(s) : s.toFixed(2).slice(1))) },
    ],
    series: [{}, ...pieces.map(({ series }) => series)],
    hooks: { ready: [ready], draw: [(u) => {
      if (model.exit) draw_exit(u, model.exit.t);
      draw_prefixes(u, model, palette);
      if (labels.length > 0) draw_labels(u, labels);
    }] },
  };
}

function describe(model: TraceModel): string {
  const { positions, readings, question, exit } = model;
  if (positions.length === 0) return "The curve: no readings";
  const right = (k: number): string => two_places(probability(readings, question.answer, k));
  return `The curve: P(right) goes from ${right(0)} at t = ${positions[0]} to ${right(positions.length - 1)} at t = ${positions.at(-1)}` +
    `${exit ? `; t_exit is ${exit.t}` : ""}.${is_adaptive(model) ? ` ${probing_text(model)}.` : ""} The table below has every number.`;
}

export function make_plot(model: TraceModel, cursor: Cursor) {
  const element = h("div", { class: "curve", role: "img", aria: { label: describe(model) } });
  let palette: Palette = "published";
  let readers: readonly ReaderLine[] = [];
  const on_click = (t: number): void => cursor.set(t, "click");
  const { build, destroy } = attach_plot(element, { ...cursor, click: on_click }, kHeight, (width, ready) => {
    const pieces = list_pieces(model, palette, readers, width);
    return new uPlot(make_options(model, { pieces, readers, palette, width, ready }), join_lines(pieces.map(({ line }) => line)) as uPlot.AlignedData, element);
  });
  return {
    element,
    colour(next: Palette) {
      palette = next;
      build();
    },
    read(next: readonly ReaderLine[]) {
      if (readers.length === 0 && next.length === 0) return;
      readers = next;
      build();
    },
    rebuild: build,
    destroy,
  };
}
