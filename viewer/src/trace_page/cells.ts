// SPDX-License-Identifier: MIT
// The elements of the thinking text, a cell a token. The first screens are there at once and the rest comes while nothing
// else is to be done; a cell that is asked for is made with all before it. What lies over the tokens (colours, marks, ids)
// is remembered and put on each cell when it is made.
import type { Rgb } from "../colour/palette.ts";
import { h } from "../dom/h.ts";
import { in_slices } from "../dom/idle.ts";
import { text_nodes } from "../text/render.ts";
import { text_direction } from "../text/visible.ts";
import type { TraceModel } from "./model.ts";
import { position_of } from "./ranges.ts";
import type { TokenRange } from "./ranges.ts";

const kAtOnce = 700; // Cells.
const kStep = 40; // Cells made before the clock is looked at.
const kSlice = 60; // Milliseconds: each slice has all cells after it laid out anew, so a few long ones are done far sooner than many short ones.
const kBlock = 60; // Cells after which a line end closes a block, which the browser then lays out by itself, and only in sight.
const kLine = 80, kLineHeight = 31; // Characters and pixels: a guess, until the block has been in sight.

// Each is a class of the cells it lies on: is-cue, is-match, is-pivot, is-between. All but the last frame words.
const kMarks = ["cue", "match", "pivot", "between"] as const;
export type Mark = typeof kMarks[number];

function token_nodes(text: string): Node[] {
  // White space alone would leave nothing to see or to point at.
  if (/^ +$/.test(text)) return [h("span", { class: "space" }, "␣".repeat(text.length))];
  return text_nodes(text, { newline: "mark", empty: "∅" });
}

const kPlain = /^ ?[\x21-\x7E]+$/; // Most tokens: what is shown is the text.

// From a copy of an empty cell, which is made in a third of the time that a new one takes.
function make_cell(copy: HTMLElement, t: number, text: string): HTMLElement {
  if (t === 0) copy.classList.add("is-zero");
  else if (text.includes("\n")) copy.classList.add("is-break");
  copy.setAttribute("data-t", String(t));
  if (t > 0 && kPlain.test(text)) copy.textContent = text;
  else copy.append(...(t === 0 ? ["t = 0"] : token_nodes(text)));
  return copy;
}

// At a line's end the space that a token begins with stays behind on that line; a frame goes around the word alone, and so
// does the line below it.
export function set_word_apart(cell: HTMLElement): void {
  const text = cell.firstChild;
  if (!(text instanceof Text) || cell.childNodes.length > 1 || !/^ +[^ ]/.test(text.data)) return;
  const word = text.splitText(text.data.search(/[^ ]/));
  cell.append(h("span", { class: "word" }, word));
  cell.classList.add("has-word");
}

export interface Cells {
  element: HTMLElement;
  at(t: number): HTMLElement | undefined; // Makes it where it is not there yet.
  position(target: EventTarget | null): number | null; // Of the cell that holds the element.
  colour(colours: readonly Rgb[]): void; // By position. [n_tokens + 1]
  mark(mark: Mark, ranges: readonly TokenRange[]): void;
  show_ids(ids: readonly number[] | null): void; // By token.
  stop(): void;
}

export function make_cells(model: TraceModel): Cells {
  const { first, trace, detail, exit } = model, n = trace.n_tokens + 1 - first;
  const cells: HTMLElement[] = []; // cells[t - first] is position t.
  const marked: Record<Mark, Map<number, boolean>> = { cue: new Map(), match: new Map(), pivot: new Map(), between: new Map() }; // By position: whether a range begins there.
  const empty = h("span", { class: "token", role: "option", tabindex: -1 });
  let colours: readonly Rgb[] = [], ids: readonly number[] | null = null;
  let block: HTMLElement | null = null, in_block = 0, n_lines = 0, in_line = 0;
  const element = h("div", { class: "tokens", role: "listbox", dir: text_direction(model.text.text),
    aria: { label: "Thinking tokens", orientation: "horizontal" } });

  const paint = (cell: HTMLElement, t: number): void => {
    const c = colours[t];
    if (c) cell.style.setProperty("--c", `${Math.round(c[0])} ${Math.round(c[1])} ${Math.round(c[2])}`);
  };
  const name = (cell: HTMLElement, t: number): void => {
    const id = ids?.[t - 1];
    if (id === undefined) return;
    cell.dataset["id"] = String(id);
    cell.style.setProperty("--digits", String(String(id).length));
  };
  const put = (mark: Mark, t: number): void => {
    const cell = cells[t - first], begins = marked[mark].get(t);
    if (!cell || begins === undefined) return;
    cell.classList.add(`is-${mark}`);
    if (begins && mark !== "between") set_word_apart(cell);
  };
  const add = (): void => {
    const t = first + cells.length, text = detail.tokens[t - 1] ?? "";
    const cell = make_cell(empty.cloneNode() as HTMLElement, t, text);
    cells.push(cell);
    paint(cell, t);
    name(cell, t);
    for (const mark of kMarks) put(mark, t);
    if (!block) element.append(block = h("div", { class: "token-block", role: "presentation" }));
    block.append(cell);
    in_line += text.length;
    if (in_line >= kLine || text.includes("\n")) [n_lines, in_line] = [n_lines + 1, 0];
    if (t === exit?.t) block.append(h("span", { class: "exit-flag", aria: { hidden: "true" } }));
    if (++in_block < kBlock || !text.includes("\n")) return;
    block.style.setProperty("contain-intrinsic-height", `auto ${n_lines * kLineHeight}px`);
    block = null;
    in_block = n_lines = 0;
  };
  const make_until = (count: number): boolean => {
    while (cells.length < Math.min(n, count)) add();
    return cells.length < n;
  };
  const stop = make_until(kAtOnce) ? in_slices(() => make_until(cells.length + kStep), kSlice) : () => undefined;

  return {
    element, stop,
    at(t) {
      make_until(t - first + 1);
      return cells[t - first];
    },
    position(target) {
      const cell = target instanceof Element ? target.closest<HTMLElement>(".token") : null;
      return cell ? Number(cell.dataset["t"]) : null;
    },
    colour(next) {
      colours = next;
      cells.forEach((cell, i) => paint(cell, first + i));
    },
    mark(mark, ranges) {
      for (const t of marked[mark].keys()) cells[t - first]?.classList.remove(`is-${mark}`);
      marked[mark] = new Map(ranges.flatMap((r) => Array.from({ length: r.to - r.from }, (_, i) => [position_of(r) + i, i === 0] as const)));
      for (const t of marked[mark].keys()) put(mark, t);
    },
    show_ids(next) {
      ids = next;
      element.classList.toggle("has-ids", next !== null);
      if (next) cells.forEach((cell, i) => name(cell, first + i));
    },
  };
}
