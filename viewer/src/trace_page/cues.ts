// SPDX-License-Identifier: MIT
// Words at which a train of thought may turn or close. Those that every other sentence holds count only where they begin
// one, which is where they have a capital letter.
import { tokens_between } from "./ranges.ts";
import type { TokenRange, TokenText } from "./ranges.ts";

const kAnyCase = ["wait", "hm+", "hold on", "however", "actually", "alternatively", "on second thought", "therefore", "let me",
  "let['’]s", "the answer is", "the answer must be", "the correct answer"];
const kCapital = ["But", "So", "Thus", "Hence"];

const pattern = (words: readonly string[]): string => words.join("|").replaceAll(" ", "\\s+");
const any_case = (word: string): string => word.replace(/\p{L}/gu, (c) => `[${c}${c.toUpperCase()}]`);

// Whole words: no letter or digit stands on either side.
const kCues = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${pattern([...kAnyCase.map(any_case), ...kCapital])})(?![\\p{L}\\p{N}_])`, "gu");

export interface Cue extends TokenRange { word: string }

// In the order of the text; they don't overlap.
export function find_cues(tokens: TokenText): Cue[] {
  return Array.from(tokens.text.matchAll(kCues), (m) =>
    ({ ...tokens_between(tokens, m.index, m.index + m[0].length), word: m[0].replace(/\s+/g, " ") }));
}
