// SPDX-License-Identifier: MIT
// From where on the forced answer stays what it is at the end, in words. What is stable is not yet known, and the
// sentence says what speaks for that.
import { exit_place } from "../curve/measures.ts";
import { three_places } from "../text/numbers.ts";
import type { Stop } from "../types.ts";

export interface Exit {
  place: number; // Among the readings.
  t: number;
  low: number; // The smallest position that it can be in truth: after the probe before it.
}

// `known`: t_exit as the program found it in the exact numbers; where two options are closer than a bundle's digits the
// readings alone can't tell.
export function find_exit(tops: Int32Array, positions: readonly number[], known: number | null): Exit | null {
  const place = known === null || !positions.includes(known) ? exit_place(tops) : positions.indexOf(known);
  if (place === null) return null;
  return { place, t: positions[place] as number, low: place === 0 ? 0 : (positions[place - 1] as number) + 1 };
}

const kUpTo: Record<Stop, string> = {
  closed: "", budget: " up to the cut", end_of_text: " up to where the model stopped", unknown: " that is known",
};

// Whole, but never all or nothing where it is a little less or more.
function percent(share: number): string {
  const whole = Math.round(100 * share);
  return whole === 0 && share > 0 ? "less than 1 %" : whole === 100 && share < 1 ? "more than 99 %" : `${whole} %`;
}

// "63 %", or "60 % to 63 %" where only bounds are known.
function share_text(exit: Exit, end: number): string {
  const low = percent((end - exit.t) / end), high = percent((end - exit.low) / end);
  return low === high ? low : `${low} to ${high}`;
}

export interface CommitmentFacts {
  exit: Exit;
  n_tokens: number;
  stop: Stop;
  answer: string; // Label of the option that the forced answer is at the end.
  p_answer: number; // Its probability at t_exit,
  p_right: number; // and the right option's.
  is_right: boolean;
  agreement: number | null; // Share of readings in other orders with the same most likely option.
  not_read?: readonly ("t_exit" | "before")[]; // Of t_exit and the position before it: which was interpolated.
}

const kNotRead = new Map([
  ["t_exit", " t_exit was not read but interpolated."],
  ["before", " The position before it was not read but interpolated."],
  ["t_exit,before", " Neither t_exit nor the position before it was read: both were interpolated."],
]);

export function explain_exit(f: CommitmentFacts): { stays: string; known: string } {
  const { exit, n_tokens, answer } = f, bounded = exit.low < exit.t;
  const thinking = `the thinking${kUpTo[f.stop]}`;
  const head = exit.t === 0 ? `Before any thinking the forced answer is ${answer}, and it stays ${answer}`
    : `From token ${bounded ? `${exit.low} to ${exit.t}` : exit.t} of ${n_tokens} on the forced answer stays ${answer}`;
  const stays = n_tokens === 0 ? `The forced answer is ${answer}; there was no thinking.`
    : `${head}: ${share_text(exit, n_tokens)} of ${thinking} came after that.${bounded ? " It was not probed in between." : ""}` +
      `${kNotRead.get((f.not_read ?? []).join()) ?? ""}`;
  const there = f.is_right ? `P(right) is ${three_places(f.p_right)} there`
    : `P(${answer}) is ${three_places(f.p_answer)} there and P(right) ${three_places(f.p_right)}`;
  const orders = f.agreement === null ? "it was not read with the options in another order"
    : `with the options in other orders the most likely one is the same in ${percent(f.agreement)} of the readings`;
  return { stays, known: `Stable is not yet known: ${there}, and ${orders}.` };
}
