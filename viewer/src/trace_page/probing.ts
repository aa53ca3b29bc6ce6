// SPDX-License-Identifier: MIT
// What was read of an adaptively probed trace and what was interpolated, in words.
import { count_read, rows_around } from "../curve/interpolated.ts";
import { h } from "../dom/h.ts";
import { small_number, whole } from "../text/numbers.ts";
import type { TraceModel } from "./model.ts";
import type { TokenRange } from "./ranges.ts";

export const is_adaptive = ({ detail }: TraceModel): boolean => detail.interpolated.length > 0;

// How the row at position t was come by; null where there is none, or nothing else than reading was done.
export function tell_row(model: TraceModel, t: number): string | null {
  const k = model.at[t] ?? -1, around = rows_around(model.interpolated, k);
  if (!is_adaptive(model) || k < 0) return null;
  return around ? `interpolated between t = ${model.positions[around.before]} and t = ${model.positions[around.after]}` : "read";
}

export const is_interpolated = ({ at, interpolated }: TraceModel, t: number): boolean => interpolated[at[t] ?? -1] === 1;

// The tokens after which nothing was read.
export function tokens_between_probes({ detail: { interpolated } }: TraceModel): TokenRange[] {
  return Array.from({ length: interpolated.length / 2 }, (_, i) => {
    const from = (interpolated[2 * i] as number) - 1;
    return { from, to: from + (interpolated[2 * i + 1] as number) };
  });
}

export function probing_text(model: TraceModel): string {
  const { interpolated, detail: { error } } = model;
  return `${whole(count_read(interpolated))} of ${whole(interpolated.length)} positions read` +
    (error ? `; estimated mean error of a probability ${small_number(error.mean)} (below ${small_number(error.upper)} for 9 traces of 10)` : "");
}

export const probing_facts = (model: TraceModel): HTMLElement | null =>
  is_adaptive(model) ? h("p", { class: "probing" }, h("b", {}, "Probed adaptively"), `: ${probing_text(model)}.`) : null;
