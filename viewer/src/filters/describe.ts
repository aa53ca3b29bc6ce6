// SPDX-License-Identifier: MIT
// What a gallery shows, in one line.
import type { State } from "../state/state.ts";
import type { Arrangement } from "../table/arrange.ts";
import { field_of } from "../table/table.ts";
import type { TraceTable } from "../table/table.ts";
import { plural, whole } from "../text/numbers.ts";
import { visible_string } from "../text/visible.ts";

function count_questions(table: TraceTable, rows: Iterable<number>): number {
  const seen = table.indexes.map((index) => new Uint8Array(index.n_questions));
  let n = 0;
  for (const row of rows) {
    const run = table.run[row] as number, question = table.indexes[run]?.traces.question[table.trace[row] as number] as number;
    const of_run = seen[run] as Uint8Array;
    if (!of_run[question]) n++;
    of_run[question] = 1;
  }
  return n;
}

const share_of = (shown: number, all: number, one: string): string => (shown < all ? `${whole(shown)} of ${plural(all, one)}` : plural(all, one));

function order_of(table: TraceTable, sort: State["sort"]): string {
  const terms = sort.flatMap(({ key, descending }) => {
    const field = field_of(table, key);
    return field ? [`${visible_string(field.name)}, ${descending ? "falling" : "rising"}`] : [];
  });
  if (terms.length > 0) return `sorted by ${terms.join(", then by ")}`;
  return table.indexes.length > 1 ? "in the order of the runs" : "in the order of the run";
}

// "214 of 1 510 traces, 120 of 700 questions; sorted by length, falling; grouped by class"
export function describe_view(table: TraceTable, arrangement: Arrangement, state: Pick<State, "sort" | "group">): string {
  const questions = count_questions(table, arrangement.rows), all = count_questions(table, table.run.keys());
  const sizes = `${share_of(arrangement.n, table.n, "trace")}, ${share_of(questions, all, "question")}`;
  return [sizes, order_of(table, state.sort), ...(state.group === "none" ? [] : [`grouped by ${state.group}`])].join("; ");
}
