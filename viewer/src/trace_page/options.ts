// SPDX-License-Identifier: MIT
// The options of the question: which is right, which the model chose freely,
// and what the forced answer was at start and end.
import { css_colour, line_colours } from "../colour/palette.ts";
import { h } from "../dom/h.ts";
import { is_dark } from "../dom/preferences.ts";
import { line_style } from "../curve/lines.ts";
import type { Palette } from "../state/state.ts";
import { three_places } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { line_sample } from "./line_sample.ts";
import { mass_at, probabilities_at } from "./model.ts";
import type { TraceModel } from "./model.ts";

export function make_options_table(model: TraceModel) {
  const { question, labels, trace, positions } = model;
  const first = positions[0] ?? 0, last = positions.at(-1) ?? 0;
  const start = probabilities_at(model, first), end = probabilities_at(model, last);
  const samples: SVGElement[] = [];
  const read = positions.length > 0; // Else there is no start and no end.
  const rows = question.options.map((option, o) => {
    const sample = line_sample(line_style(o, question.answer));
    samples.push(sample);
    const marks = [o === question.answer && "right", o === trace.top_start && "forced at start",
      o === trace.top_end && "forced at end", o === trace.chosen && "free answer"].filter((m) => m !== false);
    return h("tr", { class: o === question.answer ? "is-right" : "" },
      read && h("td", {}, sample),
      h("th", { scope: "row" }, isolated(labels[o] ?? "")),
      h("td", { class: "option-cell" }, isolated(option, { empty: "(empty)" }),
        ...marks.map((m) => h("span", { class: m === "right" ? "tag is-right" : "tag" }, m === "right" ? "✓ right" : m))),
      read && h("td", { class: "number" }, three_places(start?.[o] ?? null)),
      read && h("td", { class: "number" }, three_places(end?.[o] ?? null)));
  });
  const head = (text: string, under: string, number: boolean) => h("th", { scope: "col", class: number ? "number" : "" },
    text, h("span", { class: "quiet" }, under));
  const element = h("table", { class: "options-table" },
    h("thead", {}, h("tr", {}, read && h("td"), h("td"), head("option", "", false),
      read && head("start", ` t = ${first}`, true), read && head("end", ` t = ${last}`, true))),
    h("tbody", {}, ...rows, read && h("tr", { class: "mass-row" }, h("td"), h("td"), h("th", { scope: "row" }, "mass"),
      h("td", { class: "number" }, three_places(mass_at(model, first))),
      h("td", { class: "number" }, three_places(mass_at(model, last))))));
  const colour = (palette: Palette): void => {
    line_colours(question.options.length, question.answer, palette, is_dark() ? "dark" : "light").forEach((c, o) => {
      (samples[o] as SVGElement).style.stroke = css_colour(c);
    });
  };
  return { element, colour };
}
