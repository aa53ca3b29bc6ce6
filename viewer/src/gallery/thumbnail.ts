// SPDX-License-Identifier: MIT
// One trace, small: its cells, its numbers, and a link to its page.
import { BundleError } from "../bundle/check.ts";
import { is_unread, known_length } from "../bundle/decode.ts";
import { paint_cells, strip_readings, token_colours } from "../colour/paint.ts";
import type { Look } from "../colour/paint.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import { plural, two_places, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Question, State, Trace } from "../types.ts";
import { canvas_size } from "./layout.ts";
import type { ThumbnailShape } from "./layout.ts";

export interface ThumbnailOptions {
  shape: ThumbnailShape;
  look: Look;
  change: Partial<State>; // What the link leads to.
  captions: boolean;
  current?: boolean; // The trace whose page this is.
}

// How the thinking stopped, where the model did not end it itself.
export const kStopNames = {
  closed: "",
  budget: "cut by the budget",
  end_of_text: "ended without closing",
  unknown: "ending not known",
} as const;

function describe(question: Question, trace: Trace): string {
  const head = `Question ${question.number}, sample ${trace.sample}: `;
  if (trace.status === "failed") return `${head}failed`;
  const length = known_length(trace);
  const tokens = length === null ? "length not known" : plural(length, "thinking token");
  if (is_unread(trace)) return `${head}${tokens}, nothing was read of it`;
  const verdict = trace.top_end === question.answer ? "right" : "wrong";
  const stop = kStopNames[trace.stop];
  return `${head}${tokens}, P(right) ${two_places(trace.p_start)} at start, ` +
    `${two_places(trace.p_end)} at end, forced answer at end ${verdict}${stop === "" ? "" : `, ${stop}`}`;
}

function draw(question: Question, trace: Trace, options: ThumbnailOptions): HTMLElement {
  const size = canvas_size(trace.n_tokens, options.shape);
  if (is_unread(trace)) return h("span", { class: "thumb-empty is-unread" }, h("span", {}, "not read"));
  if (trace.n_tokens === 0) return h("span", { class: "thumb-empty" }, "no thinking tokens");
  try {
    const canvas = h("canvas", { class: "cells" });
    const readings = strip_readings(trace, question.options.length);
    paint_cells(canvas, token_colours(trace, question, readings, options.look), size);
    return h("span", { class: "thumb-cells" }, canvas);
  } catch (error) {
    return h("span", { class: "thumb-empty" }, error instanceof BundleError ? `damaged: ${error.message}` : "damaged");
  }
}

const unseen = (text: string): HTMLElement => h("span", { class: "unseen" }, text);

// Of a trace that was not read there is the free answer at most.
function unread_caption(question: Question, trace: Trace): HTMLElement {
  const length = known_length(trace), right = trace.chosen === question.answer;
  return h("span", { class: "thumb-caption" },
    h("span", { class: "thumb-length" }, length === null ? "length not known" : whole(length), unseen(length === null ? "," : " thinking tokens,")),
    trace.chosen !== null && h("span", { class: right ? "verdict is-right" : "verdict is-wrong" }, "free ", right ? "✓" : "✗",
      unseen(right ? " right " : " wrong ")));
}

function caption(question: Question, trace: Trace): HTMLElement {
  if (is_unread(trace)) return unread_caption(question, trace);
  const right = trace.top_end === question.answer;
  return h("span", { class: "thumb-caption" },
    h("span", { class: "thumb-length" }, whole(trace.n_tokens), unseen(" thinking tokens,")),
    h("span", {}, unseen(" P(right) "), `${two_places(trace.p_start)} → ${two_places(trace.p_end)}`),
    h("span", { class: right ? "verdict is-right" : "verdict is-wrong" }, unseen(", forced answer at end "), right ? "✓" : "✗",
      unseen(right ? " right " : " wrong ")));
}

export function make_thumbnail(context: Context, question: Question, trace: Trace, options: ThumbnailOptions) {
  const common = { class: `thumb${options.captions ? "" : " is-bare"}`, title: describe(question, trace),
    data: { trace: trace.id }, aria: options.current ? { current: "page" } : {} };
  // What the caption shows is also the link's name; without one, the name is all of it.
  const name = unseen(options.captions ? `Question ${question.number}, sample ${trace.sample}: ` : describe(question, trace));
  if (trace.status === "failed") {
    return context.link(options.change, { ...common, class: `${common.class} is-failed` },
      name, h("span", { class: "thumb-empty" }, h("b", {}, "failed"), options.captions && " ",
        options.captions && isolated(trace.error)));
  }
  const stop = kStopNames[trace.stop];
  return context.link(options.change, { ...common, class: stop === "" || trace.stop === "unknown" ? common.class : `${common.class} is-cut` },
    name, draw(question, trace, options),
    options.captions && caption(question, trace),
    options.captions && stop !== "" && h("span", { class: "thumb-cut" }, stop));
}
