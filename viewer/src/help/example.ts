// SPDX-License-Identifier: MIT
// The examples as everything else of the viewer takes a trace, so that the help draws with the code of the other pages.
import { bytes_from_base64 } from "../bundle/chunks.ts";
import { question_at, trace_at } from "../bundle/index.ts";
import { picture_of } from "../colour/cells.ts";
import type { Picture } from "../colour/cells.ts";
import { make_model } from "../trace_page/model.ts";
import type { TraceModel } from "../trace_page/model.ts";
import type { Run, RunIndex } from "../types.ts";
import type { Example } from "./examples.ts";

function index_of({ n_options, answer, subject }: Example, n_tokens: number): RunIndex {
  const run: Run = { name: "", key: "", model: { name: "", architecture: "", sha256: "" }, settings: [], notes: [], noise_floor: null, probe: null,
    labels: Array.from({ length: n_options }, (_, o) => String(o + 1)), readers: [], experiments: [],
    subjects: [{ name: subject, key: subject, n_questions: 1, n_traces: 1, n_failed: 0 }], index: "", questions: "", outlines: null, analysis: null, ablations: null, tables: null };
  const one = (value: number): Int32Array => Int32Array.of(value), none = one(-1);
  return {
    run, shelves: [], n_questions: 1, n_traces: 1, clusters: [], errors: new Map(), numbers: [], probing: [],
    questions: { id: [""], subject: one(0), answer: one(answer), n_options: one(n_options), first_trace: Int32Array.of(0, 1), shelf: one(0) },
    traces: { id: [""], question: one(0), sample: one(0), failed: one(0), n_tokens: one(n_tokens), first: one(0), n_positions: one(n_tokens + 1),
      stop: one(0), chosen: none, top_start: none, top_end: none, class: none, known: none, cluster: none },
  };
}

const count_tokens = ({ n_options }: Example, values: Uint8Array): number => values.length / n_options - 1;

export function example_picture(example: Example): Picture {
  const values = bytes_from_base64(example.strip);
  return picture_of(index_of(example, count_tokens(example, values)), 0, { values, positions: null });
}

export function example_model(example: Example): TraceModel {
  const bytes = bytes_from_base64(example.strip), n_tokens = count_tokens(example, bytes), index = index_of(example, n_tokens);
  const values = Float32Array.from(bytes, (v) => v / 255), positions = Array.from({ length: n_tokens + 1 }, (_, t) => t);
  const mass = Float32Array.from(positions, (k) => Math.min(1, index.run.labels.reduce((sum, _, o) => sum + (values[o * positions.length + k] as number), 0)));
  return make_model({ run: index.run, index, question: question_at(index, [{ text: example.question, options: example.options }], 0), trace: trace_at(index, 0) },
    { prompt: "", seed: null, lacks: [], tokens: example.tokens, forced: "", answer_text: "", interpolated: [], error: null, curve: { positions, values, mass } });
}
