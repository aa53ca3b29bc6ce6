// SPDX-License-Identifier: MIT
// What surrounds every page: the header with the way back, the footer.
import { find_run, find_subject } from "./context.ts";
import type { Context } from "./context.ts";
import { add, h, replace } from "./dom/h.ts";
import { is_dark, set_theme } from "./dom/preferences.ts";
import { kNoFilters } from "./state/state.ts";
import type { State } from "./state/state.ts";
import { isolated } from "./text/render.ts";

const kFront = { page: "front", run: null, subject: null, question: null, from: "subject", sort: [], ...kNoFilters } satisfies Partial<State>;
const kNames: Partial<Record<State["page"], string>> = { compare: "Two runs compared", tray: "Picked traces", help: "Help" };

// Where the key u leads: from a trace to its gallery, from everywhere else to the front page.
export function up_from(state: State): Partial<State> | null {
  if (state.page === "front") return null;
  if (state.page !== "trace") return kFront;
  const list = { subject: {}, run: { subject: null }, runs: { run: null, subject: null } }[state.from];
  return { page: "gallery", question: null, cursor: null, from: "subject", ...list };
}

function crumbs(context: Context, state: State): HTMLElement[] {
  if (state.page === "front") return [];
  const item = (...children: Node[]) => h("li", {}, ...children);
  const here = (name: Node | string) => item(h("span", { aria: { current: "page" } }, name));
  const named = (name: string) => isolated(name, { empty: "(no name)" });
  const list = [item(context.link(kFront, { class: "brand" }, isolated(context.manifest.title, { empty: "thinktrace" })))];
  const name = kNames[state.page];
  if (name !== undefined) return [...list, here(name)];
  if (state.run === null) return [...list, here("All runs")];
  const run = find_run(context.manifest, state.run);
  if (!run) return list;
  const to = (subject: string | null): Partial<State> =>
    ({ page: "gallery", run: run.key, subject, question: null, cursor: null, from: "subject" });
  if (state.page === "trace" && state.from === "runs") list.push(item(context.link({ ...to(null), run: null }, {}, "All runs")));
  if (context.manifest.runs.length > 1) list.push(item(context.link(to(null), {}, named(run.name))));
  const subject = find_subject(run, state.subject);
  if (!subject) return [...list, here("All subjects")];
  if (state.page === "gallery") return [...list, here(named(subject.name))];
  if (state.from === "run") list.push(item(context.link(to(null), {}, "All subjects")));
  return [...list, item(context.link(to(subject.key), {}, named(subject.name)))];
}

export function bar(context: Context) {
  const list = h("ol", { class: "crumbs" });
  const theme_button = h("button", { type: "button", class: "theme", on: { click: () => {
    set_theme(is_dark() ? "light" : "dark");
    name_theme();
  } } });
  const name_theme = (): void => { theme_button.textContent = is_dark() ? "Light mode" : "Dark mode"; };
  name_theme();
  const notes = h("span", {});
  const element = h("header", { class: "bar" },
    h("nav", { aria: { label: "Where you are" } }, list), h("span", { class: "bar-end" }, notes, theme_button));
  const footer = h("footer", { class: "footer" },
    h("p", {}, "Made by ", isolated(context.manifest.generator), ". Numbers are rounded for display; the exact ones are in ",
      h("code", {}, "thinktrace export"), "."),
    context.link({ page: "help", topic: null }, {}, "Help and keys"));
  const show = (state: State): void => {
    name_theme();
    replace(list, ...crumbs(context, state));
  };
  const note = (child: HTMLElement | null): void => add(notes, child);
  return { element, footer, show, note };
}
