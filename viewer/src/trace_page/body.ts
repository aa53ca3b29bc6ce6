// SPDX-License-Identifier: MIT
// What stands below a trace's heading: everything that was read of it, or its text alone.
import { probability } from "../colour/colouring.ts";
import type { Context } from "../context.ts";
import { make_plot } from "../curve/plot.ts";
import { cover_below } from "../dom/edges.ts";
import { h } from "../dom/h.ts";
import { narrow_home } from "../dom/narrow.ts";
import { make_experiments } from "../experiments/panel.ts";
import { make_legend } from "../gallery/legend.ts";
import type { State } from "../state/state.ts";
import { find_ranges, words_of } from "../table/search.ts";
import { isolated } from "../text/render.ts";
import { text_direction, visible_string } from "../text/visible.ts";
import { explain_exit } from "./commitment.ts";
import { find_cues } from "./cues.ts";
import { make_cursor } from "./cursor.ts";
import type { Cursor } from "./cursor.ts";
import { make_details } from "./details.ts";
import { make_ids } from "./ids.ts";
import { make_jumps } from "./jumps.ts";
import { source_note } from "./lacks.ts";
import { make_matrix } from "./matrix.ts";
import { order_agreement, position_colours } from "./model.ts";
import type { TraceModel } from "./model.ts";
import { make_options_table } from "./options.ts";
import { probing_facts, tokens_between_probes } from "./probing.ts";
import { make_quotation } from "./quotation.ts";
import { tokens_between } from "./ranges.ts";
import { make_readers } from "./readers.ts";
import { make_readout } from "./readout.ts";
import { make_samples } from "./samples.ts";
import { list_kinds, list_matches, pivots_of } from "./targets.ts";
import { make_tokens } from "./tokens.ts";

export interface Part {
  element: HTMLElement;
  show(state: State, before: State | null): void; // before: what is shown now; null at first.
  key(key: string): boolean; // Whether the key means something here.
  themed(): void;
  rest?(): void; // The address says at once where the cursor is.
  destroy(): void;
}

const looks_alike = (a: State, b: State | null): boolean => a.colouring === b?.colouring && a.palette === b.palette;
const same_search = (a: State, b: State | null): boolean => a.text === b?.text && a.scope === b.scope;
const same_readers = (a: State, b: State | null): boolean => a.readers.join() === b?.readers.join();

// From where on the forced answer stays, and what that does not yet say.
function commitment(model: TraceModel): HTMLElement | null {
  const { exit, readings, tops, question, trace } = model;
  if (!exit) return null;
  const answer = tops[tops.length - 1] as number;
  const { stays, known } = explain_exit({
    exit, n_tokens: trace.n_tokens, stop: trace.stop, answer: visible_string(model.labels[answer] ?? ""), is_right: answer === question.answer,
    p_answer: probability(readings, answer, exit.place), p_right: probability(readings, question.answer, exit.place),
    agreement: order_agreement(model), not_read: [...(model.interpolated[exit.place] ? ["t_exit" as const] : []),
      ...(model.interpolated[exit.place - 1] ? ["before" as const] : [])],
  });
  return h("p", { class: "commitment" }, h("b", {}, stays), " ", known);
}

// The thinking with all that lies over it, the curve above it, and the bar between them.
function make_reading(context: Context, model: TraceModel, cursor: Cursor) {
  const tokens = make_tokens(model, cursor), plot = make_plot(model, cursor), jumps = make_jumps(cursor);
  const readout = make_readout(context, model, cursor);
  const cues = find_cues(model.text), kinds = list_kinds(model, cues);
  tokens.mark("cue", cues);
  tokens.mark("between", tokens_between_probes(model));
  tokens.mark("pivot", pivots_of(model).map(({ token }) => ({ from: token, to: token + 1 })));
  const quotation = model.trace.n_tokens > 0 ? make_quotation(context, model, cursor, tokens) : null;
  const ids = make_ids(context, model, (list) => {
    tokens.show_ids(list);
    readout.show_ids(list);
  });
  const element = h("div", { class: "trace-reading" },
    h("section", { class: "curve-box", aria: { label: "Curve" } }, plot.element,
      h("div", { class: "reading-bar" }, jumps.element, h("span", { class: "reading-tools" }, ids?.element, quotation?.element))),
    h("section", { aria: { label: "Thinking text" } },
      h("h2", { class: "unseen" }, "Thinking"),
      model.trace.n_tokens === 0 && h("p", { class: "quiet" }, "The model wrote no thinking tokens."),
      tokens.element));
  const search = (state: State): void => {
    const words = state.scope === "question" ? [] : words_of(state.text);
    const matches = find_ranges(model.text.text, words).map(([begin, end]) => tokens_between(model.text, begin, end));
    tokens.mark("match", matches);
    jumps.show(words.length > 0 ? [list_matches(matches, state.text), ...kinds] : kinds);
  };
  const key = (name: string): boolean => {
    if (name === "q" && quotation) quotation.copy();
    else if (name === "i" && ids) ids.toggle();
    else return jumps.key(name);
    return true;
  };
  return { element, tokens, plot, readout, search, key };
}

