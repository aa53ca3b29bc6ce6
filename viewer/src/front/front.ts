// SPDX-License-Identifier: MIT
// The front page: the runs of the bundle with their first numbers, and the subjects of each with a few thumbnails. A
// chunk is loaded when what shows it comes near the window.
import type { Block } from "../bundle/analysis.ts";
import { load_ablations, load_analysis, load_index, load_strips, load_tables } from "../bundle/load.ts";
import type { Strip } from "../bundle/shelf.ts";
import type { Context, Page } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { replace_like } from "../dom/keep.ts";
import { failure } from "../dom/message.ts";
import { make_ablation } from "../experiments/numbers.ts";
import { make_report_table } from "../experiments/report.ts";
import { digits, kShare, linked, whisker } from "../first_numbers/estimate.ts";
import { make_links, share_to, to_traces } from "../first_numbers/links.ts";
import type { ToTraces } from "../first_numbers/links.ts";
import { make_numbers } from "../first_numbers/panel.ts";
import { find_block, short_name_of_start } from "../first_numbers/sayings.ts";
import { right_at } from "../first_numbers/sets.ts";
import { choose_shape } from "../gallery/layout.ts";
import { make_legend } from "../gallery/legend.ts";
import { make_thumbnail } from "../gallery/thumbnail.ts";
import { kNoFilters } from "../state/state.ts";
import type { State } from "../state/state.ts";
import { plural, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Run, RunIndex, SubjectRef } from "../types.ts";
import { probe_text, run_facts, run_model, run_notes } from "./run_facts.ts";
import { choose_strip, tally_subject } from "./tally.ts";

const kStripWidth = 72; // Of a thumbnail, in CSS pixels.
const kStripLength = 16; // Thumbnails a subject; what does not fit is cut off.

function verdict_bar(name: string, right: number, read: number, to: ToTraces): HTMLElement {
  const fill = h("span", { class: "bar-fill" });
  fill.style.width = `${read === 0 ? 0 : (100 * right) / read}%`;
  return h("div", { class: "verdict-bar" }, h("span", { class: "quiet" }, name), h("span", { class: "bar" }, fill),
    h("span", { class: "number" }, linked(right, whole(right), to), ` of ${whole(read)}`));
}

// Shares of the block with their intervals; without a block, what the traces themselves give.
function subject_numbers(context: Context, block: Block | null, index: RunIndex, subject: SubjectRef): HTMLElement[] {
  if (block && block.traces_read > 0) {
    const { right_at_start, right_at_end } = block.forced, links = make_links(context, index.run, subject, block);
    return ([[short_name_of_start(block), right_at_start, links.sets.right_start], ["end", right_at_end, links.sets.right_end]] as const)
      .map(([name, e, set]) => h("div", { class: "verdict-line" }, h("span", { class: "quiet" }, name), whisker(e, kShare),
        digits(e, kShare.write, share_to(links, set, e))));
  }
  const sum = tally_subject(index, index.run.subjects.indexOf(subject));
  if (sum.read === 0) return sum.traces > sum.failed ? [h("p", { class: "quiet" }, "nothing was read")] : [];
  const start = sum.first === 0 ? "start" : `t = ${sum.first}`;
  return [verdict_bar(start, sum.right_start, sum.read, to_traces(context, index.run, subject, right_at("start", start))),
    verdict_bar("end", sum.right_end, sum.read, to_traces(context, index.run, subject, right_at("end", "the end")))];
}

const to_gallery = (run: Run | null, subject: SubjectRef | null = null): Partial<State> =>
  ({ page: "gallery", run: run?.key ?? null, subject: subject?.key ?? null, question: null, ...kNoFilters });

// One thumbnail a question, in the order of the run.
function strip(context: Context, index: RunIndex, subject: SubjectRef, strips: readonly Strip[], traces: readonly number[]) {
  // All thumbnails of a run have one shape.
  const shape = choose_shape(index.traces.n_tokens, kStripWidth);
  return traces.map((trace) => {
    const q = index.traces.question[trace] as number, first = index.shelves[index.questions.shelf[q] as number]?.first_trace ?? 0;
    return make_thumbnail(context, { index, trace, question: null, strip: strips[trace - first] ?? null }, {
      shape, look: context.state(), captions: false, change: { ...to_gallery(index.run, subject), page: "trace",
        question: index.questions.id[q] as string, sample: index.traces.sample[trace] as number, cursor: null, from: "subject" },
    });
  });
}

