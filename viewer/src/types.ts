// SPDX-License-Identifier: MIT
// The bundle as docs/bundle.md describes it. What the page's address holds is in state/state.ts.

export interface SubjectRef {
  name: string;
  key: string; // The name, made unique within the run: what links use.
  n_questions: number;
  n_traces: number;
  n_failed: number;
}

export interface Run {
  name: string;
  key: string; // The name, made unique within the bundle.
  model: { name: string; architecture: string; sha256: string };
  settings: [string, string][];
  notes: string[];
  noise_floor: { max_abs_dp: number; positions: number } | null;
  probe: Probe | null; // null: every position was probed, or every stride-th.
  labels: string[];
  readers: string[]; // Further readers whose readings the bundle holds.
  experiments: { number: number; kind: string; about: string }[];
  subjects: SubjectRef[];
  index: string; questions: string; // Chunks.
  outlines: string | null;
  analysis: string | null; ablations: string | null; tables: string | null;
}

export interface Probe { mode: "adaptive"; tolerance: number; share: number | null; seconds: number | null }

export interface Manifest {
  title: string; generator: string;
  app: string | null; // Chunk of the page's own code.
  live: number | null; // The revision that thinktrace serve shows.
  runs: Run[];
}

export type Stop = "closed" | "budget" | "end_of_text" | "unknown";
export type TraceClass = "productive" | "counterproductive" | "right throughout" | "wrong throughout" | "wavering";
export type Unit = "share" | "change" | "tokens" | "bits" | "count" | "";

export interface Shelf {
  n_questions: number;
  first_question: number;
  first_trace: number;
  n_traces: number;
  strips: string; // Chunks.
  texts: string;
  curves: string;
  ids: string | null; readings: string | null; experiments: string | null;
}

// One number of every trace; NaN where it has none.
export interface NumberColumn { key: string; name: string; explain: string; unit: Unit; values: Float64Array }

// Everything of a run that does not grow with the length of its traces, in columns. -1: nothing to say.
export interface RunIndex {
  run: Run;
  shelves: Shelf[];
  n_questions: number;
  n_traces: number;
  questions: { id: string[]; subject: Int32Array; answer: Int32Array; n_options: Int32Array; first_trace: Int32Array; shelf: Int32Array };
  traces: {
    id: string[]; question: Int32Array; sample: Int32Array; failed: Int32Array; n_tokens: Int32Array; first: Int32Array;
    n_positions: Int32Array; stop: Int32Array; chosen: Int32Array; top_start: Int32Array; top_end: Int32Array;
    class: Int32Array; known: Int32Array; cluster: Int32Array;
  };
  clusters: number[][]; // Centres: P(right) at evenly spaced fractions of the thinking. [n_clusters, n_points]
  errors: Map<number, string>; // By trace.
  numbers: NumberColumn[];
  probing: NumberColumn[]; // What was read of each trace, and how far off the rest may be; none where all was read.
}

export interface QuestionText { text: string; options: string[] }

// One question and one trace of a RunIndex, by name instead of by column. `place`: counted through the run.
export interface Question extends QuestionText { id: string; place: number; subject: SubjectRef; answer: number }
export interface Trace {
  id: string;
  place: number;
  sample: number;
  status: "ok" | "failed";
  error: string;
  n_tokens: number; first: number;
  n_positions: number; stop: Stop;
  chosen: number | null; top_start: number | null; top_end: number | null; // Options.
}

export interface ErrorEstimate { mean: number; upper: number } // Of a trace's |dP|: the mean, and its bound for 9 traces in 10.
export interface TraceText {
  seed: string | null;
  lacks: string[]; // What an import was not told: token_ids, tokens, position_0, ...
  tokens: string[]; // [n_tokens]
  interpolated: readonly number[]; // Runs [start, length, ...] of positions that were not read.
  error: ErrorEstimate | null; // null: exact.
  forced: string;
  answer_text: string;
}

export interface Curve { positions: number[]; values: Float32Array; mass: Float32Array } // values: [n_options, n_positions]
