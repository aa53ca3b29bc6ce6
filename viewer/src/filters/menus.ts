// SPDX-License-Identifier: MIT
// Which fields the menus list, and under which heads.
import type { Place } from "../context.ts";
import type { GroupKey } from "../state/state.ts";
import { listed_fields } from "../table/table.ts";
import type { Field, NumberField, TraceTable } from "../table/table.ts";

export interface MenuGroup { name: string; falls: boolean; fields: Field[] } // falls: who sorts by one wants the largest first.

const kPlaces = ["number", "sample", "subject", "run"]; // Where a trace stands, rather than what is in it.

export function sort_menu(table: TraceTable): MenuGroup[] {
  const fields = listed_fields(table), is_place = (f: Field): boolean => kPlaces.includes(f.key);
  const groups = [
    { name: "Numbers of the trace", falls: true, fields: fields.filter((f) => f.kind === "number" && !is_place(f)) },
    { name: "Places", falls: false, fields: fields.filter(is_place) },
    { name: "Categories", falls: false, fields: fields.filter((f) => f.kind === "category" && !is_place(f)) },
  ];
  return groups.filter((g) => g.fields.length > 0);
}

// The numbers that have a histogram without being asked for.
const kUsual = ["length", "p_start", "p_end", "change", "t_exit", "performative_share", "flips", "entropy_end", "p_if_none", "free_gap", "pivots", "pivot_change"];

const has_some = (field: NumberField): boolean => field.values.some((v) => !Number.isNaN(v));

export interface NumberChoice { shown: NumberField[]; others: NumberField[] }

// `asked`: keys that are shown too, whatever they hold.
export function choose_numbers(table: TraceTable, asked: ReadonlySet<string>): NumberChoice {
  const numbers = table.fields.filter((f): f is NumberField => f.kind === "number");
  const is_shown = (f: NumberField): boolean => asked.has(f.key) || (kUsual.includes(f.key) && has_some(f));
  const place = (f: NumberField): number => (kUsual.indexOf(f.key) + kUsual.length + 1) % (kUsual.length + 1); // The others last.
  const shown = numbers.filter(is_shown).sort((a, b) => place(a) - place(b));
  return { shown, others: numbers.filter((f) => !is_shown(f) && has_some(f)) };
}

const kGroupNames: Record<GroupKey, string> = { none: "nothing", run: "run", subject: "subject", question: "question", class: "class", cluster: "cluster" };

// What can be grouped by on the page of a place, with what the address asks for.
export function group_choices(place: Place, table: TraceTable | null, chosen: GroupKey): { value: GroupKey; name: string }[] {
  const fits: Record<GroupKey, boolean> = { none: true, run: place.run === null && (table?.indexes.length ?? 1) > 1, subject: place.subject === null, question: true, class: true,
    cluster: table?.fields.some((f) => f.key === "cluster") ?? false };
  return (Object.keys(kGroupNames) as GroupKey[]).filter((key) => fits[key] || key === chosen).map((value) => ({ value, name: kGroupNames[value] }));
}
