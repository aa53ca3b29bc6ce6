// SPDX-License-Identifier: MIT
// The first numbers of a run: what `thinktrace analyze RUN` prints, each with its interval. What is read together
// stands together: the performative share never without what tells stable from known.
import type { Analysis, Block, Correlation, Estimate } from "../bundle/analysis.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { plural, short_number, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Run } from "../types.ts";
import { estimate_line, estimate_list, kCorrelation, kShare, plain_line, token_scale } from "./estimate.ts";
import type { Scale } from "./estimate.ts";
import { head_text, interval_note, name_of_start, warnings_told } from "./sayings.ts";
import { label_table, subject_table, two_by_two } from "./tables.ts";
import { make_words } from "./words.ts";

const part = (title: string, ...children: Child[]): HTMLElement =>
  h("section", { class: "numbers-part" }, h("h4", {}, title), ...children);
const aside = (text: string): HTMLElement => h("p", { class: "aside" }, text);

function answers(block: Block, start: string): HTMLElement {
  const { forced, mass } = block;
  return part("Right answers", estimate_list(kShare, "", [
    estimate_line(`forced answer, ${start}`, forced.right_at_start, { strong: true }),
    estimate_line("forced answer, at the end", forced.right_at_end, { strong: true }),
    estimate_line("free answer", block.free_right, { strong: true }),
    estimate_line(`mass, ${start}`, mass.at_start),
    estimate_line("mass, at the end", mass.at_end),
  ]));
}

function change(block: Block, start: string): HTMLElement {
  return part("From start to end", two_by_two(block.forced.start_by_end, {
    caption: "Traces by their forced answer: how many, and their share", rows: start, columns: "at the end",
    kinds: { right_right: "no change", right_wrong: "counterproductive", wrong_right: "productive", wrong_wrong: "no change" },
  }));
}

function settling(block: Block, start: string, tokens: Scale): HTMLElement {
  const { commitment: c, order_agreement: orders, labels } = block;
  const read = orders.option.n_traces > 0;
  return part("Where the answer settles",
    aside("Stable is not the same as known: read the first line only with those below it."),
    estimate_list(kShare, "", [
      estimate_line("performative share", c.performative_share, { strong: true }),
      estimate_line("P(right) at t_exit", c.p_right_at_exit, { strong: true }),
      labels.prior_right && estimate_line("the prior’s label is right", labels.prior_right, { strong: true }),
    ]),
    read ? h("div", {}, h("h5", {}, "With the options in other orders, the forced answer is"), estimate_list(kShare, "", [
      estimate_line(`the same option, ${start}`, orders.option_at_start, { strong: true }),
      estimate_line("the same option, at the end", orders.option_at_end, { strong: true }),
      estimate_line(`at the same label, ${start}`, orders.label_at_start, { strong: true }),
      estimate_line("at the same label, at the end", orders.label_at_end, { strong: true }),
    ])) : h("p", { class: "one-order" }, "Read under one order only: a preference for a label is not excluded; ",
      h("code", {}, "thinktrace probe RUN --permute 4"), "."),
    estimate_list(tokens, " tokens", [
      estimate_line("t_exit, mean", c.t_exit_mean, { scale: tokens }),
      estimate_line("t_exit, median", c.t_exit_median, { scale: tokens }),
    ]),
    c.censored > 0 && aside(`${plural(c.censored, "trace")} did not end: where they would have settled is not known, so they are ` +
      "left out here."));
}

function classes(block: Block): HTMLElement {
  const c = block.classes;
  const line = (name: string, e: Estimate, depth: 0 | 1 | 2 = 0): HTMLElement =>
    estimate_line(name, e, { depth, strong: depth === 0, count: true });
  const known = c.known_already.n_traces > 0;
  return part("What the thinking did", aside("From start to end: how many traces, and their share."), estimate_list(kShare, "", [
    line("productive", c.productive), line("counterproductive", c.counterproductive),
    line("meaningless effort", c.meaningless_effort),
    line("right throughout", c.right_throughout, 1),
    known && line(`of it known already (of ${whole(c.known_already.n_traces)} traces)`, c.known_already, 2),
    line("wrong throughout", c.wrong_throughout, 1), line("wavering", c.wavering, 1),
  ], true));
}

function correlations(r: Correlation): HTMLElement {
  return estimate_list(kCorrelation, "", [
    estimate_line("over traces", r.over_traces, { scale: kCorrelation }),
    estimate_line("within questions", r.within_questions, { scale: kCorrelation }),
    estimate_line("within subjects", r.within_subjects, { scale: kCorrelation }),
  ]);
}

