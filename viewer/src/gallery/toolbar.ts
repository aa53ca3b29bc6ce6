// SPDX-License-Identifier: MIT
// Subject, sorting and filters of a gallery.
import type { Context } from "../context.ts";
import { select } from "../dom/controls.ts";
import { h } from "../dom/h.ts";
import { visible_string } from "../text/visible.ts";
import type { EndFilter, Run, SortKey, State, StopFilter } from "../types.ts";
import { kSortKeys } from "./order.ts";

const kEndChoices: { value: EndFilter; name: string }[] = [
  { value: "any", name: "right or wrong" }, { value: "right", name: "right" }, { value: "wrong", name: "wrong" },
];
const kStopChoices: { value: StopFilter; name: string }[] = [
  { value: "any", name: "any way" }, { value: "closed", name: "closed by the model" },
  { value: "budget", name: "cut by the budget" }, { value: "end_of_text", name: "ended without closing" },
  { value: "unknown", name: "ending not known" }, { value: "failed", name: "failed" },
];
const kSortChoices = Object.entries(kSortKeys).map(([value, entry]) => ({
  value: value as SortKey, name: entry.name, explain: entry.explain,
}));

function search_field(context: Context) {
  let timer = 0;
  const input = h("input", {
    type: "search", placeholder: "words in the question", maxlength: 200, spellcheck: "false", autocomplete: "off",
    on: { input: () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => context.go({ text: input.value }, "replace"), 120);
    } },
  });
  const element = h("label", { class: "field" }, h("span", { class: "field-label" }, "Find"), input);
  const show = (text: string): void => {
    if (document.activeElement !== input && input.value !== text) input.value = text;
  };
  return { element, show };
}

export function make_toolbar(context: Context, run: Run) {
  const subjects = [{ value: "", name: "all subjects" },
    ...run.subjects.map((s, i) => ({ value: String(i), name: visible_string(s.name) || "(no name)" }))];
  const subject = select("Subject", subjects, (value) => context.go({
    subject: value === "" ? null : run.subjects[Number(value)]?.key ?? null, question: null }, "push"));
  const sort = select("Sort by", kSortChoices, (value) => context.go({ sort: value }, "replace"));
  const direction = h("button", { type: "button", class: "direction",
    on: { click: () => context.go({ descending: !context.state().descending }, "replace") } });
  const end = select("Forced answer at end", kEndChoices, (value) => context.go({ end: value }, "replace"));
  const stop = select("Thinking stopped", kStopChoices, (value) => context.go({ stop: value }, "replace"));
  const search = search_field(context);
  const element = h("div", { class: "toolbar", role: "search", aria: { label: "Sort and filter" } },
    subject.element, h("div", { class: "field-pair" }, sort.element, direction),
    end.element, stop.element, search.element);
  const show = (state: State): void => {
    const index = run.subjects.findIndex((s) => s.key === state.subject);
    subject.show(index < 0 ? "" : String(index));
    sort.show(state.sort);
    direction.textContent = state.descending ? "↓ falling" : "↑ rising";
    direction.setAttribute("aria-label", `Order: ${state.descending ? "falling" : "rising"}. Turn around`);
    end.show(state.end);
    stop.show(state.stop);
    search.show(state.text);
  };
  show(context.state());
  return { element, show };
}
