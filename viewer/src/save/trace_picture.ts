// SPDX-License-Identifier: MIT
// One trace for a paper: its question, its curve with axes and names, its cells, and what their colours mean.
import { pack } from "../colour/cells.ts";
import type { Look } from "../colour/cells.ts";
import { colour_readings, probability } from "../colour/colouring.ts";
import type { Readings } from "../colour/colouring.ts";
import { cell_gap } from "../colour/paint.ts";
import { css_colour, kNoReading, line_colours, option_colours } from "../colour/palette.ts";
import { count_read, is_end, stretches_in_lines } from "../curve/interpolated.ts";
import { line_style, part_line, spread_labels, thinner } from "../curve/lines.ts";
import type { LineStyle, PartedLine } from "../curve/lines.ts";
import { plural } from "../text/numbers.ts";
import type { Question, Run, Trace } from "../types.ts";
import { draw_keys } from "./keys.ts";
import { fit, fit_lines, kGrey, kInk, kPaper, kRule } from "./surface.ts";
import type { Surface } from "./surface.ts";

// What is drawn of a trace: the model of its page has it all.
export interface PicturedTrace {
  run: Run;
  question: Question;
  trace: Trace;
  labels: readonly string[]; // Of the options. [n_options]
  readings: Readings;
  mass: ArrayLike<number>; // [n_positions]
  interpolated: Uint8Array; // 1 where a row was not read. [n_positions]
  positions: readonly number[];
  at: ArrayLike<number>; // Position to reading, -1: none yet. [n_tokens + 1]
  exit: { t: number } | null; // Where the forced answer settles.
}

const kWidth = 760, kMargin = 20, kLeft = 40, kRight = 60, kTitle = 18, kTop = 82, kPlot = 220, kOption = 15;
const kCut = 0.35; // Of a cell's height, where it was interpolated.
const kMassColour = "#8a8d94";

interface Box { x: number; y: number; width: number; height: number }
interface Cells { columns: number; cell: number; height: number }

// As wide as the curve, about a fifth as tall.
function cells_of(n_tokens: number): Cells {
  const columns = Math.min(160, Math.max(48, Math.ceil(Math.sqrt(5 * n_tokens) / 4) * 4)), cell = (kWidth - 2 * kMargin) / columns;
  return { columns, cell, height: Math.max(1, Math.ceil(n_tokens / columns)) * cell };
}

const kRoom = kWidth - 2 * kMargin;
const kTitleSize = 14, kBold = 1.08; // Bold letters are wider.
const title_lines = ({ question }: PicturedTrace): string[] => fit_lines(question.text, kRoom / kBold, kTitleSize, 3);

const has_gaps = ({ interpolated }: PicturedTrace): boolean => interpolated.includes(1);

// Where the parts begin, from the top.
function tops_of(of: PicturedTrace) {
  const plot = kTop + Math.max(0, title_lines(of).length - 1) * kTitle, options = plot + kPlot + 56;
  return { plot, options, cells: options + (of.question.options.length + (has_gaps(of) ? 2 : 1)) * kOption + 24 };
}

export const picture_size = (of: PicturedTrace): { width: number; height: number } =>
  ({ width: kWidth, height: tops_of(of).cells + cells_of(of.trace.n_tokens).height + kMargin });

// At most eight steps of 1, 2 or 5 times a power of ten.
export function ticks_of(end: number): number[] {
  const rough = Math.max(1, end / 8), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) as number;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}

function draw_axes(surface: Surface, { x, y, width, height }: Box, n_tokens: number): void {
  for (const p of [0, 0.25, 0.5, 0.75, 1]) {
    const at = y + height * (1 - p);
    surface.line([[x, at], [x + width, at]], { colour: kRule, width: 1 });
    surface.text(String(p), x - 6, at + 3.5, { size: 10, grey: true, anchor: "end" });
  }
  for (const t of ticks_of(n_tokens)) {
    const at = x + (width * t) / Math.max(1, n_tokens);
    surface.line([[at, y + height], [at, y + height + 4]], { colour: kGrey, width: 1 });
    surface.text(String(t), at, y + height + 16, { size: 10, grey: true, anchor: "middle" });
  }
  surface.text("thinking tokens kept", x + width / 2, y + height + 31, { size: 10, grey: true, anchor: "middle" });
  surface.text("probability of the answer if thinking stopped there", kMargin, y - 16, { size: 10, grey: true });
}

type Point = readonly [number, number];

// The points of a line, piece by piece. A line of one point alone is a short stroke.
function stretches(line: PartedLine, at: (k: number, p: number) => Point): Point[][] {
  const pieces: Point[][] = [[]];
  line.values.forEach((p, k) => (p === null ? pieces.push([]) : pieces.at(-1)?.push(at(k, p))));
  const [only] = pieces[0] as Point[];
  if (line.values.length === 1 && only) return [[only, [only[0] + 3, only[1]]]];
  return pieces.filter((points) => points.length > 1);
}

const kDot = 4;
const draw_dot = (surface: Surface, [x, y]: Point, colour: string): void =>
  surface.box(x - kDot / 2, y - kDot / 2, kDot, kDot, colour);

