// SPDX-License-Identifier: MIT
// The experiments chunk of a shelf: what each experiment made of its traces.
import type { RunIndex, Shelf } from "../types.ts";
import { BundleError, as_array, as_count, as_index, as_number, as_object, as_one_of, as_string, or_missing } from "./check.ts";
import type { Json } from "./check.ts";
import { parse_kind, split_chunk } from "./chunk_text.ts";

export interface Tally { successes: number; trials: number }
export interface ArmDraw { n_tokens: number; p: number[]; source: string | null } // p: [n_options]; source: id of the trace that lent its thinking.
export interface Arm { name: string; label: string; draws: ArmDraw[] }
export interface Prefix { position: number; forced: number[] | null; free: number[]; none: number } // free: continuations by option. [n_options]
export interface Fork { text: string; p: number | null; tally: Tally } // p: that the model gives it there.
export interface Pivot { token: number; before: Tally; after: Tally; change: [number, number]; decided: boolean; alternatives: Fork[] }
export interface Mistake { position: number; text: string; by: "rule" | "model"; before: number | null; after: number | null }

export interface Hint { option: number; words: string; takes_over: number | null; mention: string | null; mention_token: number | null }

export interface ExperimentResult {
  trace: number; // Within the shelf.
  experiment: number; // Place in the run's list.
  arms: Arm[];
  prefixes: Prefix[];
  pivots: Pivot[] | null; // null: not looked for.
  mistakes: Mistake[];
  hint: Hint | null;
}

const list = <T>(from: Json, key: string, where: string, read: (v: Json, at: string) => T): T[] =>
  as_array(from[key] ?? [], `${where}.${key}`).map((entry, i) => read(as_object(entry, `${where}.${key}[${i}]`), `${where}.${key}[${i}]`));

function read_tally(value: unknown, where: string): Tally {
  const [s, n] = as_array(value, where), trials = as_count(n, where), successes = as_count(s, where);
  if (successes > trials) throw new BundleError(`${where}: ${successes} of ${trials}`);
  return { successes, trials };
}

interface Sizes { n_options: number; n_tokens: number }

const by_option = <T>(value: unknown, n_options: number, where: string, read: (v: unknown, at: string) => T): T[] => {
  const all = as_array(value, where);
  if (all.length !== n_options) throw new BundleError(`${where}: ${all.length} values for ${n_options} options`);
  return all.map((v, i) => read(v, `${where}[${i}]`));
};

function as_share(value: unknown, where: string): number {
  const p = as_number(value, where);
  if (p < 0 || p > 1) throw new BundleError(`${where}: ${p} is no probability`);
  return p;
}

const as_position = (value: unknown, { n_tokens }: Sizes, where: string): number => as_index(value, n_tokens + 1, where);

const read_arm = (a: Json, labels: ReadonlyMap<string, string>, { n_options }: Sizes, where: string): Arm => {
  const name = as_string(a["name"], `${where}.name`);
  return { name, label: labels.get(name) ?? name, draws: list(a, "draws", where, (d, at) => ({
    n_tokens: as_count(d["n_tokens"], `${at}.n_tokens`), p: by_option(d["p"], n_options, `${at}.p`, as_share),
    source: or_missing(d["source"], (v) => as_string(v, `${at}.source`)) })) };
};

const read_prefix = (p: Json, sizes: Sizes, where: string): Prefix => ({
  position: as_position(p["position"], sizes, `${where}.position`),
  forced: or_missing(p["forced"], (v) => by_option(v, sizes.n_options, `${where}.forced`, as_share)),
  free: by_option(p["free"], sizes.n_options, `${where}.free`, as_count), none: as_count(p["none"], `${where}.none`),
});

function read_bounds(value: unknown, where: string): [number, number] {
  const [low, high] = as_array(value, where).map((v) => as_number(v, where));
  if (low === undefined || high === undefined || low > high) throw new BundleError(`${where}: no interval`);
  return [low, high];
}

const read_pivot = (p: Json, sizes: Sizes, where: string): Pivot => ({
  token: as_index(p["token"], sizes.n_tokens, `${where}.token`), decided: p["decided"] === true,
  before: read_tally(p["before"], `${where}.before`), after: read_tally(p["after"], `${where}.after`), change: read_bounds(p["change"], `${where}.change`),
  alternatives: list(p, "alternatives", where, (a, at) => ({ text: as_string(a["text"], `${at}.text`), p: or_missing(a["p"], (v) => as_share(v, `${at}.p`)), tally: read_tally(a["tally"], `${at}.tally`) })),
});

const read_mistake = (m: Json, sizes: Sizes, where: string): Mistake => {
  const option = (key: string): number | null => or_missing(m[key], (v) => as_index(v, sizes.n_options, `${where}.${key}`));
  return { position: as_position(m["position"], sizes, `${where}.position`), text: as_string(m["text"], `${where}.text`),
    by: as_one_of(m["by"], ["rule", "model"] as const, `${where}.by`), before: option("before"), after: option("after") };
};

const read_hint = (h: Json, sizes: Sizes, where: string): Hint => ({
  option: as_index(h["option"], sizes.n_options, `${where}.option`), words: as_string(h["words"], `${where}.words`),
  takes_over: or_missing(h["takes_over"], (v) => as_position(v, sizes, `${where}.takes_over`)),
  mention: or_missing(h["mention"], (v) => as_string(v, `${where}.mention`)),
  mention_token: or_missing(h["mention_token"], (v) => as_index(v, sizes.n_tokens, `${where}.mention_token`)),
});

export function parse_experiments_chunk(bytes: Uint8Array, index: RunIndex, shelf: Shelf): ExperimentResult[] {
  const chunk = parse_kind(split_chunk(bytes).head, "experiments");
  const labels = new Map(Object.entries(as_object(chunk["labels"], "labels")).map(([name, label]) => [name, as_string(label, "labels")]));
  return list(chunk, "results", "experiments", (r, where) => {
    const trace = as_index(r["trace"], shelf.n_traces, `${where}.trace`), place = shelf.first_trace + trace;
    const sizes = { n_tokens: index.traces.n_tokens[place] as number, n_options: index.questions.n_options[index.traces.question[place] as number] as number };
    return {
      trace, experiment: as_index(r["experiment"], index.run.experiments.length, `${where}.experiment`),
      arms: list(r, "arms", where, (a, at) => read_arm(a, labels, sizes, at)),
      prefixes: list(r, "prefixes", where, (p, at) => read_prefix(p, sizes, at)),
      pivots: or_missing(r["pivots"], () => list(r, "pivots", where, (p, at) => read_pivot(p, sizes, at))),
      mistakes: list(r, "mistakes", where, (m, at) => read_mistake(m, sizes, at)),
      hint: or_missing(r["hint"], (v) => read_hint(as_object(v, `${where}.hint`), sizes, `${where}.hint`)),
    };
  });
}
