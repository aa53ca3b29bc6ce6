// SPDX-License-Identifier: MIT
// What stands below a trace's heading: everything that was read of it, or its text alone.
import type { Context } from "../context.ts";
import { first_position } from "../curve/positions.ts";
import { make_plot } from "../curve/plot.ts";
import { h } from "../dom/h.ts";
import { make_legend } from "../gallery/legend.ts";
import { option_label } from "../gallery/row.ts";
import { isolated } from "../text/render.ts";
import { text_direction } from "../text/visible.ts";
import type { State } from "../types.ts";
import { make_cursor } from "./cursor.ts";
import { make_details } from "./details.ts";
import { source_note } from "./lacks.ts";
import { make_matrix } from "./matrix.ts";
import { position_colours } from "./model.ts";
import type { TraceModel } from "./model.ts";
import { make_options_table } from "./options.ts";
import { make_readout } from "./readout.ts";
import { make_samples } from "./samples.ts";
import { make_tokens } from "./tokens.ts";

export interface Part {
  element: HTMLElement;
  colour(state: State): void;
  move(state: State): void;
  themed(): void;
  destroy(): void;
}

// Everything that needs the readings; colours follow the state.
export function make_body(context: Context, model: TraceModel): Part {
  const { trace } = model;
  const cursor = make_cursor(model.first, trace.n_tokens, context.state().cursor);
  const options = make_options_table(model), samples = make_samples(context, model.question, trace);
  const names = model.question.options.map((_, o) => option_label(model.run, o));
  const legend = make_legend(context, { n_options: names.length, options: { names, answer: model.question.answer },
    strided: model.strided, first: first_position(trace.positions) });
  const tokens = make_tokens(model, cursor), plot = make_plot(model, cursor), matrix = make_matrix(model, cursor);
  const readout = make_readout(context, model, cursor);
  let timer = 0;
  cursor.watch((_t, cause) => {
    if (cause === "hover" || cause === "address") return;
    clearTimeout(timer);
    timer = window.setTimeout(() => context.go({ cursor: cursor.resting() }, "replace"), 250);
  });
  const element = h("div", { class: "trace-body" },
    h("div", { class: "trace-top" }, options.element, samples.element),
    legend.element,
    h("div", { class: "trace-middle" },
      h("div", { class: "trace-reading" },
        h("section", { class: "curve-box", aria: { label: "Curve" } }, plot.element),
        h("section", { aria: { label: "Thinking text" } },
          h("h2", { class: "unseen" }, "Thinking"),
          trace.n_tokens === 0 && h("p", { class: "quiet" }, "The model wrote no thinking tokens."),
          tokens.element)),
      source_note(model),
      // With many options it scrolls in itself, and then keys must reach it.
      h("aside", { class: "trace-side", tabindex: names.length > 10 ? 0 : undefined, aria: { label: "Cursor" } }, readout.element, matrix.element)),
    make_details(model));
  return {
    element,
    colour(state) {
      const colours = position_colours(model, state);
      tokens.colour(colours);
      matrix.colour(colours);
      for (const part of [options, readout, plot]) part.colour(state.palette);
      samples.colour();
      legend.show(state);
    },
    move(state) {
      if (state.cursor !== null && state.cursor !== cursor.resting()) cursor.set(state.cursor, "address");
    },
    themed: () => plot.rebuild(),
    destroy() {
      clearTimeout(timer);
      plot.destroy();
      readout.destroy();
    },
  };
}

// Nothing was read: no curve, no colours, no cursor; the text as text.
export function make_unread_body(context: Context, model: TraceModel): Part {
  const options = make_options_table(model), samples = make_samples(context, model.question, model.trace);
  const text = model.detail.tokens.join("");
  const element = h("div", { class: "trace-body" },
    h("div", { class: "trace-top" }, options.element, samples.element),
    h("div", { class: "trace-middle" },
      h("div", { class: "trace-reading" },
        h("p", { class: "unread" }, "Nothing was read of this trace; ", h("code", {}, "thinktrace probe RUN --with MODEL"), " reads it."),
        h("section", { aria: { label: "Thinking text" } }, h("h2", { class: "unseen" }, "Thinking"),
          h("p", { class: "tokens is-text", dir: text_direction(text) }, isolated(text, { newline: "break", empty: "(no thinking)" })))),
      source_note(model)),
    make_details(model));
  return {
    element,
    colour(state) {
      options.colour(state.palette);
      samples.colour();
    },
    move: () => undefined, themed: () => undefined, destroy: () => undefined,
  };
}
