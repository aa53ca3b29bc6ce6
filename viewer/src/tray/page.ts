// SPDX-License-Identifier: MIT
// The tray: picked traces, of whichever run, side by side.
import { question_at } from "../bundle/index.ts";
import { load_index, load_questions, load_strips, load_trace } from "../bundle/load.ts";
import type { Context, Page } from "../context.ts";
import { segmented } from "../dom/controls.ts";
import { make_copy_link } from "../dom/copy.ts";
import { h, replace } from "../dom/h.ts";
import { failure, make_failures } from "../dom/message.ts";
import { choose_shape } from "../gallery/layout.ts";
import { make_legend } from "../gallery/legend.ts";
import { kNoFilters } from "../state/state.ts";
import type { Align, State } from "../state/state.ts";
import { make_card, plot_trace } from "./card.ts";
import type { CardTrace } from "./card.ts";
import { make_shared_cursor } from "./cursor.ts";
import type { SharedCursor } from "./cursor.ts";
import { find_picks, kMostShown, tell_picks } from "./picks.ts";
import type { Picked } from "./picks.ts";
import { make_tray_plot } from "./plot.ts";
import { make_field_table } from "./table.ts";

const kMatrixWidth = 192; // CSS pixels.
const kAligns: { value: Align; name: string; explain: string }[] = [
  { value: "token", name: "By token", explain: "Traces begin together; each goes on for as many tokens as it has" },
  { value: "fraction", name: "By share", explain: "Traces begin and end together" },
];

// What can be had of a trace; the others stand beside it whatever it lacks.
async function load_card({ pick, index, trace }: Picked): Promise<CardTrace> {
  const place = index.traces.question[trace] as number, shelf = index.questions.shelf[place] as number, problems: unknown[] = [];
  const part = <T>(load: Promise<T>): Promise<T | null> => load.catch((error: unknown) => {
    problems.push(error);
    return null;
  });
  const question = part(load_questions(index.run).then((texts) => question_at(index, texts, place)));
  if (index.traces.failed[trace]) return { pick, index, trace, problems, question: await question, detail: null, strip: null };
  const [detail, strips] = await Promise.all([part(load_trace(index, trace)), part(load_strips(index, shelf))]);
  return { pick, index, trace, problems, question: await question, detail, strip: strips?.[trace - (index.shelves[shelf]?.first_trace ?? 0)] ?? null };
}

// The cursor for keys and fingers.
function make_slider(end: number, align: Align, cursor: SharedCursor): HTMLElement {
  const range = h("input", { type: "range", class: "tray-range" }), told = h("output", { class: "quiet" });
  range.min = "0";
  range.max = String(end);
  range.step = align === "token" ? "1" : "0.01";
  const show = (x: number): void => {
    range.value = String(x);
    const text = align === "token" ? `t = ${Math.round(x)}` : `${Math.round(100 * x)} % of the thinking`;
    told.textContent = text;
    range.setAttribute("aria-valuetext", text);
  };
  range.addEventListener("input", () => cursor.rest(Number(range.value)));
  cursor.watch(show);
  show(cursor.at());
  return h("label", { class: "tray-slider" }, h("span", { class: "field-label" }, "Thinking kept"), range, told);
}

interface View { element: HTMLElement; colour(state: State): void; destroy(): void }

function make_view(context: Context, cards: readonly CardTrace[], align: Align, remove: (pick: string) => void): View {
  const lengths = cards.map(({ index, trace }) => index.traces.n_tokens[trace] as number);
  const end = align === "token" ? Math.max(1, ...lengths) : 1, cursor = make_shared_cursor(end), shape = choose_shape(lengths, kMatrixWidth);
  const plot = make_tray_plot(cards.map(plot_trace), align, end, cursor);
  const parts = cards.map((card, place) => make_card(context, card, { place, shape, align, cursor, remove: () => remove(card.pick) }));
  const legend = make_legend(context, { strided: false,
    n_options: Math.max(2, ...cards.map(({ index, trace }) => index.questions.n_options[index.traces.question[trace] as number] as number)) });
  const colour = (state: State): void => {
    legend.show(state);
    for (const part of parts) part.colour(state);
  };
  colour(context.state());
  const element = h("div", {}, plot.element, make_slider(end, align, cursor), legend.element, h("div", { class: "tray-cards" }, ...parts.map((p) => p.element)),
    make_field_table(cards));
  return { element, colour, destroy: plot.destroy };
}

// What of the state needs the view made anew.
const content_key = (s: State): string => `${s.align} ${s.picks.join()}`;

export function make_tray_page(context: Context): Page {
  const told = h("div", { class: "tray-told" }), body = h("div"), title = h("h1", { tabindex: -1 }, "Picked traces");
  const align = segmented("Line up the traces", kAligns, (value) => context.go({ align: value }, "replace"));
  const bar = h("div", { class: "tray-tools" }, align.element, make_copy_link(context.announce));
  let state = context.state(), view: View | null = null, turn = 0, refocus: number | null = null;
  const element = h("div", { class: "tray" }, h("header", { class: "page-head" }, title), told, bar, body);
  const remove = (pick: string): void => {
    refocus = [...element.querySelectorAll(".remove")].indexOf(document.activeElement as Element);
    context.go({ picks: state.picks.filter((p) => p !== pick) }, "replace");
  };
  const put = (next: View | null, ...children: (HTMLElement | null)[]): void => {
    view?.destroy();
    view = next;
    replace(body, ...children);
    if (refocus === null) return;
    const buttons = element.querySelectorAll<HTMLElement>(".remove");
    (buttons[Math.min(refocus, buttons.length - 1)] ?? title).focus();
    refocus = null;
  };
  const show = async (mine: number): Promise<void> => {
    const { picks } = state, failures = make_failures();
    align.show(state.align);
    bar.hidden = picks.length === 0;
    // Another alignment needs nothing that is not there: the page keeps its height until then.
    if (!view) replace(body, h("p", { class: "quiet" }, "Loading …"));
    const loads = picks.length === 0 ? [] : await Promise.allSettled(context.manifest.runs.map(load_index));
    const indexes = loads.flatMap((load) => (load.status === "fulfilled" ? [load.value] : []));
    for (const load of loads) if (load.status === "rejected") failures.tell(load.reason);
    const found = find_picks(picks, indexes, loads.length - indexes.length);
    const cards = await Promise.all(found.found.slice(0, kMostShown).map(load_card));
    if (mine !== turn) return;
    replace(told, ...tell_picks(found).map((text) => h("p", {}, text)), failures.element);
    if (cards.length > 0) return put_cards(cards);
    put(null, h("p", {}, context.link({ page: "gallery", run: null, subject: null, ...kNoFilters, view: "grid" }, {}, "All traces")));
  };
  const put_cards = (cards: readonly CardTrace[]): void => {
    const next = make_view(context, cards, state.align, remove);
    put(next, next.element);
  };
  const start = (): void => {
    const mine = ++turn;
    show(mine).catch((error: unknown) => mine === turn && put(null, failure(error)));
  };
  start();
  return {
    element,
    title: "Picked traces",
    update(next) {
      if (next.page !== "tray") return false;
      const before = state;
      state = next;
      if (content_key(before) !== content_key(next)) start();
      else view?.colour(next);
      return true;
    },
    themed: start,
    renew: start,
    destroy() {
      turn++;
      view?.destroy();
    },
  };
}
