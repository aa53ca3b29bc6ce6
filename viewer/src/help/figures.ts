// SPDX-License-Identifier: MIT
// The help's pictures, drawn from its examples by the code that draws galleries and traces.
import type { Look, Picture } from "../colour/cells.ts";
import { kColouringOrder, kColourings } from "../colour/colouring.ts";
import { paint_strip } from "../colour/paint.ts";
import { css_colour, kOutside, option_colours } from "../colour/palette.ts";
import type { Context } from "../context.ts";
import { flip_places } from "../curve/measures.ts";
import { make_plot } from "../curve/plot.ts";
import { h } from "../dom/h.ts";
import { make_arms } from "../experiments/arms.ts";
import type { Child } from "../dom/h.ts";
import { canvas_size } from "../gallery/layout.ts";
import { scale_bar } from "../gallery/legend.ts";
import type { State } from "../state/state.ts";
import { two_places } from "../text/numbers.ts";
import { make_cursor } from "../trace_page/cursor.ts";
import { mass_at, position_colours, probabilities_at } from "../trace_page/model.ts";
import type { TraceModel } from "../trace_page/model.ts";
import { make_options_table } from "../trace_page/options.ts";
import { make_readout } from "../trace_page/readout.ts";
import { make_tokens } from "../trace_page/tokens.ts";
import { example_model, example_picture } from "./example.ts";
import { kExamples } from "./examples.ts";
import type { Example } from "./examples.ts";

export interface Figure { element: HTMLElement; show?(state: State): void; themed?(): void; destroy?(): void }

const [kChains, kTurned, kKnown, kWrong, kWavering] = kExamples as [Example, Example, Example, Example, Example];
const kLine = 7; // CSS pixels a token, where the trace is one line.

function cells(picture: Picture, columns: number, cell: number) {
  const canvas = h("canvas", { class: "cells" });
  return { canvas, paint: (look: Look) => paint_strip(canvas, picture, look, canvas_size(picture.n_tokens, { columns, cell })) };
}

// Question, text, curve and reading of one trace, as its own page has them.
export function trace_figure(context: Context): Figure {
  const model = example_model(kChains), cursor = make_cursor(0, model.trace.n_tokens, 24);
  const options = make_options_table(model), plot = make_plot(model, cursor), tokens = make_tokens(model, cursor), readout = make_readout(context, model, cursor);
  const element = h("figure", { class: "help-trace" },
    h("figcaption", {}, h("span", { class: "overline" }, "a trace of the demo model: move over it, or use the arrow keys"), h("b", {}, kChains.question)),
    options.element,
    h("div", { class: "help-reading" }, h("div", {}, plot.element, tokens.element), readout.element));
  return {
    element,
    show(state) {
      tokens.colour(position_colours(model, state));
      for (const part of [options, readout, plot]) part.colour(state.palette);
    },
    themed() {
      options.colour(context.state().palette);
      plot.rebuild();
    },
    destroy() {
      tokens.destroy();
      plot.destroy();
      readout.destroy();
    },
  };
}

// The same trace in every colouring.
export function colours_figure(): Figure {
  const picture = example_picture(kChains);
  const entries = kColouringOrder.map((colouring) => {
    const { name, explain, scale } = kColourings[colouring], { canvas, paint } = cells(picture, 14, 12);
    return { colouring, paint, element: h("li", {}, canvas, h("div", {}, h("b", {}, name), h("p", {}, explain), scale && scale_bar(scale))) };
  });
  return {
    element: h("ul", { class: "help-colours" }, ...entries.map((e) => e.element)),
    show: ({ palette }) => entries.forEach(({ colouring, paint }) => paint({ colouring, palette })),
  };
}

