// SPDX-License-Identifier: MIT
// Two runs side by side: all that the page of a comparison shows, put together from their indexes.
import { load_index, load_questions } from "../bundle/load.ts";
import type { QuestionText, Run, RunIndex } from "../types.ts";
import { match_questions } from "./match.ts";
import type { Matched } from "./match.ts";
import { common_answers, list_measures, pair_values } from "./measures.ts";
import type { Measure, PairedValues } from "./measures.ts";
import { differ_at_end } from "./order.ts";

export interface Side { index: RunIndex; texts: QuestionText[]; answers: Int32Array } // answers: see common_answers().

export interface Comparison {
  first: Side;
  second: Side;
  matched: Matched;
  measures: Measure[];
  values(key: string): PairedValues; // Of the common questions.
  differs: boolean[]; // The commonest forced answers at the end differ. [matched.n]
}

async function load_side(run: Run): Promise<Side> {
  const [index, texts] = await Promise.all([load_index(run), load_questions(run)]);
  return { index, texts, answers: common_answers(index) };
}

export async function load_comparison(a: Run, b: Run): Promise<Comparison> {
  const [first, second] = await Promise.all([load_side(a), load_side(b)]), matched = match_questions(first.index, second.index);
  const known = new Map<string, PairedValues>();
  return {
    first, second, matched, measures: list_measures(first.index, second.index),
    values(key) {
      const values = known.get(key) ?? pair_values(first.index, second.index, matched, key);
      known.set(key, values);
      return values;
    },
    differs: Array.from(matched.first, (q, i) => differ_at_end(first.answers[q] as number, second.answers[matched.second[i] as number] as number)),
  };
}

export interface Setting { name: string; first: string | null; second: string | null } // null: not told.

// What the runs were told to do otherwise, and the models if they are two.
export function differing_settings(a: Run, b: Run): Setting[] {
  const of = (run: Run): Map<string, string> => new Map([["model", run.model.name], ...run.settings]);
  const first = of(a), second = of(b), names = new Set([...first.keys(), ...second.keys()]);
  return [...names].map((name) => ({ name, first: first.get(name) ?? null, second: second.get(name) ?? null }))
    .filter((s) => s.first !== s.second);
}
