// SPDX-License-Identifier: MIT
// A failure, said where the thing that failed would have stood.
import { BundleError } from "../bundle/check.ts";
import { isolated } from "../text/render.ts";
import { h } from "./h.ts";

export function failure(error: unknown): HTMLElement {
  const text = error instanceof BundleError ? error.message : `Something went wrong: ${String(error)}`;
  return h("div", { class: "failure", role: "alert" }, isolated(text));
}
