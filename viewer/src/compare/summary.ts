// SPDX-License-Identifier: MIT
// The head of a comparison: what the runs were told to do otherwise, and their numbers with the differences between them.
import { h, replace } from "../dom/h.ts";
import { whisker } from "../first_numbers/estimate.ts";
import type { Scale } from "../first_numbers/estimate.ts";
import { plural, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { write_difference, write_mean } from "../text/units.ts";
import { visible_string } from "../text/visible.ts";
import { kLevel, kResamples, kSeed, make_bootstrap } from "./bootstrap.ts";
import type { Bootstrap, Difference } from "./bootstrap.ts";
import { differing_settings } from "./comparison.ts";
import type { Comparison } from "./comparison.ts";
import { kSummaryKeys } from "./measures.ts";
import type { Measure } from "./measures.ts";

const kSlice = 8; // Milliseconds of drawing at a time, so that the page stays at hand.
const kFew = 20; // Questions below which the intervals are known to be too short.

const mean_of = (values: Float64Array): number => {
  const defined = values.filter((x) => !Number.isNaN(x));
  return defined.reduce((sum, x) => sum + x, 0) / defined.length;
};

// A scale with 0 in the middle that holds the interval.
function scale_of(d: Difference, measure: Measure): Scale {
  const reach = Math.max(Math.abs(d.mean), Math.abs(d.low ?? 0), Math.abs(d.high ?? 0));
  const steps = measure.unit === "share" || measure.unit === "change" ? [0.25, 0.5, 1] : [];
  const end = steps.find((s) => s >= reach) ?? (reach > 0 ? 1.1 * reach : 1);
  return { low: -end, high: end, write: (x) => write_difference(x, measure.unit) };
}

function difference_cells(d: Difference, measure: Measure): HTMLElement[] {
  const write = (x: number): string => write_mean(x, measure.unit);
  const interval = d.low === null || d.high === null ? "" : ` [${write(d.low)}, ${write(d.high)}]`;
  return [
    h("td", { class: "digits" }, h("b", {}, write_difference(d.mean, measure.unit)), h("small", {}, interval)),
    h("td", { class: "compare-whisker" }, d.n > 0 && whisker({ value: d.mean, low: d.low, high: d.high, wilson: false, n_traces: 0, n_questions: d.n, count: null },
      scale_of(d, measure))),
  ];
}

function summary_row(comparison: Comparison, measure: Measure, d: Difference): HTMLElement {
  const { first, second } = comparison.values(measure.key);
  // Both means are over the questions that have the number in both runs.
  const both = (own: Float64Array, other: Float64Array): number => mean_of(own.map((x, i) => (Number.isNaN(other[i]) ? NaN : x)));
  return h("tr", { data: { key: measure.key } }, h("th", { scope: "row", title: visible_string(measure.explain) }, isolated(measure.name)),
    h("td", {}, write_mean(both(first, second), measure.unit)), h("td", {}, write_mean(both(second, first), measure.unit)),
    ...difference_cells(d, measure), h("td", { class: "quiet" }, whole(d.n)));
}

function setting_table({ first, second }: Comparison): HTMLElement | null {
  const list = differing_settings(first.index.run, second.index.run);
  if (list.length === 0) return h("p", { class: "quiet" }, "Both runs name the same model and settings.");
  const cell = (text: string | null) => h("td", {}, text === null ? h("span", { class: "quiet" }, "–") : isolated(text, { newline: "inline", ends: true }));
  return h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: "Settings that differ" } },
    h("table", { class: "compare-table setting-table" }, h("caption", {}, "What differs between them"), head(first.index.run.name, second.index.run.name, "setting"),
      h("tbody", {}, ...list.map((s) => h("tr", {}, h("th", { scope: "row" }, isolated(s.name)), cell(s.first), cell(s.second))))));
}

const head = (first: string, second: string, corner: string, ...more: string[]): HTMLElement => h("thead", {}, h("tr", {}, h("th", { scope: "col" }, corner),
  ...[first, second].map((name) => h("th", { scope: "col", class: "run-name" }, isolated(name, { empty: "(no name)" }))), ...more.map((name) => (name === "" ? h("td") : h("th", { scope: "col" }, name)))));

function notes({ matched, measures }: Comparison): string {
  const cut = measures.some(({ key }) => key === "t_exit" || key === "performative_share");
  return [
    "A question’s number is the mean over its traces, a run’s the mean over the questions that have it in both runs.",
    `In brackets the ${100 * kLevel} % interval of the difference: whole questions drawn ${whole(kResamples)} times (seed ${kSeed}).`,
    matched.n < kFew && "With fewer than about 20 questions it is too short.",
    cut && "t_exit and performative share leave out traces that were cut.",
  ].filter(Boolean).join(" ");
}

export function make_summary(comparison: Comparison) {
  const { first, second, matched, measures } = comparison;
  const shown = kSummaryKeys.flatMap((key) => measures.filter((m) => m.key === key));
  const body = h("tbody", {});
  const fill = (results: readonly Difference[]): void =>
    replace(body, ...shown.map((measure, i) => summary_row(comparison, measure, results[i] as Difference)));
  const bootstrap: Bootstrap = make_bootstrap(shown.map(({ key }) => comparison.values(key).difference));
  let timer = 0;
  const table = h("table", { class: "compare-table", aria: { busy: "true" } },
    h("caption", {}, `${plural(matched.n, "question")} that both runs asked`),
    head(first.index.run.name, second.index.run.name, "mean of", "difference, second − first", "", "questions"), body);
  const draw = (): void => {
    const until = performance.now() + kSlice;
    let done = false;
    while (!done && performance.now() < until) done = bootstrap.advance(10);
    if (!done) {
      timer = window.setTimeout(draw, 0);
      return;
    }
    fill(bootstrap.results());
    table.removeAttribute("aria-busy");
  };
  fill(bootstrap.results());
  draw();
  const element = h("section", { class: "compare-summary", aria: { label: "The runs as a whole" } },
    matched.n === 0 ? h("p", {}, "The two runs have no question in common: none has the same id in both.")
      : h("div", {}, h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: "Numbers of both runs" } }, table),
        h("p", { class: "aside" }, notes(comparison))),
    setting_table(comparison));
  return { element, stop: () => clearTimeout(timer) };
}
