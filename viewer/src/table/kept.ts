// SPDX-License-Identifier: MIT
// The last table and its search: a gallery and the traces that are opened from it are about the same.
import type { SubjectRef } from "../types.ts";
import { make_search } from "./search.ts";
import type { Search } from "./search.ts";
import { make_table } from "./table.ts";
import type { Scope, TraceTable } from "./table.ts";

export interface Kept { table: TraceTable; search: Search }

let last: (Kept & { subject: SubjectRef | null }) | null = null;

// A run that has grown has another index, and so another table.
export function take_table(scope: Scope): Kept {
  const { indexes, subject } = scope;
  if (last?.subject !== subject || last.table.indexes.length !== indexes.length || last.table.indexes.some((index, i) => index !== indexes[i])) {
    last?.search.forget();
    const table = make_table(scope);
    last = { table, search: make_search(table), subject };
  }
  return last;
}
