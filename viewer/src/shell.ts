// SPDX-License-Identifier: MIT
// What surrounds every page: the header with the way back, the footer, help.
import type { Context } from "./context.ts";
import { h, replace } from "./dom/h.ts";
import { is_dark, set_shortcuts, set_theme, shortcuts_on } from "./dom/preferences.ts";
import { same_name } from "./state/state.ts";
import { isolated } from "./text/render.ts";
import type { State } from "./types.ts";

function crumbs(context: Context, state: State): HTMLElement[] {
  if (state.run === null) return [];
  const run = context.manifest.runs.find((r) => state.run !== null && same_name(r.key, state.run));
  const item = (...children: Node[]) => h("li", {}, ...children);
  const here = (text: string) => h("span", { aria: { current: "page" } }, isolated(text, { empty: "(no name)" }));
  const list = [item(context.link({ run: null, subject: null, question: null }, { class: "brand" },
    isolated(context.manifest.title, { empty: "thinktrace" })))];
  if (!run) return list;
  const one_run = context.manifest.runs.length === 1;
  const to_all = { run: run.key, subject: null, question: null };
  const subject = run.subjects.find((s) => state.subject !== null && same_name(s.key, state.subject));
  if (!one_run) list.push(item(context.link(to_all, {}, isolated(run.name, { empty: "(no name)" }))));
  if (!subject) return [...list, item(here("All subjects"))];
  if (state.question === null) return [...list, item(here(subject.name))];
  if (state.from_all) list.push(item(context.link(to_all, {}, "All subjects")));
  list.push(item(context.link({ run: run.key, subject: subject.key, question: null, from_all: false }, {},
    isolated(subject.name, { empty: "(no name)" }))));
  return list;
}

export function bar(context: Context) {
  const list = h("ol", { class: "crumbs" });
  const theme_button = h("button", { type: "button", class: "theme", on: { click: () => {
    set_theme(is_dark() ? "light" : "dark");
    name_theme();
  } } });
  const name_theme = (): void => { theme_button.textContent = is_dark() ? "Light mode" : "Dark mode"; };
  name_theme();
  const element = h("header", { class: "bar" },
    h("nav", { aria: { label: "Where you are" } }, list), theme_button);
  const footer = (open_help: () => void): HTMLElement => h("footer", { class: "footer" },
    h("p", {}, "Made by ", isolated(context.manifest.generator), ". Numbers are rounded for display; the exact ones are in ",
      h("code", {}, "thinktrace export"), "."),
    h("button", { type: "button", class: "plain", on: { click: open_help } }, "Help and keys"));
  const show = (state: State): void => {
    name_theme();
    replace(list, ...crumbs(context, state));
  };
  return { element, footer, show };
}

const kKeys: readonly (readonly [string, string])[] = [
  ["← →", "in a trace’s text: one token back, on"],
  ["↑ ↓", "one line up, down"],
  ["Page Up, Page Down", "fifty tokens back, on"],
  ["Home, End", "the first, the last position"],
  ["n, p", "next, previous question"],
  ["s, S", "next, previous sample of the question"],
  ["c", "another colouring"],
  ["u", "up: from a trace to its gallery, from there to the front page"],
  ["?", "this help"],
];

const kWords: readonly (readonly [string, string])[] = [
  ["trace", "one sampled response of the model to a question"],
  ["probe", "the forced answer read at one position: thinking is closed there, and the probability of each option is read"],
  ["position t", "after t thinking tokens; t = 0 is before any"],
  ["curve", "the probes of one trace by position"],
  ["mass", "the sum of the options’ probabilities over the whole vocabulary; the rest is outside the options"],
  ["forced answer", "the most likely option of a probe; on a tie the first"],
  ["free answer", "what the model itself wrote after its thinking"],
];

export function make_help() {
  const box = h("input", { type: "checkbox", on: { change: () => set_shortcuts(box.checked) } });
  const pairs = (list: readonly (readonly [string, string])[], key: "kbd" | "span") => h("dl", { class: "pairs" },
    ...list.flatMap(([a, b]) => [h("dt", {}, h(key, {}, a)), h("dd", {}, b)]));
  const element = h("dialog", { class: "help", aria: { labelledby: "help-title" } },
    h("h2", { id: "help-title" }, "Help"),
    h("h3", {}, "Words"), pairs(kWords, "span"),
    h("h3", {}, "Keys"), pairs(kKeys, "kbd"),
    h("label", { class: "check" }, box, " Single letters work as keys"),
    h("button", { type: "button", class: "close", on: { click: () => element.close() } }, "Close"));
  const open = (): void => {
    box.checked = shortcuts_on();
    element.showModal();
  };
  return { element, open };
}
