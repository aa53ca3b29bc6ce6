// SPDX-License-Identifier: MIT
// Invented questions and traces whose curves look like real ones. The same
// seed gives the same bundle.
import { make_random } from "../src/compare/bootstrap.ts";
import { createHash } from "node:crypto";
import type { BundleData, QuestionData, ReadingData, RunData, TraceData } from "./make_bundle.ts";
import { top } from "./measure.ts";

export { make_random };
export type Random = () => number;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const hex = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
const tokens_of = (text: string): string[] => text.match(/\n+| ?[A-Za-z]{1,7}| ?\d|[^\sA-Za-z\d]| /g) ?? [];

// How belief moves along a trace: from `start` to `end` option, at a share of its length.
interface Plot { start: number | null; end: number | null; turn: number; mass: number }

function curve(random: Random, n_options: number, n_positions: number, plot: Plot): number[][] {
  const logits = Array.from({ length: n_options }, () => random());
  return Array.from({ length: n_positions }, (_, k) => {
    const x = n_positions < 2 ? 1 : k / (n_positions - 1);
    const turned = 1 / (1 + Math.exp(-28 * (x - plot.turn)));
    const scores = logits.map((base, o) => {
      logits[o] = base * 0.93 + (random() - 0.5) * 0.55;
      return (logits[o] as number) + (o === plot.start ? 3.6 * (1 - turned) : 0) + (o === plot.end ? 5.2 * turned : 0);
    });
    const total = scores.reduce((s, v) => s + Math.exp(v), 0);
    const mass = plot.mass + (1 - plot.mass) * Math.min(1, 0.5 + turned);
    return scores.map((v) => (mass * Math.exp(v)) / total);
  });
}

const kOpenings = ["Okay, let me think about this.", "Right, what do we know?", "Let me work through it.", "So, first things first."];
const kDoubts = ["Wait, let me check that again.", "Hmm, that does not look right.", "But is that so?", "Let me look at it from the other side."];
const kSteps = ["The first part gives", "If I take that away I get", "Now compare it with", "That leaves", "Carrying it on, this makes"];
const kClosings = ["So it must be", "All in all I would say", "Then the answer is", "I am fairly sure it is"];

function think(random: Random, options: readonly string[], sentences: number, said: number): string {
  const lines = [pick(random, kOpenings)];
  for (let i = 0; i < sentences; i++) {
    lines.push(random() < 0.22 ? pick(random, kDoubts) : `${pick(random, kSteps)} ${pick(random, options)}.`);
    if (random() < 0.2) lines.push("\n\n");
  }
  lines.push(`${pick(random, kClosings)} ${options[said]}.`);
  return lines.join(" ").replace(/ ?\n\n ?/g, "\n\n");
}

type Kind = "needed" | "known" | "harmful" | "unknowable";

// The same belief as another reader sees it: less sure, and drawn towards one label.
function read_again(random: Random, probs: readonly number[][], drawn: number): number[][] {
  return probs.map((row) => {
    const mixed = row.map((p, o) => Math.max(0, 0.62 * p + (o === drawn ? 0.2 : 0.04) + 0.05 * (random() - 0.5)));
    const total = mixed.reduce((a, b) => a + b, 0);
    return mixed.map((p) => (0.97 * p) / Math.max(1, total));
  });
}

function make_readings(random: Random, probs: number[][]): ReadingData[] {
  const every = probs.map((_, t) => t).filter((t) => t % 4 === 0 || t === probs.length - 1);
  return [
    { reader: 0, probs: read_again(random, probs, 1) },
    { reader: 1, probs: read_again(random, every.map((t) => probs[t] as number[]), 2), positions: every, forced: "So the answer is option " },
  ];
}

function make_trace(random: Random, id: string, sample: number, q: QuestionData, kind: Kind, length: number): TraceData {
  const wrong = (q.answer + 1 + Math.floor(random() * (q.options.length - 1))) % q.options.length;
  const plots: Record<Kind, Plot> = {
    needed: { start: random() < 0.3 ? wrong : null, end: random() < 0.9 ? q.answer : wrong, turn: 0.35 + 0.5 * random(), mass: 0.9 },
    known: { start: q.answer, end: q.answer, turn: 0.1, mass: 0.97 },
    harmful: { start: q.answer, end: wrong, turn: 0.5 + 0.3 * random(), mass: 0.95 },
    unknowable: { start: null, end: random() < 0.5 ? wrong : null, turn: 0.9, mass: 0.7 },
  };
  const plot = plots[kind];
  const said = plot.end ?? wrong;
  const tokens = tokens_of(think(random, q.options, length, said));
  const cut = random() < 0.08, probs = curve(random, q.options.length, tokens.length + 1, plot);
  return {
    id, sample, tokens, probs, seed: String(1000 + sample),
    stop: cut ? "budget" : "closed", chosen: cut ? null : said, known: kind === "known" ? true : kind === "needed" ? false : null,
    answer_text: cut ? "" : `The answer is ${said + 1}.`, cluster: cluster_of(probs, q.answer),
    ...(sample < 2 ? { readings: make_readings(random, probs) } : {}),
  };
}

// With the first further reader, which read with the options in another order.
function agreement(t: TraceData): number | null {
  const other = t.readings?.find((r) => r.reader === 0)?.probs;
  return other ? other.filter((row, k) => top(row) === top(t.probs[k] as number[])).length / other.length : null;
}

