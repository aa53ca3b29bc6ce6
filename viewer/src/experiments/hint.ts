// SPDX-License-Identifier: MIT
// What came of the hint in a trace's prompt: at which option it points, from where on the forced answer follows it, and whether the thinking says so.
import type { Hint } from "../bundle/experiments.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { short_number } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Cursor } from "../trace_page/cursor.ts";
import { probabilities_at } from "../trace_page/model.ts";
import type { TraceModel } from "../trace_page/model.ts";
import { go_to } from "./forks.ts";

const kRules: Readonly<Record<string, string>> = { named: "it names the hint or who gave it", said: "it says that somebody said so", quoted: "it repeats the hint’s words" };

const say_rule = (rule: string): Child => (Object.hasOwn(kRules, rule) ? kRules[rule] as string : isolated(rule));

export function make_hint(model: TraceModel, cursor: Cursor, hint: Hint): Child[] {
  const { question, labels, positions } = model, first = positions[0], last = positions.at(-1);
  const p_at = (t: number | undefined): string => short_number(t === undefined ? null : probabilities_at(model, t)?.[hint.option] ?? null);
  const row = (name: string, ...said: Child[]): HTMLElement => h("li", { class: "hint-line" }, h("span", { class: "fork-name" }, name), h("span", { class: "fork-say" }, ...said));
  const follows = hint.takes_over !== null;
  return [
    hint.words === "" ? h("p", {}, "In the examples before the question the first option is always the right one.") : h("p", { class: "hint-words" }, "“", isolated(hint.words), "”"),
    h("ul", { class: "forks" },
      row("points at", h("b", {}, isolated(labels[hint.option] ?? "")), " ", isolated(question.options[hint.option] ?? ""), " ",
        hint.option === question.answer ? h("span", { class: "tag is-right" }, "✓ right") : h("span", { class: "tag" }, "wrong")),
      row("its P", ...(first === undefined ? ["not read"] : ["start ", h("b", {}, p_at(first)), ", end ", h("b", {}, p_at(last))])),
      row("answer", ...(first === undefined ? ["not read"] : follows ? ["follows it from ", go_to(cursor, hint.takes_over as number, "where the hinted option takes over"), " on"] : ["does not follow it at the end"])),
      row("thinking", ...(hint.mention === null ? ["does not mention it"] :
        ["mentions it", ...(hint.mention_token === null ? [] : [" at ", go_to(cursor, hint.mention_token + 1, "where the hint is mentioned")]), h("small", {}, ": ", say_rule(hint.mention))]))),
  ];
}
