// SPDX-License-Identifier: MIT
// The curve: P of each option and the mass by position, drawn by uPlot.
import uPlot from "uplot";
import { probability } from "../colour/colouring.ts";
import { css_colour, option_colours } from "../colour/palette.ts";
import { h } from "../dom/h.ts";
import { option_label } from "../gallery/row.ts";
import { two_places } from "../text/numbers.ts";
import { visible_string } from "../text/visible.ts";
import type { Cursor } from "../trace_page/cursor.ts";
import type { TraceModel } from "../trace_page/model.ts";
import type { Palette } from "../types.ts";
import { line_style, spread_labels } from "./lines.ts";

const kHeight = 220, kLabelGap = 13, kLabelRoom = 46;
const kMaxLabels = 8; // More would not be readable at the lines' ends.

const css_value = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// The name of each line at its right end, in the colour of text.
function draw_labels(u: uPlot, model: TraceModel): void {
  const { question, run, readings } = model;
  if (readings.n_positions === 0 || question.options.length > kMaxLabels) return;
  const ratio = uPlot.pxRatio, last = readings.n_positions - 1;
  const wanted = question.options.map((_, o) => u.valToPos(probability(readings, o, last), "y"));
  const placed = spread_labels(wanted, kLabelGap, u.over.clientHeight);
  const { ctx, bbox } = u;
  ctx.save();
  ctx.fillStyle = css_value("--ink");
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  question.options.forEach((_, o) => {
    const right = o === question.answer;
    ctx.font = `${right ? "bold " : ""}${11 * ratio}px system-ui, sans-serif`;
    const name = visible_string(option_label(run, o)).slice(0, 4);
    ctx.fillText(right ? `${name} ✓` : name, bbox.left + bbox.width + 6 * ratio, bbox.top + (placed[o] as number) * ratio);
  });
  ctx.restore();
}

function make_options(model: TraceModel, palette: Palette, width: number): uPlot.Options {
  const { question, trace, readings } = model;
  const colours = option_colours(question.options.length, question.answer, palette);
  const ink = css_value("--ink-2"), grid = { stroke: css_value("--line"), width: 1 };
  const points = { show: readings.n_positions <= 1 || (model.strided && readings.n_positions < width / 8), size: 5 };
  const font = "11px system-ui, sans-serif";
  const lines = colours.map((colour, o): uPlot.Series => {
    const { width: thickness, dash } = line_style(o, question.answer);
    return { stroke: css_colour(colour), width: thickness, dash: [...dash], points };
  });
  return {
    width, height: kHeight, legend: { show: false }, padding: [10, kLabelRoom, 0, 0],
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { size: 7 } },
    scales: { x: { time: false, range: [0, Math.max(1, trace.n_tokens)] }, y: { range: [0, 1] } },
    axes: [
      { stroke: ink, grid: { show: false }, ticks: { ...grid, size: 4 }, font, size: 24, gap: 4,
        label: "thinking tokens kept", labelFont: font, labelSize: 16, labelGap: 0 },
      { stroke: ink, grid, ticks: { show: false }, font, size: 34, gap: 6, splits: [0, 0.25, 0.5, 0.75, 1],
        values: (_u, splits) => splits.map((s) => (s === 0 || s === 1 ? String(s) : s.toFixed(2).slice(1))) },
    ],
    series: [{}, { stroke: css_value("--mass"), width: 1, points: { ...points, size: 3 } }, ...lines],
    hooks: { draw: [(u) => draw_labels(u, model)] },
  };
}

export function make_plot(model: TraceModel, cursor: Cursor) {
  const { readings, question, positions, mass } = model;
  const data: uPlot.AlignedData = [positions, Array.from(mass), ...question.options.map((_, o) =>
    positions.map((_, k) => probability(readings, o, k)))];
  const right = (k: number): string => two_places(probability(readings, question.answer, k));
  const element = h("div", { class: "curve", role: "img", aria: { label: positions.length === 0 ? "The curve: no readings" :
    `The curve: P(right) goes from ${right(0)} at t = ${positions[0]} to ${right(positions.length - 1)} at ` +
    `t = ${positions.at(-1)}. The table below has every number.` } });
  let plot: uPlot | null = null;
  let palette: Palette = "published";

  const show = (t: number): void => {
    if (!plot) return;
    plot.setCursor({ left: plot.valToPos(t, "x"), top: 0 }, false);
  };
  const build = (): void => {
    plot?.destroy();
    const width = element.clientWidth;
    if (width === 0) return;
    plot = new uPlot(make_options(model, palette, width), data, element);
    const over = plot.over;
    const position = (event: MouseEvent): number =>
      (plot as uPlot).posToVal(event.clientX - over.getBoundingClientRect().left, "x");
    over.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") cursor.hover(position(event));
    });
    over.addEventListener("pointerleave", () => cursor.hover(null));
    over.addEventListener("click", (event) => cursor.set(position(event), "click"));
    show(cursor.at());
  };
  const resize = new ResizeObserver(() => {
    if (!plot) build();
    else if (plot.width !== element.clientWidth) plot.setSize({ width: element.clientWidth, height: kHeight });
    show(cursor.at());
  });
  resize.observe(element);
  cursor.watch(show);
  return {
    element,
    colour(next: Palette) {
      palette = next;
      build();
    },
    rebuild: build,
    destroy() {
      resize.disconnect();
      plot?.destroy();
    },
  };
}
