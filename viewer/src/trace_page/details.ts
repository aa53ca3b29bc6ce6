// SPDX-License-Identifier: MIT
// Below the text: what the model said freely, what it was made to say, the
// prompt, and the curve as a table.
import { add, h } from "../dom/h.ts";
import { in_slices } from "../dom/idle.ts";
import { three_places } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { lacks_part } from "./lacks.ts";
import { probabilities_at } from "./model.ts";
import type { TraceModel } from "./model.ts";
import { is_adaptive } from "./probing.ts";

const verbatim = (text: string, empty = "(empty)"): HTMLElement =>
  h("pre", { class: "verbatim", tabindex: 0 }, isolated(text, { newline: "mark", empty, ends: true }));

function free_answer(model: TraceModel): HTMLElement {
  const { trace, labels, question, detail } = model;
  const verdict = trace.chosen === null ? h("span", {}, "names no option")
    : h("span", {}, "names option ", isolated(labels[trace.chosen] ?? ""),
      trace.chosen === question.answer ? ", the right one" : ", a wrong one");
  return h("section", {}, h("h2", {}, "Free answer"),
    h("p", { class: "quiet" }, "What the model wrote after its thinking; it ", verdict, "."),
    verbatim(detail.answer_text, "(none)"));
}

function forced_answer(model: TraceModel): HTMLElement {
  return h("section", {}, h("h2", {}, "Forced answer"),
    h("p", { class: "quiet" }, "At each probed position this text was put after the tokens kept, and the probability ",
      "of each option’s label was read behind it."),
    // An import may know the readings and not the wording.
    model.detail.forced === "" && model.detail.lacks.length > 0 ? h("p", {}, "The source does not tell its wording.")
      : verbatim(model.detail.forced));
}

const kRows = 25; // Of the table, made before the clock is looked at.

// Filled when first opened, while nothing else is to be done: it has a row for every position.
function curve_table(model: TraceModel) {
  const { question, labels, positions, detail, mass } = model;
  const body = h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: "The curve as a table" } });
  const ways = is_adaptive(model);
  const row = (t: number, k: number): HTMLElement => h("tr", {}, h("th", { scope: "row", class: "number" }, String(t)),
    h("td", {}, t === 0 ? "–" : isolated(detail.tokens[t - 1] ?? "", { newline: "mark", empty: "∅" })),
    ...(probabilities_at(model, t) ?? []).map((p) => h("td", { class: "number" }, three_places(p))),
    h("td", { class: "number" }, three_places(mass[k] ?? null)), ways && h("td", {}, model.interpolated[k] ? "interpolated" : "read"));
  const fill = (): void => {
    if (body.firstChild) return;
    const heads = labels.map((label, o) => h("th", { scope: "col", class: "number" }, "P(", isolated(label), ")", o === question.answer && " ✓"));
    const rows = h("tbody");
    body.append(h("table", { class: "curve-table" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "number" }, "t"), h("th", { scope: "col" }, "token"),
        ...heads, h("th", { scope: "col", class: "number" }, "mass"), ways && h("th", { scope: "col" }, "row"))), rows));
    const more = (): boolean => {
      const from = rows.childElementCount;
      add(rows, ...positions.slice(from, from + kRows).map((t, i) => row(t, from + i)));
      return from + kRows < positions.length;
    };
    if (more()) stop = in_slices(more);
  };
  let stop = (): void => undefined;
  const element = h("details", {}, h("summary", {}, "The curve as a table"), body);
  element.addEventListener("toggle", () => element.open && fill());
  return { element, destroy: () => stop() };
}

// `tables`: of what was done with the trace.
export function make_details(model: TraceModel, tables: readonly HTMLElement[] = []): { element: HTMLElement; destroy(): void } {
  const read = model.positions.length > 0, table = read ? curve_table(model) : null;
  const element = h("div", { class: "after" },
    h("div", { class: "answers" }, free_answer(model), read && forced_answer(model)),
    !(model.detail.prompt === "" && lacks_part(model, "prompt")) &&
      h("details", {}, h("summary", {}, "The prompt as the model saw it"), verbatim(model.detail.prompt)),
    table?.element, ...tables,
    h("p", { class: "quiet ids" }, "question ", h("code", {}, isolated(model.question.id)), ", trace ",
      h("code", {}, isolated(model.trace.id)), model.detail.seed !== null && ", seed ",
      model.detail.seed !== null && isolated(model.detail.seed)));
  return { element, destroy: () => table?.destroy() };
}
