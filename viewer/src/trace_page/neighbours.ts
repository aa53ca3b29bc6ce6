// SPDX-License-Identifier: MIT
// The traces before and after this one, in the order of the gallery that the reader came from, filters included.
import { load_index } from "../bundle/load.ts";
import type { ListOf, State } from "../state/state.ts";
import { arrange } from "../table/arrange.ts";
import { filter_table } from "../table/filter.ts";
import type { Filtered } from "../table/filter.ts";
import { make_search } from "../table/search.ts";
import type { Matches } from "../table/search.ts";
import { make_table } from "../table/table.ts";
import type { Scope, TraceTable } from "../table/table.ts";
import type { Run, RunIndex, SubjectRef } from "../types.ts";

export interface Order { table: TraceTable; rows: Int32Array }
export interface At { index: RunIndex; trace: number }

export interface Neighbours {
  before: At | null;
  after: At | null;
  before_question: At | null; // The nearest of another question.
  after_question: At | null;
  place: number;
  of: number;
}

const is_row = ({ indexes, run, trace }: TraceTable, row: number, at: At): boolean =>
  trace[row] === at.trace && indexes[run[row] as number] === at.index;

// The same question of several runs is one.
const question_of = ({ index, trace }: At): string => index.questions.id[index.traces.question[trace] as number] as string;

// REQUIRES: the order holds the trace (order_around).
export function find_neighbours({ table, rows }: Order, here: At): Neighbours {
  const place = rows.findIndex((row) => is_row(table, row, here)), question = question_of(here);
  const at = (i: number): At | null => {
    const row = rows[i];
    return row === undefined ? null : { index: table.indexes[table.run[row] as number] as RunIndex, trace: table.trace[row] as number };
  };
  const other = (step: 1 | -1): At | null => {
    let i = place + step;
    for (let to = at(i); to !== null; to = at(i += step)) if (question_of(to) !== question) return to;
    return null;
  };
  return { before: at(place - 1), after: at(place + 1), before_question: other(-1), after_question: other(1), place, of: rows.length };
}

// The trace itself always counts, even where the filters leave it out: then the order is that of all.
export function order_around(table: TraceTable, state: State, matches: Matches | null, here: At): Order {
  const rows = arrange(table, filter_table(table, state, matches), state).rows;
  if (rows.some((row) => is_row(table, row, here))) return { table, rows };
  const all: Filtered = { mask: new Uint8Array(table.n).fill(1), n: table.n, error: null };
  return { table, rows: arrange(table, all, state).rows };
}

// The last one, since going from trace to trace asks for the same again; a search through the thinking reads every shelf.
let last: { key: string; indexes: readonly RunIndex[]; found: Promise<{ table: TraceTable; matches: Matches | null }> } | null = null;

function search_all(table: TraceTable, state: State): Promise<Matches | null> {
  if (state.text === "") return Promise.resolve(null);
  return new Promise((resolve) => make_search(table).find(state.text, state.scope, (m) => m.pending === null && resolve(m)));
}

// What the list holds that the trace was reached from. Of all runs, one that can't be had is left out, as in their gallery.
export async function load_scope(index: RunIndex, subject: SubjectRef, from: ListOf, runs: readonly Run[]): Promise<Scope> {
  if (from !== "runs") return { indexes: [index], subject: from === "subject" ? subject : null };
  const loads = await Promise.allSettled(runs.map((r) => (r.key === index.run.key ? index : load_index(r))));
  return { indexes: loads.flatMap((load) => (load.status === "fulfilled" ? [load.value] : [])), subject: null };
}

export async function find_order(scope: Scope, state: State, here: At): Promise<Order> {
  const key = JSON.stringify([scope.subject?.key, state.text, state.scope]), { indexes } = scope;
  if (last?.key !== key || last.indexes.length !== indexes.length || last.indexes.some((index, i) => index !== indexes[i])) {
    const table = make_table(scope);
    last = { key, indexes, found: search_all(table, state).then((matches) => ({ table, matches })) };
  }
  const { table, matches } = await last.found;
  return order_around(table, state, matches, here);
}
