// SPDX-License-Identifier: MIT
// The card: more about the trace that the pointer rests on or that has the focus. There is one for all. It stays while
// the pointer is on it, goes with Escape, and holds nothing that the trace's own page does not.
import { kClasses, known_length, question_at, trace_at } from "../bundle/index.ts";
import { picture_of } from "../colour/cells.ts";
import type { Look } from "../colour/cells.ts";
import { paint_strip } from "../colour/paint.ts";
import type { Context } from "../context.ts";
import { free_room } from "../dom/edges.ts";
import { h, replace } from "../dom/h.ts";
import type { Strip } from "../bundle/shelf.ts";
import { whole, two_places } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { QuestionText, RunIndex } from "../types.ts";
import { canvas_size } from "./layout.ts";
import { make_pick_button } from "./picks.ts";
import { option_list } from "./row.ts";
import { is_right_at_end, kStopNames, number_of } from "./trace_words.ts";
import { lack_of } from "./view.ts";

const kShowAfter = 250, kHideAfter = 180; // Milliseconds; who passes by is not stopped.
const kWidth = 340, kInside = 304, kTallest = 170, kApart = 10, kLeast = 70; // Pixels; a card cut to less says nothing.
const kLeastColumns = 38;

export interface CardContent {
  index: RunIndex;
  trace: number;
  texts: readonly QuestionText[] | null;
  strip: Strip | null;
  look: Look;
  brief: boolean; // The question stands beside the picture already.
  pickable: boolean; // The picture has no button of its own.
}

function picture(c: CardContent): HTMLElement | null {
  const { index, trace, strip } = c;
  if (!strip || lack_of(index, trace) !== "") return null;
  const n_tokens = index.traces.n_tokens[trace] as number;
  let columns = kLeastColumns;
  while (Math.ceil(n_tokens / columns) * (kInside / columns) > kTallest) columns = Math.ceil(columns * 1.1);
  const size = canvas_size(n_tokens, { columns, cell: kInside / columns });
  const canvas = h("canvas", { class: "cells" });
  paint_strip(canvas, picture_of(index, trace, strip), c.look, size);
  return h("div", { class: "card-cells" }, canvas);
}

function numbers(index: RunIndex, trace: number): HTMLElement {
  const number = (key: string, write: (x: number) => string): string | null => {
    const value = number_of(index, trace, key);
    return value === null ? null : write(value);
  };
  const t = trace_at(index, trace), length = known_length(index, trace), start = number("p_start", two_places), end = number("p_end", two_places);
  const pairs: [string, string | null][] = [
    ["thinking tokens", length === null ? "not known" : whole(length)],
    ["P(right)", start !== null && end !== null ? `${start} → ${end}` : null],
    ["forced answer at end", t.top_end === null ? null : is_right_at_end(index, trace) ? "right ✓" : "wrong ✗"],
    ["t_exit", number("t_exit", whole)],
    ["flips", number("flips", whole)],
    ["class", kClasses[index.traces.class[trace] as number] ?? null],
    ["mass at end", number("mass_end", two_places)],
    ["thinking", kStopNames[t.stop] || null],
  ];
  return h("dl", { class: "card-numbers" }, ...pairs.flatMap(([name, value]) => (value === null ? [] : [h("div", {}, h("dt", {}, name), h("dd", {}, value))])));
}

function content(context: Context, c: CardContent): HTMLElement[] {
  const { index, trace, texts } = c, q = index.traces.question[trace] as number, t = trace_at(index, trace);
  const question = texts && question_at(index, texts, q), place = `question ${q} · sample ${t.sample}`;
  const head = h("p", { class: "overline" }, question && isolated(question.subject.name, { empty: "(no name)" }), question && " · ", place);
  const parts = [head, !c.brief && question && h("p", { class: "card-question" }, isolated(question.text)),
    !c.brief && question && option_list(index.run, question),
    t.status === "failed" ? h("p", { class: "card-failed" }, h("b", {}, "failed "), isolated(t.error)) : picture(c),
    t.status === "ok" && numbers(index, trace),
    c.pickable && h("p", { class: "card-pick" }, make_pick_button(context, index, trace), h("span", { class: "quiet" }, "pick to compare"))];
  return parts.filter((part) => part instanceof HTMLElement);
}

