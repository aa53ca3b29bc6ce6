// SPDX-License-Identifier: MIT
// The traces that a page is about as one table: a row a trace, a field a column. Everything that sorts, filters, groups,
// counts or writes a file goes by fields, so a number that a bundle brings is at once a number to sort by.
import { kClasses, kStops } from "../bundle/index.ts";
import type { NumberColumn, RunIndex, SubjectRef, Unit } from "../types.ts";

export interface NumberField { kind: "number"; key: string; name: string; explain: string; unit: Unit; values: Float64Array } // NaN: none.
export interface CategoryField { kind: "category"; key: string; name: string; explain: string; values: Int32Array; names: readonly string[]; // -1: none.
  notes?: readonly string[] } // What is to be said beside each name.
export type Field = NumberField | CategoryField;

export interface TraceTable {
  indexes: readonly RunIndex[];
  n: number;
  run: Int32Array; // Place in `indexes`. [n]
  trace: Int32Array; // Place in that index. [n]
  fields: readonly Field[]; // In the order in which menus list them (listed_fields); keys are unique.
}

// Of one run its name is the same for all: a condition may still ask for it, and links lead from all runs to one.
export const listed_fields = ({ fields, indexes }: TraceTable): Field[] => fields.filter((f) => f.key !== "run" || indexes.length > 1);

export const field_of = (table: TraceTable, key: string): Field | undefined => table.fields.find((f) => f.key === key);

export const kRightWrong = ["right", "wrong"] as const;
const kFree = ["right", "wrong", "none"] as const;
const kClassNames = [...kClasses, "known already"] as const; // "known already" is told apart where it can be.
const kStopNames = ["closed", "budget", "end of text", "unknown", "failed"] as const;

type Of = (index: RunIndex, trace: number) => number;

const is_right = (index: RunIndex, option: number, trace: number): number =>
  option < 0 ? -1 : option === index.questions.answer[index.traces.question[trace] as number] ? 0 : 1;

// Fields of categories that every trace has. [key, name, explanation, names, place among the names]
const kCategories: readonly (readonly [string, string, string, readonly string[], Of])[] = [
  ["class", "class", "what the thinking did to the forced answer", kClassNames,
    (x, t) => (x.traces.class[t] === 2 && x.traces.known[t] === 1 ? kClassNames.length - 1 : x.traces.class[t] as number)],
  ["start", "answer at start", "the forced answer at the first probed position", kRightWrong, (x, t) => is_right(x, x.traces.top_start[t] as number, t)],
  ["end", "answer at end", "the forced answer at the last probed position", kRightWrong, (x, t) => is_right(x, x.traces.top_end[t] as number, t)],
  ["free", "free answer", "what the model itself wrote after its thinking", kFree,
    (x, t) => (x.traces.chosen[t] as number) < 0 ? 2 : is_right(x, x.traces.chosen[t] as number, t)],
  ["stop", "thinking stopped", "how the thinking ended", kStopNames, (x, t) => (x.traces.failed[t] ? kStops.length : x.traces.stop[t] as number)],
];

// Whole numbers that every trace has beside the bundle's own.
const kPlaces: readonly (readonly [string, string, string, Of])[] = [
  ["number", "question", "the question’s place in the run", (x, t) => x.traces.question[t] as number],
  ["sample", "sample", "the sample’s number", (x, t) => x.traces.sample[t] as number],
  ["options", "options", "how many options the question has", (x, t) => x.questions.n_options[x.traces.question[t] as number] as number],
];

const kWithout = ["same answer", "another answer"] as const;

// Whether the forced answer without thinking is that of the real end, where an ablation says so.
function without_field(numbers: readonly NumberField[]): CategoryField[] {
  const changed = numbers.find(({ key }) => key === "changed_if_none");
  return changed ? [{ kind: "category", key: "without", name: "without thinking", explain: "the forced answer without thinking, against the one at the real end",
    names: kWithout, values: Int32Array.from(changed.values, (v) => (Number.isNaN(v) ? -1 : Number(v > 0))) }] : [];
}

