// SPDX-License-Identifier: MIT
// The traces before and after this one, in the order of the gallery that the reader came from, filters included.
import type { State } from "../state/state.ts";
import { arrange } from "../table/arrange.ts";
import { filter_table } from "../table/filter.ts";
import type { Filtered } from "../table/filter.ts";
import { make_search } from "../table/search.ts";
import type { Matches } from "../table/search.ts";
import { make_table } from "../table/table.ts";
import type { TraceTable } from "../table/table.ts";
import type { RunIndex, SubjectRef } from "../types.ts";

export interface Order { table: TraceTable; rows: Int32Array }

export interface Neighbours {
  before: number | null; // Traces of the run.
  after: number | null;
  before_question: number | null; // The nearest of another question.
  after_question: number | null;
  place: number;
  of: number; // 0: the filters leave this trace out, and it stands in no order.
}

export function find_neighbours({ table, rows }: Order, trace: number): Neighbours {
  const place = rows.findIndex((row) => table.trace[row] === trace);
  const at = (i: number): number | null => (place < 0 ? null : table.trace[rows[i] ?? -1] ?? null);
  const question = (t: number): number | undefined => table.indexes[0]?.traces.question[t];
  const other = (step: 1 | -1): number | null => {
    let i = place + step;
    for (let t = at(i); t !== null; t = at(i += step)) if (question(t) !== question(trace)) return t;
    return null;
  };
  return { before: at(place - 1), after: at(place + 1), before_question: other(-1), after_question: other(1), place, of: place < 0 ? 0 : rows.length };
}

// The trace itself always counts, even where the filters leave it out: then the order is that of all.
export function order_around(table: TraceTable, state: State, matches: Matches | null, trace: number): Order {
  const rows = arrange(table, filter_table(table, state, matches), state).rows;
  if (rows.some((row) => table.trace[row] === trace)) return { table, rows };
  const all: Filtered = { mask: new Uint8Array(table.n).fill(1), n: table.n, error: null };
  return { table, rows: arrange(table, all, state).rows };
}

// The last one, since going from trace to trace asks for the same again; a search through the thinking reads every shelf.
let last: { key: string; index: RunIndex; found: Promise<{ table: TraceTable; matches: Matches | null }> } | null = null;

function search_all(table: TraceTable, state: State): Promise<Matches | null> {
  if (state.text === "") return Promise.resolve(null);
  return new Promise((resolve) => make_search(table).find(state.text, state.scope, (m) => m.pending === null && resolve(m)));
}

// In the order of the whole run or of one subject.
export async function find_order(index: RunIndex, subject: SubjectRef | null, state: State, trace: number): Promise<Order> {
  const key = JSON.stringify([subject?.key, state.text, state.scope]);
  if (last?.key !== key || last.index !== index) {
    const table = make_table({ indexes: [index], subject });
    last = { key, index, found: search_all(table, state).then((matches) => ({ table, matches })) };
  }
  const { table, matches } = await last.found;
  return order_around(table, state, matches, trace);
}
