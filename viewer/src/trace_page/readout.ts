// SPDX-License-Identifier: MIT
// What was read at the cursor: token, probabilities as bars and numbers, mass, and P(right) as others read it.
import { css_colour, option_colours } from "../colour/palette.ts";
import type { Context } from "../context.ts";
import type { ReaderLine } from "../curve/plot.ts";
import { h, replace } from "../dom/h.ts";
import type { Palette } from "../state/state.ts";
import { plural, three_places } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { visible_string } from "../text/visible.ts";
import type { Cursor } from "./cursor.ts";
import { mass_at, probabilities_at } from "./model.ts";
import type { TraceModel } from "./model.ts";
import { is_adaptive, is_interpolated, tell_row } from "./probing.ts";

const kSpeakAfter = 250; // Milliseconds: keys held down are not read out one by one.

function make_bar(name: Node, label: string, right: boolean) {
  const fill = h("span", { class: "bar-fill" });
  const number = h("span", { class: "number" });
  const element = h("li", { class: "reading", data: { option: label } },
    h("span", { class: "reading-label" }, name, right && h("span", { class: "right-mark" }, "✓",
      h("span", { class: "unseen" }, " right"))),
    h("span", { class: "bar" }, fill), number);
  const set = (p: number | null): void => {
    number.textContent = three_places(p);
    fill.style.width = `${100 * Math.min(1, p ?? 0)}%`;
  };
  return { element, fill, set };
}

// The last of the line's positions up to t; -1: none yet.
function place_at({ positions }: ReaderLine, t: number): number {
  const after = positions.findIndex((position) => position > t);
  return (after < 0 ? positions.length : after) - 1;
}

// What the line says at t.
export const value_at = (line: ReaderLine, t: number): number | null => line.values[place_at(line, t)] ?? null;

export function make_readout(context: Context, model: TraceModel, cursor: Cursor) {
  const { question, labels, detail, exit } = model;
  const bars = labels.map((label, o) => make_bar(isolated(label), label, o === question.answer));
  const mass = make_bar(document.createTextNode("mass"), "mass", false);
  mass.element.classList.add("is-mass");
  const where = h("p", { class: "readout-where" });
  const how = is_adaptive(model) ? h("p", { class: "readout-how" }) : null; // A line of its own, so that nothing below moves.
  const token = h("p", { class: "readout-token" });
  const others = h("ul", { class: "readings is-others" });
  const element = h("section", { class: "readout", aria: { label: "Reading at the cursor" } },
    where, how, token, h("ul", { class: "readings" }, ...bars.map((b) => b.element), mass.element), others);
  let lines: { line: ReaderLine; bar: ReturnType<typeof make_bar> }[] = [];
  let ids: readonly number[] | null = null;

  const show = (t: number): void => {
    const probabilities = probabilities_at(model, t), k = model.at[t] ?? -1;
    const read_at = model.positions[k];
    replace(where, h("b", {}, `t = ${t}`), t === 0 ? " before any thinking token" : ` after ${plural(t, "thinking token")}`,
      k < 0 ? ", not probed yet" : read_at !== t && `, read at t = ${read_at}`, t === exit?.t && h("span", { class: "tag is-exit" }, "t_exit"));
    if (how) replace(how, h("span", { class: is_interpolated(model, t) ? "edge is-between" : "edge" }), tell_row(model, t) ?? "");
    if (t === 0) replace(token, h("span", { class: "quiet" }, "no token yet"));
    else {
      const id = ids?.[t - 1];
      replace(token, h("span", { class: "readout-text" },
        isolated(detail.tokens[t - 1] ?? "", { newline: "mark", empty: "∅" })),
        id !== undefined && h("span", { class: "quiet" }, `id ${id}`));
    }
    bars.forEach((bar, o) => {
      bar.set(probabilities?.[o] ?? null);
      bar.element.classList.toggle("is-top", k >= 0 && o === model.tops[k]);
    });
    mass.set(mass_at(model, t));
    for (const { line, bar } of lines) {
      bar.set(value_at(line, t));
      bar.element.classList.toggle("is-between", line.interpolated[place_at(line, t)] === 1);
    }
  };
  let timer = 0;
  const speak = (t: number, note: string): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      const read = probabilities_at(model, t);
      const list = read?.map((p, o) => `${visible_string(labels[o] ?? "")}${o === question.answer ? ", right," : ""} ${p.toFixed(2)}`);
      const other = lines.map(({ line }) => `. P(right) by ${line.label} ${three_places(value_at(line, t))}`).join("");
      const way = tell_row(model, t);
      context.announce(`${note}t = ${t}${way === null ? "" : `, ${way}`}. ${list ? list.join("; ") : "not probed yet"}. mass ${three_places(mass_at(model, t))}${other}`);
    }, kSpeakAfter);
  };
  cursor.watch((t, cause, note) => {
    show(t);
    if (cause === "key" || cause === "jump") speak(t, note);
  });
  show(cursor.at());
  return {
    element,
    colour(palette: Palette) {
      option_colours(labels.length, question.answer, palette).forEach((c, o) => {
        (bars[o] as (typeof bars)[number]).fill.style.backgroundColor = css_colour(c);
      });
    },
    // P(right) by further readers, a row each.
    read(next: readonly ReaderLine[]) {
      lines = next.map((line) => ({ line, bar: make_bar(document.createTextNode(line.label), line.label, true) }));
      replace(others, ...(lines.length > 0 ? [h("li", { class: "quiet" }, "P(right) by", lines.some(({ line }) => line.interpolated.includes(1)) && " (≈: interpolated)")] : []), ...lines.map(({ bar }) => bar.element));
      show(cursor.at());
    },
    show_ids(next: readonly number[] | null) {
      ids = next;
      show(cursor.at());
    },
    destroy: () => clearTimeout(timer),
  };
}
