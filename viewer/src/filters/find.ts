// SPDX-License-Identifier: MIT
// The field for words looked for in questions and in the thinking, and how far the search has come.
import { segmented } from "../dom/controls.ts";
import { h } from "../dom/h.ts";
import type { Scope, State } from "../state/state.ts";
import type { Matches } from "../table/search.ts";
import { plural, whole } from "../text/numbers.ts";
import { new_id } from "./describe_by.ts";
import { after_pause } from "./pace.ts";

const kPause = 180; // Milliseconds.
const kScopes: readonly { value: Scope; name: string; explain: string }[] = [
  { value: "question", name: "question", explain: "looks in questions and their options" },
  { value: "thinking", name: "thinking", explain: "looks in what the model thought" },
  { value: "both", name: "both", explain: "every word may be in the question or in the thinking" },
];

const count_found = (passes: Uint8Array): number => passes.reduce((sum, p) => sum + p, 0);

export function make_find(changed: (change: Partial<State>) => void) {
  const hint = new_id();
  const input = h("input", { type: "search", maxlength: 200, spellcheck: "false", autocomplete: "off", placeholder: "words, or “a phrase”",
    aria: { label: "Find words", describedby: hint }, on: { input: () => typed.send(input.value), keydown: (event) => { if (event.key === "Enter") look(input.value); } } });
  let sent = "";
  const look = (text: string): void => {
    typed.cancel();
    sent = text;
    changed({ text });
  };
  const typed = after_pause<string>(kPause, look);
  const scope = segmented("Look in", kScopes, (value) => changed({ scope: value }));
  const fill = h("span", { class: "find-fill" });
  const bar = h("div", { class: "find-bar", role: "progressbar", hidden: true, aria: { label: "Parts searched", valuemin: "0" } }, fill);
  const progress = h("span", { class: "find-progress" }), found = h("span", { role: "status" });
  const element = h("div", { class: "find" }, input, scope.element,
    h("p", { class: "unseen", id: hint }, "Every word must be there; what stands in quotation marks as it stands."), bar,
    h("p", { class: "find-said quiet" }, progress, found));
  const show = (state: State, matches: Matches | null): void => {
    if (state.text !== sent) {
      typed.cancel();
      input.value = sent = state.text;
    }
    scope.show(state.scope);
    const pending = matches?.pending ?? null, n = matches?.passes ? count_found(matches.passes) : null;
    bar.hidden = pending === null;
    if (pending) {
      bar.setAttribute("aria-valuemax", String(pending.of));
      bar.setAttribute("aria-valuenow", String(pending.done));
      fill.style.width = `${(100 * pending.done) / pending.of}%`;
    }
    // While parts are still read the number changes too fast to be read out.
    progress.textContent = pending ? `Searched ${whole(pending.done)} of ${plural(pending.of, "part")}, found in ${plural(n ?? 0, "trace")} so far` : "";
    found.textContent = n === null || pending ? "" : n === 0 ? "Found in no trace" : `Found in ${plural(n, "trace")}`;
  };
  return { element, show, focus: () => input.focus() };
}
