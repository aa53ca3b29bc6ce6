// SPDX-License-Identifier: MIT
// The bar above a gallery: whose traces, in which order, and how they are shown.
import type { Context, Place } from "../context.ts";
import { segmented, select } from "../dom/controls.ts";
import { h, replace } from "../dom/h.ts";
import { view_of } from "../gallery/stage.ts";
import { kNoFilters } from "../state/state.ts";
import type { Align, GroupKey, State, View } from "../state/state.ts";
import { field_of } from "../table/table.ts";
import type { TraceTable } from "../table/table.ts";
import { visible_string } from "../text/visible.ts";
import { active_filters, choose_sort, turn_sort } from "./changes.ts";
import type { ActiveFilter } from "./changes.ts";
import { grouped_select } from "./grouped_select.ts";
import { group_choices, sort_menu } from "./menus.ts";
import type { MenuGroup } from "./menus.ts";
import { at_intervals } from "./pace.ts";
import type { FilterPanel } from "./panel.ts";

const kViews: readonly { value: View; name: string; explain: string }[] = [
  { value: "list", name: "List", explain: "each question with its options and its traces" },
  { value: "grid", name: "Grid", explain: "pictures side by side" },
  { value: "lines", name: "Lines", explain: "a line a trace, from its first token to its last" },
];
const kAligns: readonly { value: Align; name: string; explain: string }[] = [
  { value: "token", name: "token", explain: "a cell a token: longer traces are larger" },
  { value: "fraction", name: "share", explain: "each trace from 0 to 100 % of its thinking: all are of one size" },
];
const kEvery = 90; // Milliseconds between two changes of the address.

interface Part { element: HTMLElement; show(state: State, table: TraceTable | null): void }

// Of one run its subjects, of all runs the runs.
function make_place(context: Context, { run, subject }: Place): Part {
  const named = (name: string): string => visible_string(name) || "(no name)", { runs } = context.manifest;
  const [label, all, list, here] = run ? ["Subject", "all subjects", run.subjects, subject] as const : ["Run", "all runs", runs, null] as const;
  const choices = [{ value: "", name: all }, ...list.map((item, i) => ({ value: String(i), name: named(item.name) }))];
  const chooser = select(label, choices, (value) => {
    const key = value === "" ? null : list[Number(value)]?.key ?? null;
    context.go(run ? { subject: key } : { run: key, subject: null }, "push");
  });
  return { element: chooser.element, show: () => chooser.show(here ? String((list as readonly unknown[]).indexOf(here)) : "") };
}

function make_direction(turn: () => void) {
  const button = h("button", { type: "button", class: "direction", on: { click: turn } });
  const show = (descending: boolean, name: string): void => {
    button.textContent = descending ? "↓" : "↑";
    button.title = descending ? "falling: the largest first. Turn around" : "rising: the smallest first. Turn around";
    button.setAttribute("aria-label", `${name}, ${descending ? "falling" : "rising"}: turn around`);
  };
  return { element: button, show };
}

function make_sort(context: Context): Part {
  let menu: readonly MenuGroup[] = [], of: TraceTable | null = null;
  const listed = (key: string): boolean => menu.some((g) => g.fields.some((f) => f.key === key));
  const falls = (key: string): boolean => menu.some((g) => g.falls && g.fields.some((f) => f.key === key));
  const terms = ([0, 1] as const).map((place) => {
    const none = place === 0 ? { name: "order of the run", explain: "as questions and samples stand in the run" } : { name: "nothing", explain: "ties stay in the order of the run" };
    const list = grouped_select(place === 0 ? "Sort by" : "then by", none, (key) =>
      context.go({ sort: choose_sort(context.state().sort, place, key, falls(key)) }, "replace"));
    const direction = make_direction(() => context.go({ sort: turn_sort(context.state().sort, place) }, "replace"));
    return { list, direction, pair: h("div", { class: "field-pair" }, list.element, direction.element) };
  });
  const element = h("div", { class: "sort", role: "group", aria: { label: "Order" } }, ...terms.map((t) => t.pair));
  return {
    element,
    show(state, table) {
      if (table && of !== table) [menu, of] = [sort_menu(table), table];
      const known = state.sort.filter((t) => !table || listed(t.key));
      terms.forEach(({ list, direction, pair }, i) => {
        const term = known[i];
        list.show(menu, term?.key ?? "", i === 1 ? known[0]?.key : "");
        pair.hidden = i > known.length;
        direction.element.hidden = !term;
        if (term) direction.show(term.descending, visible_string((table && field_of(table, term.key)?.name) ?? term.key));
      });
    },
  };
}

