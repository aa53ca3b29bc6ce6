// SPDX-License-Identifier: MIT
// A number as a link to the traces that it is about.
import type { Block, Estimate } from "../bundle/analysis.ts";
import type { Context } from "../context.ts";
import type { Run, SubjectRef } from "../types.ts";
import { name_of_start } from "./sayings.ts";
import { change_to_set, list_sets } from "./sets.ts";
import type { TraceSet, TraceSets } from "./sets.ts";

export type ToTraces = (number: string) => HTMLElement;
export interface Links { sets: TraceSets; to(set: TraceSet): ToTraces }

export const to_traces = (context: Context, run: Run, subject: SubjectRef | null, set: TraceSet): ToTraces => (number) =>
  context.link(change_to_set(run, subject, set), { class: "to-traces", title: `Show the traces ${set.name}`,
    aria: { label: `${number}: traces ${set.name}` } }, number);

export function make_links(context: Context, run: Run, subject: SubjectRef | null, block: Block): Links {
  const n_failed = subject ? subject.n_failed : run.subjects.reduce((sum, s) => sum + s.n_failed, 0);
  return { sets: list_sets(block, name_of_start(block), n_failed), to: (set) => to_traces(context, run, subject, set) };
}

// Of a share of traces: those that have it, where any has.
export const share_to = (links: Links, set: TraceSet, e: Estimate): ToTraces | undefined => (e.value ? links.to(set) : undefined);