export interface Card {
  element: HTMLElement;
  point(tile: HTMLElement, x: number): void; // The pointer is on the picture, at that place of the window.
  focus(tile: HTMLElement): void; // It has the focus, by key.
  leave(): void; // Neither any more.
  blur(next: EventTarget | null): void; // The focus goes on to there, which the card must not cover.
  tile(): HTMLElement | null; // Whose card is shown.
  hide(): void;
  redraw(): void;
  scrolled(): void;
}

// Beside the picture, or, where that is as wide as a line, beside the pointer and below it; always within the window. Where
// neither side has the room it stands below or above, cut to what is free there, so that it never lies over the picture.
function put(element: HTMLElement, tile: HTMLElement, x: number): void {
  element.style.maxHeight = "";
  element.classList.remove("is-cramped");
  const box = tile.getBoundingClientRect(), wide = box.width > window.innerWidth / 2;
  const width = element.offsetWidth, height = element.offsetHeight, room = window.innerWidth - width - kApart;
  const right = wide ? x + 2 * kApart : box.right + kApart, left = wide ? x - width - 2 * kApart : box.left - width - kApart;
  const to_x = right <= room ? right : left >= kApart ? left : Math.max(kApart, room);
  element.style.left = `${to_x}px`;
  if (!wide && (to_x >= box.right || to_x + width <= box.left)) {
    element.style.top = `${Math.max(kApart, Math.min(box.top, window.innerHeight - height - kApart))}px`;
    return;
  }
  const above = box.top - 2 * kApart, below = free_room().bottom - box.bottom - 2 * kApart, under = height <= below || below >= above;
  const tall = Math.max(0, Math.min(height, under ? below : above));
  element.style.maxHeight = `${tall}px`;
  element.classList.toggle("is-cramped", tall < kLeast);
  element.style.top = `${under ? box.bottom + kApart : box.top - kApart - tall}px`;
}

export function make_card(context: Context, ask: (tile: HTMLElement) => CardContent | null): Card {
  const element = h("aside", { class: "card", hidden: true, aria: { label: "About this trace" } });
  element.style.width = `min(${kWidth}px, calc(100vw - ${2 * kApart}px))`;
  let shown: HTMLElement | null = null, at_x = 0, by_key = false, timer = 0;

  const draw = (): void => {
    const c = shown?.isConnected ? ask(shown) : null;
    element.hidden = !c;
    if (!c || !shown) return;
    replace(element, ...content(context, c));
    put(element, shown, at_x);
  };
  const show = (tile: HTMLElement, x: number): void => {
    clearTimeout(timer);
    shown = tile;
    at_x = x;
    draw();
  };
  const hide = (): void => {
    clearTimeout(timer);
    shown = null;
    element.hidden = true;
  };
  const leave = (): void => {
    clearTimeout(timer);
    if (shown) timer = window.setTimeout(hide, kHideAfter);
  };
  element.addEventListener("pointerenter", () => clearTimeout(timer));
  element.addEventListener("pointerleave", () => {
    if (!by_key) leave();
  });
  element.addEventListener("focusin", () => clearTimeout(timer));
  element.addEventListener("focusout", leave);
  return {
    element,
    point(tile, x) {
      clearTimeout(timer);
      if (tile === shown) return;
      by_key = false;
      timer = window.setTimeout(() => show(tile, x), kShowAfter);
    },
    focus(tile) {
      by_key = true;
      const box = tile.getBoundingClientRect();
      show(tile, box.left + box.width / 3);
    },
    leave,
    blur(next) {
      if (by_key && next instanceof Node && !element.contains(next)) hide();
      else leave();
    },
    tile: () => shown,
    hide,
    redraw: draw,
    scrolled() {
      if (!shown) return;
      if (by_key && shown.isConnected) put(element, shown, at_x);
      else hide();
    },
  };
}