export interface Scope { indexes: readonly RunIndex[]; subject: SubjectRef | null } // subject: of the one run there then is.

function rows_of({ indexes, subject }: Scope): { run: Int32Array; trace: Int32Array } {
  const run: number[] = [], trace: number[] = [];
  indexes.forEach((index, r) => {
    const place = subject ? index.run.subjects.indexOf(subject) : -1;
    for (let t = 0; t < index.n_traces; t++) {
      if (subject && index.questions.subject[index.traces.question[t] as number] !== place) continue;
      run.push(r);
      trace.push(t);
    }
  });
  return { run: Int32Array.from(run), trace: Int32Array.from(trace) };
}

// Names of runs and subjects; subjects of one name in several runs are one.
function name_fields(indexes: readonly RunIndex[], run: Int32Array, trace: Int32Array): CategoryField[] {
  const names: string[] = [], place = new Map<string, number>();
  const of = indexes.map((index) => index.run.subjects.map((s) => {
    const at = place.get(s.key) ?? names.push(s.key) - 1;
    place.set(s.key, at);
    return at;
  }));
  const subject = trace.map((t, i) => {
    const index = indexes[run[i] as number] as RunIndex;
    return (of[run[i] as number] as number[])[index.questions.subject[index.traces.question[t] as number] as number] as number;
  });
  const runs: CategoryField = { kind: "category", key: "run", name: "run", explain: "the run’s name", values: run, names: indexes.map((x) => x.run.key) };
  return [runs, { kind: "category", key: "subject", name: "subject", explain: "the question’s subject", values: subject, names }];
}

// Clusters are of one run: those of another run are others. They go by number, with where their mean curve begins and ends.
function cluster_field(indexes: readonly RunIndex[], trace: Int32Array): CategoryField[] {
  const [index, more] = indexes;
  if (!index || more || index.clusters.length === 0) return [];
  const two = (p: number | undefined): string => (p ?? NaN).toFixed(2);
  const notes = index.clusters.map((centre) => `P(right) ${two(centre[0])} → ${two(centre.at(-1))}`);
  return [{ kind: "category", key: "cluster", name: "cluster", explain: "traces whose curves of P(right) have one shape", notes,
    names: index.clusters.map((_, i) => String(i + 1)),
    values: trace.map((t) => (index.traces.failed[t] ? -1 : index.traces.cluster[t] as number)) }];
}

export function make_table(scope: Scope): TraceTable {
  const { indexes } = scope, { run, trace } = rows_of(scope), n = trace.length;
  const each = (of: Of) => (_: number, i: number): number => of(indexes[run[i] as number] as RunIndex, trace[i] as number);
  const categories = kCategories.map(([key, name, explain, names, of]): CategoryField => {
    const read = each((x, t) => (x.traces.failed[t] && key !== "stop" ? -1 : of(x, t)));
    return { kind: "category", key, name, explain, names, values: Int32Array.from({ length: n }, read as (v: unknown, i: number) => number) };
  });
  const places = kPlaces.map(([key, name, explain, of]): NumberField =>
    ({ kind: "number", key, name, explain, unit: "count", values: Float64Array.from({ length: n }, each(of) as (v: unknown, i: number) => number) }));
  const taken = new Set([...categories, ...places].map((f) => f.key).concat("run", "subject", "without"));
  const numbers: NumberField[] = [];
  const of_run = (index: RunIndex): NumberColumn[] => [...index.numbers, ...index.probing];
  for (const column of indexes.flatMap(of_run)) {
    if (taken.has(column.key)) continue;
    taken.add(column.key);
    const columns = indexes.map((index): NumberColumn | undefined => of_run(index).find((c) => c.key === column.key));
    numbers.push({ kind: "number", key: column.key, name: column.name, explain: column.explain, unit: column.unit,
      values: Float64Array.from(trace, (t, i) => columns[run[i] as number]?.values[t] ?? NaN) });
  }
  return { indexes, n, run, trace, fields: [...numbers, ...places, ...without_field(numbers), ...categories, ...cluster_field(indexes, trace), ...name_fields(indexes, run, trace)] };
}
