// SPDX-License-Identifier: MIT
// The bar at the bottom of the window with the traces that are picked.
import { load_strips } from "../bundle/load.ts";
import type { Look } from "../colour/cells.ts";
import type { Context } from "../context.ts";
import { cover_below } from "../dom/edges.ts";
import { h, replace } from "../dom/h.ts";
import { kMaxPicks } from "../state/state.ts";
import { plural } from "../text/numbers.ts";
import { kMostShown } from "../tray/picks.ts";
import type { Picked } from "../tray/picks.ts";
import { choose_shape } from "./layout.ts";
import { fill_thumbnail, make_thumbnail } from "./thumbnail.ts";
import { name_trace, page_of } from "./trace_words.ts";

const kWidth = 34; // Of a picture, in pixels.
const kTallest = 36;

function make_item(context: Context, pick: string, found: Picked | null, look: Look): HTMLElement {
  const remove = h("button", { type: "button", class: "tray-remove", aria: { label: `Remove ${found ? name_trace(found.index, found.trace).toLowerCase() : `trace ${pick}`}` },
    on: { click: () => context.go({ picks: context.state().picks.filter((p) => p !== pick) }, "replace") } }, "×");
  if (!found) return h("li", { class: "tray-item" }, h("span", { class: "thumb-empty" }, pick.slice(0, 4)), remove);
  const { index, trace } = found, n_tokens = index.traces.n_tokens[trace] as number;
  const subject = { index, trace, question: null, strip: null };
  const options = { shape: choose_shape([n_tokens], kWidth, 1 / window.devicePixelRatio), look };
  const link = make_thumbnail(context, subject, { ...options, captions: false, change: page_of(index, trace, "subject") });
  link.style.maxHeight = `${kTallest}px`;
  const shelf = index.questions.shelf[index.traces.question[trace] as number] as number;
  // Pictures that can't be had are told of by the page that shows them all.
  load_strips(index, shelf).then((strips) => fill_thumbnail(link, { ...subject, strip: strips[trace - (index.shelves[shelf]?.first_trace ?? 0)] ?? null }, options),
    () => undefined);
  return h("li", { class: "tray-item" }, link, remove);
}

// `find` looks the pick up; null: it is of a run that is not there.
export function make_tray_bar(context: Context, find: (pick: string) => Picked | null) {
  const list = h("ul", { class: "tray-list" }), count = h("p", { class: "tray-count" });
  const compare = context.link({ page: "tray", question: null, cursor: null }, { class: "tray-compare" }, "Compare");
  const hint = h("p", { class: "quiet" });
  const clear = h("button", { type: "button", class: "plain", on: { click: () => context.go({ picks: [] }, "replace") } }, "Clear");
  const element = h("section", { class: "tray-bar", hidden: true, aria: { label: "Picked traces" } },
    count, list, h("div", { class: "tray-actions" }, hint, clear, compare));
  cover_below(element);
  let key = "";
  // Drawn anew only where something of it is another.
  const show = (picks: readonly string[], look: Look): void => {
    element.hidden = picks.length === 0;
    const found = picks.map(find), next = [look.colouring, look.palette, ...picks.map((p, i) => `${p}${found[i] ? 1 : 0}`)].join(" ");
    if (next === key) return;
    key = next;
    const few = picks.length < 2, many = picks.length > kMostShown;
    compare.hidden = few;
    count.textContent = `${plural(picks.length, "trace")} picked`;
    hint.textContent = picks.length >= kMaxPicks ? "An address holds no more" : few ? "Pick another to compare" : many ? `${kMostShown} at a time` : "";
    const focused = document.activeElement instanceof HTMLElement && list.contains(document.activeElement);
    replace(list, ...picks.map((pick, i) => make_item(context, pick, found[i] ?? null, look)));
    if (focused) (list.querySelector<HTMLElement>("button") ?? clear).focus();
  };
  return { element, show };
}
