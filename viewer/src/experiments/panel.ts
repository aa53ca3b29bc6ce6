// SPDX-License-Identifier: MIT
// The experiments on a trace, one section a kind of result: beside the text, and in narrow windows below it. There is nothing where there are
// no results.
import type { ExperimentResult } from "../bundle/experiments.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { help_link } from "../help/link.ts";
import { page_of } from "../gallery/trace_words.ts";
import type { Palette } from "../state/state.ts";
import { isolated } from "../text/render.ts";
import type { Cursor } from "../trace_page/cursor.ts";
import type { TraceModel } from "../trace_page/model.ts";
import { make_arms, make_arms_table, say_without } from "./arms.ts";
import { make_mistakes, make_pivots, make_prefixes } from "./forks.ts";
import { make_hint } from "./hint.ts";

export interface ExperimentPanel {
  element: HTMLElement; // Beside the text.
  tables: HTMLElement[]; // Below it.
  colour(palette: Palette): void;
}

// The trace by its id, as a link where this run holds it.
function link_to(context: Context, { index }: TraceModel, id: string): Child {
  const place = index.traces.id.indexOf(id), shown = h("code", {}, isolated(id.slice(0, 12)));
  return place < 0 ? shown : context.link(page_of(index, place, context.state().from), {}, shown);
}

// null: nothing was done with this trace.
export function make_experiments(context: Context, model: TraceModel, cursor: Cursor): ExperimentPanel | null {
  const { results, problem } = model.experiments, tables: HTMLElement[] = [], colours: ((palette: Palette) => void)[] = [];
  if (results.length === 0 && problem === null) return null;
  const section = (kind: string, title: string, { experiment }: ExperimentResult, ...children: Child[]): HTMLElement => {
    const of = model.run.experiments[experiment];
    return h("section", { class: `experiment is-${kind}` }, h("h3", {}, title, " ", help_link(context, "experiments", `Help: ${title}`)), ...children,
      of && h("p", { class: "quiet experiment-about" }, `${of.kind === "hint" ? "Plan" : "Experiment"} ${of.number}`, of.about !== "" && ": ", of.about !== "" && isolated(of.about)));
  };
  const sections = results.flatMap((result) => {
    const arms = make_arms(model, result), table = make_arms_table(model, result, (id) => link_to(context, model, id)), without = say_without(model, result.arms);
    if (arms) colours.push(arms.colour);
    if (table) tables.push(table);
    return [
      arms && section("arms", model.run.experiments[result.experiment]?.kind === "paraphrase" ? "In other words" : "Without this thinking", result, without !== null && h("p", {}, without), arms.element),
      result.prefixes.length > 0 && section("free", "Forced against free", result, ...make_prefixes(model, cursor, result.prefixes)),
      result.pivots && section("pivots", "Pivots", result, ...make_pivots(model, cursor, result.pivots)),
      result.mistakes.length > 0 && section("mistakes", "Mistakes put in", result, ...make_mistakes(model, cursor, result.mistakes)),
      result.hint && section("hint", "The hint", result, ...make_hint(model, cursor, result.hint)),
    ];
  });
  const element = h("div", { class: "experiments" }, problem !== null && failure(problem), ...sections);
  return { element, tables, colour: (palette) => colours.forEach((colour) => colour(palette)) };
}
