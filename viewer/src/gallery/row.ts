// SPDX-License-Identifier: MIT
// The two sides of a question's row: its words, and the pictures of its traces.
import { h } from "../dom/h.ts";
import { find_ranges, words_of } from "../table/search.ts";
import { isolated, isolated_marked } from "../text/render.ts";
import type { Question, Run } from "../types.ts";
import type { ThumbnailShape } from "./layout.ts";
import { make_pick_button } from "./picks.ts";
import { picture_at } from "./pictures.ts";
import { make_thumbnail } from "./thumbnail.ts";
import { list_of, page_of } from "./trace_words.ts";
import { ref_of } from "./view.ts";
import type { Scene } from "./view.ts";

export const kMaxOptions = 10; // Listed in full.

export const option_label = (run: Run, option: number): string => run.labels[option] ?? String(option + 1);

// Of very many options only the right one; the trace page has them all.
export function option_list(run: Run, question: Question, mark: (text: string) => HTMLElement = isolated): HTMLElement {
  const n = question.options.length, few = n <= kMaxOptions;
  return h("ul", { class: "options" }, ...question.options.map((option, i) => {
    const right = i === question.answer;
    return (few || right) && h("li", { class: right ? "option is-right" : "option" },
      h("span", { class: "option-label" }, isolated(option_label(run, i))),
      right && h("span", { class: "right-mark" }, "✓", h("span", { class: "unseen" }, " right ")),
      h("span", { class: "option-text" }, mark(option)));
  }), !few && h("li", { class: "quiet" }, `and ${n - 1} other options`));
}

// What of a question's row stands beside its pictures.
export function question_part(scene: Scene, row: number, question: Question): HTMLElement {
  const { index, trace } = ref_of(scene.table, row), name = `Question ${question.place}`;
  const words = scene.state.scope === "thinking" ? [] : words_of(scene.state.text);
  const mark = (text: string): HTMLElement => isolated_marked(text, find_ranges(text, words));
  return h("div", { class: "row-text" },
    h("h2", { class: "row-number" }, scene.context.link(page_of(index, trace, list_of(scene.state)), { aria: { label: name } }, String(question.place))),
    h("div", {},
      scene.from_all && h("p", { class: "row-subject" }, isolated(question.subject.name, { empty: "(no name)" })),
      h("p", { class: "row-question" }, mark(question.text)),
      option_list(index.run, question, mark)));
}

// `tiles` takes each row's link.
export function picture_part(scene: Scene, shape: ThumbnailShape, rows: Int32Array, tiles: Map<number, HTMLElement>): HTMLElement[] {
  let last_run = -1;
  return Array.from(rows).flatMap((row) => {
    const { index, run, trace } = ref_of(scene.table, row), picture = picture_at(scene.pictures, run, trace);
    const link = make_thumbnail(scene.context, { index, trace, question: null, ...picture },
      { shape, look: scene.look(), captions: true, change: page_of(index, trace, list_of(scene.state)) });
    tiles.set(row, link);
    const slot = h("div", { class: "thumb-slot" }, link, make_pick_button(scene.context, index, trace));
    const of_run = scene.table.indexes.length > 1 && run !== last_run && h("p", { class: "row-run quiet" }, isolated(index.run.name, { empty: "(no name)" }));
    last_run = run;
    return of_run ? [of_run, slot] : [slot];
  });
}
