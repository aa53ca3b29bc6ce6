// SPDX-License-Identifier: MIT
// thinktrace export DEMO --format jsonl | node scripts/make_help_examples.mjs > src/help/examples.ts: a few traces of the
// demo model, which the help page draws its pictures from.
import { readFileSync } from "node:fs";

// Question, sample, and whether the help shows its text.
const kPicked = [["1d304739", 0, true], ["146a5b84", 2, false], ["8c696787", 1, false], ["adb793b3", 1, false], ["b4f67385", 2, false]];

const traces = readFileSync(0, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));

// 255ths of the options' probabilities, option by option.
const strip_of = ({ probs, options }) =>
  Buffer.from(options.flatMap((_, o) => probs.map((row) => Math.round(255 * row[o])))).toString("base64");

const entries = kPicked.map(([question, sample, with_text]) => {
  const found = traces.filter((t) => t.question_id.startsWith(question) && t.sample === sample);
  if (found.length !== 1) throw new Error(`question ${question}, sample ${sample}: ${found.length} traces`);
  const [t] = found;
  if (t.positions.some((p, k) => p !== k)) throw new Error(`question ${question}: not every position was probed`);
  const words = with_text ? { question: t.question, options: t.options, tokens: t.think_text } : { question: "", options: [], tokens: [] };
  return `  ${JSON.stringify({ subject: t.subject, ...words, n_options: t.options.length, answer: t.answer, strip: strip_of(t) })},`;
});

console.log(`// SPDX-License-Identifier: MIT
// Made by scripts/make_help_examples.mjs: traces of Glassbox 6M as thinktrace exports them. [n_options, n_positions]

export interface Example { subject: string; question: string; options: string[]; tokens: string[]; n_options: number; answer: number; strip: string }

export const kExamples: readonly Example[] = [
${entries.join("\n")}
];`);
