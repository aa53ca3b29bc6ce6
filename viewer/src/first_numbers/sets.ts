// SPDX-License-Identifier: MIT
// The set of traces that each of the first numbers is about, as filters of the gallery. Where the analysis leaves traces
// out (those that failed, were not read or were cut), the filters do too, so that the gallery counts what the number says.
import type { Block } from "../bundle/analysis.ts";
import { kNoFilters } from "../state/state.ts";
import type { SortTerm, State } from "../state/state.ts";
import type { Run, SubjectRef } from "../types.ts";

export interface TraceSet {
  name: string; // In words, after "traces": what a link to them says.
  facets: Record<string, string[]>;
  where?: string;
  sort?: SortTerm;
}
type Truth = "right" | "wrong";

const kRead = { end: ["right", "wrong"] };
const kNotFailed = ["closed", "budget", "end of text", "unknown"], kNotCut = ["closed", "unknown"];
const kThroughout = { right_throughout: ["right throughout", "known already"], wrong_throughout: ["wrong throughout"], wavering: ["wavering"] };
const kOfClass = {
  productive: ["productive"], counterproductive: ["counterproductive"], ...kThroughout,
  meaningless_effort: Object.values(kThroughout).flat(), known_already: ["known already"],
};

const falling = (key: string): SortTerm => ({ key, descending: true });
const rising = (key: string): SortTerm => ({ key, descending: false });

export const right_at = (key: "start" | "end", name: string): TraceSet =>
  ({ name: `with the right forced answer at ${name}`, facets: { [key]: ["right"] } });

// Of a run, or of one of its subjects. `start` is what the start is called; `n_failed`: traces there that failed.
export function list_sets(block: Block, start: string, n_failed: number) {
  const lacking = block.thinking_length.unknown > 0 || n_failed > 0;
  const settled = block.commitment.censored > 0 ? { ...kRead, stop: kNotCut } : kRead;
  const idle = block.commitment.performative_share.n_traces < block.commitment.t_exit_mean.n_traces; // No thinking, no share of it.
  // A free answer that is missing is wrong, but for traces of which nobody knows whether they came to one.
  const told = block.ended_unknown > 0 ? { where: "!(free == 'none' && stop == 'unknown')" } : {};
  const sorted = (name: string, facets: TraceSet["facets"], sort: SortTerm, where = ""): TraceSet => ({ name, facets, where, sort });
  return {
    all: { name: "that did not fail", facets: n_failed > 0 ? { stop: kNotFailed } : {} } as TraceSet,
    read: { name: "with a curve", facets: kRead } as TraceSet,
    not_ended: { name: "that did not end", facets: { stop: ["budget", "end of text"] } } as TraceSet,
    ended_unknown: { name: "not known to have ended", facets: { stop: ["unknown"] } } as TraceSet,
    censored: { name: "with a curve that did not end", facets: { ...kRead, stop: ["budget", "end of text"] } } as TraceSet,
    right_start: { name: `with the right forced answer ${start}`, facets: { start: ["right"] } } as TraceSet,
    right_end: right_at("end", "the end"),
    right_free: { name: "with the right free answer", facets: { free: ["right"] } } as TraceSet,
    start_end: (a: Truth, b: Truth): TraceSet =>
      ({ name: `whose forced answer is ${a} ${start} and ${b} at the end`, facets: { start: [a], end: [b] } }),
    end_free: (a: Truth, b: Truth): TraceSet => ({
      name: `whose forced answer is ${a} at the end and whose free answer is ${b}`,
      facets: { end: [a], free: b === "right" ? ["right"] : ["wrong", "none"] }, ...(b === "wrong" ? told : {}),
    }),
    of_class: (name: keyof typeof kOfClass): TraceSet => ({ name: `of the class ${name.replace(/_/g, " ")}`, facets: { class: kOfClass[name] } }),
    length: sorted("by falling length", {}, falling("length"), lacking ? "has(length)" : ""),
    length_unknown: { name: "whose length is not known", facets: n_failed > 0 ? { stop: kNotFailed } : {}, where: "!has(length)" } as TraceSet,
    t_exit: sorted("by falling t_exit", settled, falling("t_exit")),
    performative: sorted("by falling performative share", settled, falling("performative_share"), idle ? "has(performative_share)" : ""),
    p_at_exit: sorted("by rising P(right) at t_exit", settled, rising("p_right_at_exit")),
    flips: sorted("by falling number of flips", kRead, falling("flips")),
    other_orders: sorted("by their rising agreement with other orders", kRead, rising("order_agreement"), "has(order_agreement)"),
    // Sorted by one of the numbers that every curve has.
    by: (key: string, name: string): TraceSet => sorted(`by rising ${name}`, kRead, rising(key)),
  };
}
export type TraceSets = ReturnType<typeof list_sets>;

// The gallery of exactly these traces.
export function change_to_set(run: Run, subject: SubjectRef | null, set: TraceSet): Partial<State> {
  return { page: "gallery", run: run.key, subject: subject?.key ?? null, ...kNoFilters, facets: set.facets, where: set.where ?? "",
    sort: set.sort ? [set.sort] : [] };
}
