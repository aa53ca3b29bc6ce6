// SPDX-License-Identifier: MIT
// What free continuations say: at prefixes beside the forced answer, at tokens that change the chance of success, and after mistakes.
import type { Fork, Mistake, Pivot, Prefix, Tally } from "../bundle/experiments.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { short_number } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Cursor } from "../trace_page/cursor.ts";
import type { TraceModel } from "../trace_page/model.ts";
import { free_rate, gap_of, interval_of, rate_of, say_rate } from "./rates.ts";
import type { Rate } from "./rates.ts";

const kShown = 12; // Lines that are there before one asks for more.

function whisker({ share, low, high }: Rate, forced: number | null = null): HTMLElement {
  const line = h("span", { class: "whisker-line" }), dot = h("span", { class: "whisker-dot is-wilson" });
  line.style.left = `${100 * low}%`;
  line.style.width = `${100 * (high - low)}%`;
  if (share !== null) dot.style.left = `${100 * share}%`;
  const mark = forced === null ? null : h("span", { class: "whisker-forced" });
  if (mark) mark.style.left = `${100 * (forced as number)}%`;
  return h("span", { class: "whisker", aria: { hidden: "true" } }, h("span", { class: "whisker-track" }, line, mark, share !== null && dot));
}

export function go_to(cursor: Cursor, t: number, name: string): HTMLElement {
  const button = h("button", { type: "button", class: "jump-to", aria: { label: `Go to ${name}, t = ${t}` }, on: { click: () => cursor.set(t, "jump", `${name}. `) } }, `t = ${t}`);
  cursor.watch((at) => button.classList.toggle("is-at", at === t));
  button.classList.toggle("is-at", cursor.at() === t);
  return button;
}

// The first few, and the rest behind a summary.
function shorten(many: string, lines: readonly HTMLElement[]): Child[] {
  const list = (items: readonly HTMLElement[]): HTMLElement => h("ul", { class: "forks" }, ...items);
  return [list(lines.slice(0, kShown)), lines.length > kShown && h("details", {}, h("summary", {}, `${lines.length - kShown} more ${many}`), list(lines.slice(kShown)))];
}

const small = (...text: Child[]): HTMLElement => h("small", {}, ...text);

export function make_prefixes(model: TraceModel, cursor: Cursor, prefixes: readonly Prefix[]): Child[] {
  const { answer } = model.question;
  const line = (prefix: Prefix): HTMLElement => {
    const free = free_rate(prefix, answer), forced = prefix.forced?.[answer] ?? null, gap = gap_of(prefix);
    return h("li", { class: "fork" }, go_to(cursor, prefix.position, "prefix"), whisker(free, forced),
      h("span", { class: "fork-say" }, "forced ", h("b", {}, short_number(forced)), ", free ", h("b", {}, short_number(free.share)), small(` ${interval_of(free)} of ${free.n}`),
        gap !== null && small(`, gap ${short_number(gap)}`)));
  };
  return [h("p", { class: "quiet" }, "P(right): the stroke is the forced answer, the ring the share of free continuations that answer right, with its interval."),
    ...shorten("prefixes", prefixes.map(line))];
}

const share = (tally: Tally, p: number | null = null): HTMLElement[] => {
  const rate = rate_of(tally);
  return [whisker(rate), h("span", { class: "fork-say" }, say_rate(rate), p !== null && small(`, its p is ${short_number(p)}`))];
};

const token_text = (text: string): HTMLElement => h("span", { class: "fork-token" }, isolated(text, { newline: "inline", empty: "∅" }));

const change_of = ({ before, after }: Pivot): number | null =>
  (before.trials === 0 || after.trials === 0 ? null : after.successes / after.trials - before.successes / before.trials);

export function make_pivots(model: TraceModel, cursor: Cursor, pivots: readonly Pivot[]): Child[] {
  if (pivots.length === 0) return [h("p", { class: "quiet" }, "Looked for, none found: no token changes the chance of success by much.")];
  // When one stopped hung on what came; so these two have no interval of their own, but their difference has one that holds whenever one stops.
  const row = (name: Child, tally: Tally): HTMLElement => h("li", {}, h("span", { class: "fork-name" }, name),
    h("span", { class: "fork-say" }, ...(tally.trials === 0 ? ["not tried"] : [h("b", {}, short_number(tally.successes / tally.trials)), small(` of ${tally.trials}`)])));
  const alternative = ({ text, p, tally }: Fork): HTMLElement => h("li", {}, h("span", { class: "fork-name" }, token_text(text)), ...share(tally, p));
  const line = (pivot: Pivot): HTMLElement => h("li", { class: "pivot" },
    h("div", { class: "pivot-head" }, go_to(cursor, pivot.token + 1, "pivot"), token_text(model.detail.tokens[pivot.token] ?? ""),
      !pivot.decided && h("span", { class: "tag" }, "not decided by the test")),
    h("ul", {}, row("before", pivot.before), row("after", pivot.after),
      h("li", {}, h("span", { class: "fork-name" }, "change"), h("span", { class: "fork-say" }, h("b", {}, short_number(change_of(pivot))),
        small(` [${pivot.change.map((x) => short_number(x)).join(", ")}]`)))),
    pivot.alternatives.length > 0 && h("p", { class: "quiet" }, "In its place:"),
    pivot.alternatives.length > 0 && h("ul", {}, ...pivot.alternatives.map(alternative)));
  return [h("p", { class: "quiet" }, "Share of free continuations that succeed, from before and after the token. In brackets: the changes that they don’t rule out."), ...shorten("pivots", pivots.map(line))];
}

export function make_mistakes(model: TraceModel, cursor: Cursor, mistakes: readonly Mistake[]): Child[] {
  const name = (option: number | null): Child => (option === null ? "–" : isolated(model.labels[option] ?? ""));
  const verdict = ({ before, after }: Mistake): Child => (before === null || after === null ? "not known" : before === after ? "same" : "other");
  const line = (m: Mistake): HTMLElement => h("li", { class: "mistake" }, go_to(cursor, m.position, "mistake"),
    h("span", { class: "tag" }, m.by === "rule" ? "by a rule" : "by the model"), h("span", { class: "fork-text" }, isolated(m.text, { newline: "mark", empty: "∅" })),
    h("span", { class: "fork-say" }, "answer ", name(m.before), " → ", name(m.after), ": ", h("b", {}, verdict(m))));
  return [h("p", { class: "quiet" }, "A mistaken sentence was put in, and the thinking went on from it."), ...shorten("mistakes", mistakes.map(line))];
}
