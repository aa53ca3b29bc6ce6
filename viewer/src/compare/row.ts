// SPDX-License-Identifier: MIT
// One question of a comparison: its text, what each run made of it, and the traces of either side by side.
import { option_label } from "../gallery/row.ts";
import { make_thumbnail, fill_thumbnail } from "../gallery/thumbnail.ts";
import type { ThumbnailShape } from "../gallery/layout.ts";
import { picture_at } from "../gallery/pictures.ts";
import type { Pictures } from "../gallery/pictures.ts";
import { page_of } from "../gallery/trace_words.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import { kNoFilters } from "../state/state.ts";
import { isolated } from "../text/render.ts";
import { write_difference, write_mean } from "../text/units.ts";
import type { Comparison, Side } from "./comparison.ts";
import type { Measure } from "./measures.ts";

export interface PairRow { question: Place; other: Place | null; pair: number } // pair: among the common questions; -1: in one run only.
export interface Place { side: 0 | 1; question: number }

export interface RowParts { comparison: Comparison; shape: ThumbnailShape; pictures: Pictures }

export const side_of = ({ first, second }: Comparison, side: 0 | 1): Side => (side === 0 ? first : second);
const run_name = (side: Side): HTMLElement => isolated(side.index.run.name, { empty: "(no name)" });

// The commonest forced answer at the end, with how it is.
function answer_line(side: Side, q: number): HTMLElement {
  const answer = side.answers[q] as number, right = answer === side.index.questions.answer[q];
  if (answer < 0) return h("span", { class: "quiet" }, "nothing was read");
  return h("span", { class: right ? "verdict is-right" : "verdict is-wrong" }, right ? "✓ " : "✗ ",
    h("span", { class: "unseen" }, right ? "right: " : "wrong: "), isolated(option_label(side.index.run, answer)), ": ",
    h("span", { class: "answer-text" }, isolated(side.texts[q]?.options[answer] ?? "")));
}

function thumbnails(context: Context, { comparison, shape, pictures }: RowParts, { side, question }: Place): HTMLElement {
  const own = side_of(comparison, side), { index } = own, from = index.questions.first_trace[question] as number;
  const n = (index.questions.first_trace[question + 1] as number) - from, look = context.state();
  return h("div", { class: "pair-traces" }, ...Array.from({ length: n }, (_, k) => {
    const trace = from + k, subject = { index, trace, question: null, ...picture_at(pictures, side, trace) };
    const thumbnail = make_thumbnail(context, subject, { shape, look, captions: false, change: { ...page_of(index, trace, "subject"), ...kNoFilters, sort: [] } });
    thumbnail.dataset["at"] = `${side} ${trace}`;
    if (!subject.strip && !subject.lost) thumbnail.dataset["waits"] = "";
    return thumbnail;
  }));
}

// Paints pictures that have come or were lost since the row was made, or all of them in other colours.
export function fill_row(context: Context, row: HTMLElement, { comparison, shape, pictures }: RowParts, all = false): void {
  for (const thumbnail of row.querySelectorAll<HTMLElement>(all ? "[data-at]" : "[data-waits]")) {
    const [side, trace] = (thumbnail.dataset["at"] ?? "").split(" ").map(Number) as [0 | 1, number], picture = picture_at(pictures, side, trace);
    if (!picture.strip && !picture.lost) continue;
    delete thumbnail.dataset["waits"];
    fill_thumbnail(thumbnail, { index: side_of(comparison, side).index, trace, question: null, ...picture }, { shape, look: context.state() });
  }
}

function side_block(context: Context, parts: RowParts, place: Place): HTMLElement {
  const side = side_of(parts.comparison, place.side);
  return h("div", { class: "pair-side" }, h("p", { class: "pair-run" }, h("span", { class: "quiet run-name" }, run_name(side)), " ", answer_line(side, place.question)),
    thumbnails(context, parts, place));
}

function number_table({ comparison }: RowParts, pair: number, measures: readonly Measure[]): HTMLElement {
  const names = [comparison.first, comparison.second].map((side) => h("th", { scope: "col", class: "run-name" }, run_name(side)));
  return h("table", { class: "pair-numbers" },
    h("thead", {}, h("tr", {}, h("td"), ...names, h("th", { scope: "col" }, "difference"))),
    h("tbody", {}, ...measures.map(({ key, name, unit }) => {
      const { first, second, difference } = comparison.values(key);
      return h("tr", {}, h("th", { scope: "row" }, isolated(name)), h("td", {}, write_mean(first[pair] as number, unit)),
        h("td", {}, write_mean(second[pair] as number, unit)), h("td", {}, h("b", {}, write_difference(difference[pair] as number, unit))));
    })));
}

// `measures`: whose numbers are shown, that of the order first.
export function make_pair_row(context: Context, row: PairRow, parts: RowParts, measures: readonly Measure[]): HTMLElement {
  const { side, question } = row.question, own = side_of(parts.comparison, side), { index } = own;
  const subject = index.run.subjects[index.questions.subject[question] as number];
  return h("article", { class: row.other ? "pair" : "pair is-single", data: { question: index.questions.id[question] as string }, aria: { label: `Question ${question}` } },
    h("div", { class: "pair-text" },
      h("h3", { class: "row-number" }, String(question)),
      h("div", {}, h("p", { class: "row-subject" }, isolated(subject?.name ?? "", { empty: "(no name)" })),
        h("p", { class: "row-question" }, isolated(own.texts[question]?.text ?? "")))),
    row.other && number_table(parts, row.pair, measures),
    side_block(context, parts, row.question), row.other && side_block(context, parts, row.other));
}
