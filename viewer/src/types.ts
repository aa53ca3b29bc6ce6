// SPDX-License-Identifier: MIT
// The bundle as docs/bundle.md describes it, and what the page's address holds.

export interface SubjectRef {
  name: string;
  key: string; // The name, made unique within the run: what links use.
  n_questions: number;
  n_traces: number;
  n_failed: number;
  chunk: string;
}

export interface Run {
  name: string;
  key: string; // The name, made unique within the bundle.
  model: { name: string; architecture: string; sha256: string };
  settings: [string, string][];
  notes: string[];
  noise_floor: { max_abs_dp: number; positions: number } | null;
  analysis: string | null; // Chunk of the first numbers; see bundle/analysis.ts.
  labels: string[];
  subjects: SubjectRef[];
}

export interface Manifest { title: string; generator: string; runs: Run[] }

export type Stop = "closed" | "budget" | "end_of_text" | "unknown";

export interface Trace {
  id: string;
  sample: number;
  status: "ok" | "failed";
  error: string;
  n_tokens: number;
  stop: Stop;
  chosen: number | null;
  positions: number[] | null; // null: 0, 1, ..., n_tokens. Empty: nothing was read.
  strip: string; // base64 of bytes [n_options, n_positions], option-major.
  p_start: number | null;
  p_end: number | null;
  top_start: number | null;
  top_end: number | null;
  mass_start: number | null;
  mass_end: number | null;
}

export interface Question {
  id: string;
  number: number;
  text: string;
  options: string[];
  answer: number;
  chunk: string;
  traces: Trace[];
}

export interface TraceDetail {
  id: string;
  sample: number;
  seed: string | null;
  lacks: string[]; // What an import was not told: token_ids, tokens, position_0, ...
  tokens: string[]; // [n_tokens]
  token_ids: number[]; // [n_tokens], or empty.
  probs: string; // base64 of u16 [n_options, n_positions], option-major.
  mass: string; // base64 of u16 [n_positions].
  forced: string;
  answer_text: string;
}

export interface QuestionChunk {
  id: string;
  prompt: string;
  traces: TraceDetail[];
}

export type Colouring = "mix" | "likely" | "right";
export type Palette = "published" | "safe";
export type SortKey = "number" | "id" | "length" | "start" | "end" | "change";
export type EndFilter = "any" | "right" | "wrong";
export type StopFilter = "any" | Stop | "failed";

// Everything that the address says; see state/state.ts for how it is written.
export interface State {
  run: string | null; // null: the front page.
  subject: string | null; // null: all subjects of the run.
  question: string | null; // null: the gallery.
  sample: number;
  cursor: number | null; // Thinking tokens kept.
  from_all: boolean; // The trace page was reached from "all subjects".
  sort: SortKey;
  descending: boolean;
  colouring: Colouring;
  palette: Palette;
  end: EndFilter;
  stop: StopFilter;
  text: string;
}
