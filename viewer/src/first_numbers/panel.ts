// SPDX-License-Identifier: MIT
// The first numbers of a run: what `thinktrace analyze RUN` prints, each with its interval. What is read together
// stands together: the performative share never without what tells stable from known.
import type { Analysis, Block, Classes, Correlation } from "../bundle/analysis.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { plural, short_number, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Run } from "../types.ts";
import { estimate_line, estimate_list, kCorrelation, kShare, linked, plain_line, token_scale } from "./estimate.ts";
import type { Scale } from "./estimate.ts";
import { make_links, share_to } from "./links.ts";
import type { Links } from "./links.ts";
import { head_parts, interval_note, name_of_start, warnings_told } from "./sayings.ts";
import { label_table, subject_table, two_by_two } from "./tables.ts";
import { make_words } from "./words.ts";

const part = (title: string, ...children: Child[]): HTMLElement =>
  h("section", { class: "numbers-part" }, h("h4", {}, title), ...children);
const aside = (...text: Child[]): HTMLElement => h("p", { class: "aside" }, ...text);

function answers(block: Block, start: string, links: Links): HTMLElement {
  const { forced, mass } = block, { sets, to } = links;
  return part("Right answers", estimate_list(kShare, "", [
    estimate_line(`forced answer, ${start}`, forced.right_at_start, { strong: true, to: share_to(links, sets.right_start, forced.right_at_start) }),
    estimate_line("forced answer, at the end", forced.right_at_end, { strong: true, to: share_to(links, sets.right_end, forced.right_at_end) }),
    free_line(block, links),
    estimate_line(`mass, ${start}`, mass.at_start, { to: to(sets.by("mass_start", `mass ${start}`)) }),
    estimate_line("mass, at the end", mass.at_end, { to: to(sets.by("mass_end", "mass at the end")) }),
  ]));
}

const free_line = (block: Block, links: Links): HTMLElement =>
  estimate_line("free answer", block.free_right, { strong: true, to: share_to(links, links.sets.right_free, block.free_right) });

function change(block: Block, start: string, { sets, to }: Links): HTMLElement {
  return part("From start to end", two_by_two(block.forced.start_by_end, {
    caption: "Traces by their forced answer: how many, and their share", rows: start, columns: "at the end",
    kinds: { right_right: "no change", right_wrong: "counterproductive", wrong_right: "productive", wrong_wrong: "no change" },
    to: (a, b) => to(sets.start_end(a, b)),
  }));
}

function settling(block: Block, start: string, tokens: Scale, { sets, to }: Links): HTMLElement {
  const { commitment: c, order_agreement: orders, labels } = block;
  const read = orders.option.n_traces > 0;
  return part("Where the answer settles",
    aside("Stable is not the same as known: read the first line only with those below it."),
    estimate_list(kShare, "", [
      estimate_line("performative share", c.performative_share, { strong: true, to: to(sets.performative) }),
      estimate_line("P(right) at t_exit", c.p_right_at_exit, { strong: true, to: to(sets.p_at_exit) }),
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
      estimate_line("t_exit, mean", c.t_exit_mean, { scale: tokens, to: to(sets.t_exit) }),
      estimate_line("t_exit, median", c.t_exit_median, { scale: tokens, to: to(sets.t_exit) }),
    ]),
    c.censored > 0 && aside(linked(c.censored, plural(c.censored, "trace"), to(sets.censored)),
      " did not end: where they would have settled is not known, so they are left out here."));
}

function classes(block: Block, { sets, to }: Links): HTMLElement {
  const c = block.classes;
  const line = (name: string, key: keyof Classes, depth: 0 | 1 | 2 = 0): HTMLElement =>
    estimate_line(name, c[key], { depth, strong: depth === 0, count: true, to: to(sets.of_class(key)) });
  const known = c.known_already.n_traces > 0;
  return part("What the thinking did", aside("From start to end: how many traces, and their share."), estimate_list(kShare, "", [
    line("productive", "productive"), line("counterproductive", "counterproductive"),
    line("meaningless effort", "meaningless_effort"),
    line("right throughout", "right_throughout", 1),
    known && line(`of it known already (of ${whole(c.known_already.n_traces)} traces)`, "known_already", 2),
    line("wrong throughout", "wrong_throughout", 1), line("wavering", "wavering", 1),
  ], true));
}

function correlations(r: Correlation): HTMLElement {
  return estimate_list(kCorrelation, "", [
    estimate_line("over traces", r.over_traces, { scale: kCorrelation }),
    estimate_line("within questions", r.within_questions, { scale: kCorrelation }),
    estimate_line("within subjects", r.within_subjects, { scale: kCorrelation }),
  ]);
}

