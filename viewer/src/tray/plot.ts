// SPDX-License-Identifier: MIT
// The curves of P(right) of several traces in one plot.
import uPlot from "uplot";
import { attach_plot } from "../curve/attach.ts";
import { join_lines, spread_labels } from "../curve/lines.ts";
import type { Line } from "../curve/lines.ts";
import { is_dark } from "../dom/preferences.ts";
import { h } from "../dom/h.ts";
import type { Align } from "../state/state.ts";
import { two_places } from "../text/numbers.ts";
import type { SharedCursor } from "./cursor.ts";
import { place_of, tray_line } from "./lines.ts";

const kHeight = 260, kLabelGap = 13, kLabelRoom = 34; // CSS pixels.

export interface PlotTrace { place: number; n_tokens: number; positions: readonly number[]; right: readonly number[]; interpolated: Uint8Array } // place: in the tray.

const css_value = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// The name of each line where it ends, with a rim of the page's colour, since other lines may pass there.
function draw_names(u: uPlot, traces: readonly PlotTrace[], align: Align): void {
  const read = traces.filter(({ right }) => right.length > 0), ratio = uPlot.pxRatio, { ctx, bbox } = u;
  const placed = spread_labels(read.map(({ right }) => u.valToPos(right.at(-1) as number, "y")), kLabelGap, u.over.clientHeight);
  ctx.save();
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.font = `bold ${11 * ratio}px system-ui, sans-serif`;
  ctx.lineWidth = 4 * ratio;
  ctx.lineJoin = "round";
  ctx.strokeStyle = css_value("--page");
  read.forEach(({ place, positions, n_tokens }, i) => {
    const { name, colour } = tray_line(place, is_dark()), x = u.valToPos(place_of(positions.at(-1) as number, n_tokens, align), "x");
    const at = [bbox.left + (x + 6) * ratio, bbox.top + (placed[i] as number) * ratio] as const;
    ctx.fillStyle = colour;
    ctx.strokeText(name, ...at);
    ctx.fillText(name, ...at);
  });
  ctx.restore();
}

interface Drawing { align: Align; end: number; width: number; ready(): void }

function make_options(traces: readonly PlotTrace[], { align, end, width, ready }: Drawing): uPlot.Options {
  const ink = css_value("--ink-2"), grid = { stroke: css_value("--line"), width: 1 }, font = "11px system-ui, sans-serif";
  return {
    width, height: kHeight, legend: { show: false }, padding: [10, kLabelRoom, 0, 0],
    cursor: { y: false, drag: { x: false, y: false, setScale: false }, points: { show: false } },
    scales: { x: { time: false, range: [0, end] }, y: { range: [0, 1] } },
    axes: [
      { stroke: ink, grid: { show: false }, ticks: { ...grid, size: 4 }, font, size: 24, gap: 4, labelFont: font, labelSize: 16, labelGap: 0,
        label: align === "token" ? "thinking tokens kept" : "share of the thinking kept" },
      { stroke: ink, grid, ticks: { show: false }, font, size: 34, gap: 6, splits: [0, 0.25, 0.5, 0.75, 1],
        values: (_u, splits) => splits.map((s) => (s === 0 || s === 1 ? String(s) : s.toFixed(2).slice(1))) },
    ],
    series: [{}, ...traces.map(({ place, right }): uPlot.Series => {
      const { name, colour, dash } = tray_line(place, is_dark());
      return { label: name, stroke: colour, width: 2, dash: [...dash], spanGaps: true, points: { show: right.length === 1, size: 6, fill: colour } };
    })],
    hooks: { ready: [ready], draw: [(u) => draw_names(u, traces, align)] },
  };
}

function describe(traces: readonly PlotTrace[]): string {
  const parts = traces.map(({ place, right }) => {
    const name = tray_line(place, false).name;
    return right.length === 0 ? `${name} was not read` : `${name} goes from ${two_places(right[0] as number)} to ${two_places(right.at(-1) as number)}`;
  });
  return `Curves of P(right): ${parts.join(", ")}. The readings at the cursor stand below.`;
}

export function make_tray_plot(traces: readonly PlotTrace[], align: Align, end: number, cursor: SharedCursor) {
  const lines = traces.map(({ positions, right, n_tokens }): Line => ({ positions: positions.map((t) => place_of(t, n_tokens, align)), values: right }));
  const data = join_lines(lines) as uPlot.AlignedData;
  const element = h("div", { class: "curve tray-curve", role: "img", aria: { label: describe(traces) } });
  const { destroy } = attach_plot(element, { ...cursor, click: cursor.rest }, kHeight, (width, ready) =>
    new uPlot(make_options(traces, { align, end, width, ready }), data, element));
  return { element, destroy };
}
