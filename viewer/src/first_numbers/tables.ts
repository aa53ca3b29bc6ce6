// SPDX-License-Identifier: MIT
// The tables among the first numbers: two by two, the labels, and the subjects in digits.
import type { Analysis, Block, Estimate, TwoByTwo } from "../bundle/analysis.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { option_label } from "../gallery/row.ts";
import { kNoFilters } from "../state/state.ts";
import { no_places, plural, short_number, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { visible_string } from "../text/visible.ts";
import type { Run, SubjectRef } from "../types.ts";
import { digits, kShare, linked, whisker } from "./estimate.ts";
import { make_links, share_to } from "./links.ts";
import type { ToTraces } from "./links.ts";
import { find_block, name_of_start } from "./sayings.ts";
import type { TraceSet } from "./sets.ts";

const kMaxLabels = 26; // A question has no more options.

export interface TwoByTwoNames {
  caption: string;
  rows: string;
  columns: string;
  kinds?: TwoByTwoKinds;
  to(row: Truth, column: Truth): ToTraces; // What a cell's count leads to.
}
type Truth = "right" | "wrong";
type TwoByTwoKinds = { [K in keyof TwoByTwo]: string };

export function two_by_two(table: TwoByTwo, names: TwoByTwoNames): HTMLElement {
  const cell = (first: Truth, second: Truth): HTMLElement => {
    const key = `${first}_${second}` as const, e = table[key];
    return h("td", {}, h("div", { class: "cell" }, h("b", { class: "cell-count" }, linked(e.count, whole(e.count ?? 0), names.to(first, second))),
      h("span", { class: "cell-share" }, digits(e))), whisker(e, kShare),
      names.kinds && h("span", { class: "quiet" }, names.kinds[key]));
  };
  const head = (truth: string): HTMLElement => h("th", { scope: "col" }, `${names.columns} `, h("b", {}, truth));
  const row = (truth: Truth): HTMLElement =>
    h("tr", {}, h("th", { scope: "row" }, `${names.rows} `, h("b", {}, truth)), cell(truth, "right"), cell(truth, "wrong"));
  return h("table", { class: "two-by-two" }, h("caption", {}, names.caption),
    h("thead", {}, h("tr", {}, h("td"), head("right"), head("wrong"))),
    h("tbody", {}, row("right"), row("wrong")));
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

// A line of the subject table; its numbers lead to the subject's traces.
function subject_row(context: Context, run: Run, b: Block, subject: SubjectRef | undefined): HTMLElement {
  const links = subject && make_links(context, run, subject, b), sets = links?.sets;
  const cell = (...children: Child[]): HTMLElement => h("td", {}, ...children);
  const to = (set: TraceSet | undefined): ToTraces | undefined => links && set && links.to(set);
  const share = (e: Estimate, set: TraceSet | undefined): HTMLElement =>
    cell(digits(e, short_number, links && set && share_to(links, set, e)));
  const { forced, thinking_length: length, commitment: c } = b;
  const median = (e: Estimate, set: TraceSet | undefined): HTMLElement => cell(linked(e.n_traces, no_places(e.value), to(set)));
  const name = isolated(b.subject, { empty: "(no name)" });
  return h("tr", {},
    h("th", { scope: "row" }, subject ? context.link({ page: "gallery", run: run.key, subject: subject.key, ...kNoFilters }, {}, name) : name),
    cell(linked(b.traces, whole(b.traces), to(sets?.all))),
    share(forced.right_at_start, sets?.right_start), share(forced.right_at_end, sets?.right_end), share(b.free_right, sets?.right_free),
    median(length.median, sets?.length), median(c.t_exit_median, sets?.t_exit),
    cell(digits(c.performative_share, short_number, to(sets?.performative))),
    cell(digits(c.p_right_at_exit, short_number, to(sets?.p_at_exit))));
}

export function subject_table(context: Context, run: Run, analysis: Analysis): HTMLElement {
  const subjects = new Map(run.subjects.map((s) => [find_block(analysis, run, s), s]));
  const heads = ["subject", "traces", `forced, ${name_of_start(analysis.overall)}`, "forced, at the end", "free", "median length",
    "median t_exit", "performative share", "P(right) at t_exit"];
  return h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: `Subject by subject: ${visible_string(run.name)}` } },
    h("table", { class: "subject-table" },
      h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, ...analysis.subjects.map((b) => subject_row(context, run, b, subjects.get(b))))));
}
