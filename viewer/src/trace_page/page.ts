// SPDX-License-Identifier: MIT
// The page of one trace: loads its two chunks, puts the parts together and
// keeps the address in step with the cursor.
import { load_question, load_subject } from "../bundle/chunks.ts";
import type { Context, Page, Place } from "../context.ts";
import { first_position } from "../curve/positions.ts";
import { make_plot } from "../curve/plot.ts";
import { h, replace } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { make_legend } from "../gallery/legend.ts";
import { option_label } from "../gallery/row.ts";
import { load_entries } from "../gallery/source.ts";
import { kStopNames } from "../gallery/thumbnail.ts";
import { same_name } from "../state/state.ts";
import { plural } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Question, Run, State, SubjectRef, Trace } from "../types.ts";
import { make_cursor } from "./cursor.ts";
import { make_details } from "./details.ts";
import { make_matrix } from "./matrix.ts";
import { make_model, position_colours } from "./model.ts";
import type { TraceModel } from "./model.ts";
import { change_to, find_neighbours } from "./neighbours.ts";
import type { Neighbours } from "./neighbours.ts";
import { make_options_table } from "./options.ts";
import { make_readout } from "./readout.ts";
import { make_samples } from "./samples.ts";
import { make_tokens } from "./tokens.ts";

interface Part { element: HTMLElement; colour(state: State): void; move(state: State): void; themed(): void; destroy(): void }

// Everything that needs the readings; colours follow the state.
function make_body(context: Context, model: TraceModel): Part {
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

function heading(question: Question, trace: Trace, subject: SubjectRef): HTMLElement {
  const stop = kStopNames[trace.stop];
  return h("header", { class: "page-head" },
    h("p", { class: "overline" }, isolated(subject.name, { empty: "(no name)" }), ` · question ${question.number} · sample ${trace.sample}`,
      trace.status === "ok" && ` · ${plural(trace.n_tokens, "thinking token")}`,
      trace.status === "ok" && stop !== "" && h("span", { class: "tag is-cut" }, stop)),
    h("h1", { tabindex: -1, class: "question" }, isolated(question.text)));
}

function turn_links(context: Context, neighbours: Neighbours): HTMLElement[] {
  const { before, after, place, of } = neighbours;
  return [
    before ? context.link(change_to(before), {}, "← previous") : h("span", { class: "quiet" }, "← previous"),
    h("span", { class: "quiet" }, of === 0 ? "" : `${place + 1} of ${of}`),
    after ? context.link(change_to(after), {}, "next →") : h("span", { class: "quiet" }, "next →"),
  ];
}

// A failed trace has no readings to show, but its siblings may.
function failed_body(context: Context, question: Question, trace: Trace): HTMLElement {
  const samples = make_samples(context, question, trace);
  samples.colour();
  return h("div", {}, h("div", { class: "failure", role: "alert" }, h("b", {}, "This trace failed: "),
    isolated(trace.error)), samples.element);
}

const look_key = (s: State): string => `${s.colouring} ${s.palette}`;

export function make_trace_page(context: Context, place: Place & { subject: SubjectRef }): Page {
  const { run, subject } = place;
  let state = context.state();
  let body: Part | null = null;
  let neighbours: Neighbours | null = null;
  let question: Question | undefined;
  let gone = false;
  const turn = h("nav", { class: "turn", aria: { label: "Questions" } });
  const middle = h("div", {}, h("h1", { class: "unseen", tabindex: -1 }, "Trace"), h("p", { class: "quiet" }, "Loading …"));
  const element = h("div", { class: "trace-page" }, turn, middle);
  const page: Page = {
    element,
    title: "Trace",
    update(next) {
      if (next.question !== state.question || next.sample !== state.sample || next.subject !== state.subject ||
        next.run !== state.run) return false;
      const before = state;
      state = next;
      if (look_key(before) !== look_key(next)) body?.colour(next);
      body?.move(next);
      return true;
    },
    key: (event) => turn_key(context, event.key, neighbours, question, state),
    themed: () => body?.themed(),
    destroy() {
      gone = true;
      body?.destroy();
    },
  };

  const show = async (): Promise<void> => {
    const questions = await load_subject(subject.chunk);
    const found = questions.find((q) => same_name(q.id, state.question as string));
    const trace = found?.traces.find((t) => t.sample === state.sample);
    if (gone) return;
    if (!found || !trace) {
      replace(middle, h("h1", { tabindex: -1 }, "Nothing here"),
        h("p", {}, "The address names a question or a sample that this subject does not hold."));
      return;
    }
    question = found;
    page.title = `Question ${found.number}, sample ${trace.sample}`;
    context.retitle();
    const focused = middle.contains(document.activeElement);
    replace(middle, heading(found, trace, subject));
    if (focused) middle.querySelector("h1")?.focus({ preventScroll: true });
    void show_neighbours(run, subject, found);
    if (trace.status === "failed") return void middle.append(failed_body(context, found, trace));
    const chunk = await load_question(found.chunk);
    if (gone) return;
    body = make_body(context, make_model(run, subject, found, trace, chunk));
    middle.append(body.element);
    body.colour(state);
  };
  const show_neighbours = async (of_run: Run, here: SubjectRef, found: Question): Promise<void> => {
    const { entries } = await load_entries(of_run, state.from_all ? of_run.subjects : [here], () => undefined);
    if (gone) return;
    neighbours = find_neighbours(entries, state, here, found.id);
    replace(turn, ...turn_links(context, neighbours));
  };
  show().catch((error: unknown) => !gone && middle.append(failure(error)));
  return page;
}

function turn_key(context: Context, key: string, neighbours: Neighbours | null, question: Question | undefined,
  state: State): boolean {
  const entry = key === "n" ? neighbours?.after : key === "p" ? neighbours?.before : null;
  if (entry) context.go(change_to(entry), "push");
  if (key === "n" || key === "p") return true;
  if (!question || key.toLowerCase() !== "s") return false;
  const samples = question.traces.map((t) => t.sample);
  const place = samples.indexOf(state.sample) + (key === "s" ? 1 : -1);
  context.go({ sample: samples[(place + samples.length) % samples.length] ?? 0, cursor: null }, "push");
  return true;
}
