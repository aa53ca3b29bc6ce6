// SPDX-License-Identifier: MIT
// A failure, said where the thing that failed would have stood.
import { BundleError } from "../bundle/check.ts";
import { isolated } from "../text/render.ts";
import { h, replace } from "./h.ts";

export const failure_text = (error: unknown): string => (error instanceof BundleError ? error.message : `Something went wrong: ${String(error)}`);

export const failure = (error: unknown): HTMLElement => h("div", { class: "failure", role: "alert" }, isolated(failure_text(error)));

// Many things may fail for one reason, which is told once.
export function make_failures(): { element: HTMLElement; tell(error: unknown): void; clear(): void } {
  const element = h("div"), told = new Set<string>();
  return { element, tell(error) {
    const text = failure_text(error);
    if (told.has(text)) return;
    told.add(text);
    element.append(failure(error));
  }, clear() {
    told.clear();
    replace(element);
  } };
}
