// SPDX-License-Identifier: MIT
// A button that opens a short list of things to do. They take a while, and say in the end what came of it.
import { h, replace } from "../dom/h.ts";
import { failure } from "../dom/message.ts";

export type Progress = (text: string) => void;

export interface Action {
  name: string;
  explain: string;
  run(progress: Progress): Promise<string>; // What to tell the reader when it is done.
}

export function make_menu(label: string, actions: () => readonly Action[]) {
  const said = h("div", { class: "save-said", role: "status" });
  const list = h("div", { class: "save-list" });
  const panel = h("div", { class: "save-panel", hidden: true }, list, said);
  const button = h("button", { type: "button", class: "save-button", aria: { expanded: "false" }, on: { click: () => show(panel.hidden) } }, label);
  const element = h("div", { class: "save" }, button, panel);
  let busy = false;

  const item = ({ name, explain, run }: Action): HTMLElement => h("button", { type: "button", on: { click: () => { void work(run); } } },
    h("b", {}, name), h("span", {}, explain));

  async function work(run: Action["run"]): Promise<void> {
    if (busy) return;
    busy = true;
    for (const entry of list.querySelectorAll("button")) entry.setAttribute("aria-disabled", "true");
    try {
      replace(said, await run((text) => { said.textContent = text; }));
    } catch (error) {
      replace(said, failure(error));
    }
    busy = false;
    for (const entry of list.querySelectorAll("button")) entry.removeAttribute("aria-disabled");
  }

  function show(open: boolean): void {
    if (open) {
      if (!busy) {
        const items = actions().map(item);
        replace(list, ...items);
        said.textContent = items.length === 0 ? "No trace is shown." : "";
      }
      document.addEventListener("pointerdown", elsewhere);
    } else {
      document.removeEventListener("pointerdown", elsewhere);
    }
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }
  const elsewhere = (event: Event): void => {
    if (!(event.target instanceof Node && element.contains(event.target))) show(false);
  };
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    show(false);
    button.focus();
  });
  element.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !element.contains(event.relatedTarget)) show(false);
  });
  return { element, close: () => show(false) };
}
