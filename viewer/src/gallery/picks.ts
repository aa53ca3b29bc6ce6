// SPDX-License-Identifier: MIT
// Picking traces, to look at a few of them side by side. Picks are part of the address, so they go along from page to page.
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import { kMaxPicks, kPickLength } from "../state/state.ts";
import type { RunIndex } from "../types.ts";
import { name_trace } from "./trace_words.ts";

export const pick_of = (index: RunIndex, trace: number): string => (index.traces.id[trace] as string).slice(0, kPickLength);

export function toggle_pick(context: Context, index: RunIndex, trace: number): void {
  const { picks } = context.state(), pick = pick_of(index, trace);
  if (picks.includes(pick)) {
    context.go({ picks: picks.filter((p) => p !== pick) }, "replace");
    context.announce(`${name_trace(index, trace)} is no longer picked`);
  } else if (picks.length >= kMaxPicks) {
    context.announce(`${kMaxPicks} traces are picked already, which is as many as an address holds`);
  } else {
    context.go({ picks: [...picks, pick] }, "replace");
    context.announce(`${name_trace(index, trace)} is picked`);
  }
}

// Stands over the picture's corner. The tab key reaches the one of the picture that has the focus.
export function make_pick_button(context: Context, index: RunIndex, trace: number): HTMLButtonElement {
  return h("button", { type: "button", class: "pick", tabindex: -1, data: { pick: pick_of(index, trace) },
    aria: { label: `Pick ${name_trace(index, trace).toLowerCase()}`, pressed: String(context.state().picks.includes(pick_of(index, trace))) },
    on: { click: () => toggle_pick(context, index, trace) } });
}

// Brings what is on the page in line with the picks.
export function mark_picks(within: Element, picks: readonly string[]): void {
  const picked = new Set(picks);
  for (const tile of within.querySelectorAll<HTMLElement>("[data-trace]")) {
    tile.classList.toggle("is-picked", picked.has((tile.dataset["trace"] ?? "").slice(0, kPickLength)));
  }
  for (const button of within.querySelectorAll<HTMLElement>("button.pick")) {
    button.setAttribute("aria-pressed", String(picked.has(button.dataset["pick"] ?? "")));
  }
}
