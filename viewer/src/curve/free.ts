// SPDX-License-Identifier: MIT
// Free continuations in the curve: at each prefix the share that answers each option, a mark with its interval; the options a little apart.
import uPlot from "uplot";
import type { Prefix } from "../bundle/experiments.ts";
import { free_rate } from "../experiments/rates.ts";

const kApart = 4, kHalf = 3.5, kEnd = 3; // CSS pixels: between options, half a mark, half an interval's end.

type At = readonly [number, number];

// Each option in a shape of its own, the right one's filled and first; beyond four they go round.
const kShapes: readonly (readonly At[])[] = [
  [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]], // ◆
  [[-1, -1], [1, -1], [1, 1], [-1, 1]], // □
  [[0, -1.2], [1.2, 1], [-1.2, 1]], // △
  [[-1.2, -1], [1.2, -1], [0, 1.2]], // ▽
];

function trace_shape(ctx: CanvasRenderingContext2D, shape: readonly At[], x: number, y: number): void {
  const size = kHalf * uPlot.pxRatio;
  ctx.beginPath();
  shape.forEach(([dx, dy], i) => (i === 0 ? ctx.moveTo(x + dx * size, y + dy * size) : ctx.lineTo(x + dx * size, y + dy * size)));
  ctx.closePath();
}

export interface FreeColours { options: readonly string[]; answer: number; page: string; ink: string }

export function draw_free(u: uPlot, prefixes: readonly Prefix[], { options, answer, page, ink }: FreeColours): void {
  const ratio = uPlot.pxRatio, { ctx } = u, n = options.length;
  ctx.save();
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([]);
  for (const prefix of prefixes) {
    for (let o = 0; o < n; o++) {
      const rate = free_rate(prefix, o), place = o === answer ? 0 : o < answer ? o + 1 : o;
      if (rate.share === null) continue;
      const x = u.valToPos(prefix.position, "x", true) + (o - (n - 1) / 2) * kApart * ratio;
      const [y, low, high] = [rate.share, rate.low, rate.high].map((v) => u.valToPos(v, "y", true)) as [number, number, number];
      ctx.strokeStyle = options[o] as string;
      ctx.beginPath();
      for (const end of [low, high]) {
        ctx.moveTo(x - kEnd * ratio, end);
        ctx.lineTo(x + kEnd * ratio, end);
      }
      ctx.moveTo(x, low);
      ctx.lineTo(x, high);
      ctx.stroke();
      trace_shape(ctx, kShapes[place === 0 ? 0 : 1 + ((place - 1) % (kShapes.length - 1))] as readonly At[], x, y);
      ctx.fillStyle = place === 0 ? options[o] as string : page;
      ctx.fill();
      if (place === 0) ctx.strokeStyle = ink;
      ctx.stroke();
    }
  }
  ctx.restore();
}