// Four shapes, by P(right) at both ends; the centres are straight lines.
const kCentres = [[0.8, 0.9], [0.25, 0.9], [0.25, 0.2], [0.8, 0.1]] as const;

function cluster_of(probs: readonly number[][], answer: number): number {
  const start = (probs[0]?.[answer] ?? 0) > 0.5, end = (probs.at(-1)?.[answer] ?? 0) > 0.5;
  return start ? (end ? 0 : 3) : end ? 1 : 2;
}

const centres = (): number[][] => kCentres.map(([a, b]) => Array.from({ length: 9 }, (_, i) => a + ((b - a) * i) / 8));

const kThings = ["apples", "lamps", "tickets", "boats", "stones", "letters"];
const kPlaces = ["Arlen", "Bovey", "Cantor", "Delph", "Esk", "Farrow", "Glenn", "Hythe"];

function make_question(random: Random, subject: string, number: number, kind: Kind): QuestionData {
  const a = 11 + Math.floor(random() * 60), b = 3 + Math.floor(random() * 30), thing = pick(random, kThings);
  const texts: Record<Kind, string> = {
    needed: `A store room holds ${a} ${thing}. ${b} are carried out, then twice as many as were carried out are brought back. ` +
      `How many ${thing} does it hold now?`,
    known: `Which of these towns lies on the river ${pick(random, kPlaces)}, on the north bank, below the old bridge?`,
    harmful: `An old tale says that the ${thing} of ${pick(random, kPlaces)} were counted wrongly. How many were there in truth?`,
    unknowable: `Which of the four ${thing} will be drawn from the bag number ${b} tomorrow?`,
  };
  const value = a + b;
  const options = kind === "known"
    ? [0, 1, 2, 3].map((i) => kPlaces[(a + i * 3) % kPlaces.length] as string)
    : [value - 3, value, value + b, value + 10].map(String);
  return { id: hex(`${subject} ${number}`), text: texts[kind], options, answer: Math.floor(random() * 4), traces: [] };
}

export interface DemoOptions { questions: number; samples: number; seed: number; length: number; runs: number } // Length in sentences.

// Questions hang on their number alone, so that every run has the same ones; traces on the run too.
function make_subject(name: string, kind: Kind, run: number, o: DemoOptions) {
  const seed = o.seed + name.length * 7919 + name.charCodeAt(0), random = make_random(seed), of_run = make_random(seed + 104729 * run);
  const questions = Array.from({ length: o.questions }, (_, number) => {
    const q = make_question(random, name, number, kind);
    q.traces = Array.from({ length: o.samples }, (_unused, sample) => make_trace(
      of_run, hex(`${run} ${name} ${number} ${sample}`), sample, q, kind, 2 + Math.floor(o.length * (0.5 + of_run()))));
    return q;
  });
  return { name, questions };
}

// Four subjects, in which thinking is needed, idle, harmful and in vain; the last also has a trace that failed and one
// probed at every fifth position.
function make_run(run: number, o: DemoOptions): RunData {
  const kinds = [["stores", "needed"], ["rivers", "known"], ["tales", "harmful"], ["draws", "unknowable"]] as const;
  const subjects = kinds.map(([name, kind]) => make_subject(name, kind, run, o));
  const odd = subjects[3]?.questions[0]?.traces;
  if (odd && odd.length > 2) {
    odd[1] = { id: hex(`${run} failed`), sample: 1, tokens: [], probs: [], error: "the context of 2048 tokens is full" };
    const { readings: _, ...whole } = odd[2] as TraceData;
    const positions = whole.probs.map((_row, t) => t).filter((t) => t % 5 === 0 || t === whole.tokens.length);
    odd[2] = { ...whole, positions, probs: positions.map((t) => whole.probs[t] as number[]) };
  }
  const model = `Toy ${run + 1}M`;
  return {
    name: run === 0 ? "demo" : `demo ${run + 1}`, labels: ["1", "2", "3", "4"],
    model: { name: model, architecture: "toy", sha256: createHash("sha256").update(model).digest("hex") },
    settings: [["temperature", "0.6"], ["top-p", "0.95"], ["suffix", "\n\nThe answer is "], ["samples", String(o.samples)], ["budget", "512"]],
    notes: ["These traces are invented to test the viewer; no model wrote them."],
    readers: [`reader 2: ${model} (order 1)`, "reader 3: Toy 9M (suffix “So the answer is option ”)"],
    noise_floor: { max_abs_dp: 0.0123, positions: 12 }, clusters: centres(), subjects,
    numbers: [{ key: "order_agreement", name: "same option in other orders", unit: "share", value: agreement,
      explain: "share of the readings with the options in another order in which the most likely option is the same" }],
  };
}

export function make_demo(options: Partial<DemoOptions> = {}): BundleData {
  const o = { questions: 8, samples: 4, seed: 1, length: 9, runs: 1, ...options };
  return { title: "thinktrace", runs: Array.from({ length: o.runs }, (_, run) => make_run(run, o)) };
}

// A further sample of the first question, with as many tokens. Its id is "long", its sample 9.
export function add_long_trace(data: BundleData, n_tokens: number): void {
  const random = make_random(3);
  data.runs[0]?.subjects[0]?.questions[0]?.traces.push({
    id: "long", sample: 9, tokens: Array.from({ length: n_tokens }, (_, i) => (i % 31 === 30 ? "\n\n" : ` token${i % 97}`)),
    probs: Array.from({ length: n_tokens + 1 }, () => [random() / 2, random() / 4, random() / 8, random() / 8]),
  });
}
