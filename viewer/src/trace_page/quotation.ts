// SPDX-License-Identifier: MIT
// The button that copies a quotation: the selected tokens, or the sentence around the cursor.
import type { Context } from "../context.ts";
import { make_copy } from "../dom/copy.ts";
import { format_state, kDefaultState } from "../state/state.ts";
import type { Cursor } from "./cursor.ts";
import type { TraceModel } from "./model.ts";
import { sentence_around, write_quote } from "./quote.ts";
import type { TokenRange } from "./ranges.ts";

interface TextPart { element: HTMLElement; position(target: EventTarget | null): number | null }

// The tokens of which some letter is selected; null: there are none.
function selected_tokens(text: TextPart): TokenRange | null {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0), { startContainer, startOffset, endContainer, endOffset } = range;
  // A selection that begins at the very end of a token, or ends before its first letter, has nothing of it.
  const is_touched = (cell: Element): boolean => range.intersectsNode(cell) && !(cell.contains(endContainer) && endOffset === 0) &&
    !(cell.contains(startContainer) && startContainer instanceof Text && startOffset === startContainer.length);
  const touched = Array.from(text.element.querySelectorAll(".token")).filter(is_touched);
  const from = text.position(touched[0] ?? null), to = text.position(touched.at(-1) ?? null);
  return from === null || to === null || to < 1 ? null : { from: Math.max(0, from - 1), to };
}

// The place alone, and how it is coloured: what is filtered and sorted elsewhere is nobody's concern who reads the quotation.
function link_to(context: Context, cursor: number): string {
  const { run, subject, question, sample, colouring, palette } = context.state();
  const [page] = location.href.split("#");
  return `${page}${format_state({ ...kDefaultState, page: "trace", run, subject, question, sample, cursor, colouring, palette })}`;
}

export function make_quotation(context: Context, model: TraceModel, cursor: Cursor, text: TextPart) {
  const { run, question, trace } = model;
  const quote = (): string => {
    const range = selected_tokens(text) ?? sentence_around(model.text, Math.max(0, cursor.at() - 1));
    return write_quote(model.text, range, { model: run.model.name, question: question.place, sample: trace.sample,
      link: link_to(context, Math.max(model.first, range.from + 1)) });
  };
  return make_copy(context.announce, {
    name: "Copy quotation", title: "Copies the selected text, or the sentence around the cursor, with a link to its place (key q)",
    field: "Quotation", done: (copied) => `Copied: ${copied}`, by_hand: "The quotation is selected, to be copied by hand",
  }, quote);
}
