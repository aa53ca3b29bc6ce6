// SPDX-License-Identifier: MIT
// The order in which rows are shown, and the groups they stand in.
import type { State } from "../state/state.ts";
import type { Filtered } from "./filter.ts";
import { field_of } from "./table.ts";
import type { TraceTable } from "./table.ts";

export interface Group { key: string; name: string; rows: Int32Array } // rows: of the table, in order.
// rows: those of the groups, one after another. Without grouping there is one group, whose name is empty.
export interface Arrangement { n: number; rows: Int32Array; groups: Group[] }

interface Order { values: Float64Array | Int32Array; sign: number; none(value: number): boolean }

// Categories are ordered as their names are listed.
function orders_of(table: TraceTable, sort: State["sort"]): Order[] {
  return sort.flatMap(({ key, descending }) => {
    const field = field_of(table, key), sign = descending ? -1 : 1;
    if (!field) return [];
    return [{ values: field.values, sign, none: field.kind === "number" ? Number.isNaN : (place: number) => place < 0 }];
  });
}

// What is missing comes last in both directions.
function by_value(a: number, b: number, { sign, none }: Order): number {
  if (a === b) return 0;
  const lacks = Number(none(a)) - Number(none(b));
  return lacks !== 0 ? lacks : none(a) ? 0 : a < b ? -sign : sign;
}

// Numbers whose rising order is that of by_value(). [n]
function rising({ values, sign, none }: Order): Float64Array {
  const keys = new Float64Array(values.length);
  for (let row = 0; row < keys.length; row++) keys[row] = none(values[row] as number) ? Infinity : sign * (values[row] as number);
  return keys;
}

// REQUIRES: `rows` in the table's order, in which ties stay. Sorts in place.
function sort_rows(rows: Int32Array, orders: readonly Order[]): void {
  if (orders.length === 0) return;
  const keys = orders.map(rising);
  rows.sort((a, b) => {
    for (const key of keys) if (key[a] !== key[b]) return (key[a] as number) < (key[b] as number) ? -1 : 1;
    return a - b;
  });
}

interface Key { key: string; name: string; place: number } // place: where groups have an order of their own.
interface Members extends Key { rows: number[]; first: number } // first: row of the table.

// Which group a row belongs to.
function keys_of(table: TraceTable, group: State["group"]): (row: number) => Key {
  if (group === "question") {
    // The same question in several runs is one group. Its text is not in the table: the name is its id.
    return (row) => {
      const index = table.indexes[table.run[row] as number], id = index?.questions.id[index.traces.question[table.trace[row] as number] as number] ?? "";
      return { key: id, name: id, place: 0 };
    };
  }
  if (group === "run") {
    return (row) => {
      const key = table.indexes[table.run[row] as number]?.run.key ?? "";
      return { key, name: key, place: 0 };
    };
  }
  const field = field_of(table, group), is_fixed = group === "class" || group === "cluster";
  const none = { key: "", name: `no ${group}`, place: Infinity };
  if (field?.kind !== "category") return () => none;
  // A cluster's name is its number alone.
  const known = field.names.map((name, place) => ({ key: name, name: group === "cluster" ? `cluster ${name}` : name, place: is_fixed ? place : 0 }));
  return (row) => known[field.values[row] as number] ?? none;
}

function collect(table: TraceTable, rows: Int32Array, group: State["group"]): Members[] {
  const key_of = keys_of(table, group), groups = new Map<string, Members>();
  for (const row of rows) {
    const of = key_of(row), there = groups.get(of.key);
    if (there) {
      there.rows.push(row);
      there.first = Math.min(there.first, row);
    } else groups.set(of.key, { ...of, rows: [row], first: row });
  }
  return [...groups.values()];
}

function mean(rows: readonly number[], { values, none }: Order): number {
  let sum = 0, n = 0;
  for (const row of rows) {
    const value = values[row] as number;
    if (none(value)) continue;
    sum += value;
    n++;
  }
  return n === 0 ? NaN : sum / n;
}

// Classes and clusters keep their fixed order. Other groups go by the mean of the first sort key over their rows, and without one, and
// on ties, by their first row in the table's order.
function order_groups(groups: Members[], first: Order | undefined): void {
  const mean_order = first && { ...first, none: Number.isNaN };
  const means = new Map(groups.map((g) => [g, first ? mean(g.rows, first) : NaN]));
  groups.sort((a, b) => {
    const fixed = a.place === b.place ? 0 : a.place - b.place;
    if (fixed !== 0) return fixed;
    return (mean_order ? by_value(means.get(a) as number, means.get(b) as number, mean_order) : 0) || a.first - b.first;
  });
}

export function arrange(table: TraceTable, filtered: Filtered, state: Pick<State, "sort" | "group">): Arrangement {
  const { n, mask } = filtered, rows = new Int32Array(n);
  for (let row = 0, at = 0; row < mask.length; row++) if (mask[row]) rows[at++] = row;
  const orders = orders_of(table, state.sort);
  sort_rows(rows, orders);
  if (state.group === "none") return { n, rows, groups: [{ key: "", name: "", rows }] };
  const members = collect(table, rows, state.group);
  order_groups(members, orders[0]);
  const all = new Int32Array(n);
  let at = 0;
  const groups = members.map(({ key, name, rows: list }): Group => {
    all.set(list, at);
    at += list.length;
    return { key, name, rows: all.subarray(at - list.length, at) };
  });
  return { n, rows: all, groups };
}
