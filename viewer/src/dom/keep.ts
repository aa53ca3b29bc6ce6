// SPDX-License-Identifier: MIT
// A part of the page gives way to a newer one of its like, under a reader who is looking at it.
import { replace } from "./h.ts";
import type { Child } from "./h.ts";

// Leads from `root` to the element by its place among others of its kind.
function path_of(element: Element, root: Element): string {
  const steps: string[] = [];
  for (let e: Element | null = element; e && e !== root; e = e.parentElement) {
    let place = 1;
    for (let other = e.previousElementSibling; other; other = other.previousElementSibling) if (other.tagName === e.tagName) place++;
    steps.unshift(`${e.tagName.toLowerCase()}:nth-of-type(${place})`);
  }
  return `:scope > ${steps.join(" > ")}`;
}

// Folds that are open stay so, and the focus stays in its place. `make` may take up what stands there now.
export function replace_like(root: HTMLElement, make: () => readonly Child[]): void {
  const focused = document.activeElement, has_focus = focused !== null && focused !== root && root.contains(focused);
  const focus = has_focus ? path_of(focused, root) : null, folds = [...root.querySelectorAll("details[open]")].map((fold) => path_of(fold, root));
  replace(root, ...make());
  for (const path of folds) root.querySelector<HTMLDetailsElement>(path)?.setAttribute("open", "");
  if (focus !== null) root.querySelector<HTMLElement>(focus)?.focus({ preventScroll: true });
}
