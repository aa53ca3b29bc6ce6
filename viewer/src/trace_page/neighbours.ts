// SPDX-License-Identifier: MIT
// The traces before and after this one, in the order of the gallery that the reader came from, filters included.
import { load_index } from "../bundle/load.ts";
import type { ListOf, State } from "../state/state.ts";
import { arrange } from "../table/arrange.ts";
import { filter_table } from "../table/filter.ts";
import type { Filtered } from "../table/filter.ts";
import { take_table } from "../table/kept.ts";
import type { Matches, Search } from "../table/search.ts";
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

const search_all = (search: Search, { text, scope }: State): Promise<Matches> =>
  new Promise((resolve) => search.find(text, scope, (m) => m.pending === null && resolve(m)));

// What the list holds that the trace was reached from. Of all runs, one that can't be had is left out, as in their gallery.
export async function load_scope(index: RunIndex, subject: SubjectRef, from: ListOf, runs: readonly Run[]): Promise<Scope> {
  if (from !== "runs") return { indexes: [index], subject: from === "subject" ? subject : null };
  const loads = await Promise.allSettled(runs.map((r) => (r.key === index.run.key ? index : load_index(r))));
  return { indexes: loads.flatMap((load) => (load.status === "fulfilled" ? [load.value] : [])), subject: null };
}

export async function find_order(scope: Scope, state: State, here: At): Promise<Order> {
  const { table, search } = take_table(scope);
  return order_around(table, state, await search_all(search, state), here);
}
