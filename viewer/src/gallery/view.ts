// SPDX-License-Identifier: MIT
// What the ways to show a page's traces have in common: list, grid and lines each make a View of one Scene.
import type { Look } from "../colour/cells.ts";
import type { Context } from "../context.ts";
import type { State } from "../state/state.ts";
import type { Arrangement, Group } from "../table/arrange.ts";
import type { TraceTable } from "../table/table.ts";
import type { QuestionText, RunIndex } from "../types.ts";
import type { Bands } from "./layout.ts";
import type { Painter } from "./painter.ts";
import type { Pictures } from "./pictures.ts";
import type { Contents } from "./virtual.ts";

export interface Scene {
  context: Context;
  table: TraceTable;
  arrangement: Arrangement;
  questions(run: number): readonly QuestionText[] | null; // null: not there yet.
  pictures: Pictures;
  painter: Painter;
  state: State; // When the scene was set.
  look(): Look; // Now.
  from_all: boolean; // Not of one subject alone.
  width: number; // CSS pixels of the window's element.
}

export interface View {
  contents: Contents;
  bands: Bands | null; // What arrow keys go by; null: there are none.
  item_of(place: number): number; // The item that holds the picture at that place of the order.
  tile(row: number): HTMLElement | null; // The link of a row, where it exists.
  row_of(tile: Element): number | null;
  repaint(first: number, last: number): void; // All that exists, those items first.
  outlined(): void; // There are more outlines than before.
  came(run: number, shelf: number): void; // Pictures that were missing, or turned out to be lost.
}

// One trace of the table.
export interface RowRef { index: RunIndex; run: number; trace: number; question: number }

export function ref_of(table: TraceTable, row: number): RowRef {
  const run = table.run[row] as number, index = table.indexes[run] as RunIndex, trace = table.trace[row] as number;
  return { index, run, trace, question: index.traces.question[trace] as number };
}

// Names that last: a run grows, and its traces keep their ids.
export function row_name(table: TraceTable, row: number): string {
  const { index, trace } = ref_of(table, row);
  return `${index.run.key} ${index.traces.id[trace]}`;
}

// The place in the order of the row of that name; -1 where it is not shown. Looks through all, so it is for once in a while.
export const find_place = (table: TraceTable, rows: Int32Array, name: string): number => rows.findIndex((row) => row_name(table, row) === name);

export const shelf_of = ({ index, question }: RowRef): number => index.questions.shelf[question] as number;

export const group_sizes = (groups: readonly Group[]): number[] => groups.map((g) => g.rows.length);

// What stands where a trace has no picture; "": it has one.
export type Lack = "" | "is-failed" | "is-unread" | "is-empty";
export function lack_of(index: RunIndex, trace: number): Lack {
  const { failed, n_positions, n_tokens } = index.traces;
  return failed[trace] ? "is-failed" : n_positions[trace] === 0 ? "is-unread" : n_tokens[trace] === 0 ? "is-empty" : "";
}

export const is_cut = (index: RunIndex, trace: number): boolean => index.traces.stop[trace] === 1 || index.traces.stop[trace] === 2;

const lengths_of = new WeakMap<TraceTable, Float64Array>();

// Thinking tokens of all traces of the page, shown or not, so that no filter changes the shape of pictures. [n]
export function table_lengths(table: TraceTable): Float64Array {
  const known = lengths_of.get(table);
  if (known) return known;
  const lengths = new Float64Array(table.n);
  for (let row = 0; row < table.n; row++) {
    const { index, trace } = ref_of(table, row);
    lengths[row] = index.traces.n_tokens[trace] as number;
  }
  lengths_of.set(table, lengths);
  return lengths;
}
