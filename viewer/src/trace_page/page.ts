// SPDX-License-Identifier: MIT
// The page of one trace: loads what it is about, puts the parts together and keeps the address in step with the cursor.
import { is_unread, known_length } from "../bundle/index.ts";
import { load_experiments, load_index, load_questions, load_trace } from "../bundle/load.ts";
import type { Context, Page } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import { when_idle } from "../dom/idle.ts";
import { failure } from "../dom/message.ts";
import { kStopNames, page_of } from "../gallery/trace_words.ts";
import { make_trace_save } from "../save/trace_save.ts";
import type { State } from "../state/state.ts";
import { plural, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Run, SubjectRef } from "../types.ts";
import { make_body, make_unread_body } from "./body.ts";
import type { Part } from "./body.ts";
import { find_trace, make_model, samples_of, tell_trace } from "./model.ts";
import type { Experiments, Found, TraceModel } from "./model.ts";
import { find_neighbours, find_order, load_scope } from "./neighbours.ts";
import type { At, Neighbours } from "./neighbours.ts";
import { make_samples } from "./samples.ts";

function heading({ index, question, trace }: Found): HTMLElement {
  const stop = kStopNames[trace.stop], length = known_length(index, trace.place);
  return h("header", { class: "page-head" },
    h("p", { class: "overline" }, isolated(question.subject.name, { empty: "(no name)" }), ` · question ${question.place} · sample ${trace.sample}`,
      trace.status === "ok" && length !== null && ` · ${plural(length, "thinking token")}`,
      trace.status === "ok" && stop !== "" && h("span", { class: "tag is-cut" }, stop)),
    h("h1", { tabindex: -1, class: "question" }, isolated(question.text)));
}

function turn_links(context: Context, neighbours: Neighbours): HTMLElement[] {
  const { before, after, place, of } = neighbours, { from } = context.state();
  const link = (to: At | null, name: string): HTMLElement =>
    to === null ? h("span", { class: "quiet" }, name) : context.link(page_of(to.index, to.trace, from), {}, name);
  return [link(before, "← previous"), h("span", { class: "quiet" }, `${whole(place + 1)} of ${whole(of)}`), link(after, "next →")];
}

// A failed trace has no readings to show, but its siblings may.
function failed_part(context: Context, found: Found): Part {
  const samples = make_samples(context, found);
  return {
    element: h("div", {}, h("div", { class: "failure", role: "alert" }, h("b", {}, "This trace failed: "), isolated(found.trace.error)), samples.element),
    show: (state) => samples.colour(state), key: () => false, themed: () => undefined, destroy: () => undefined,
  };
}

// n and p follow the order of the gallery, N and P skip to another question there, s and S go round the question's samples.
function turn_by_key(context: Context, key: string, found: Found | null, neighbours: Neighbours | null): boolean {
  const turns = new Map([["n", neighbours?.after], ["p", neighbours?.before], ["N", neighbours?.after_question], ["P", neighbours?.before_question]]);
  const next = turns.get(key);
  if (next) context.go(page_of(next.index, next.trace, context.state().from), "push");
  if (turns.has(key)) return true;
  if (!found || key.toLowerCase() !== "s") return false;
  const samples = samples_of(found.index, found.question.place), place = samples.indexOf(found.trace.place) + (key === "s" ? 1 : -1);
  const to = samples[(place + samples.length) % samples.length] as number;
  context.go({ sample: found.index.traces.sample[to] as number, cursor: null }, "push");
  return true;
}

const idle = (): Promise<void> => new Promise((resolve) => when_idle(resolve));

const names_another = (a: State, b: State): boolean =>
  a.page !== b.page || a.run !== b.run || a.subject !== b.subject || a.question !== b.question || a.sample !== b.sample;

export function make_trace_page(context: Context, place: { run: Run; subject: SubjectRef }): Page {
  const { run, subject } = place;
  let state = context.state();
  let body: Part | null = null;
  let neighbours: Neighbours | null = null;
  let found: Found | null = null;
  let model: TraceModel | null = null; // Of a trace that was read.
  let gone = false;
  const turn = h("nav", { class: "turn", aria: { label: "Traces" } });
  const middle = h("div", {}, h("h1", { class: "unseen", tabindex: -1 }, "Trace"), h("p", { class: "quiet" }, "Loading …"));
  const page: Page = {
    element: h("div", { class: "trace-page" }, h("div", { class: "trace-bar" }, turn, make_trace_save(context, () => model).element), middle),
    title: "Trace",
    update(next) {
      if (names_another(next, state)) return false;
      body?.show(next, state);
      state = next;
      return true;
    },
    key: (event) => body?.key(event.key) === true || turn_by_key(context, event.key, found, neighbours),
    themed: () => body?.themed(),
    // Asked for before the reader leaves: the way back finds the cursor where it was last.
    anchor() {
      body?.rest?.();
      return null;
    },
    destroy() {
      gone = true;
      body?.destroy();
    },
  };

  const make_part = async (of: Found): Promise<Part> => {
    if (of.trace.status === "failed") return failed_part(context, of);
    const experiments = load_experiments(of.index, of.trace.place).then(
      (results): Experiments => ({ results, problem: null }), (problem: unknown): Experiments => ({ results: [], problem }));
    const made = make_model(of, await load_trace(of.index, of.trace.place), await experiments);
    if (is_unread(of.trace)) return make_unread_body(context, made);
    model = made;
    return make_body(context, made);
  };
  const show = async (): Promise<void> => {
    const asked = load_questions(run);
    asked.catch(() => undefined); // Where the index fails first, that is told.
    const index = await load_index(run), t = find_trace(index, subject, state);
    // The trace's own parts come while the questions do; what goes wrong with them is told where they are shown.
    if (t !== null && !index.traces.failed[t]) load_trace(index, t).catch(() => undefined);
    const questions = await asked;
    if (gone) return;
    found = t === null ? null : tell_trace(index, questions, t);
    if (!found) {
      replace(middle, h("h1", { tabindex: -1 }, "Nothing here"),
        h("p", {}, "The address names a question or a sample that this subject does not hold."));
      return;
    }
    page.title = `Question ${found.question.place}, sample ${found.trace.sample}`;
    context.retitle();
    const focused = middle.contains(document.activeElement);
    replace(middle, heading(found));
    if (focused) middle.querySelector("h1")?.focus({ preventScroll: true });
    const part = await make_part(found);
    if (gone) return part.destroy();
    body = part;
    middle.append(body.element);
    body.show(state, null);
    await idle(); // The text first.
    const here: At = { index, trace: found.trace.place }, scope = await load_scope(index, subject, state.from, context.manifest.runs);
    const order = await find_order(scope, state, here);
    if (gone) return;
    neighbours = find_neighbours(order, here);
    replace(turn, ...turn_links(context, neighbours));
  };
  show().catch((error: unknown) => !gone && middle.append(failure(error)));
  return page;
}
