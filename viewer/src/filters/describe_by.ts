// SPDX-License-Identifier: MIT
// An explanation that is read out with a control: what its title says to who points at it.
import { h } from "../dom/h.ts";
import { visible_string } from "../text/visible.ts";

let n_made = 0; // Ids of the page.

export const new_id = (): string => `filters-${++n_made}`;

export function describe_by(text: string): { element: HTMLElement; aria: { describedby: string }; say(text: string): void } {
  const id = new_id(), element = h("span", { id, hidden: true });
  const say = (next: string): void => { element.textContent = visible_string(next); };
  say(text);
  return { element, aria: { describedby: id }, say };
}
