// SPDX-License-Identifier: MIT
// The questions before and after this one, in the order of the gallery that
// the reader came from, filters included.
import { arrange } from "../gallery/order.ts";
import type { Entry } from "../gallery/order.ts";
import type { State, SubjectRef } from "../types.ts";

export interface Neighbours { before: Entry | null; after: Entry | null; place: number; of: number }

// The question itself always counts, even where the filters leave it out.
export function find_neighbours(entries: readonly Entry[], state: State, subject: SubjectRef, id: string): Neighbours {
  const is_here = (e: Entry): boolean => e.subject === subject && e.question.id === id;
  let list = arrange(entries, state);
  let place = list.findIndex(is_here);
  if (place < 0) {
    list = arrange(entries, { ...state, end: "any", stop: "any", text: "" });
    place = list.findIndex(is_here);
  }
  if (place < 0) return { before: null, after: null, place: 0, of: 0 };
  return { before: list[place - 1] ?? null, after: list[place + 1] ?? null, place, of: list.length };
}

export function change_to(entry: Entry): Partial<State> {
  return { subject: entry.subject.key, question: entry.question.id, sample: entry.traces[0]?.sample ?? 0, cursor: null };
}
