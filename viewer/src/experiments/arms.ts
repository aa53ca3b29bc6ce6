// SPDX-License-Identifier: MIT
// What was answered with something else in place of the thinking: an arm a line, its draws one below the other.
import type { Arm, ArmDraw, ExperimentResult } from "../bundle/experiments.ts";
import { css_colour, kOutside, option_colours } from "../colour/palette.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import type { Palette } from "../state/state.ts";
import { plural, short_number, three_places } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { visible_string } from "../text/visible.ts";
import type { TraceModel } from "../trace_page/model.ts";
import { count_changed, mean_of, top_of } from "./rates.ts";

interface Stack { element: HTMLElement; parts: HTMLElement[] } // A part an option, and one for what is outside of them.

// Probabilities side by side; it repeats numbers, so it is hidden from screen readers.
function make_stack(p: readonly number[]): Stack {
  const outside = Math.max(0, 1 - p.reduce((sum, x) => sum + x, 0));
  const parts = [...p, outside].map((x) => {
    const part = h("span", {});
    part.style.width = `${100 * Math.min(1, x)}%`;
    return part;
  });
  return { parts, element: h("span", { class: "stack", aria: { hidden: "true" } }, ...parts) };
}

const changed_text = (n: number | null, draws: readonly ArmDraw[]): string =>
  (n === null ? "–" : n === 0 ? "same" : n === draws.length ? "other" : `${n} of ${draws.length}`);

function changed_cell(arm: Arm, other: Arm | undefined): HTMLElement {
  const n = arm === other ? null : count_changed(arm.draws, other?.draws);
  return h("td", { class: n !== null && n > 0 ? "is-other" : "" }, changed_text(n, arm.draws));
}

// The answer of each draw stands at its bar: ✓ or the label of the option that was most likely.
function draw_line(model: TraceModel, draw: ArmDraw, stacks: Stack[]): HTMLElement {
  const top = top_of(draw.p), is_right = top === model.question.answer, stack = make_stack(draw.p), label = model.labels[top] ?? "";
  stacks.push(stack);
  return h("span", { class: "draw" }, stack.element, h("span", { class: is_right ? "draw-top is-right" : "draw-top" }, isolated(label),
    is_right && h("span", { class: "right-mark" }, "✓", h("span", { class: "unseen" }, " right"))));
}

function arm_row(model: TraceModel, arm: Arm, arms: readonly Arm[], stacks: Stack[]): HTMLElement {
  const named = (name: string): Arm | undefined => arms.find((a) => a.name === name);
  return h("tr", { class: arm.name === "real" ? "is-real" : "" }, h("th", { scope: "row" }, isolated(arm.label)),
    h("td", {}, ...arm.draws.map((draw) => draw_line(model, draw, stacks))),
    h("td", { class: "number" }, short_number(mean_of(arm.draws, model.question.answer))),
    changed_cell(arm, named("real")), changed_cell(arm, named("none")));
}

const heads = (names: readonly Child[]): HTMLElement => h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name))));

// null: the experiment has no arms.
export function make_arms(model: TraceModel, result: ExperimentResult): { element: HTMLElement; colour(palette: Palette): void } | null {
  const { arms } = result, { question: { answer, options } } = model, stacks: Stack[] = [];
  if (arms.length === 0) return null;
  const element = h("table", { class: "arms" }, h("caption", { class: "quiet" }, "Forced answer with something else in place of the thinking: the same as with the real thinking, and as with none, or another"),
    heads(["in its place", "answer", "P(right)", "against real", "against none"]),
    h("tbody", {}, ...arms.map((arm) => arm_row(model, arm, arms, stacks))));
  const colour = (palette: Palette): void => {
    const colours = [...option_colours(options.length, answer, palette), kOutside].map(css_colour);
    for (const { parts } of stacks) parts.forEach((part, o) => { part.style.backgroundColor = colours[o] as string; });
  };
  return { element, colour };
}

// Every draw with every probability.
export function make_arms_table(model: TraceModel, result: ExperimentResult, to_trace: (id: string) => Child): HTMLElement | null {
  const { arms } = result, { labels, question: { answer } } = model, of = model.run.experiments[result.experiment], has_source = arms.some((a) => a.draws.some((d) => d.source !== null));
  if (arms.length === 0) return null;
  const row = (arm: Arm, { n_tokens, p, source }: ArmDraw, i: number): HTMLElement => h("tr", {},
    h("th", { scope: "row" }, isolated(arm.label)), h("td", { class: "number" }, String(i + 1)), h("td", { class: "number" }, String(n_tokens)),
    ...p.map((x) => h("td", { class: "number" }, three_places(x))), h("td", { class: "number" }, three_places(p.reduce((sum, x) => sum + x, 0))),
    h("td", {}, isolated(labels[top_of(p)] ?? ""), top_of(p) === answer && " ✓"), has_source && h("td", {}, source === null ? "–" : to_trace(source)));
  const number = (...name: Child[]): HTMLElement => h("th", { scope: "col", class: "number" }, ...name);
  const n_draws = arms.reduce((sum, arm) => sum + arm.draws.length, 0);
  return h("details", {}, h("summary", {}, `The arms as a table${of ? ` (experiment ${of.number})` : ""}: ${plural(arms.length, "arm")}, ${plural(n_draws, "draw")}`),
    h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: "The arms as a table" } }, h("table", { class: "curve-table" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "in place of the thinking"), number("draw"), number("tokens"),
        ...labels.map((label, o) => number("P(", isolated(label), ")", o === answer && " ✓")), number("mass"), h("th", { scope: "col" }, "forced answer"),
        has_source && h("th", { scope: "col" }, "lent by"))),
      h("tbody", {}, ...arms.flatMap((arm) => arm.draws.map((draw, i) => row(arm, draw, i)))))));
}

// In a sentence, for the heading of the panel.
export function say_without(model: TraceModel, arms: readonly Arm[]): string | null {
  const real = arms.find(({ name }) => name === "real")?.draws, none = arms.find(({ name }) => name === "none")?.draws, n = none && count_changed(none, real);
  if (!real?.[0] || !none?.[0] || n === undefined) return null;
  const name = (draw: ArmDraw): string => visible_string(model.labels[top_of(draw.p)] ?? "");
  return n ? `Without thinking the forced answer is ${name(none[0])}, not ${name(real[0])}.` : `Without thinking the forced answer is ${name(none[0])} too.`;
}
