// SPDX-License-Identifier: MIT
// From the ids that the address holds to traces, and what is said where that does not work out.
import type { RunIndex } from "../types.ts";
import { plural, whole } from "../text/numbers.ts";

export const kMostShown = 8; // Side by side.

export interface Picked { pick: string; index: RunIndex; trace: number }
// lost: runs that could not be looked through.
export interface Picks { found: Picked[]; unknown: string[]; lost: number }

const first_hit = (pick: string, indexes: readonly RunIndex[], is_it: (id: string) => boolean): Picked | undefined =>
  indexes.map((index) => ({ pick, index, trace: index.traces.id.findIndex(is_it) })).find(({ trace }) => trace >= 0);

// A whole id goes before one that only begins so; of several, the first in the order of the runs.
export function find_picks(picks: readonly string[], indexes: readonly RunIndex[], lost = 0): Picks {
  const found: Picked[] = [], unknown: string[] = [];
  for (const pick of new Set(picks)) {
    const hit = first_hit(pick, indexes, (id) => id === pick) ?? first_hit(pick, indexes, (id) => id.startsWith(pick));
    if (!hit) unknown.push(pick);
    else if (!found.some((f) => f.index === hit.index && f.trace === hit.trace)) found.push(hit);
  }
  return { found, unknown, lost };
}

export function tell_picks({ found, unknown, lost }: Picks): string[] {
  const told: string[] = [];
  if (found.length === 0 && unknown.length === 0) told.push("No traces are picked yet. Pick some in a gallery, and they stand here side by side.");
  if (unknown.length > 0) {
    told.push(`${unknown.length === 1 ? "One picked id is" : `${whole(unknown.length)} picked ids are`} of no trace in ${lost > 0 ? "what can be read of this bundle" : "this bundle"}: ${unknown.join(", ")}.`);
  }
  if (found.length === 1) told.push("One trace is picked; it takes two or more to compare.");
  if (found.length > kMostShown) told.push(`Here are the first ${kMostShown} of ${plural(found.length, "picked trace")}; remove some to see the others.`);
  return told;
}