interface Line {
  key: string; // The same for what takes its place when the run has grown.
  element: HTMLElement;
  load(): void;
  recolour?(): void;
  rest?(): void; // The page is left.
  stop(): void;
}
const key_of = (run: Run, subject: SubjectRef | null, what = ""): string => JSON.stringify([run.key, subject?.key ?? null, what]);

// before: what stood there until the run grew; it stays until its like is loaded.
function subject_line(context: Context, run: Run, subject: SubjectRef, before?: HTMLElement): Line {
  const thumbs = before?.querySelector<HTMLElement>(".strip") ?? h("div", { class: "strip", aria: { busy: "true" } });
  const numbers = before?.querySelector<HTMLElement>(".subject-numbers") ?? h("div", { class: "subject-numbers" });
  let draw: (() => void) | null = null;
  let started = false, gone = false;
  const load = (): void => {
    if (started) return;
    started = true;
    // Numbers that can't be had are told of above the list; the line then does with its own.
    const block = run.analysis === null ? Promise.resolve(null) : load_analysis(run.analysis)
      .then((analysis) => find_block(analysis, run, subject), () => null);
    const show = async (): Promise<void> => {
      const index = await load_index(run), chosen = choose_strip(index, run.subjects.indexOf(subject), kStripLength);
      void block.then((found) => !gone && replace_like(numbers, () => subject_numbers(context, found, index, subject)));
      if (!chosen) return;
      const strips = await load_strips(index, chosen.shelf);
      if (gone) return;
      draw = () => replace_like(thumbs, () => strip(context, index, subject, strips, chosen.traces));
      draw();
    };
    show().catch((error: unknown) => !gone && replace(thumbs, failure(error))).finally(() => thumbs.removeAttribute("aria-busy"));
  };
  const counts = [plural(subject.n_questions, "question"), plural(subject.n_traces, "trace")];
  if (subject.n_failed > 0) counts.push(`${whole(subject.n_failed)} failed`);
  const element = h("li", { class: "subject" },
    h("div", { class: "subject-head" },
      h("h3", {}, context.link(to_gallery(run, subject), {},
        isolated(subject.name, { empty: "(no name)" }))),
      h("p", { class: "quiet" }, counts.join(" · "))),
    numbers, thumbs);
  return { key: key_of(run, subject), element, load, recolour: () => draw?.(), stop: () => { gone = true; } };
}

// How high the numbers of a run were when the page was left, so that the way back finds the same place before they have come again.
const heights = new Map<string, { width: number; height: number }>();

interface Numbers { run: Run; index: number; what: string; title: string; make(): Promise<Child[]> }

function numbers_line({ run, index, what, title: name, make }: Numbers, before?: HTMLElement): Line {
  const id = `${what}-${index}`, key = key_of(run, null, what), height = heights.get(key);
  const title = h("h3", { id }, name);
  const element = h("section", { class: "numbers", aria: { labelledby: `run-${index} ${id}`, busy: "true" } }, title,
    ...(before ? [...before.children].slice(1) : [h("p", { class: "quiet" }, "Loading …")]));
  if (!before && height?.width === window.innerWidth) element.style.minHeight = `${height.height}px`;
  let started = false, gone = false;
  const put = (...children: Child[]): void => {
    if (gone) return;
    replace_like(element, () => [title, ...children]);
    element.removeAttribute("aria-busy");
    element.style.minHeight = "";
  };
  return {
    key, element,
    load() {
      if (started) return;
      started = true;
      make().then((parts) => put(...parts)).catch((error: unknown) => put(failure(error)));
    },
    rest: () => !element.hasAttribute("aria-busy") && heights.set(key, { width: window.innerWidth, height: element.offsetHeight }),
    stop: () => { gone = true; },
  };
}

// Ways into a run as a whole.
function run_links(context: Context, run: Run): HTMLElement {
  const { runs } = context.manifest, others = runs.filter((r) => r !== run), [other] = others;
  const compare = (name: string | HTMLElement): HTMLElement => context.link(
    { page: "compare", run: run.key, other: other?.key ?? null, ...kNoFilters }, {}, "Compare with ", name);
  return h("p", { class: "run-links" },
    context.link({ ...to_gallery(run), view: "grid" }, {}, "All traces"),
    other && compare(others.length === 1 ? isolated(other.name, { empty: "(no name)" }) : "another run"));
}