// The probabilities of one reading side by side, and the rest.
export function mass_figure(): Figure {
  const model = example_model(kChains), made = [0, 26].map((t) => {
    const parts = [...probabilities_at(model, t) ?? [], 1 - (mass_at(model, t) ?? 0)].map((p) => {
      const part = h("span", {});
      part.style.width = `${100 * Math.max(0, p)}%`;
      return part;
    });
    return { parts, element: h("li", {}, h("span", { class: "quiet" }, `t = ${t}`), h("span", { class: "help-stack" }, ...parts),
      h("span", {}, `mass ${two_places(mass_at(model, t))}`)) };
  });
  return {
    element: h("ul", { class: "help-mass" }, ...made.map((m) => m.element)),
    show({ palette }) {
      const colours = [...option_colours(kChains.n_options, kChains.answer, palette), kOutside].map(css_colour);
      for (const { parts } of made) parts.forEach((part, o) => { part.style.backgroundColor = colours[o] as string; });
    },
  };
}

// The trace as one line, and what is said about a part of it below.
function line_figure(example: Example, colouring: State["colouring"], below: (model: TraceModel) => HTMLElement): Figure {
  const model = example_model(example), { canvas, paint } = cells(example_picture(example), model.trace.n_tokens, kLine);
  return { element: h("figure", { class: "help-line" }, canvas, below(model)), show: ({ palette }) => paint({ colouring, palette }) };
}

const span = (from: number, to: number, kind: string, ...text: Child[]): HTMLElement => {
  const element = h("span", { class: kind }, ...text);
  element.style.left = `${from * kLine}px`;
  element.style.width = `${(to - from) * kLine}px`;
  return element;
};

// The trace with less of its thinking: its own readings, as an ablation would find them.
export function arms_figure(): Figure {
  const model = example_model(kChains), n = model.trace.n_tokens;
  const arm = (name: string, label: string, t: number) => ({ name, label, draws: [{ n_tokens: t, p: probabilities_at(model, t) ?? [], source: null }] });
  const made = make_arms(model, { trace: 0, experiment: 0, prefixes: [], pivots: null, mistakes: [], hint: null,
    arms: [arm("real", "the real thinking", n), arm("none", "no thinking", 0), arm("first_0.5", "its first 50 %", n >> 1), arm("first_0.75", "its first 75 %", (3 * n) >> 2)] });
  return { element: h("figure", { class: "help-arms" }, made?.element), show: ({ palette }) => made?.colour(palette) };
}

export const exit_figure = (): Figure => line_figure(kChains, "likely", ({ exit, trace: { n_tokens } }) => {
  const t = exit?.t ?? 0;
  return h("div", { class: "help-spans" }, span(0, t, "help-before", `t_exit = ${t}`),
    span(t, n_tokens, "help-after", `share ${two_places((n_tokens - t) / n_tokens)}`));
});

export const flips_figure = (): Figure => line_figure(kChains, "likely", ({ tops }) => {
  const flips = flip_places(tops);
  return h("div", { class: "help-ticks" }, ...flips.map((k) => span(k - 1, k, "help-tick", "▲")), h("figcaption", {}, `${flips.length} flips`));
});

export const entropy_figure = (): Figure => line_figure(kChains, "entropy", () => h("figcaption", {}, "undecided at first, decided at the end"));

const kClassFigures: readonly (readonly [Example, string, string])[] = [
  [kChains, "productive", "wrong to right: the thinking helped"],
  [kTurned, "counterproductive", "right to wrong: it harmed"],
  [kKnown, "right throughout", "right at every position; known already, where other orders of the options agree"],
  [kWrong, "wrong throughout", "right at none"],
  [kWavering, "wavering", "the rest: it changed, and came back"],
];

export function classes_figure(): Figure {
  const entries = kClassFigures.map(([example, name, explain]) => {
    const { canvas, paint } = cells(example_picture(example), 14, 10);
    return { paint, element: h("li", {}, canvas, h("b", {}, name), h("span", { class: "quiet" }, explain)) };
  });
  return {
    element: h("ul", { class: "help-classes" }, ...entries.map((e) => e.element)),
    show: ({ palette }) => entries.forEach(({ paint }) => paint({ colouring: "mix", palette })),
  };
}
