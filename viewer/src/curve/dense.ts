// SPDX-License-Identifier: MIT
// Lines of more readings than the plot has pixels across. uPlot's own way goes through the first, least, greatest and last
// of each column, back and forth over what is painted already, which is most of the work of a long trace's curve.
import uPlot from "uplot";
import { thin_line } from "./lines.ts";

const kDense = 2; // Readings a pixel.

const sparse = uPlot.paths.linear?.() as uPlot.Series.PathBuilder;

// For lines that have a value at every place of the axis; others are uPlot's, whose way knows gaps.
export const line_path: uPlot.Series.PathBuilder = (u, series, begin, end) => {
  const values = u.data[series] as readonly (number | null | undefined)[], n = end - begin + 1;
  if (n < kDense * u.bbox.width || values.some((v) => v === null || v === undefined)) return sparse(u, series, begin, end);
  const stroke = new Path2D(), places = u.data[0], x0 = u.valToPos(0, "x", true), dx = u.valToPos(1, "x", true) - x0;
  const y0 = u.valToPos(0, "y", true), dy = u.valToPos(1, "y", true) - y0, x = new Float64Array(n), y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    x[i] = Math.round(x0 + dx * (places[begin + i] as number));
    y[i] = Math.round(y0 + dy * (values[begin + i] as number));
  }
  thin_line(x, y, (...to) => stroke.lineTo(...to));
  return { stroke };
};