function draw_lines(surface: Surface, box: Box, of: PicturedTrace, look: Look): void {
  const { question, readings, positions, trace, labels } = of, last = readings.n_positions - 1;
  if (last < 0) return;
  const colours = line_colours(question.options.length, question.answer, look.palette, "light");
  const at = (k: number, p: number): Point =>
    [box.x + (box.width * (positions[k] as number)) / Math.max(1, trace.n_tokens), box.y + box.height * (1 - Math.min(1, p))];
  const draw = (p: (k: number) => number, colour: string, style: LineStyle): void => {
    const { read, between } = part_line({ positions, values: positions.map((_, k) => p(k)) }, of.interpolated);
    for (const points of between ? stretches(between, at) : []) surface.line(points, { ...thinner(style), colour });
    for (const points of stretches(read, at)) surface.line(points, { ...style, colour });
    positions.forEach((_, k) => is_end(of.interpolated, k) && draw_dot(surface, at(k, p(k)), colour));
  };
  draw((k) => of.mass[k] as number, kMassColour, { width: 1, dash: [] });
  if (of.exit) {
    const [x] = at(of.at[of.exit.t] as number, 0), late = x > box.x + box.width - 60;
    surface.line([[x, box.y], [x, box.y + box.height]], { colour: kInk, width: 1, dash: [3, 3] });
    surface.text(`t_exit ${of.exit.t}`, x + (late ? -4 : 4), box.y - 4, { size: 10, bold: true, anchor: late ? "end" : "start" });
  }
  const order = [...question.options.keys()].filter((o) => o !== question.answer).concat(question.answer); // The right one on top.
  for (const o of order) draw((k) => probability(readings, o, k), css_colour(colours[o] ?? kNoReading), line_style(o, question.answer));
  if (question.options.length > 8) return;
  const heights = question.options.map((_, o) => at(last, probability(readings, o, last))[1]);
  spread_labels(heights, 12, box.y + box.height).forEach((y, o) => {
    const right = o === question.answer;
    surface.text(`${fit(labels[o] ?? "", 30, 11)}${right ? " ✓" : ""}`, box.x + box.width + 8, y + 4, { size: 11, bold: right });
  });
}

function draw_options(surface: Surface, of: PicturedTrace, look: Look): void {
  const { question, labels } = of, { options } = tops_of(of);
  const colours = line_colours(question.options.length, question.answer, look.palette, "light");
  const line = (i: number, style: Parameters<Surface["line"]>[1], text: string, bold = false): void => {
    const y = options + i * kOption;
    surface.line([[kMargin, y - 3.5], [kMargin + 28, y - 3.5]], style);
    surface.text(fit(text, kRoom - 36, 11), kMargin + 36, y, { size: 11, bold });
  };
  question.options.forEach((option, o) => {
    const right = o === question.answer;
    line(o, { colour: css_colour(colours[o] ?? kNoReading), ...line_style(o, question.answer) },
      `${labels[o] ?? ""}  ${option}${right ? "  ✓ right" : ""}`, right);
  });
  line(question.options.length, { colour: kMassColour, width: 1 }, "mass: the options together");
  const y = options + (question.options.length + 1) * kOption;
  if (!has_gaps(of)) return;
  draw_dot(surface, [kMargin + 14, y - 3.5], kInk);
  surface.text(`a probe; ${count_read(of.interpolated)} of ${of.interpolated.length} positions were read, the others interpolated: thinner lines, cut cells`,
    kMargin + 36, y, { size: 11 });
}

export function draw_trace(surface: Surface, of: PicturedTrace, look: Look, generator: string): void {
  const { question, trace, readings, at, run } = of, { plot, cells } = tops_of(of);
  title_lines(of).forEach((line, i) => surface.text(line, kMargin, kMargin + 12 + i * kTitle, { size: kTitleSize, bold: true }));
  surface.text(fit([run.name, question.subject.name, `question ${question.place}`, `sample ${trace.sample}`, plural(trace.n_tokens, "thinking token"),
    run.model.name, generator].filter(Boolean).join(" · "), kRoom, 10), kMargin, plot - 34, { size: 10, grey: true });
  const box = { x: kMargin + kLeft, y: plot, width: kWidth - 2 * kMargin - kLeft - kRight, height: kPlot };
  draw_axes(surface, box, trace.n_tokens);
  draw_lines(surface, box, of, look);
  draw_options(surface, of, look);
  const { columns, cell } = cells_of(trace.n_tokens), y = cells;
  draw_keys(surface, kMargin, y - 8, look, question.options.length);
  const colours = colour_readings(readings, question.answer, look.colouring, option_colours(question.options.length, question.answer, look.palette));
  surface.cells(Uint32Array.from({ length: trace.n_tokens }, (_, i) => pack(colours[at[i + 1] as number] ?? kNoReading)),
    { x: kMargin, y, columns, cell, gap: cell_gap(cell, 1) });
  const edge = Math.max(1, kCut * cell);
  for (const { line, begin, end } of stretches_in_lines(of.interpolated, columns)) {
    surface.box(kMargin + begin * cell, y + (line + 1) * cell - edge, (end - begin) * cell, edge, kPaper);
  }
}