function lengths(block: Block, tokens: Scale): HTMLElement {
  const { thinking_length: length } = block;
  return part("Thinking length",
    estimate_list(tokens, " tokens", [
      estimate_line("mean", length.mean, { scale: tokens, strong: true }),
      estimate_line("median", length.median, { scale: tokens, strong: true }),
      plain_line("longest", length.longest === null ? "–" : whole(length.longest)),
      plain_line("not ended", `${whole(block.not_ended)} of ${whole(block.traces - block.ended_unknown)}`),
      block.ended_unknown > 0 && plain_line("not known to have ended", whole(block.ended_unknown)),
      length.unknown > 0 && plain_line("length not known", whole(length.unknown)),
    ]),
    block.traces_read > 0 && h("h5", {}, "r of length and being right at the end"),
    block.traces_read > 0 && correlations(length.r_forced_right_at_end));
}

function finer(analysis: Analysis, start: string): HTMLElement {
  const { overall: block } = analysis;
  const { forced, mass, commitment, order_agreement: orders, thinking_length: length } = block;
  const free = forced.end_by_free.right_right.n_traces > 0;
  const read = orders.option.n_traces > 0;
  return h("details", { class: "numbers-more" }, h("summary", {}, "Finer numbers"),
    h("div", { class: "numbers-grid" },
      part("Probabilities", estimate_list(kShare, "", [
        estimate_line(`P(right), ${start}`, forced.p_right_at_start), estimate_line("P(right), at the end", forced.p_right_at_end),
        estimate_line("mass over the curve", mass.over_curve),
        plain_line(`lowest mass, ${start}`, short_number(mass.lowest_at_start)),
        plain_line("lowest mass, at the end", short_number(mass.lowest_at_end)),
        estimate_line("performative share, at most", commitment.performative_share_high),
        read && estimate_line("same option in other orders, all positions", orders.option),
        read && estimate_line("same label in other orders, all positions", orders.label),
      ])),
      free && part("From the end to the free answer", two_by_two(forced.end_by_free, {
        caption: `${plural(forced.end_by_free.right_right.n_traces, "trace")} with a free answer that is known`,
        rows: "forced at the end", columns: "free" })),
      part("r of length and the free answer being right", correlations(length.r_free_right)),
      part("Flips", estimate_list(token_scale([block.flips]), "", [
        estimate_line("mean a trace", block.flips, { scale: token_scale([block.flips]) })]))),
    aside(interval_note(analysis)),
    block.traces_with_bad_readings > 0 && aside("Readings that are no log-probabilities count as " +
      `probability 0: in ${plural(block.traces_with_bad_readings, "trace")}.`));
}

function warnings(analysis: Analysis): HTMLElement | null {
  const told = warnings_told(analysis);
  return told.length === 0 ? null : h("div", { class: "notes", role: "note", aria: { label: "Warnings about these numbers" } },
    h("ul", {}, ...told.map(({ subject, text }) => h("li", {},
      subject !== null && isolated(subject, { empty: "(no name)" }), subject !== null && ": ", isolated(text)))));
}

export function make_numbers(run: Run, analysis: Analysis): Child[] {
  const { overall: block } = analysis;
  const start = name_of_start(block), read = block.traces_read > 0;
  const { thinking_length: length, commitment: c } = block;
  const tokens = token_scale([length.mean, length.median, c.t_exit_mean, c.t_exit_median]);
  if (block.traces === 0) return [h("p", {}, "There are no traces to count yet.")];
  return [
    h("p", { class: "quiet numbers-head" }, head_text(analysis)),
    warnings(analysis),
    !read && h("p", {}, "Nothing was read of these traces; ", h("code", {}, "thinktrace probe RUN --with MODEL"), " reads them."),
    h("div", { class: "numbers-grid" },
      read && answers(block, start), read && change(block, start), !read && lengths(block, tokens),
      !read && part("Right answers", estimate_list(kShare, "", [estimate_line("free answer", block.free_right, { strong: true })]))),
    // Folded, so that the pictures are not far below; what belongs together is in one fold.
    read && h("details", { class: "numbers-more" },
      h("summary", {}, "Where the answer settles, what the thinking did, how long it was"),
      h("div", { class: "numbers-grid" }, settling(block, start, tokens),
        part("Preference for a label", label_table(run, block)), classes(block), lengths(block, tokens))),
    read && finer(analysis, start),
    read && analysis.subjects.length > 1 && h("details", { class: "numbers-more" }, h("summary", {}, "Subject by subject"),
      subject_table(run, analysis)),
    make_words(),
  ];
}
