// SPDX-License-Identifier: MIT
// The list: each question with its options, beside the pictures of its traces.
import { question_at } from "../bundle/index.ts";
import { h } from "../dom/h.ts";
import { arrange } from "../table/arrange.ts";
import { group_of } from "./heading.ts";
import { canvas_size, choose_shape, list_width } from "./layout.ts";
import type { ThumbnailShape } from "./layout.ts";
import { picture_at } from "./pictures.ts";
import { kMaxOptions, picture_part, question_part } from "./row.ts";
import { fill_thumbnail } from "./thumbnail.ts";
import { find_place, ref_of, row_name, shelf_of, table_lengths } from "./view.ts";
import type { Scene, View } from "./view.ts";

const kWide = 860; // Pixels from which on text and pictures stand side by side.

interface Item { group: number; key: string; rows: Int32Array } // A question with those of its traces that the group has.

// The questions of each group, in the order in which the page would show questions.
function list_items(scene: Scene): Item[] {
  const { table, arrangement, state } = scene, by_question = { sort: state.sort, group: "question" } as const;
  return arrangement.groups.flatMap((group, g): Item[] => {
    if (state.group === "question") return [{ group: g, key: group.key, rows: group.rows }];
    const mask = new Uint8Array(table.n);
    for (const row of group.rows) mask[row] = 1;
    return arrange(table, { mask, n: group.rows.length, error: null }, by_question).groups
      .map(({ key, rows }) => ({ group: g, key: `${group.key} ${key}`, rows }));
  });
}

// A guess of the item's height; items are measured when they appear.
function estimate_item(scene: Scene, shape: ThumbnailShape, { rows }: Item): number {
  const wide = scene.width > kWide, text_width = wide ? scene.width * 0.42 : scene.width, first = ref_of(scene.table, rows[0] as number);
  const text = scene.questions(first.run)?.[first.question], n_options = first.index.questions.n_options[first.question] as number;
  const lines = Math.min(6, Math.ceil(((text?.text.length ?? 100) * 8) / text_width));
  let longest = 0;
  for (const row of rows) {
    const { index, trace } = ref_of(scene.table, row);
    longest = Math.max(longest, index.traces.n_tokens[trace] as number);
  }
  const size = canvas_size(longest, shape), across = Math.max(1, Math.floor((wide ? scene.width * 0.55 : scene.width) / (size.width + 16)));
  const of_text = 22 * lines + 24 * Math.ceil(Math.min(n_options, kMaxOptions) / 2) + 16;
  const of_pictures = Math.ceil(rows.length / across) * (size.height + 44);
  return (wide ? Math.max(of_text, of_pictures) : of_text + of_pictures) + 40;
}

// Heights that were measured, by what makes them; kept while the width stays.
const measured = { width: 0, heights: new Map<string, number>() };

export function make_list(scene: Scene): View {
  const { table, arrangement } = scene, items = list_items(scene);
  const shape = choose_shape(table_lengths(table), list_width(scene.state.density), 1 / window.devicePixelRatio);
  if (measured.width !== scene.width) {
    measured.width = scene.width;
    measured.heights.clear();
  }
  const key_of = (item: Item): string => `${shape.columns} ${shape.cell} ${item.rows.length} ${item.key}`;
  const tiles = new Map<number, HTMLElement>(), row_by_tile = new WeakMap<Element, number>();
  const n_items = new Int32Array(arrangement.groups.length);
  for (const { group } of items) n_items[group] = (n_items[group] as number) + 1;
  // With one or two samples the text may have the room that pictures don't need.
  const narrow = items.every(({ rows }) => rows.length <= 2);

  const render = (place: number): HTMLElement => {
    const { rows } = items[place] as Item, row = rows[0] as number, { index, run, question: q } = ref_of(table, row), texts = scene.questions(run);
    const question = texts && question_at(index, texts, q);
    const pictures = picture_part(scene, shape, rows, tiles);
    for (const r of rows) row_by_tile.set(tiles.get(r) as HTMLElement, r);
    return h("article", { class: narrow ? "row is-narrow" : "row", data: { question: index.questions.id[q] as string }, aria: { label: `Question ${q}` } },
      question ? question_part(scene, row, question) : h("div", { class: "row-text" }), h("div", { class: "row-traces" }, ...pictures));
  };
  const fills = new Map<number, () => void>(); // One a row, so that the painter has each job once.
  const fill = (row: number): (() => void) => {
    const known = fills.get(row), job = known ?? (() => fill_now(row));
    if (!known) fills.set(row, job);
    return job;
  };
  const fill_now = (row: number): void => {
    const { index, run, trace } = ref_of(table, row), tile = tiles.get(row);
    if (tile) fill_thumbnail(tile, { index, trace, question: null, ...picture_at(scene.pictures, run, trace) }, { shape, look: scene.look() });
  };
  return {
    bands: null,
    contents: {
      groups: arrangement.groups.map((group, g) => group_of(scene, group, n_items[g] as number, scene.state.group !== "question")),
      heights: Float64Array.from(items, (item) => measured.heights.get(key_of(item)) ?? estimate_item(scene, shape, item)),
      measure: (place, height) => { measured.heights.set(key_of(items[place] as Item), height); },
      render,
      drop(place) {
        for (const row of (items[place] as Item).rows) tiles.delete(row);
      },
      name: (place) => row_name(table, (items[place] as Item).rows[0] as number),
      find(name) {
        const row = arrangement.rows[find_place(table, arrangement.rows, name)];
        return row === undefined ? -1 : items.findIndex(({ rows }) => rows.includes(row));
      },
    },
    item_of: (place) => items.findIndex(({ rows }) => rows.includes(arrangement.rows[place] as number)),
    tile: (row) => tiles.get(row) ?? null,
    row_of: (tile) => row_by_tile.get(tile) ?? null,
    repaint() {
      for (const row of tiles.keys()) scene.painter.add(fill(row));
    },
    outlined: () => undefined,
    came(run, shelf) {
      for (const row of tiles.keys()) if (table.run[row] === run && shelf_of(ref_of(table, row)) === shelf) scene.painter.add(fill(row));
    },
  };
}
