// SPDX-License-Identifier: MIT
// A piece of the thinking as one would quote it: the words, where they stand, and a link.
import { split_visible } from "../text/visible.ts";
import { tokens_between } from "./ranges.ts";
import type { TokenRange, TokenText } from "./ranges.ts";

const kEnds = /[.!?…。！？]+["'”’)\]]*(?=\s|$)|\n+/gu;

// A character by which the token belongs to a sentence: its first one that is no white space; white space belongs to what
// stands before it.
function place_of({ text, starts }: TokenText, token: number): number {
  const begin = starts[token] as number, own = text.slice(begin, starts[token + 1]).search(/\S/);
  return own >= 0 ? begin + own : Math.max(0, text.slice(0, begin).trimEnd().length - 1);
}

// The sentence that holds the token. REQUIRES: there are tokens.
export function sentence_around(tokens: TokenText, token: number): TokenRange {
  const { text } = tokens, place = place_of(tokens, token);
  let begin = 0, end = text.length;
  for (const match of text.matchAll(kEnds)) {
    const after = match.index + match[0].length;
    if (after > place) {
      end = after;
      break;
    }
    begin = after;
  }
  const words = text.slice(begin, end), from = begin + words.length - words.trimStart().length, to = begin + words.trimEnd().length;
  return from < to ? tokens_between(tokens, from, to) : { from: token, to: token + 1 };
}

// One line without anything that acts unseen where it is pasted.
export function quotable(text: string): string {
  const pieces = split_visible(text).map((p) => (p.kind === "text" ? p.text : p.kind === "newline" ? " " : `[${p.label}]`));
  return pieces.join("").replace(/\s+/g, " ").trim();
}

export interface Source { model: string; question: number; sample: number; link: string }

export function write_quote(tokens: TokenText, { from, to }: TokenRange, source: Source): string {
  const words = quotable(tokens.text.slice(tokens.starts[from], tokens.starts[to]));
  const where = to - from === 1 ? `t = ${to}` : `t = ${from + 1}…${to}`;
  return `“${words}” — ${quotable(source.model)}, question ${source.question}, sample ${source.sample}, ${where}, ${source.link}`;
}
