// SPDX-License-Identifier: MIT
// A failure, said where the thing that failed would have stood.
import { BundleError } from "../bundle/check.ts";
import { plural } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { h, replace } from "./h.ts";

export const failure_text = (error: unknown): string => (error instanceof BundleError ? error.message : `Something went wrong: ${String(error)}`);

export const failure = (error: unknown): HTMLElement => h("div", { class: "failure", role: "alert" }, isolated(failure_text(error)));

const kMostTold = 3; // In full.

export interface Failures { element: HTMLElement; tell(error: unknown): void; clear(): void }

// Many things may fail for one reason, or one after the other: each reason is told once, and of many the first few.
export function make_failures(): Failures {
  const boxes = h("div"), rest = h("p", { class: "quiet", role: "status" }), told = new Set<string>();
  return {
    element: h("div", {}, boxes, rest),
    tell(error) {
      const text = failure_text(error);
      if (told.has(text)) return;
      told.add(text);
      if (told.size <= kMostTold) boxes.append(failure(error));
      else rest.textContent = `And ${plural(told.size - kMostTold, "other problem")}.`;
    },
    clear() {
      told.clear();
      replace(boxes);
      replace(rest);
    },
  };
}