function make_group(context: Context, place: Place): Part {
  const box = h("div", { class: "group-choice" });
  let made = "", chooser: ReturnType<typeof select<GroupKey>> | null = null;
  return {
    element: box,
    show(state, table) {
      const choices = group_choices(place, table, state.group), key = choices.map((c) => c.value).join();
      if (!chooser || made !== key) {
        chooser = select<GroupKey>("Group by", choices, (group) => context.go({ group }, "replace"));
        made = key;
        replace(box, chooser.element);
      }
      chooser.show(state.group);
    },
  };
}

function make_look(context: Context): Part {
  const view = segmented("View", kViews, (value) => context.go({ view: value }, "replace"));
  const align = segmented("Align by", kAligns, (value) => context.go({ align: value }, "replace"));
  const pace = at_intervals<number>(kEvery, (density) => { if (slider.isConnected) context.go({ density }, "replace"); });
  const slider = h("input", { type: "range", class: "density", title: "size of the pictures", aria: { label: "Size of the pictures" },
    on: { input: () => pace.send(slider.valueAsNumber) } });
  [slider.min, slider.max, slider.step] = ["0", "10", "1"];
  const labelled = (name: string, control: HTMLElement): HTMLElement =>
    h("div", { class: "field" }, h("span", { class: "field-label", aria: { hidden: "true" } }, name), control);
  const aligned = labelled("Align by", align.element);
  const element = h("div", { class: "look" }, labelled("View", view.element), labelled("Size", slider), aligned);
  return {
    element,
    show(state) {
      const kind = view_of(state);
      view.show(kind);
      align.show(state.align);
      aligned.hidden = kind === "list";
      if (!pace.waiting()) slider.value = String(state.density);
    },
  };
}

// The button of the panel, and, where the panel is closed, what it would show as chosen.
function make_filter_bar(context: Context, panel: FilterPanel) {
  const number = h("span", {}), count = h("span", { class: "filters-count" }, number, h("span", { class: "unseen" }, " on"));
  const button = h("button", { type: "button", class: "filters-button", aria: { controls: "filters" }, on: { click: () => panel.set_open(!panel.open()) } }, "Filters ", count);
  const list = h("ul", { class: "filter-tags", aria: { label: "Filters that are on" } });
  const go = (change: Partial<State>): void => {
    button.focus(); // What was pressed is about to go.
    context.go(change, "replace");
  };
  const clear = h("button", { type: "button", class: "filters-clear", aria: { label: "Clear filters" }, on: { click: () => go(kNoFilters) } }, "Clear");
  let table: TraceTable | null = null;
  const tag = ({ name, value, without }: ActiveFilter): HTMLElement => h("li", {},
    h("button", { type: "button", class: "filter-tag", title: "take this filter away", on: { click: () => go(without) } },
      h("span", { class: "quiet" }, `${name}: `), h("bdi", {}, value), h("span", { aria: { hidden: "true" } }, " ×"), h("span", { class: "unseen" }, ", take away")));
  const show = (state: State, next: TraceTable | null): void => {
    table = next;
    const active = active_filters(state, table), open = panel.open();
    number.textContent = String(active.length);
    count.hidden = active.length === 0;
    button.setAttribute("aria-expanded", String(open));
    clear.hidden = active.length === 0;
    list.hidden = active.length === 0 || open;
    replace(list, ...(list.hidden ? [] : active.map(tag)));
  };
  panel.watch(() => show(context.state(), table));
  return { buttons: h("div", { class: "filters-buttons" }, button, clear), list, show };
}

export function make_toolbar(context: Context, place: Place, panel: FilterPanel): Part {
  const parts = [make_place(context, place), make_sort(context), make_group(context, place), make_look(context)];
  const filters = make_filter_bar(context, panel);
  const element = h("div", { class: "toolbar", role: "group", aria: { label: "What is shown, and how" } },
    filters.buttons, ...parts.map((p) => p.element), filters.list);
  return {
    element,
    show(state, table) {
      for (const part of parts) part.show(state, table);
      filters.show(state, table);
    },
  };
}