function lengths(block: Block, tokens: Scale, { sets, to }: Links): HTMLElement {
  const { thinking_length: length, not_ended, ended_unknown } = block;
  return part("Thinking length",
    estimate_list(tokens, " tokens", [
      estimate_line("mean", length.mean, { scale: tokens, strong: true, to: to(sets.length) }),
      estimate_line("median", length.median, { scale: tokens, strong: true, to: to(sets.length) }),
      plain_line("longest", length.longest === null ? "–" : linked(length.longest, whole(length.longest), to(sets.length))),
      plain_line("not ended", linked(not_ended, whole(not_ended), to(sets.not_ended)), ` of ${whole(block.traces - ended_unknown)}`),
      ended_unknown > 0 && plain_line("not known to have ended", linked(ended_unknown, whole(ended_unknown), to(sets.ended_unknown))),
      length.unknown > 0 && plain_line("length not known", linked(length.unknown, whole(length.unknown), to(sets.length_unknown))),
    ]),
    block.traces_read > 0 && h("h5", {}, "r of length and being right at the end"),
    block.traces_read > 0 && correlations(length.r_forced_right_at_end));
}

function finer(analysis: Analysis, start: string, { sets, to }: Links): HTMLElement {
  const { overall: block } = analysis;
  const { forced, mass, commitment, order_agreement: orders, thinking_length: length } = block;
  const free = forced.end_by_free.right_right.n_traces > 0;
  const read = orders.option.n_traces > 0;
  return h("details", { class: "numbers-more" }, h("summary", {}, "Finer numbers"),
    h("div", { class: "numbers-grid" },
      part("Probabilities", estimate_list(kShare, "", [
        estimate_line(`P(right), ${start}`, forced.p_right_at_start, { to: to(sets.by("p_start", `P(right) ${start}`)) }),
        estimate_line("P(right), at the end", forced.p_right_at_end, { to: to(sets.by("p_end", "P(right) at the end")) }),
        estimate_line("mass over the curve", mass.over_curve, { to: to(sets.by("mass_mean", "mean mass")) }),
        plain_line(`lowest mass, ${start}`, linked(block.traces_read, short_number(mass.lowest_at_start), to(sets.by("mass_start", `mass ${start}`)))),
        plain_line("lowest mass, at the end", linked(block.traces_read, short_number(mass.lowest_at_end), to(sets.by("mass_end", "mass at the end")))),
        estimate_line("performative share, at most", commitment.performative_share_high),
        read && estimate_line("same option in other orders, all positions", orders.option, { to: to(sets.other_orders) }),
        read && estimate_line("same label in other orders, all positions", orders.label),
      ])),
      free && part("From the end to the free answer", two_by_two(forced.end_by_free, {
        caption: `${plural(forced.end_by_free.right_right.n_traces, "trace")} with a free answer that is known`,
        rows: "forced at the end", columns: "free", to: (a, b) => to(sets.end_free(a, b)) })),
      part("r of length and the free answer being right", correlations(length.r_free_right)),
      part("Flips", estimate_list(token_scale([block.flips]), "", [
        estimate_line("mean a trace", block.flips, { scale: token_scale([block.flips]), to: to(sets.flips) })]))),
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

export function make_numbers(context: Context, run: Run, analysis: Analysis): Child[] {
  const { overall: block } = analysis, links = make_links(context, run, null, block);
  const start = name_of_start(block), read = block.traces_read > 0;
  const { thinking_length: length, commitment: c } = block;
  const tokens = token_scale([length.mean, length.median, c.t_exit_mean, c.t_exit_median]);
  if (block.traces === 0) return [h("p", {}, "There are no traces to count yet.")];
  return [
    h("p", { class: "quiet numbers-head" }, ...head_parts(analysis).flatMap(({ text, count, set }, i) =>
      [i > 0 && " · ", linked(count, text, set && links.to(links.sets[set]))])),
    warnings(analysis),
    !read && h("p", {}, "Nothing was read of these traces; ", h("code", {}, "thinktrace probe RUN --with MODEL"), " reads them."),
    h("div", { class: "numbers-grid" },
      read && answers(block, start, links), read && change(block, start, links), !read && lengths(block, tokens, links),
      !read && part("Right answers", estimate_list(kShare, "", [free_line(block, links)]))),
    // Folded, so that the pictures are not far below; what belongs together is in one fold.
    read && h("details", { class: "numbers-more" },
      h("summary", {}, "Where the answer settles, what the thinking did, how long it was"),
      h("div", { class: "numbers-grid" }, settling(block, start, tokens, links),
        part("Preference for a label", label_table(run, block)), classes(block, links), lengths(block, tokens, links))),
    read && finer(analysis, start, links),
    read && analysis.subjects.length > 1 && h("details", { class: "numbers-more" }, h("summary", {}, "Subject by subject"),
      subject_table(context, run, analysis)),
    make_words(),
  ];
}
