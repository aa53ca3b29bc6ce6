// SPDX-License-Identifier: MIT
// The few controls that the pages share.
import { h } from "./h.ts";

export interface Choice<T extends string> { value: T; name: string; explain?: string }

// Buttons of which one is pressed.
export function segmented<T extends string>(label: string, choices: readonly Choice<T>[], on_pick: (value: T) => void) {
  const buttons = choices.map(({ value, name, explain }) =>
    h("button", { type: "button", title: explain, on: { click: () => on_pick(value) } }, name));
  const element = h("div", { class: "segmented", role: "group", aria: { label } }, ...buttons);
  const show = (value: T): void => {
    choices.forEach((c, i) => (buttons[i] as HTMLElement).setAttribute("aria-pressed", String(c.value === value)));
  };
  return { element, show };
}

export function select<T extends string>(label: string, choices: readonly Choice<T>[], on_pick: (value: T) => void) {
  const list = h("select", { on: { change: () => on_pick((choices[list.selectedIndex] as Choice<T>).value) } },
    ...choices.map(({ name, explain }) => h("option", { title: explain }, name)));
  const element = h("label", { class: "field" }, h("span", { class: "field-label" }, label), list);
  const show = (value: T): void => {
    list.selectedIndex = choices.findIndex((c) => c.value === value);
  };
  return { element, show };
}
