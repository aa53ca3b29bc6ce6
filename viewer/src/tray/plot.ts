// SPDX-License-Identifier: MIT
// The curves of P(right) of several traces in one plot.
import uPlot from "uplot";
import { spread_labels } from "../curve/lines.ts";
import { is_dark } from "../dom/preferences.ts";
import { h } from "../dom/h.ts";
import type { Align } from "../state/state.ts";
import { two_places } from "../text/numbers.ts";
import type { SharedCursor } from "./cursor.ts";
import { join_points, place_of, tray_line } from "./lines.ts";
import type { Points } from "./lines.ts";

const kHeight = 260, kLabelGap = 13, kLabelRoom = 34; // CSS pixels.

export interface PlotTrace { place: number; n_tokens: number; positions: readonly number[]; right: readonly number[] } // place: in the tray.

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

function make_options(traces: readonly PlotTrace[], align: Align, end: number, width: number): uPlot.Options {
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
    hooks: { draw: [(u) => draw_names(u, traces, align)] },
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
  const points = traces.map(({ positions, right, n_tokens }): Points => ({ x: positions.map((t) => place_of(t, n_tokens, align)), y: right }));
  const data = join_points(points) as uPlot.AlignedData;
  const element = h("div", { class: "curve tray-curve", role: "img", aria: { label: describe(traces) } });
  let plot: uPlot | null = null;
  const show = (x: number): void => {
    plot?.setCursor({ left: plot.valToPos(x, "x"), top: 0 }, false);
  };
  const build = (): void => {
    plot?.destroy();
    const width = element.clientWidth;
    if (width === 0) return;
    const made = plot = new uPlot(make_options(traces, align, end, width), data, element);
    const place = (event: MouseEvent): number => made.posToVal(event.clientX - made.over.getBoundingClientRect().left, "x");
    made.over.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") cursor.hover(place(event));
    });
    made.over.addEventListener("pointerleave", () => cursor.hover(null));
    made.over.addEventListener("click", (event) => cursor.rest(place(event)));
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
    destroy() {
      resize.disconnect();
      plot?.destroy();
    },
  };
}
