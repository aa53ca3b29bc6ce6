// SPDX-License-Identifier: MIT
// A list of fields under heads, with an explanation of the chosen one that is read out too.
import { h, replace } from "../dom/h.ts";
import { visible_string } from "../text/visible.ts";
import { describe_by } from "./describe_by.ts";
import type { MenuGroup } from "./menus.ts";

function make_group({ name, fields }: MenuGroup, without: string): HTMLElement {
  const group = h("optgroup", {}, ...fields.map((f) =>
    h("option", { value: f.key, title: visible_string(f.explain), disabled: f.key === without }, visible_string(f.name) || "(no name)")));
  group.label = name;
  return group;
}

export interface GroupedSelect {
  element: HTMLElement;
  // `without`: a key that can't be chosen.
  show(groups: readonly MenuGroup[], chosen: string, without?: string): void;
}

// `none`: what the empty choice is called.
export function grouped_select(label: string, none: { name: string; explain: string }, on_pick: (key: string) => void): GroupedSelect {
  const explain = describe_by("");
  const list = h("select", { aria: explain.aria, on: { change: () => on_pick(list.value) } });
  const element = h("div", {}, h("label", { class: "field" }, h("span", { class: "field-label" }, label), list), explain.element);
  let filled: readonly MenuGroup[] | null = null, left_out = "";
  return {
    element,
    show(groups, chosen, without = "") {
      if (filled !== groups || left_out !== without) {
        replace(list, h("option", { value: "" }, none.name), ...groups.map((g) => make_group(g, without)));
        [filled, left_out] = [groups, without];
      }
      const field = groups.flatMap((g) => g.fields).find((f) => f.key === chosen);
      list.value = field?.key ?? "";
      list.title = visible_string(field?.explain ?? none.explain);
      explain.say(field?.explain ?? none.explain);
    },
  };
}