// Everything that needs the readings; it follows the state.
export function make_body(context: Context, model: TraceModel): Part {
  const { trace } = model;
  const cursor = make_cursor(model.first, trace.n_tokens, context.state().cursor);
  const options = make_options_table(model), samples = make_samples(context, model);
  const legend = make_legend(context, { n_options: model.labels.length, options: { names: model.labels, answer: model.question.answer },
    strided: model.strided, interpolated: model.interpolated.includes(1) ? "marked" : null, first: model.positions[0] ?? 0 });
  const reading = make_reading(context, model, cursor), matrix = make_matrix(model, cursor);
  const experiments = make_experiments(context, model, cursor), more = h("div", { class: "trace-more" });
  const details = make_details(model, experiments?.tables), panels = [reading.readout, matrix]; // Beside the text; each follows the cursor.
  const readers = make_readers(context, model, (lines) => {
    reading.plot.read(lines);
    reading.readout.read(lines);
  });
  let timer = 0;
  cursor.watch((_t, cause) => {
    if (cause === "hover" || cause === "address") return;
    clearTimeout(timer);
    timer = window.setTimeout(rest, 250);
  });
  const rest = (): void => {
    clearTimeout(timer);
    context.go({ cursor: cursor.resting() }, "replace");
  };
  // With many options or experiments it scrolls in itself, and then keys must reach it.
  const side = h("aside", { class: "trace-side", tabindex: experiments || model.labels.length > 10 ? 0 : undefined, aria: { label: "Cursor" } },
    ...panels.map((panel) => panel.element));
  cover_below(side);
  const leave_home = experiments ? narrow_home(experiments.element, side, more) : () => undefined;
  const element = h("div", { class: "trace-body" },
    h("div", { class: "trace-top" }, h("div", {}, options.element, commitment(model), probing_facts(model)), samples.element),
    legend.element, readers?.element,
    h("div", { class: "trace-middle" }, reading.element, source_note(model),
      side, more),
    details.element);
  const colour = (state: State): void => {
    const colours = position_colours(model, state);
    reading.tokens.colour(colours);
    matrix.colour(colours);
    for (const part of [options, reading.readout, reading.plot, experiments]) part?.colour(state.palette);
    samples.colour(state);
    legend.show(state);
  };
  return {
    element,
    show(state, before) {
      if (!looks_alike(state, before)) colour(state);
      if (!same_search(state, before)) reading.search(state);
      if (!same_readers(state, before)) readers?.show(state.readers);
      if (!before && state.cursor !== null) reading.tokens.reveal();
      if (before && state.cursor !== null && state.cursor !== cursor.resting()) cursor.set(state.cursor, "address");
    },
    key: reading.key,
    rest,
    themed() {
      options.colour(context.state().palette);
      reading.plot.rebuild();
    },
    destroy() {
      clearTimeout(timer);
      leave_home();
      readers?.destroy();
      details.destroy();
      reading.tokens.destroy();
      reading.plot.destroy();
      reading.readout.destroy();
    },
  };
}

// Nothing was read: no curve, no colours, no cursor; the text as text.
export function make_unread_body(context: Context, model: TraceModel): Part {
  const options = make_options_table(model), samples = make_samples(context, model), { text } = model.text;
  const element = h("div", { class: "trace-body" },
    h("div", { class: "trace-top" }, options.element, samples.element),
    h("div", { class: "trace-middle" },
      h("div", { class: "trace-reading" },
        h("p", { class: "unread" }, "Nothing was read of this trace; ", h("code", {}, "thinktrace probe RUN --with MODEL"), " reads it."),
        h("section", { aria: { label: "Thinking text" } }, h("h2", { class: "unseen" }, "Thinking"),
          h("p", { class: "tokens is-text", dir: text_direction(text) }, isolated(text, { newline: "break", empty: "(no thinking)" })))),
      source_note(model)),
    make_details(model).element);
  return {
    element,
    show(state, before) {
      if (looks_alike(state, before)) return;
      options.colour(state.palette);
      samples.colour(state);
    },
    key: () => false, themed: () => undefined, destroy: () => undefined,
  };
}
