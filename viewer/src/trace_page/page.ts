// SPDX-License-Identifier: MIT
// The page of one trace: loads its two chunks, puts the parts together and
// keeps the address in step with the cursor.
import { load_question, load_subject } from "../bundle/chunks.ts";
import { is_unread, known_length } from "../bundle/decode.ts";
import type { Context, Page, Place } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { load_entries } from "../gallery/source.ts";
import { kStopNames } from "../gallery/thumbnail.ts";
import { same_name } from "../state/state.ts";
import { plural } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Question, Run, State, SubjectRef, Trace } from "../types.ts";
import { make_body, make_unread_body } from "./body.ts";
import type { Part } from "./body.ts";
import { make_model } from "./model.ts";
import { change_to, find_neighbours } from "./neighbours.ts";
import type { Neighbours } from "./neighbours.ts";
import { make_samples } from "./samples.ts";

function heading(question: Question, trace: Trace, subject: SubjectRef): HTMLElement {
  const stop = kStopNames[trace.stop], length = known_length(trace);
  return h("header", { class: "page-head" },
    h("p", { class: "overline" }, isolated(subject.name, { empty: "(no name)" }), ` · question ${question.number} · sample ${trace.sample}`,
      trace.status === "ok" && length !== null && ` · ${plural(length, "thinking token")}`,
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
    const model = make_model(run, subject, found, trace, chunk);
    body = is_unread(trace) ? make_unread_body(context, model) : make_body(context, model);
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
