// SPDX-License-Identifier: MIT
// One trace, small: its cells, its numbers, and a link to its page.
import { is_unread, known_length, trace_at } from "../bundle/index.ts";
import type { Strip } from "../bundle/shelf.ts";
import { picture_of } from "../colour/cells.ts";
import type { Look } from "../colour/cells.ts";
import { paint_strip } from "../colour/paint.ts";
import type { Context } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import type { State } from "../state/state.ts";
import { two_places, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Question, RunIndex } from "../types.ts";
import { canvas_size } from "./layout.ts";
import type { ThumbnailShape } from "./layout.ts";
import { answer_of, describe_trace, is_right_at_end, kStopNames, name_trace, number_of } from "./trace_words.ts";

export interface Subject {
  index: RunIndex;
  trace: number;
  question: Question | null; // Names the link, where it is known.
  strip: Strip | null; // null: not there yet; see fill_thumbnail().
  lost?: boolean; // It can't be had.
}

export interface ThumbnailOptions {
  shape: ThumbnailShape;
  look: Look;
  change: Partial<State>; // What the link leads to.
  captions: boolean;
  current?: boolean; // The trace whose page this is.
}

const unseen = (text: string): HTMLElement => h("span", { class: "unseen" }, text);

const verdict = (right: boolean): HTMLElement => h("span", { class: right ? "verdict is-right" : "verdict is-wrong" }, right ? "✓" : "✗");
const verdict_words = (right: boolean): string => (right ? "✓ right" : "✗ wrong");
const course = (index: RunIndex, trace: number): string =>
  `${two_places(number_of(index, trace, "p_start"))} → ${two_places(number_of(index, trace, "p_end"))}`;

// Of a trace that was not read there is the free answer at most; null: it names no option.
const is_free_right = (index: RunIndex, trace: number): boolean | null => {
  const chosen = index.traces.chosen[trace] as number;
  return chosen < 0 ? null : chosen === answer_of(index, trace);
};

// Length, P(right) from start to end, and whether the forced answer at the end is right. Who does not see it is told by
// caption_words(), which belong in the name of what the caption stands in: one element with them costs a page of pictures far less
// than one for each word that is not seen.
export function make_caption(index: RunIndex, trace: number): HTMLElement {
  const length = known_length(index, trace), part = h("span", { class: "thumb-length" }, length === null ? "length not known" : whole(length));
  if (!is_unread(trace_at(index, trace))) {
    return h("span", { class: "thumb-caption", aria: { hidden: "true" } }, part, h("span", {}, `${course(index, trace)} `, verdict(is_right_at_end(index, trace))));
  }
  const right = is_free_right(index, trace);
  return h("span", { class: "thumb-caption", aria: { hidden: "true" } }, part, right !== null && h("span", {}, "free ", verdict(right)));
}

export function caption_words(index: RunIndex, trace: number): string {
  const length = known_length(index, trace), head = length === null ? "length not known" : `${whole(length)} thinking tokens`;
  if (!is_unread(trace_at(index, trace))) {
    return `${head}, P(right) ${course(index, trace)}, forced answer at end ${verdict_words(is_right_at_end(index, trace))}`;
  }
  const right = is_free_right(index, trace);
  return right === null ? head : `${head}, free ${verdict_words(right)}`;
}

function draw(subject: Subject, options: Pick<ThumbnailOptions, "shape" | "look">): HTMLElement {
  const { index, trace, strip, lost } = subject, n_tokens = index.traces.n_tokens[trace] as number;
  if (index.traces.n_positions[trace] === 0) return h("span", { class: "thumb-empty is-unread" }, h("span", {}, "not read"));
  if (n_tokens === 0) return h("span", { class: "thumb-empty" }, "no thinking tokens");
  const size = canvas_size(n_tokens, options.shape);
  if (!strip) {
    const blank = h("span", { class: `thumb-cells ${lost ? "is-lost" : "is-blank"}` });
    blank.style.width = `${size.width}px`;
    blank.style.height = `${size.height}px`;
    return blank;
  }
  const canvas = h("canvas", { class: "cells" });
  paint_strip(canvas, picture_of(index, trace, strip), options.look, size);
  return h("span", { class: "thumb-cells" }, canvas);
}

export function make_thumbnail(context: Context, subject: Subject, options: ThumbnailOptions): HTMLAnchorElement {
  const { index, trace, question } = subject, t = trace_at(index, trace), stop = kStopNames[t.stop];
  const kind = [!options.captions && "is-bare", t.status === "failed" && "is-failed",
    t.status === "ok" && (t.stop === "budget" || t.stop === "end_of_text") && "is-cut"].filter(Boolean).join(" ");
  const props = { class: `thumb ${kind}`, data: { trace: t.id }, aria: options.current ? { current: "page" } : {} };
  // The link's name is what the caption says; without one, all there is to say.
  const name = (words: string): HTMLElement => unseen(options.captions ? `${name_trace(index, trace)}: ${words}` : describe_trace(index, trace));
  if (t.status === "failed") {
    return context.link(options.change, props, name(""),
      h("span", { class: "thumb-empty" }, h("b", {}, "failed"), options.captions && " ", options.captions && isolated(t.error)));
  }
  return context.link(options.change, props, name(`${caption_words(index, trace)} `), question !== null && !options.captions && unseen(`. ${question.text}`),
    h("span", { class: "thumb-picture" }, draw(subject, options)),
    options.captions && make_caption(index, trace),
    options.captions && stop !== "" && h("span", { class: "thumb-cut" }, stop));
}

// Paints a thumbnail anew: its strip has come, or the colours are others.
export function fill_thumbnail(thumbnail: Element, subject: Subject, options: Pick<ThumbnailOptions, "shape" | "look">): void {
  const place = thumbnail.querySelector(".thumb-picture");
  if (place) replace(place, draw(subject, options));
}
