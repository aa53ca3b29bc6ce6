// SPDX-License-Identifier: MIT
// Text from models and files, taken apart so that nothing in it acts on the
// page unseen. Control, format and invisible characters become marks that say
// which character stands there; line ends become line ends.

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "newline" }
  | { kind: "mark"; text: string; label: string };

// Controls (Cc), format characters (Cf, with the bidi marks), separators Zl
// and Zp, halves of surrogate pairs, private and invisible fillers.
const kHidden = new RegExp(
  "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u3164\\uFFA0" +
  "\\u{E0100}-\\u{E01EF}]", "u");

// Joiners belong to the spelling between letters of these scripts and inside emoji.
const kJoining = new RegExp(
  "[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Devanagari}" +
  "\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}" +
  "\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}]", "u");

export function code_label(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

function is_hidden(character: string, before: string | undefined, after: string | undefined): boolean {
  if (!kHidden.test(character)) return false;
  const joiner = character === "\u200C" || character === "\u200D";
  return !(joiner && before !== undefined && after !== undefined && kJoining.test(before) && kJoining.test(after));
}

const kPlain = /^[\x20-\x7E]*$/; // Most tokens: nothing to look for.

// Joining the pieces again (text and mark as they are, newline as \n) gives
// the text that came in.
export function split_visible(text: string): Piece[] {
  if (text === "") return [];
  if (kPlain.test(text)) return [{ kind: "text", text }];
  const characters = [...text];
  const pieces: Piece[] = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") pieces.push({ kind: "text", text: plain });
    plain = "";
  };
  characters.forEach((character, i) => {
    if (character === "\n") {
      flush();
      pieces.push({ kind: "newline" });
    } else if (is_hidden(character, characters[i - 1], characters[i + 1])) {
      flush();
      pieces.push({ kind: "mark", text: character, label: code_label(character) });
    } else {
      plain += character;
    }
  });
  flush();
  return pieces;
}

// For places that take only a string (labels for screen readers, the window's
// title, entries of a list): marks in brackets, line ends as an arrow.
export function visible_string(text: string): string {
  return split_visible(text)
    .map((p) => (p.kind === "text" ? p.text : p.kind === "newline" ? "↵" : `[${p.label}]`)).join("");
}

const kRightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/gu;

// The direction of a whole text by the majority of its letters, so that one
// foreign letter at the start does not turn it around.
export function text_direction(text: string): "ltr" | "rtl" {
  const rtl = text.match(kRightToLeft)?.length ?? 0;
  if (rtl === 0) return "ltr";
  return rtl * 2 > (text.match(/\p{L}/gu)?.length ?? 0) ? "rtl" : "ltr";
}
