// SPDX-License-Identifier: MIT
// What a gallery page is about: the table of its traces, the texts of its questions, its pictures and its search.
import { load_index, load_questions } from "../bundle/load.ts";
import type { Context, Place } from "../context.ts";
import { take_table } from "../table/kept.ts";
import type { Search } from "../table/search.ts";
import type { TraceTable } from "../table/table.ts";
import { find_picks } from "../tray/picks.ts";
import type { Picked } from "../tray/picks.ts";
import type { QuestionText, Run, RunIndex } from "../types.ts";
import { make_pictures } from "./pictures.ts";
import type { Pictures, PicturesOptions } from "./pictures.ts";

export interface Source {
  table: TraceTable;
  questions: (QuestionText[] | null)[]; // By run; null: not there yet, or lost.
  pictures: Pictures;
  search: Search;
  stop(): void;
}

// The runs of the place in the manifest as it is now.
export function runs_of(context: Context, place: Place): Run[] {
  const { run } = place, { runs } = context.manifest;
  return run === null ? [...runs] : runs.filter((r) => r.key === run.key);
}

export interface SourceOptions extends PicturesOptions { texts(): void } // texts: of the questions of a run have come.

// Loads what sorting and filtering need, and sets the rest going. A run that can't be had is told of and left out.
export async function load_source(context: Context, place: Place, options: SourceOptions): Promise<Source> {
  const loads = await Promise.allSettled(runs_of(context, place).map(load_index));
  for (const load of loads) if (load.status === "rejected") options.failed(load.reason);
  const indexes = loads.flatMap((load) => (load.status === "fulfilled" ? [load.value] : []));
  const subject = place.subject && (indexes[0]?.run.subjects.find((s) => s.key === place.subject?.key) ?? null);
  const { table, search } = take_table({ indexes, subject }), questions: Source["questions"] = indexes.map(() => null);
  let gone = false;
  indexes.forEach((index, run) => {
    load_questions(index.run).then((texts) => {
      questions[run] = texts;
      if (!gone) options.texts();
    }, options.failed);
  });
  const pictures = make_pictures(table, options);
  return { table, questions, pictures, search, stop() {
    gone = true;
    pictures.stop();
  } };
}

// Looks picks up in the indexes that are there. One that is not found may be of another run of the bundle: those are then
// loaded, and `told` is called when there is more to find.
export function make_finder(context: Context, told: () => void) {
  const known = new Map<string, RunIndex>(), found = new Map<string, Picked>(); // By chunk, and by pick.
  let is_loading = false;
  const load_others = (): void => {
    const missing = context.manifest.runs.filter((run) => !known.has(run.index));
    if (is_loading || missing.length === 0) return;
    is_loading = true;
    void Promise.allSettled(missing.map(async (run) => { known.set(run.index, await load_index(run)); })).then(told);
  };
  return {
    add: (index: RunIndex): void => { known.set(index.run.index, index); },
    find(pick: string): Picked | null {
      const hit = found.get(pick) ?? find_picks([pick], [...known.values()]).found[0];
      if (hit) found.set(pick, hit);
      else load_others();
      return hit ?? null;
    },
  };
}
