// SPDX-License-Identifier: MIT
// The thinking text under the cursor: every token a cell in the flow of the text. One of them is in the tab order; arrow
// keys move from there (a roving tabindex). Colours lie as a light tint behind the letters and in full as a line below
// them, so that the text stays easy to read in any colouring.
import { make_cells, set_word_apart } from "./cells.ts";
import type { Cells } from "./cells.ts";
import type { Cursor } from "./cursor.ts";
import type { TraceModel } from "./model.ts";

const kPage = 50; // Tokens that Page Up and Page Down move by.
const kLine = 400; // Tokens within which the next line begins.

// The nearest token of the next or previous line, by where the lines lie on screen.
function other_line(cells: Cells, from: number, step: 1 | -1): number {
  const here = cells.at(from)?.getClientRects() ?? [];
  const box = step > 0 ? here[here.length - 1] : here[0];
  if (!box) return from;
  let line: number | null = null, best = from, distance = Infinity;
  cells.at(from + step * kLine);
  for (let t = from + step, cell = cells.at(t); cell; cell = cells.at(t += step)) {
    const rect = cell.getClientRects()[0];
    if (!rect || Math.abs(rect.top - box.top) < 4) continue;
    line ??= rect.top;
    if (Math.abs(rect.top - line) >= 4) break;
    const away = Math.abs(rect.left - box.left);
    if (away < distance) [best, distance] = [t, away];
  }
  return best;
}

// Where a key leads from t; null: it is no key of the text.
function step_by_key(key: string, t: number, cells: Cells, model: TraceModel): number | null {
  const rtl = cells.element.dir === "rtl";
  switch (key) {
    case rtl ? "ArrowLeft" : "ArrowRight": return t + 1;
    case rtl ? "ArrowRight" : "ArrowLeft": return t - 1;
    case "ArrowDown": return other_line(cells, t, 1);
    case "ArrowUp": return other_line(cells, t, -1);
    case "PageDown": return t + kPage;
    case "PageUp": return t - kPage;
    case "Home": return model.first;
    case "End": return model.trace.n_tokens;
    default: return null;
  }
}

export function make_tokens(model: TraceModel, cursor: Cursor) {
  const cells = make_cells(model), { element } = cells;
  let marked: HTMLElement | undefined;
  let in_order: HTMLElement | undefined; // The cell in the tab order.
  const enter_order = (cell: HTMLElement | undefined): void => {
    in_order?.setAttribute("tabindex", "-1");
    in_order?.removeAttribute("aria-selected");
    cell?.setAttribute("tabindex", "0");
    cell?.setAttribute("aria-selected", "true");
    in_order = cell;
  };
  const mark = (t: number): void => {
    marked?.classList.remove("is-here");
    marked = cells.at(t);
    if (marked) set_word_apart(marked);
    marked?.classList.add("is-here");
  };
  enter_order(cells.at(cursor.resting() ?? model.start));
  if (cursor.resting() !== null) mark(cursor.at());

  cursor.watch((t, cause) => {
    mark(t);
    if (cause === "hover") return;
    const cell = cells.at(t);
    enter_order(cell);
    if (cause === "key") cell?.focus();
    else if (cause !== "click" || !element.matches(":hover")) cell?.scrollIntoView({ block: "nearest" });
  });

  // Scrolling moves tokens under a pointer that rests; only a pointer that
  // moves itself takes the cursor along.
  let pointer = "";
  element.addEventListener("pointermove", (event) => {
    const place = `${event.screenX} ${event.screenY}`;
    if (event.pointerType !== "touch" && place !== pointer) cursor.hover(cells.position(event.target));
    pointer = place;
  });
  element.addEventListener("pointerleave", () => cursor.hover(null));
  element.addEventListener("click", (event) => {
    const t = cells.position(event.target);
    if (t === null) return;
    cursor.set(t, "click");
    if (document.getSelection()?.isCollapsed !== false) cells.at(t)?.focus({ preventScroll: true });
  });
  element.addEventListener("focusin", (event) => {
    const t = cells.position(event.target);
    if (t !== null && t !== cursor.resting()) cursor.set(t, "key");
  });
  element.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.shiftKey) return;
    const t = step_by_key(event.key, cells.position(event.target) ?? cursor.at(), cells, model);
    if (t === null) return;
    event.preventDefault();
    cursor.set(t, "key");
  });
  // Brings the cursor's token to where it is read, if it is below the window.
  const reveal = (): void => {
    const cell = cells.at(cursor.at());
    if (cell && cell.getBoundingClientRect().bottom > window.innerHeight) cell.scrollIntoView({ block: "center" });
  };
  return { element, reveal, colour: cells.colour, mark: cells.mark, show_ids: cells.show_ids, position: cells.position, destroy: cells.stop };
}
