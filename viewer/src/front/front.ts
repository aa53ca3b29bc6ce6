// SPDX-License-Identifier: MIT
// The front page: the runs of the bundle with their first numbers, and the
// subjects of each with a few thumbnails. A chunk is loaded when what shows it
// comes near the window.
import type { Block } from "../bundle/analysis.ts";
import { load_analysis, load_subject } from "../bundle/chunks.ts";
import { is_unread } from "../bundle/decode.ts";
import { first_position } from "../curve/positions.ts";
import type { Context, Page } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { digits, kShare, whisker } from "../first_numbers/estimate.ts";
import { make_numbers } from "../first_numbers/panel.ts";
import { find_block, short_name_of_start } from "../first_numbers/sayings.ts";
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

// Shares of the block with their intervals; without a block, what the traces themselves give.
function subject_numbers(block: Block | null, questions: readonly Question[]): HTMLElement[] {
  if (block && block.traces_read > 0) {
    const { right_at_start, right_at_end } = block.forced;
    return [[short_name_of_start(block), right_at_start] as const, ["end", right_at_end] as const].map(([name, e]) =>
      h("div", { class: "verdict-line" }, h("span", { class: "quiet" }, name), whisker(e, kShare), digits(e)));
  }
  const sum = tally(questions);
  if (sum.read === 0 && sum.traces > sum.failed) return [h("p", { class: "quiet" }, "nothing was read")];
  const first = Math.max(0, ...questions.flatMap((q) => q.traces.map((t) => first_position(t.positions))));
  return [verdict_bar(first === 0 ? "start" : `t = ${first}`, sum.right_start, sum.read),
    verdict_bar("end", sum.right_end, sum.read)];
}

// One thumbnail a question, in the order of the run.
function strip(context: Context, run: Run, subject: SubjectRef, questions: readonly Question[], shape: ThumbnailShape) {
  const chosen = questions.filter((q) => q.traces.length > 0).slice(0, kStripLength);
  return chosen.map((question) => {
    const fine = question.traces.filter((t) => t.status === "ok");
    const trace = fine.find((t) => !is_unread(t)) ?? fine[0] ?? question.traces[0];
    return trace && make_thumbnail(context, question, trace, {
      shape, look: context.state(), captions: false,
      change: { run: run.key, subject: subject.key, question: question.id, sample: trace.sample },
    });
  });
}

interface Line { element: HTMLElement; load(): void; recolour?(): void }

function subject_line(context: Context, run: Run, subject: SubjectRef, shape: () => Promise<ThumbnailShape>): Line {
  const thumbs = h("div", { class: "strip", aria: { busy: "true" } });
  const numbers = h("div", { class: "subject-numbers" });
  let draw: (() => void) | null = null;
  let started = false;
  const load = (): void => {
    if (started) return;
    started = true;
    // Numbers that can't be had are told of above the list; the line then does with its own.
    const block = run.analysis === null ? Promise.resolve(null) : load_analysis(run.analysis)
      .then((analysis) => find_block(analysis, run, subject), () => null);
    Promise.all([load_subject(subject.chunk), shape()]).then(([questions, size]) => {
      void block.then((found) => replace(numbers, ...subject_numbers(found, questions)));
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

// How high the numbers of a run were, so that the way back finds the same place before they have come again.
const heights = new Map<string, { width: number; height: number }>();

function numbers_line(run: Run, chunk: string, index: number): Line {
  const id = `numbers-${index}`;
  const title = h("h3", { id }, "First numbers");
  const element = h("section", { class: "numbers", aria: { labelledby: `run-${index} ${id}`, busy: "true" } }, title,
    h("p", { class: "quiet" }, "Loading …"));
  const before = heights.get(chunk);
  if (before?.width === window.innerWidth) element.style.minHeight = `${before.height}px`;
  let started = false;
  const load = (): void => {
    if (started) return;
    started = true;
    load_analysis(chunk).then((analysis) => replace(element, title, ...make_numbers(run, analysis)))
      .catch((error: unknown) => replace(element, title, failure(error)))
      .finally(() => {
        element.removeAttribute("aria-busy");
        element.style.minHeight = "";
        heights.set(chunk, { width: window.innerWidth, height: element.offsetHeight });
      });
  };
  return { element, load };
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
  const watched = (line: Line): HTMLElement => {
    lines.set(line.element, line);
    seen.observe(line.element);
    return line.element;
  };
  const list = h("ul", { class: "subjects" },
    ...run.subjects.map((subject) => watched(subject_line(context, run, subject, get_shape))));
  return h("section", { class: "run", aria: { labelledby: id } },
    h("h2", { id }, h("span", { class: "overline" }, "run"), isolated(run.name, { empty: "(no name)" })),
    h("p", { class: "run-size" }, `${plural(run.subjects.length, "subject")}, ${plural(n_questions, "question")}, ` +
      `${plural(n_traces, "trace")}`),
    run_notes(run),
    run_facts(run),
    run.analysis !== null && watched(numbers_line(run, run.analysis, index)),
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
        for (const line of lines.values()) line.recolour?.();
      }
      colouring = state;
      return true;
    },
    destroy: () => seen.disconnect(),
  };
}
