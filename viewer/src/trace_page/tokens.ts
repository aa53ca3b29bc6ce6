// SPDX-License-Identifier: MIT
// The thinking text: every token a cell in the flow of the text. One of them
// is in the tab order; arrow keys move from there (a roving tabindex).
// Colours lie as a light tint behind the letters and in full as a line below
// them, so that the text stays easy to read in any colouring.
import type { Rgb } from "../colour/palette.ts";
import { h } from "../dom/h.ts";
import { text_nodes } from "../text/render.ts";
import { text_direction } from "../text/visible.ts";
import type { Cursor } from "./cursor.ts";
import type { TraceModel } from "./model.ts";

const kPage = 50; // Tokens that Page Up and Page Down move by.

function token_nodes(text: string): Node[] {
  // White space alone would leave nothing to see or to point at.
  if (/^ +$/.test(text)) return [h("span", { class: "space" }, "␣".repeat(text.length))];
  return text_nodes(text, { newline: "mark", empty: "∅" });
}

// The nearest token of the next or previous line, by where the lines lie on screen.
function other_line(cells: readonly HTMLElement[], from: number, step: 1 | -1): number {
  const here = (cells[from] as HTMLElement).getClientRects();
  const box = step > 0 ? here[here.length - 1] : here[0];
  if (!box) return from;
  let line: number | null = null, best = from, distance = Infinity;
  for (let i = from + step; i >= 0 && i < cells.length; i += step) {
    const rect = (cells[i] as HTMLElement).getClientRects()[0];
    if (!rect || Math.abs(rect.top - box.top) < 4) continue;
    line ??= rect.top;
    if (Math.abs(rect.top - line) >= 4) break;
    const away = Math.abs(rect.left - box.left);
    if (away < distance) [best, distance] = [i, away];
  }
  return best;
}

// At a line's end the space that a token begins with stays behind on that
// line; the frame of the cursor goes around the word alone.
function set_word_apart(cell: HTMLElement): void {
  const text = cell.firstChild;
  if (!(text instanceof Text) || cell.childNodes.length > 1 || !/^ +[^ ]/.test(text.data)) return;
  const word = text.splitText(text.data.search(/[^ ]/));
  cell.append(h("span", { class: "word" }, word));
  cell.classList.add("has-word");
}

export function make_tokens(model: TraceModel, cursor: Cursor) {
  const { first, start, trace, detail } = model;
  const cells: HTMLElement[] = []; // cells[t - first] is position t.
  const make_cell = (t: number, ...children: Node[]): HTMLElement => {
    const cell = h("span", { class: t === 0 ? "token is-zero" : "token", role: "option", tabindex: -1,
      data: { t: String(t) }, aria: { selected: "false" } }, ...children);
    cells.push(cell);
    return cell;
  };
  const element = h("div", { class: "tokens", role: "listbox", dir: text_direction(detail.tokens.join("")),
    aria: { label: "Thinking tokens", orientation: "horizontal" } });
  const fragment = document.createDocumentFragment();
  if (first === 0) fragment.append(make_cell(0, document.createTextNode("t = 0")));
  detail.tokens.forEach((text, i) => fragment.append(make_cell(i + 1, ...token_nodes(text))));
  element.append(fragment);

  const cell_at = (t: number): HTMLElement | undefined => cells[t - first];
  let marked: HTMLElement | undefined;
  let in_order: HTMLElement | undefined; // The cell in the tab order.
  const enter_order = (cell: HTMLElement | undefined): void => {
    in_order?.setAttribute("tabindex", "-1");
    in_order?.setAttribute("aria-selected", "false");
    cell?.setAttribute("tabindex", "0");
    cell?.setAttribute("aria-selected", "true");
    in_order = cell;
  };
  const mark = (t: number): void => {
    marked?.classList.remove("is-here");
    marked = cell_at(t);
    if (marked) set_word_apart(marked);
    marked?.classList.add("is-here");
  };
  enter_order(cell_at(cursor.resting() ?? start));
  if (cursor.resting() !== null) mark(cursor.at());

  cursor.watch((t, cause) => {
    mark(t);
    if (cause === "hover") return;
    const cell = cell_at(t);
    enter_order(cell);
    if (cause === "key") cell?.focus();
    else if (!element.matches(":hover")) cell?.scrollIntoView({ block: "nearest" });
  });

  const position_of = (target: EventTarget | null): number | null => {
    const cell = target instanceof Element ? target.closest<HTMLElement>(".token") : null;
    return cell ? Number(cell.dataset["t"]) : null;
  };
  // Scrolling moves tokens under a pointer that rests; only a pointer that
  // moves itself takes the cursor along.
  let pointer = "";
  element.addEventListener("pointermove", (event) => {
    const place = `${event.screenX} ${event.screenY}`;
    if (event.pointerType !== "touch" && place !== pointer) cursor.hover(position_of(event.target));
    pointer = place;
  });
  element.addEventListener("pointerleave", () => cursor.hover(null));
  element.addEventListener("click", (event) => {
    const t = position_of(event.target);
    if (t !== null) cursor.set(t, "click");
  });
  element.addEventListener("focusin", (event) => {
    const t = position_of(event.target);
    if (t !== null && t !== cursor.resting()) cursor.set(t, "key");
  });
  element.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const t = position_of(event.target) ?? cursor.at();
    const forward = element.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = element.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const line = (step: 1 | -1): number => other_line(cells, t - first, step) + first;
    const moves: Record<string, () => number> = {
      [forward]: () => t + 1, [back]: () => t - 1, Home: () => first, End: () => trace.n_tokens,
      PageUp: () => t - kPage, PageDown: () => t + kPage, ArrowDown: () => line(1), ArrowUp: () => line(-1),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    cursor.set(move(), "key");
  });

  // `colours` is by position. [n_tokens + 1]
  const colour = (colours: readonly Rgb[]): void => cells.forEach((cell, i) => {
    const [r, g, b] = colours[first + i] as Rgb;
    cell.style.setProperty("--c", `${Math.round(r)} ${Math.round(g)} ${Math.round(b)}`);
  });
  return { element, colour };
}
