// SPDX-License-Identifier: MIT
// The traces of one question side by side; each leads to its own page.
import type { Context } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import { choose_shape } from "../gallery/layout.ts";
import { make_thumbnail } from "../gallery/thumbnail.ts";
import type { Question, Trace } from "../types.ts";

export function make_samples(context: Context, question: Question, current: Trace) {
  const list = h("div", { class: "samples-list" });
  const shape = choose_shape(question.traces.map((t) => t.n_tokens));
  const colour = (): void => replace(list, ...question.traces.map((trace) => h("div", { class: "sample" },
    h("span", { class: trace === current ? "sample-name is-current" : "sample-name" }, `sample ${trace.sample}`),
    make_thumbnail(context, question, trace, {
      shape, look: context.state(), captions: true, current: trace === current,
      change: { sample: trace.sample, cursor: null },
    }))));
  const element = h("section", { class: "samples", aria: { label: "Samples of this question" } }, list);
  return { element, colour };
}
