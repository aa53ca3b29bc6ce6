// SPDX-License-Identifier: MIT
// One picked trace: which it is, its cells, and what it reads at the common cursor.
import { trace_at, is_unread } from "../bundle/index.ts";
import type { TraceDetail } from "../bundle/load.ts";
import type { Strip } from "../bundle/shelf.ts";
import { picture_of } from "../colour/cells.ts";
import { paint_strip } from "../colour/paint.ts";
import type { Context } from "../context.ts";
import { mark_rows } from "../curve/interpolated.ts";
import { add, h, replace, svg } from "../dom/h.ts";
import { make_failures } from "../dom/message.ts";
import { is_dark } from "../dom/preferences.ts";
import { canvas_size } from "../gallery/layout.ts";
import type { ThumbnailShape } from "../gallery/layout.ts";
import { name_trace, page_of } from "../gallery/trace_words.ts";
import { kNoFilters } from "../state/state.ts";
import type { Align, State } from "../state/state.ts";
import { two_places } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Question } from "../types.ts";
import type { SharedCursor } from "./cursor.ts";
import { place_of, position_at, reading_at, tray_line } from "./lines.ts";
import type { PlotTrace } from "./plot.ts";
import type { Picked } from "./picks.ts";

// What it takes to draw a trace. Null where there is nothing to draw, or it can't be had: then `problems` say why.
export interface CardTrace extends Picked { question: Question | null; detail: TraceDetail | null; strip: Strip | null; problems: readonly unknown[] }

export function plot_trace({ index, trace, detail }: CardTrace, place: number): PlotTrace {
  const answer = index.questions.answer[index.traces.question[trace] as number] as number, curve = detail?.curve;
  const n = curve?.positions.length ?? 0, positions = curve?.positions ?? [];
  return { place, n_tokens: index.traces.n_tokens[trace] as number, positions,
    interpolated: mark_rows(detail?.interpolated ?? [], positions[0] ?? 0, n), right: curve ? Array.from(curve.values.subarray(answer * n, (answer + 1) * n)) : [] };
}

// A piece of the line that the trace has in the plot.
function line_sample(place: number): HTMLElement {
  const { colour, dash } = tray_line(place, is_dark());
  return h("span", { class: "line-sample", aria: { hidden: "true" } }, svg("svg", { width: 34, height: 10, viewBox: "0 0 34 10" },
    svg("line", { x1: 0, y1: 5, x2: 34, y2: 5, stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") || "none" })));
}

export interface CardOptions { place: number; shape: ThumbnailShape; align: Align; cursor: SharedCursor; remove(): void }

function make_matrix(card: CardTrace, { shape, align, cursor }: CardOptions) {
  const { index, trace, strip } = card, n_tokens = index.traces.n_tokens[trace] as number, size = canvas_size(n_tokens, shape);
  const canvas = h("canvas", { class: "cells", role: "img", aria: { label: `${n_tokens} cells in reading order, ${shape.columns} a line` } });
  const here = h("span", { class: "matrix-here" }), side = Math.max(5, shape.cell), inset = (side - shape.cell) / 2;
  here.style.width = here.style.height = `${side}px`;
  const board = h("div", { class: "matrix-board" }, canvas, here);
  const place = (event: MouseEvent): number | null => {
    const box = canvas.getBoundingClientRect(), column = Math.floor((event.clientX - box.left) / shape.cell);
    const t = Math.floor((event.clientY - box.top) / shape.cell) * shape.columns + column + 1;
    return column < 0 || column >= shape.columns || t < 1 || t > n_tokens ? null : place_of(t, n_tokens, align);
  };
  board.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "touch") cursor.hover(place(event));
  });
  board.addEventListener("pointerleave", () => cursor.hover(null));
  board.addEventListener("click", (event) => {
    const x = place(event);
    if (x !== null) cursor.rest(x);
  });
  const show = (t: number | null): void => {
    here.hidden = t === null || t === 0;
    here.style.left = `${(((t ?? 1) - 1) % shape.columns) * shape.cell - inset}px`;
    here.style.top = `${Math.floor(((t ?? 1) - 1) / shape.columns) * shape.cell - inset}px`;
  };
  const colour = (state: State): void => {
    if (strip) paint_strip(canvas, picture_of(index, trace, strip), state, size);
  };
  return { element: board, show, colour };
}

// What stands at the cursor: position, P(right), and the token before it. Where the thinking has ended before, its end.
function make_reading({ n_tokens, positions, right, interpolated }: PlotTrace, tokens: readonly string[]) {
  const position = h("span"), value = h("b"), token = h("span", { class: "tray-token" });
  const element = h("p", { class: "tray-reading" }, position, value, token);
  const show = (t: number | null): void => {
    const at = t ?? n_tokens, k = reading_at(positions, at);
    position.textContent = t === null ? `ended at ${at}` : `t = ${at}`;
    value.textContent = `P(right) ${k < 0 ? "–" : two_places(right[k] as number)}${interpolated[k] ? ", interpolated" : ""}`;
    replace(token, at > 0 && h("span", { class: "quiet" }, "after "), at > 0 && isolated(tokens[at - 1] ?? "", { newline: "inline", ends: true }));
  };
  return { element, show };
}

function heading(context: Context, card: CardTrace, { place, remove }: CardOptions): HTMLElement {
  const { index, trace, question } = card, { name } = tray_line(place, false);
  const subject = index.run.subjects[index.questions.subject[index.traces.question[trace] as number] as number];
  return h("header", {},
    h("div", { class: "tray-name" }, line_sample(place), h("h2", {}, name),
      h("button", { type: "button", class: "plain remove", aria: { label: `Remove ${name}` }, title: "Remove from the tray", on: { click: remove } }, "✕")),
    h("p", { class: "row-subject" }, context.manifest.runs.length > 1 && isolated(index.run.name, { empty: "(no name)" }), context.manifest.runs.length > 1 && " · ",
      isolated(subject?.name ?? "", { empty: "(no name)" })),
    h("p", {}, context.link({ ...page_of(index, trace, "subject"), ...kNoFilters }, {}, name_trace(index, trace))),
    question && h("p", { class: "row-question" }, isolated(question.text)));
}

export function make_card(context: Context, card: CardTrace, options: CardOptions) {
  const { index, trace, detail, strip } = card, failures = make_failures(), t = trace_at(index, trace);
  const element = h("article", { class: "tray-card", data: { trace: t.id }, aria: { label: tray_line(options.place, false).name } }, heading(context, card, options));
  if (t.status === "failed") element.append(h("div", { class: "failure" }, h("b", {}, "This trace failed: "), isolated(t.error)));
  else if (is_unread(t)) element.append(h("p", { class: "quiet" }, "Nothing was read of this trace."));
  for (const problem of card.problems) failures.tell(problem);
  element.append(failures.element);
  if (t.status === "failed" || is_unread(t)) return { element, colour: () => undefined };
  const matrix = strip && t.n_tokens > 0 ? make_matrix(card, options) : null;
  const reading = detail && make_reading(plot_trace(card, options.place), detail.tokens);
  const show = (x: number): void => {
    const position = position_at(x, t.n_tokens, options.align);
    matrix?.show(position);
    reading?.show(position);
  };
  add(element, reading?.element ?? null, t.n_tokens === 0 ? h("p", { class: "quiet" }, "no thinking tokens") : matrix?.element ?? null);
  options.cursor.watch(show);
  show(options.cursor.at());
  return { element, colour: (state: State) => matrix?.colour(state) };
}
