// SPDX-License-Identifier: MIT
// What the words of the first numbers mean; docs/method.md defines them in full.
import { h } from "../dom/h.ts";

const kWords: readonly (readonly [string, string])[] = [
  ["start, end", "the first and the last probed position of a trace. Where an import has no reading before the first token, " +
    "the start is called what it is: after 1 token"],
  ["forced answer right", "share of traces in which the most likely option is the right one, were thinking stopped there"],
  ["free answer right", "share of traces in which the answer that the model wrote itself is right; one that names no option is wrong"],
  ["P(right)", "the probability of the right option, a mean over traces"],
  ["mass", "the sum of the options’ probabilities. Where it is low, the forced answer is not a natural thing to say there, " +
    "and its probabilities mean little"],
  ["productive", "wrong at the start, right at the end"],
  ["counterproductive", "right at the start, wrong at the end"],
  ["meaningless effort", "no net change; its parts are right throughout (at every probed position), wrong throughout (at none) " +
    "and wavering (the rest)"],
  ["known already", "right throughout, and at the start the right option also wins in more than half of those other orders of " +
    "the options in which it stands at another label. Defined only where other orders were read"],
  ["t_exit", "the position from which the forced answer stays what it is at the end"],
  ["performative share", "(end − t_exit) / end: the part of the thinking in which stopping early would not have changed the " +
    "forced answer. Traces that were cut are left out. Stable is not the same as known: a model that always prefers label 1 is " +
    "stable as well, so read it with P(right) at t_exit, the labels and the other orders"],
  ["P(right) at t_exit", "how good the answer is from which the trace no longer moves"],
  ["prior", "what each label gets where there is nothing to answer; “the prior’s label is right” is the share of traces that " +
    "always answering its top label would have right"],
  ["same option, same label in other orders", "the questions were read again with their options in other orders: how often " +
    "the forced answer is the same option, and how often it stands at the same label. Knowledge gives 1 for the option, a pure " +
    "preference 1 for the label"],
  ["thinking length", "in tokens; a trace that was cut counts with the length at which it was cut"],
  ["r(length, right)", "the correlation of thinking length with being right. Over traces; within questions (traces of one " +
    "question compared, so that hard questions being long and often wrong has no part in it); within subjects. – where it is " +
    "not defined: nothing varies, or no question has two traces"],
  ["flips", "how often the forced answer differs between neighbouring probed positions"],
];

export function make_words(): HTMLElement {
  return h("details", { class: "numbers-more" }, h("summary", {}, "What these words mean"),
    h("dl", { class: "pairs" }, ...kWords.flatMap(([word, meaning]) => [h("dt", {}, word), h("dd", {}, meaning)])));
}
