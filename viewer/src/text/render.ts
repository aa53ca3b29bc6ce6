// SPDX-License-Identifier: MIT
// Visible pieces as nodes. Text enters the page here and in dom/h.ts, as text nodes.
import { h } from "../dom/h.ts";
import { split_visible, text_direction } from "./visible.ts";

export interface RenderOptions {
  newline: "mark" | "break" | "inline"; // A mark and a line break, the break alone, the mark alone.
  empty: string; // Shown in place of an empty text; "" shows nothing.
  ends?: boolean; // Spaces at either end are marked: in a wording that is put to a model they count.
}

const spaces = (n: number): Node[] => (n > 0 ? [h("span", { class: "space" }, "␣".repeat(n))] : []);

function newline_nodes(how: RenderOptions["newline"]): Node[] {
  if (how === "break") return [h("br")];
  const mark = h("span", { class: "return" }, "↵");
  return how === "inline" ? [mark] : [mark, h("br")];
}

function piece_nodes(text: string, options: RenderOptions): Node[] {
  return split_visible(text).flatMap((piece): Node[] => {
    if (piece.kind === "text") return [document.createTextNode(piece.text)];
    if (piece.kind === "mark") return [h("span", { class: "mark", data: { code: piece.label } }, piece.label)];
    return newline_nodes(options.newline);
  });
}

export function text_nodes(text: string, options: RenderOptions = { newline: "break", empty: "" }): Node[] {
  if (text === "" && options.empty !== "") return [h("span", { class: "mark", data: { empty: "" } }, options.empty)];
  if (!options.ends) return piece_nodes(text, options);
  let first = 0, last = text.length;
  while (first < last && text[first] === " ") first++;
  while (last > first && text[last - 1] === " ") last--;
  return [...spaces(first), ...piece_nodes(text.slice(first, last), options), ...spaces(text.length - last)];
}

// A text on its own, isolated from the direction of what stands around it.
export function isolated(text: string, options?: Partial<RenderOptions>): HTMLElement {
  const full = { newline: "break", empty: "(empty)", ...options } as const;
  return h("bdi", { dir: text_direction(text) }, ...text_nodes(text, full));
}

// The same with some stretches of it marked: [from, to) in UTF-16 units, rising, apart from each other.
export function isolated_marked(text: string, ranges: readonly (readonly [number, number])[]): HTMLElement {
  if (ranges.length === 0) return isolated(text);
  const full = { newline: "break", empty: "" } as const, nodes: Node[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    nodes.push(...text_nodes(text.slice(at, from), full), h("mark", {}, ...text_nodes(text.slice(from, to), full)));
    at = to;
  }
  return h("bdi", { dir: text_direction(text) }, ...nodes, ...text_nodes(text.slice(at), full));
}
