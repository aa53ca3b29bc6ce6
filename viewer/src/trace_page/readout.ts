// SPDX-License-Identifier: MIT
// What was read at the cursor: token, probabilities as bars and numbers, mass.
import { most_likely } from "../colour/colouring.ts";
import { css_colour, option_colours } from "../colour/palette.ts";
import type { Context } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import { option_label } from "../gallery/row.ts";
import { plural, three_places } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { visible_string } from "../text/visible.ts";
import type { Palette } from "../types.ts";
import type { Cause, Cursor } from "./cursor.ts";
import { mass_at, probabilities_at } from "./model.ts";
import type { TraceModel } from "./model.ts";

const kSpeakAfter = 250; // Milliseconds: keys held down are not read out one by one.

function make_bar(name: Node, label: string, right: boolean) {
  const fill = h("span", { class: "bar-fill" });
  const number = h("span", { class: "number" });
  const element = h("li", { class: "reading", data: { option: label } },
    h("span", { class: "reading-label" }, name, right && h("span", { class: "right-mark" }, "✓",
      h("span", { class: "unseen" }, " right"))),
    h("span", { class: "bar" }, fill), number);
  return { element, fill, number };
}

export function make_readout(context: Context, model: TraceModel, cursor: Cursor) {
  const { question, run, detail, trace } = model;
  const labels = question.options.map((_, o) => option_label(run, o));
  const bars = labels.map((label, o) => make_bar(isolated(label), label, o === question.answer));
  const mass = make_bar(document.createTextNode("mass"), "mass", false);
  mass.element.classList.add("is-mass");
  const where = h("p", { class: "readout-where" });
  const token = h("p", { class: "readout-token" });
  const element = h("section", { class: "readout", aria: { label: "Reading at the cursor" } },
    where, token, h("ul", { class: "readings" }, ...bars.map((b) => b.element), mass.element));

  const set = (bar: ReturnType<typeof make_bar>, p: number | null): void => {
    bar.number.textContent = three_places(p);
    bar.fill.style.width = `${100 * Math.min(1, p ?? 0)}%`;
  };
  const show = (t: number): void => {
    const probabilities = probabilities_at(model, t), k = model.index[t] ?? -1;
    const read_at = model.positions[k];
    replace(where, h("b", {}, `t = ${t}`), t === 0 ? " before any thinking token" : ` after ${plural(t, "thinking token")}`,
      k < 0 ? ", not probed yet" : read_at !== t && `, read at t = ${read_at}`);
    if (t === 0) replace(token, h("span", { class: "quiet" }, "no token yet"));
    else {
      const id = detail.token_ids[t - 1];
      replace(token, h("span", { class: "readout-text" },
        isolated(detail.tokens[t - 1] ?? "", { newline: "mark", empty: "∅" })),
        id !== undefined && h("span", { class: "quiet" }, `id ${id}`));
    }
    const top = k < 0 ? -1 : most_likely(model.readings, k);
    bars.forEach((bar, o) => {
      set(bar, probabilities?.[o] ?? null);
      bar.element.classList.toggle("is-top", o === top);
    });
    set(mass, mass_at(model, t));
  };
  let timer = 0;
  const speak = (t: number): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const read = probabilities_at(model, t);
      const list = read?.map((p, o) => `${visible_string(labels[o] ?? "")}${o === question.answer ? ", right," : ""} ${p.toFixed(2)}`);
      context.announce(`t = ${t}. ${list ? list.join("; ") : "not probed yet"}. mass ${three_places(mass_at(model, t))}`);
    }, kSpeakAfter);
  };
  cursor.watch((t: number, cause: Cause) => {
    show(t);
    if (cause === "key") speak(t);
  });
  const colour = (palette: Palette): void => {
    option_colours(trace.status === "ok" ? labels.length : 0, question.answer, palette).forEach((c, o) => {
      (bars[o] as (typeof bars)[number]).fill.style.backgroundColor = css_colour(c);
    });
  };
  show(cursor.at());
  return { element, colour, destroy: () => clearTimeout(timer) };
}
