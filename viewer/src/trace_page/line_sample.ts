// SPDX-License-Identifier: MIT
import type { LineStyle } from "../curve/lines.ts";
import { svg } from "../dom/h.ts";

// A piece of a line as the curve draws it.
export function line_sample({ width, dash }: LineStyle): SVGElement {
  return svg("svg", { width: 30, height: 10, viewBox: "0 0 30 10", "aria-hidden": "true", class: "line-sample" },
    svg("line", { x1: 1, y1: 5, x2: 29, y2: 5, "stroke-width": width + 0.75, "stroke-dasharray": dash.join(" ") }));
}
