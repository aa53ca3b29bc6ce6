// SPDX-License-Identifier: MIT
// What grid and lines share: pieces of the page with one canvas each, many pictures on it, and links over them. A canvas
// for each picture takes more than ten times as long to make and to show (1,400 small ones against 40 bands of 35, in
// Chromium without a graphics card).
import { picture_of } from "../colour/cells.ts";
import type { Picture } from "../colour/cells.ts";
import { group_of } from "./heading.ts";
import { band_of } from "./layout.ts";
import type { Bands } from "./layout.ts";
import { find_place, ref_of, row_name, shelf_of } from "./view.ts";
import type { Scene, View } from "./view.ts";

interface Tile { row: number; link: HTMLAnchorElement }

export interface Piece<T extends Tile> {
  element: HTMLElement;
  tiles: readonly T[];
  pictures: readonly T[]; // Those of them that have something to paint.
  box(tile: T): HTMLElement; // Says what is missing, by its class.
  draw(tile: T, picture: Picture): void;
}

export interface PieceLayout<T extends Tile> {
  pieces: Bands; // Which pictures share a piece, and how high each piece is.
  bands: Bands; // What arrow keys go by.
  make(rows: Int32Array, height: number): Piece<T>;
}

// As many pixels as the screen has there.
export function size_canvas(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): void {
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.ceil(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
}

interface Shown<T extends Tile> {
  piece: Piece<T>;
  missing: Set<T>; // Outlines, too, wait for their pictures.
  paint(): void; // What is missing.
  repaint(): void; // All.
}

// Returns whether the picture was there; if not, its outline is drawn where it is there and not drawn yet.
function paint_tile<T extends Tile>(scene: Scene, piece: Piece<T>, tile: T, outlined: Set<T>): boolean {
  const { index, run, trace } = ref_of(scene.table, tile.row), { pictures } = scene, look = piece.box(tile).classList;
  const strip = pictures.strip(run, trace), outline = strip || outlined.has(tile) ? null : pictures.outline(run, trace);
  if (strip) piece.draw(tile, picture_of(index, trace, strip));
  else if (outline) {
    piece.draw(tile, outline);
    outlined.add(tile);
  }
  look.remove("is-blank", "is-outline", "is-lost");
  if (!strip) look.add(pictures.is_lost(run, trace) ? "is-lost" : outlined.has(tile) ? "is-outline" : "is-blank");
  return strip !== null;
}

function show_piece<T extends Tile>(scene: Scene, piece: Piece<T>): Shown<T> {
  const missing = new Set(piece.pictures), outlined = new Set<T>();
  const paint = (): void => { for (const tile of missing) if (paint_tile(scene, piece, tile, outlined)) missing.delete(tile); };
  return { piece, missing, paint, repaint() {
    for (const tile of piece.pictures) missing.add(tile);
    outlined.clear();
    paint();
  } };
}

export function make_canvas_view<T extends Tile>(scene: Scene, { pieces, bands, make }: PieceLayout<T>): View {
  const { table, arrangement, painter } = scene, { rows, groups } = arrangement;
  const shown = new Map<number, Shown<T>>(), links = new Map<number, HTMLAnchorElement>(), row_by_link = new WeakMap<Element, number>();
  const n_items = new Int32Array(groups.length);
  for (const g of pieces.group) n_items[g] = (n_items[g] as number) + 1;

  const render = (item: number): HTMLElement => {
    const piece = make(rows.subarray(pieces.first[item], pieces.first[item + 1]), pieces.heights[item] as number), entry = show_piece(scene, piece);
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
        const entry = shown.get(item);
        if (!entry) return;
        for (const { row } of entry.piece.tiles) links.delete(row);
        painter.remove(entry.paint);
        painter.remove(entry.repaint);
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
      for (const [item, { repaint }] of shown) if (item >= first && item < last) painter.add(repaint);
      for (const { repaint } of shown.values()) painter.add(repaint);
    },
    outlined() {
      for (const { missing, paint } of shown.values()) if (missing.size > 0) painter.add(paint);
    },
    came(run, shelf) {
      const is_of = ({ row }: Tile): boolean => table.run[row] === run && shelf_of(ref_of(table, row)) === shelf;
      for (const { missing, paint } of shown.values()) if ([...missing].some(is_of)) painter.add(paint);
    },
  };
}
