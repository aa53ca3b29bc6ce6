// SPDX-License-Identifier: MIT
// Places of a trace that a reader jumps to: where the forced answer turns, words at which the text does, where it settles,
// where the probability of the right option moves most, and what was searched for.
import type { Pivot } from "../bundle/experiments.ts";
import { probability } from "../colour/colouring.ts";
import { flip_places, largest_change } from "../curve/measures.ts";
import { rate_of } from "../experiments/rates.ts";
import { short_number, three_places } from "../text/numbers.ts";
import { visible_string } from "../text/visible.ts";
import type { Cue } from "./cues.ts";
import type { TraceModel } from "./model.ts";
import { position_of } from "./ranges.ts";
import type { TokenRange } from "./ranges.ts";

export interface Target { t: number; say: string }

export interface TargetKind {
  key: string; // Goes on to the next; with Shift to the one before.
  one: string;
  many: string;
  explain: string;
  none: string; // Why there is nothing to jump to.
  single?: (target: Target) => string; // Of kinds with one target at most: what stands on the button.
  targets: Target[]; // By rising t.
}

const signed = (x: number): string => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(2)}`;

function list_flips(model: TraceModel): TargetKind {
  const { tops, positions } = model, names = model.labels.map(visible_string), name = (k: number): string => names[tops[k] as number] ?? "";
  return {
    key: "f", one: "flip", many: "flips", explain: "The forced answer is another one than at the probed position before",
    none: "The forced answer is the same at every probed position",
    targets: flip_places(tops).map((k) => ({ t: positions[k] as number, say: `${name(k - 1)} to ${name(k)}` })),
  };
}

const list_cues = (cues: readonly Cue[]): TargetKind => ({
  key: "w", one: "cue word", many: "cue words", explain: "“Wait”, “But”, “So”, “the answer is” and others, underlined in the text",
  none: "The text has none of the words that are looked for", targets: cues.map((cue) => ({ t: position_of(cue), say: `“${cue.word}”` })),
});

function list_exit(model: TraceModel): TargetKind {
  return {
    key: "e", one: "t_exit", many: "t_exit", explain: "From here on the forced answer stays what it is at the end",
    none: "Nothing was read", single: ({ t }) => `t_exit ${t}`,
    targets: model.exit ? [{ t: model.exit.t, say: "the forced answer stays from here" }] : [],
  };
}

function list_change(model: TraceModel): TargetKind {
  const { readings, question, positions } = model, best = largest_change(readings, question.answer);
  const from = best ? probability(readings, question.answer, best.place - 1) : 0;
  return {
    key: "j", one: "largest change", many: "largest change", explain: "The probed position that moved P(right) the most",
    none: "P(right) never moves", single: () => `largest change ${signed(best?.change ?? 0)}`,
    targets: best ? [{ t: positions[best.place] as number, say: `P(right) from ${three_places(from)} to ${three_places(from + best.change)}` }] : [],
  };
}

// Tokens that change the chance of the right answer, where they were looked for.
export const pivots_of = ({ experiments }: TraceModel): Pivot[] =>
  experiments.results.flatMap(({ pivots }) => pivots ?? []).sort((a, b) => a.token - b.token);

const list_pivots = (model: TraceModel): TargetKind => ({
  key: "v", one: "pivot", many: "pivots", explain: "A token that changes the share of free continuations that succeed",
  none: "No token was found that changes the share of free continuations that succeed",
  targets: pivots_of(model).map(({ token, before, after }) =>
    ({ t: token + 1, say: `from ${short_number(rate_of(before).share)} to ${short_number(rate_of(after).share)}` })),
});

// Beside the matches of a search, which come and go with it.
export const list_kinds = (model: TraceModel, cues: readonly Cue[]): TargetKind[] =>
  [list_flips(model), list_cues(cues), list_exit(model), list_change(model), ...(model.experiments.results.some((r) => r.pivots) ? [list_pivots(model)] : [])];

export const list_matches = (ranges: readonly TokenRange[], text: string): TargetKind => ({
  key: "m", one: "match", many: "matches", explain: `Where the thinking holds what is searched for: ${visible_string(text)}`,
  none: "The search text is not in this trace’s thinking", targets: ranges.map((range) => ({ t: position_of(range), say: "" })),
});

// The target after or before t, and around the ends; null where there is none.
export function next_target(targets: readonly Target[], t: number, step: 1 | -1): number | null {
  if (targets.length === 0) return null;
  if (step > 0) {
    const next = targets.findIndex((target) => target.t > t);
    return next < 0 ? 0 : next;
  }
  const before = targets.filter((target) => target.t < t).length - 1;
  return before < 0 ? targets.length - 1 : before;
}
