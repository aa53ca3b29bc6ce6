// SPDX-License-Identifier: MIT
// Many traces on one sheet: pictures in their order, each with a line that says which trace it is.
import type { Look } from "../colour/cells.ts";
import { cell_gap } from "../colour/paint.ts";
import { choose_shape } from "../gallery/layout.ts";
import { draw_keys } from "./keys.ts";
import { fit, kRule } from "./surface.ts";
import type { Surface } from "./surface.ts";

const kMargin = 20, kHead = 54, kGap = 14, kLabel = 26;

export interface Layout { columns: number; cell: number; across: number; tile: number; tops: number[]; width: number; height: number; n: number }

const tile_height = (n_tokens: number, columns: number, cell: number): number => kLabel + Math.max(1, Math.ceil(n_tokens / columns)) * cell;

// Where each line of pictures begins, its end last, until `limit` is reached.
function line_tops(heights: readonly number[], across: number, limit: number): number[] {
  const tops = [kMargin + kHead];
  for (let i = 0; i < heights.length; i += across) {
    const next = (tops.at(-1) as number) + Math.max(...heights.slice(i, i + across)) + kGap;
    if (next + kMargin - kGap > limit && tops.length > 1) break;
    tops.push(next);
  }
  return tops;
}

// A sheet about as wide as a screen is, no side longer than `limit`; `n` traces have room on it.
export function lay_out(lengths: readonly number[], limit: number): Layout {
  const shape = choose_shape(lengths), { columns } = shape, cell = Math.max(2, Math.round(shape.cell)), tile = columns * cell;
  const heights = lengths.map((n) => tile_height(n, columns, cell));
  const most = Math.max(1, Math.floor((limit - 2 * kMargin + kGap) / (tile + kGap)));
  const least = Math.min(most, Math.max(3, Math.ceil(440 / (tile + kGap)))); // The head wants some room.
  const area = (tile + kGap) * heights.reduce((sum, height) => sum + height + kGap, 0);
  const across = Math.min(most, Math.max(least, Math.ceil(Math.sqrt(area * 1.4) / (tile + kGap))));
  const tops = line_tops(heights, across, limit);
  return { columns, cell, across, tile, tops, width: 2 * kMargin + across * (tile + kGap) - kGap,
    height: Math.min(limit, (tops.at(-1) as number) - kGap + kMargin), n: Math.min(lengths.length, across * (tops.length - 1)) };
}

export interface Tile { cells: Uint32Array; note: string; name: string; numbers: string } // note: where there is nothing to draw.
export interface SheetHead { title: string; says: string; look: Look; n_options: number }

export function draw_sheet(surface: Surface, layout: Layout, head: SheetHead, tiles: readonly Tile[]): void {
  const { columns, cell, across, tile, tops, width } = layout, room = width - 2 * kMargin;
  surface.text(fit(head.title, room, 14), kMargin, kMargin + 12, { size: 14, bold: true });
  surface.text(fit(head.says, room, 10), kMargin, kMargin + 27, { size: 10, grey: true });
  draw_keys(surface, kMargin, kMargin + 43, head.look, head.n_options);
  tiles.slice(0, layout.n).forEach(({ cells, note, name, numbers }, i) => {
    const x = kMargin + (i % across) * (tile + kGap), y = tops[Math.floor(i / across)] as number;
    surface.text(fit(name, tile, 9), x, y + 9, { size: 9 });
    surface.text(fit(numbers, tile, 9), x, y + 20, { size: 9, grey: true });
    if (note !== "") {
      surface.line([[x, y + kLabel], [x + tile, y + kLabel]], { colour: kRule, width: 1 });
      surface.text(fit(note, tile, 9), x, y + kLabel + 11, { size: 9, grey: true });
    } else surface.cells(cells, { x, y: y + kLabel, columns, cell, gap: cell_gap(cell, 1) });
  });
}
