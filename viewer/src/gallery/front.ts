// SPDX-License-Identifier: MIT
// The front page: the runs of the bundle and the subjects of each, with a few
// thumbnails. A subject's chunk is loaded when its line comes near the window.
import { load_subject } from "../bundle/chunks.ts";
import { first_position } from "../curve/positions.ts";
import type { Context, Page } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { plural, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Question, Run, State, SubjectRef } from "../types.ts";
import { choose_shape } from "./layout.ts";
import type { ThumbnailShape } from "./layout.ts";
import { make_legend } from "./legend.ts";
import { tally } from "./order.ts";
import { run_facts, run_notes } from "./run_facts.ts";
import { make_thumbnail } from "./thumbnail.ts";

const kStripWidth = 72; // Of a thumbnail, in CSS pixels.
const kStripLength = 16; // Thumbnails a subject; what does not fit is cut off.

function verdict_bar(name: string, right: number, read: number): HTMLElement {
  const fill = h("span", { class: "bar-fill" });
  fill.style.width = `${read === 0 ? 0 : (100 * right) / read}%`;
  return h("div", { class: "verdict-bar" }, h("span", { class: "quiet" }, name), h("span", { class: "bar" }, fill),
    h("span", { class: "number" }, `${whole(right)} of ${whole(read)}`));
}

// One thumbnail a question, in the order of the run.
function strip(context: Context, run: Run, subject: SubjectRef, questions: readonly Question[], shape: ThumbnailShape) {
  const chosen = questions.filter((q) => q.traces.length > 0).slice(0, kStripLength);
  return chosen.map((question) => {
    const trace = question.traces.find((t) => t.status === "ok") ?? question.traces[0];
    return trace && make_thumbnail(context, question, trace, {
      shape, look: context.state(), captions: false,
      change: { run: run.key, subject: subject.key, question: question.id, sample: trace.sample },
    });
  });
}

interface Line { element: HTMLElement; load(): void; recolour(): void }

function subject_line(context: Context, run: Run, subject: SubjectRef, shape: () => Promise<ThumbnailShape>): Line {
  const thumbs = h("div", { class: "strip", aria: { busy: "true" } });
  const numbers = h("div", { class: "subject-numbers" });
  let draw: (() => void) | null = null;
  let started = false;
  const load = (): void => {
    if (started) return;
    started = true;
    Promise.all([load_subject(subject.chunk), shape()]).then(([questions, size]) => {
      const sum = tally(questions);
      const first = Math.max(0, ...questions.flatMap((q) => q.traces.map((t) => first_position(t.positions))));
      replace(numbers, verdict_bar(first === 0 ? "start" : `t = ${first}`, sum.right_start, sum.read), verdict_bar("end", sum.right_end, sum.read));
      draw = () => replace(thumbs, ...strip(context, run, subject, questions, size));
      draw();
    }, (error: unknown) => replace(thumbs, failure(error))).finally(() => thumbs.removeAttribute("aria-busy"));
  };
  const counts = [plural(subject.n_questions, "question"), plural(subject.n_traces, "trace")];
  if (subject.n_failed > 0) counts.push(`${whole(subject.n_failed)} failed`);
  const element = h("li", { class: "subject" },
    h("div", { class: "subject-head" },
      h("h3", {}, context.link({ run: run.key, subject: subject.key, question: null }, {},
        isolated(subject.name, { empty: "(no name)" }))),
      h("p", { class: "quiet" }, counts.join(" · "))),
    numbers, thumbs);
  return { element, load, recolour: () => draw?.() };
}

function run_section(context: Context, run: Run, index: number, seen: IntersectionObserver, lines: Map<Element, Line>) {
  const id = `run-${index}`;
  const n_traces = run.subjects.reduce((sum, s) => sum + s.n_traces, 0);
  const n_questions = run.subjects.reduce((sum, s) => sum + s.n_questions, 0);
  const first = run.subjects[0];
  // All thumbnails of a run have one shape, taken from its first subject.
  let shape: Promise<ThumbnailShape> | null = null;
  const get_shape = () => shape ??= (first ? load_subject(first.chunk) : Promise.resolve([])).then(
    (questions) => choose_shape(questions.flatMap((q) => q.traces.map((t) => t.n_tokens)), kStripWidth),
    () => choose_shape([500], kStripWidth));
  const list = h("ul", { class: "subjects" });
  for (const subject of run.subjects) {
    const line = subject_line(context, run, subject, get_shape);
    lines.set(line.element, line);
    seen.observe(line.element);
    list.append(line.element);
  }
  return h("section", { class: "run", aria: { labelledby: id } },
    h("h2", { id }, h("span", { class: "overline" }, "run"), isolated(run.name, { empty: "(no name)" })),
    h("p", { class: "run-size" }, `${plural(run.subjects.length, "subject")}, ${plural(n_questions, "question")}, ` +
      `${plural(n_traces, "trace")}`),
    run_notes(run),
    run_facts(run),
    h("div", { class: "subjects-head" },
      h("p", {}, "subject"),
      h("p", {}, "forced answer right"),
      run.subjects.length > 1 &&
        context.link({ run: run.key, subject: null, question: null }, { class: "all-link" },
          "All subjects in one list")),
    list);
}

export function make_front_page(context: Context): Page {
  const { manifest } = context;
  const lines = new Map<Element, Line>();
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) lines.get(entry.target)?.load();
  }, { rootMargin: "400px" });
  const n_options = Math.max(2, ...manifest.runs.map((run) => run.labels.length));
  const legend = make_legend(context, { n_options, strided: false });
  const element = h("div", { class: "front" },
    h("header", { class: "masthead" },
      h("h1", { tabindex: -1 }, isolated(manifest.title, { empty: "thinktrace" })),
      h("p", { class: "lede" }, "What a reasoning model would have answered, had its thinking been stopped after each token."),
      h("p", { class: "how" }, "Each picture is one trace, each cell one thinking token, in reading order. After every " +
        "token thinking was closed, the model was made to answer, and the probability of each option was read.")),
    legend.element,
    ...manifest.runs.map((run, i) => run_section(context, run, i, seen, lines)),
    manifest.runs.length === 0 && h("p", {}, "This bundle holds no runs."));
  let colouring = context.state();
  return {
    element,
    title: manifest.title,
    update(state: State) {
      if (state.run !== null) return false;
      legend.show(state);
      if (state.colouring !== colouring.colouring || state.palette !== colouring.palette) {
        for (const line of lines.values()) line.recolour();
      }
      colouring = state;
      return true;
    },
    destroy: () => seen.disconnect(),
  };
}
