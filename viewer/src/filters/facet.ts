// SPDX-License-Identifier: MIT
// The names of a category as chips that are on or off, each with how many traces it would show.
import { h, replace } from "../dom/h.ts";
import { count_names } from "../table/filter.ts";
import type { CategoryField } from "../table/table.ts";
import { whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { visible_string } from "../text/visible.ts";
import { describe_by } from "./describe_by.ts";

export interface FacetPart {
  element: HTMLElement;
  // mask: the rows that pass every other filter.
  show(field: CategoryField, mask: Uint8Array, chosen: readonly string[]): void;
}

interface Chip { button: HTMLButtonElement; count: HTMLElement }

function make_chip(field: CategoryField, place: number, toggle: (name: string) => void): Chip {
  const name = field.names[place] as string, notes = field.notes?.[place];
  const count = h("span", { class: "chip-count" });
  const button = h("button", { type: "button", class: "chip", title: notes && visible_string(notes), on: { click: () => toggle(name) } },
    isolated(name), notes && h("span", { class: "chip-note" }, isolated(notes)), count);
  return { button, count };
}

export function make_facet(first: CategoryField, toggle: (name: string) => void): FacetPart {
  const chips = new Map<string, Chip>(), list = h("div", { class: "chips" }), explain = describe_by(first.explain);
  const element = h("div", { class: "facet", role: "group", aria: { label: visible_string(first.name), ...explain.aria } },
    h("h4", { title: visible_string(first.explain) }, isolated(first.name)), explain.element, list);
  // Names that no trace has are left out, unless they are chosen.
  const lay_out = (field: CategoryField, chosen: readonly string[]): number => {
    const there = count_names(field, new Uint8Array(field.values.length).fill(1));
    const names = field.names.filter((name, i) => (there[i] as number) > 0 || chosen.includes(name));
    const wanted = names.map((name) => {
      const chip = chips.get(name) ?? make_chip(field, field.names.indexOf(name), toggle);
      chips.set(name, chip);
      return chip.button;
    });
    if (wanted.length !== list.children.length || wanted.some((b, i) => list.children[i] !== b)) replace(list, ...wanted);
    return names.length;
  };
  return {
    element,
    show(field, mask, chosen) {
      element.hidden = lay_out(field, chosen) === 0;
      const counts = count_names(field, mask);
      for (const [name, { button, count }] of chips) {
        const n = counts[field.names.indexOf(name)] ?? 0;
        count.textContent = whole(n);
        button.classList.toggle("is-none", n === 0);
        button.setAttribute("aria-pressed", String(chosen.includes(name)));
      }
    },
  };
}
