// SPDX-License-Identifier: MIT
// The button that shows token ids below the tokens. They are in a chunk of their own, which is loaded when first asked for.
import { load_ids } from "../bundle/load.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import { lacks_part } from "./lacks.ts";
import type { TraceModel } from "./model.ts";

let is_on = false; // From trace to trace, as long as the page is open.

// null: the bundle has no ids of this trace.
export function make_ids(context: Context, model: TraceModel, show: (ids: readonly number[] | null) => void) {
  const { index, trace, question } = model, shelf = index.shelves[index.questions.shelf[question.place] as number];
  if (!shelf || shelf.ids === null || lacks_part(model, "token_ids") || trace.n_tokens === 0) return null;
  const button = h("button", { type: "button", class: "jump-to", title: "Shows the id of each token below it (key i)",
    aria: { pressed: String(is_on) }, on: { click: () => toggle() } }, "token ids");
  const update = async (): Promise<void> => {
    button.setAttribute("aria-pressed", String(is_on));
    if (!is_on) return show(null);
    try {
      const ids = await load_ids(index, trace.place);
      if (!is_on) return;
      if (ids.length > 0) return show(ids);
      button.textContent = "token ids not known";
    } catch (error) {
      button.textContent = "token ids can’t be read";
      button.title = error instanceof Error ? error.message : String(error);
    }
    button.disabled = true;
    context.announce(button.textContent ?? "");
  };
  const toggle = (): void => {
    is_on = !is_on;
    void update();
  };
  if (is_on) void update();
  return { element: h("span", { class: "jump" }, button), toggle };
}
