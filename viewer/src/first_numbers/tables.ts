// SPDX-License-Identifier: MIT
// The tables among the first numbers: two by two, the labels, and the subjects in digits.
import type { Analysis, Block, Estimate, TwoByTwo } from "../bundle/analysis.ts";
import { h } from "../dom/h.ts";
import { option_label } from "../gallery/row.ts";
import { no_places, plural, short_number, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { visible_string } from "../text/visible.ts";
import type { Run } from "../types.ts";
import { digits, kShare, whisker } from "./estimate.ts";
import { name_of_start } from "./sayings.ts";

const kMaxLabels = 26; // A question has no more options.

export interface TwoByTwoNames { caption: string; rows: string; columns: string; kinds?: TwoByTwoKinds }
type TwoByTwoKinds = { [K in keyof TwoByTwo]: string };

export function two_by_two(table: TwoByTwo, names: TwoByTwoNames): HTMLElement {
  const cell = (key: keyof TwoByTwo): HTMLElement => {
    const e = table[key];
    return h("td", {}, h("div", { class: "cell" }, h("b", { class: "cell-count" }, whole(e.count ?? 0)),
      h("span", { class: "cell-share" }, digits(e))), whisker(e, kShare),
      names.kinds && h("span", { class: "quiet" }, names.kinds[key]));
  };
  const head = (truth: string): HTMLElement => h("th", { scope: "col" }, `${names.columns} `, h("b", {}, truth));
  const row = (truth: string, ...cells: HTMLElement[]): HTMLElement =>
    h("tr", {}, h("th", { scope: "row" }, `${names.rows} `, h("b", {}, truth)), ...cells);
  return h("table", { class: "two-by-two" }, h("caption", {}, names.caption),
    h("thead", {}, h("tr", {}, h("td"), head("right"), head("wrong"))),
    h("tbody", {}, row("right", cell("right_right"), cell("right_wrong")),
      row("wrong", cell("wrong_right"), cell("wrong_wrong"))));
}

// How often each label is the most likely one, beside how often it is right.
export function label_table(run: Run, block: Block): HTMLElement {
  const { labels } = block, with_prior = labels.each.some((l) => l.prior !== null);
  const cell = (e: Estimate): HTMLElement => h("td", {}, whisker(e, kShare), digits(e));
  const bare = (prior: number | null): HTMLElement => h("td", {},
    whisker({ value: prior, low: null, high: null, wilson: false, n_traces: 0, n_questions: 0, count: null }, kShare),
    h("span", { class: "digits" }, h("b", {}, short_number(prior))));
  const heads = ["label", name_of_start(block), "at the end", "is right", ...(with_prior ? ["prior"] : [])];
  return h("table", { class: "label-table" },
    h("caption", {}, `Share of ${plural(labels.traces, "trace")} with ${plural(labels.n_options, "option")} in which a label is the ` +
      "most likely one, and in which it is the right one" +
      (with_prior ? "; prior: what it gets where there is nothing to answer" : "")),
    h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...labels.each.slice(0, kMaxLabels).map((label, i) => h("tr", {},
      h("th", { scope: "row" }, isolated(option_label(run, i))), cell(label.top_at_start), cell(label.top_at_end),
      cell(label.right), with_prior && bare(label.prior)))));
}

export function subject_table(run: Run, analysis: Analysis): HTMLElement {
  const cell = (...children: (Node | string)[]): HTMLElement => h("td", {}, ...children);
  const row = (b: Block): HTMLElement => h("tr", {}, h("th", { scope: "row" }, isolated(b.subject, { empty: "(no name)" })),
    cell(whole(b.traces)), cell(digits(b.forced.right_at_start)), cell(digits(b.forced.right_at_end)), cell(digits(b.free_right)),
    cell(no_places(b.thinking_length.median.value)), cell(no_places(b.commitment.t_exit_median.value)),
    cell(digits(b.commitment.performative_share)), cell(digits(b.commitment.p_right_at_exit)));
  const heads = ["subject", "traces", `forced, ${name_of_start(analysis.overall)}`, "forced, at the end", "free", "median length",
    "median t_exit", "performative share", "P(right) at t_exit"];
  return h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: `Subject by subject: ${visible_string(run.name)}` } },
    h("table", { class: "subject-table" },
      h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...analysis.subjects.map(row))));
}
