// SPDX-License-Identifier: MIT
// One question of the gallery beside the thumbnails of its traces.
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import { isolated } from "../text/render.ts";
import type { Run, State } from "../types.ts";
import { canvas_size } from "./layout.ts";
import type { ThumbnailShape } from "./layout.ts";
import type { Entry } from "./order.ts";
import { make_thumbnail } from "./thumbnail.ts";

const kMaxOptions = 10; // Listed in full.

export interface RowOptions {
  run: Run;
  shape: ThumbnailShape;
  all: boolean; // The list runs over all subjects, so each row names its own.
}

export function option_label(run: Run, index: number): string {
  return run.labels[index] ?? String(index + 1);
}

// Of very many options only the right one; the trace page has them all.
function option_list(entry: Entry, run: Run): HTMLElement {
  const { question } = entry;
  const n = question.options.length, few = n <= kMaxOptions;
  return h("ul", { class: "options" }, ...question.options.map((option, i) => {
    const right = i === question.answer;
    return (few || right) && h("li", { class: right ? "option is-right" : "option" },
      h("span", { class: "option-label" }, isolated(option_label(run, i))),
      right && h("span", { class: "right-mark" }, "✓", h("span", { class: "unseen" }, " right ")),
      h("span", { class: "option-text" }, isolated(option)));
  }), !few && h("li", { class: "quiet" }, `and ${n - 1} other options`));
}

export function make_row(context: Context, entry: Entry, options: RowOptions): HTMLElement {
  const { question, subject } = entry;
  const change = (sample: number): Partial<State> => ({
    run: options.run.key, subject: subject.key, question: question.id, sample, from_all: options.all, cursor: null,
  });
  const first = entry.traces[0];
  return h("article", { class: "row", data: { question: question.id },
    aria: { label: `Question ${question.number}` } },
    h("div", { class: "row-text" },
      h("h2", { class: "row-number" }, first
        ? context.link(change(first.sample), { aria: { label: `Question ${question.number}` } }, String(question.number))
        : String(question.number)),
      h("div", {},
        options.all && h("p", { class: "row-subject" }, isolated(subject.name, { empty: "(no name)" })),
        h("p", { class: "row-question" }, isolated(question.text)),
        option_list(entry, options.run))),
    h("div", { class: "row-traces" }, ...entry.traces.map((trace) => make_thumbnail(context, question, trace, {
      shape: options.shape, look: context.state(), change: change(trace.sample), captions: true,
    }))));
}

// A guess of the row's height at a list of this width; rows are measured when they appear.
export function estimate_row(entry: Entry, shape: ThumbnailShape, width: number): number {
  const { question, traces } = entry;
  const wide = width > 860;
  const text_width = wide ? width * 0.42 : width;
  const lines = Math.min(6, Math.ceil((question.text.length * 8) / text_width));
  const text = 22 * lines + 24 * Math.ceil(Math.min(question.options.length, kMaxOptions) / 2) + 16;
  const thumb = canvas_size(Math.max(0, ...traces.map((t) => t.n_tokens)), shape);
  const across = Math.max(1, Math.floor((wide ? width * 0.55 : width) / (thumb.width + 16)));
  const pictures = Math.ceil(traces.length / across) * (Math.min(thumb.height, 420) + 44);
  return (wide ? Math.max(text, pictures) : text + pictures) + 40;
}
