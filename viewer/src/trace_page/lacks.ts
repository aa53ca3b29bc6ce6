// SPDX-License-Identifier: MIT
// What the source of an imported trace did not tell, in plain words.
import { h } from "../dom/h.ts";
import { isolated } from "../text/render.ts";
import type { TraceModel } from "./model.ts";

const kParts = new Map<string, string>([
  ["tokens", "where its tokens begin and end (the thinking is one text)"],
  ["token_ids", "token ids"],
  ["position_0", "what would be answered before any thinking (the curve begins later)"],
  ["exact_probabilities", "exact probabilities (they are rounded, and the mass with them)"],
  ["probes", "any forced answer"],
  ["seed", "the seed"],
  ["prompt", "the prompt as the model saw it"],
]);

export const lacks_part = (model: TraceModel, part: string): boolean => model.detail.lacks.includes(part);

// Words that this viewer does not know are shown as they are.
export function source_note(model: TraceModel): HTMLElement | null {
  const { lacks } = model.detail;
  if (lacks.length === 0) return null;
  return h("div", { class: "source-note", role: "note", aria: { label: "What the source does not tell" } },
    h("p", {}, "What the source does not tell:"),
    h("ul", {}, ...lacks.map((word) => h("li", {}, kParts.get(word) ?? isolated(word)))));
}
