// SPDX-License-Identifier: MIT
// The questions of one subject, or of all subjects of a run, as they arrive.
import { load_subject } from "../bundle/chunks.ts";
import type { Run, SubjectRef } from "../types.ts";
import type { Entry } from "./order.ts";

const kAtOnce = 4;

export interface Loaded {
  entries: Entry[];
  subjects_done: number;
  errors: unknown[];
}

// Calls `on_more` after each subject; its entries are in the order of the run.
export async function load_entries(run: Run, subjects: readonly SubjectRef[],
  on_more: (loaded: Loaded) => void): Promise<Loaded> {
  const parts = new Map<SubjectRef, Entry[]>();
  const loaded: Loaded = { entries: [], subjects_done: 0, errors: [] };
  const queue = [...subjects];
  const work = async (): Promise<void> => {
    for (let subject = queue.shift(); subject; subject = queue.shift()) {
      const mine = subject;
      try {
        const questions = await load_subject(mine.chunk);
        const place = run.subjects.indexOf(mine);
        parts.set(mine, questions.map((question) => ({ subject: mine, place, question, traces: question.traces })));
      } catch (error) {
        loaded.errors.push(error);
      }
      loaded.subjects_done++;
      loaded.entries = subjects.flatMap((s) => parts.get(s) ?? []);
      on_more(loaded);
    }
  };
  await Promise.all(Array.from({ length: Math.min(kAtOnce, subjects.length) }, work));
  return loaded;
}
