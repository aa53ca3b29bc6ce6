// SPDX-License-Identifier: MIT
// Words looked for, and where they stand in a text. Texts are compared in a folded form: composed (NFC), lower case, the
// two small sigmas one, and every run of white space one space, so that a phrase is found across a line end.

const kSpaces = /\s+/g;
const kNotAscii = /[^\x00-\x7F]/;

const fold_letters = (text: string): string =>
  kNotAscii.test(text) ? text.normalize("NFC").toLowerCase().normalize("NFC").replaceAll("ς", "σ") : text.toLowerCase();

export const fold = (text: string): string => fold_letters(text).replace(kSpaces, " ");

// Folded words, each once; what stands in "quotation marks" is one word, and a mark that is not closed runs to the end.
export function words_of(text: string): string[] {
  const found = Array.from(text.matchAll(/["“”„]([^"“”„]*)(?:["“”„]|$)|[^\s"“”„]+/g), (m) => fold(m[1] ?? m[0]).trim());
  return [...new Set(found.filter((word) => word !== ""))];
}

// Pieces that fold by themselves: a character with the marks upon it, and a Korean syllable with its parts.
const kPieces = /[\u1100-\u115F\uAC00-\uD7A3][\u1160-\u11FF]+\p{M}*|\P{M}\p{M}*|\p{M}+/gu;

interface Folded { text: string; from: number[]; to: number[] } // Where each unit of the folded text came from: [from, to).

function fold_with_places(text: string): Folded {
  let folded = "";
  const from: number[] = [], to: number[] = [];
  for (const match of text.matchAll(kPieces)) {
    let piece = fold(match[0]);
    const end = match.index + match[0].length;
    if (folded.endsWith(" ") && piece.startsWith(" ")) {
      piece = piece.slice(1);
      to[to.length - 1] = end; // One space for all of them.
    }
    folded += piece;
    for (let i = 0; i < piece.length; i++) {
      from.push(match.index);
      to.push(end);
    }
  }
  return { text: folded, from, to };
}

// Where the words (of words_of) stand in the text, in UTF-16 units, in order and without overlaps. A letter that folds to
// several units is found whole.
export function find_ranges(text: string, words: readonly string[]): [number, number][] {
  if (words.length === 0) return [];
  const folded = fold_with_places(text), found: [number, number][] = [];
  for (const word of words) {
    if (word === "") continue;
    for (let at = folded.text.indexOf(word); at >= 0; at = folded.text.indexOf(word, at + word.length)) {
      found.push([folded.from[at] as number, folded.to[at + word.length - 1] as number]);
    }
  }
  found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const ranges: [number, number][] = [];
  for (const [start, end] of found) {
    const last = ranges.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else ranges.push([start, end]);
  }
  return ranges;
}
