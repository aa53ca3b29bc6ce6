// SPDX-License-Identifier: MIT
// What grid and lines share: pieces of the page with one canvas each, many pictures on it, and links over them. Thousands
// of small canvases would cost more than all that is drawn on them.
import { group_of } from "./heading.ts";
import { band_of } from "./layout.ts";
import type { Bands } from "./layout.ts";
import { find_place, ref_of, row_name, shelf_of } from "./view.ts";
import type { Scene, View } from "./view.ts";

export interface Piece {
  element: HTMLElement;
  tiles: readonly { row: number; link: HTMLAnchorElement }[];
  paint(): number; // Returns how many pictures are still to come.
}

export interface PieceLayout {
  pieces: Bands; // Which pictures share a piece, and how high each piece is.
  bands: Bands; // What arrow keys go by.
  make(rows: Int32Array, height: number): Piece;
}

interface Shown { piece: Piece; missing: number; paint(): void }

export function make_canvas_view(scene: Scene, { pieces, bands, make }: PieceLayout): View {
  const { table, arrangement, painter } = scene, { rows, groups } = arrangement;
  const shown = new Map<number, Shown>(), links = new Map<number, HTMLAnchorElement>(), row_by_link = new WeakMap<Element, number>();
  const n_items = new Int32Array(groups.length);
  for (const g of pieces.group) n_items[g] = (n_items[g] as number) + 1;

  const render = (item: number): HTMLElement => {
    const piece = make(rows.subarray(pieces.first[item], pieces.first[item + 1]), pieces.heights[item] as number);
    const entry: Shown = { piece, missing: 0, paint: () => { entry.missing = piece.paint(); } };
    shown.set(item, entry);
    for (const { row, link } of piece.tiles) {
      links.set(row, link);
      row_by_link.set(link, row);
    }
    painter.add(entry.paint);
    return piece.element;
  };
  return {
    bands,
    contents: {
      groups: groups.map((group, g) => group_of(scene, group, n_items[g] as number)),
      heights: pieces.heights,
      measure: null,
      render,
      drop(item) {
        for (const { row } of shown.get(item)?.piece.tiles ?? []) links.delete(row);
        shown.delete(item);
      },
      name: (item) => row_name(table, rows[pieces.first[item] as number] as number),
      find(name) {
        const place = find_place(table, rows, name);
        return place < 0 ? -1 : band_of(pieces, place);
      },
    },
    item_of: (place) => band_of(pieces, place),
    tile: (row) => links.get(row) ?? null,
    row_of: (tile) => row_by_link.get(tile) ?? null,
    repaint(first, last) {
      for (const [item, { paint }] of shown) if (item >= first && item < last) painter.add(paint);
      for (const { paint } of shown.values()) painter.add(paint);
    },
    came(run, shelf) {
      for (const { piece, missing, paint } of shown.values()) {
        if (missing > 0 && piece.tiles.some(({ row }) => table.run[row] === run && shelf_of(ref_of(table, row)) === shelf)) painter.add(paint);
      }
    },
  };
}