interface Lines { add(line: Line): HTMLElement; before(key: string): HTMLElement | undefined }

function run_numbers(context: Context, run: Run, index: number): Numbers[] {
  const { analysis, ablations, tables } = run;
  return [
    ...(analysis === null ? [] : [{ run, index, what: "numbers", title: "First numbers", make: async () => make_numbers(context, run, await load_analysis(analysis)) }]),
    ...(ablations === null ? [] : [{ run, index, what: "ablations", title: "Is the thinking needed?",
      make: async () => (await load_ablations(ablations)).map((ablation) => make_ablation(context, ablation)) }]),
    ...(tables === null ? [] : [{ run, index, what: "tables", title: "What experiments say",
      make: async () => (await load_tables(tables)).map((table) => make_report_table(context, run, table)) }]),
  ];
}

function run_section(context: Context, run: Run, index: number, lines: Lines): HTMLElement {
  const id = `run-${index}`;
  const n_traces = run.subjects.reduce((sum, s) => sum + s.n_traces, 0);
  const n_questions = run.subjects.reduce((sum, s) => sum + s.n_questions, 0);
  const list = h("ul", { class: "subjects" }, ...run.subjects.map((subject) =>
    lines.add(subject_line(context, run, subject, lines.before(key_of(run, subject))))));
  return h("section", { class: "run", aria: { labelledby: id } },
    h("h2", { id }, h("span", { class: "overline" }, "run"), isolated(run.name, { empty: "(no name)" })),
    h("p", { class: "run-size" }, run_model(run), ` · ${plural(run.subjects.length, "subject")}, ${plural(n_questions, "question")}, ` +
      `${plural(n_traces, "trace")}${run.probe ? ` · probed ${probe_text(run)}` : ""}`),
    run_links(context, run),
    run_notes(run),
    run_facts(run),
    ...run_numbers(context, run, index).map((numbers) => lines.add(numbers_line(numbers, lines.before(key_of(run, null, numbers.what))))),
    h("div", { class: "subjects-head" }, h("p", {}, "subject"), h("p", {}, "forced answer right")),
    list);
}

export function make_front_page(context: Context): Page {
  let lines = new Map<Element, Line>();
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) lines.get(entry.target)?.load();
  }, { rootMargin: "400px" });
  const take_lines = (): Lines => {
    const before = new Map([...lines.values()].map((line) => [line.key, line.element]));
    for (const line of lines.values()) line.stop();
    seen.disconnect();
    lines = new Map();
    return { before: (key) => before.get(key), add(line) {
      lines.set(line.element, line);
      seen.observe(line.element);
      return line.element;
    } };
  };
  const legend = make_legend(context, { n_options: 2, strided: false }), element = h("div", { class: "front" });
  let state = context.state();
  const fill = (): void => {
    const { title, runs } = context.manifest, next = take_lines();
    legend.show(state, { n_options: Math.max(2, ...runs.map((run) => run.labels.length)) });
    replace_like(element, () => [
      h("header", { class: "masthead" },
        h("h1", { tabindex: -1 }, isolated(title, { empty: "thinktrace" })),
        h("p", { class: "lede" }, "What a reasoning model would have answered, had its thinking been stopped after each token."),
        h("p", { class: "how" }, "Each picture is one trace, each cell one thinking token, in reading order. After every " +
          "token thinking was closed, the model was made to answer, and the probability of each option was read.",
        runs.some((run) => run.probe) && " Where a run was probed adaptively, that was done after a part of the tokens, and the others were interpolated.")),
      legend.element,
      runs.length > 1 && h("p", { class: "run-links" }, context.link({ ...to_gallery(null), view: "grid" }, {}, "All traces of all runs")),
      ...runs.map((run, i) => run_section(context, run, i, next)),
      runs.length === 0 && h("p", {}, "This bundle holds no runs."),
    ]);
  };
  fill();
  return {
    element,
    title: context.manifest.title,
    update(next) {
      if (next.page !== "front") return false;
      legend.show(next);
      const before = state;
      state = next;
      if (next.colouring !== before.colouring || next.palette !== before.palette) for (const line of lines.values()) line.recolour?.();
      return true;
    },
    renew: fill,
    destroy() {
      for (const line of lines.values()) {
        line.rest?.();
        line.stop();
      }
      seen.disconnect();
    },
  };
}
