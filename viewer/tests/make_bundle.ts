// SPDX-License-Identifier: MIT
// Writes a bundle as docs/bundle.md describes it, from plain data: what the
// viewer's own tests read. Independent of src/ on purpose.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";

export interface TraceData {
  id: string;
  sample: number;
  error?: string; // Given: the trace failed.
  stop?: "closed" | "budget" | "end_of_text" | "unknown";
  chosen?: number | null;
  positions?: number[] | null;
  tokens: string[];
  token_ids?: number[];
  probs: number[][]; // [n_positions][n_options]; empty: nothing was read.
  seed?: string | null;
  lacks?: string[];
  forced?: string;
  answer_text?: string;
}
export interface QuestionData {
  id: string;
  text: string;
  options: string[];
  answer: number;
  prompt?: string;
  traces: TraceData[];
}
export interface RunData {
  name: string;
  model?: { name: string; architecture: string; sha256: string };
  settings?: [string, string][];
  notes?: string[];
  noise_floor?: { max_abs_dp: number; positions: number } | null;
  analysis?: object | null; // Left out: as older bundles are.
  labels: string[];
  subjects: { name: string; questions: QuestionData[] }[];
}
export interface BundleData { title: string; generator?: string; runs: RunData[] }

const kPage = fileURLToPath(new URL("../page/index.html", import.meta.url));
const kDist = fileURLToPath(new URL("../dist", import.meta.url));

const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);
const top = (list: number[]): number => list.indexOf(Math.max(...list));

function strip_of(probs: number[][], n_options: number): string {
  const bytes = Array.from({ length: n_options }, (_, o) => probs.map((row) => Math.round(255 * (row[o] ?? 0)))).flat();
  return Buffer.from(bytes).toString("base64");
}

function u16_of(values: number[]): string {
  const buffer = Buffer.alloc(2 * values.length);
  values.forEach((v, i) => buffer.writeUInt16LE(Math.min(65535, Math.round(65535 * v)), 2 * i));
  return buffer.toString("base64");
}

function gallery_trace(t: TraceData, n_options: number, answer: number): object {
  if (t.error !== undefined) {
    return { id: t.id, sample: t.sample, status: "failed", error: t.error, n_tokens: 0, stop: "closed", chosen: null,
      positions: null, strip: "", p_start: null, p_end: null, top_start: null, top_end: null, mass_start: null, mass_end: null };
  }
  if (t.probs.length === 0) {
    return { id: t.id, sample: t.sample, status: "ok", error: "", n_tokens: t.tokens.length, stop: t.stop ?? "closed",
      chosen: t.chosen ?? null, positions: [], strip: "", p_start: null, p_end: null, top_start: null, top_end: null,
      mass_start: null, mass_end: null };
  }
  const first = t.probs[0] as number[], last = t.probs.at(-1) as number[];
  return { id: t.id, sample: t.sample, status: "ok", error: "", n_tokens: t.tokens.length, stop: t.stop ?? "closed",
    chosen: t.chosen === undefined ? top(last) : t.chosen, positions: t.positions ?? null,
    strip: strip_of(t.probs, n_options), p_start: first[answer], p_end: last[answer], top_start: top(first),
    top_end: top(last), mass_start: sum(first), mass_end: sum(last) };
}

function detail_trace(t: TraceData, n_options: number): object {
  const by_option = Array.from({ length: n_options }, (_, o) => t.probs.map((row) => row[o] ?? 0)).flat();
  return { id: t.id, sample: t.sample, seed: t.seed === undefined ? "1" : t.seed, tokens: t.tokens,
    token_ids: t.token_ids ?? t.tokens.map((_, i) => (i * 37) % 4096), probs: u16_of(by_option),
    mass: u16_of(t.probs.map(sum)), forced: t.forced ?? "\n</think>\n\nThe answer is ",
    answer_text: t.answer_text ?? "", ...(t.lacks ? { lacks: t.lacks } : {}) };
}

// Every character outside ASCII, and those that could end the block, as \uXXXX.
const escape_manifest = (json: string): string =>
  json.replace(/[<>&\u0080-\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

function write_chunk(folder: string, value: object): string {
  const json = Buffer.from(JSON.stringify(value), "utf8");
  const name = createHash("sha256").update(json).digest("hex").slice(0, 32);
  const base64 = deflateRawSync(json).toString("base64");
  writeFileSync(join(folder, "data", `${name}.js`), `thinktrace_chunk="${base64}";\n`);
  return name;
}

export interface Written { folder: string; chunks: { subjects: string[]; questions: string[]; analyses: string[] } }

function write_analysis(folder: string, analysis: object, written: string[]): string {
  const chunk = write_chunk(folder, { kind: "analysis", analysis });
  written.push(chunk);
  return chunk;
}

export function write_bundle(folder: string, data: BundleData): Written {
  mkdirSync(join(folder, "data"), { recursive: true });
  const chunks: Written["chunks"] = { subjects: [], questions: [], analyses: [] };
  const runs = data.runs.map((run) => ({
    name: run.name,
    model: run.model ?? { name: "Toy 1M", architecture: "toy", sha256: "ab".repeat(32) },
    settings: run.settings ?? [], notes: run.notes ?? [], noise_floor: run.noise_floor ?? null, labels: run.labels,
    ...(run.analysis === undefined ? {} : { analysis: run.analysis && write_analysis(folder, run.analysis, chunks.analyses) }),
    subjects: run.subjects.map((subject) => {
      const questions = subject.questions.map((q, number) => {
        const n = q.options.length;
        const chunk = write_chunk(folder, { kind: "question", id: q.id, prompt: q.prompt ?? `<|user|>${q.text}<|model|><think>\n`,
          traces: q.traces.filter((t) => t.error === undefined).map((t) => detail_trace(t, n)) });
        chunks.questions.push(chunk);
        return { id: q.id, number, text: q.text, options: q.options, answer: q.answer, chunk,
          traces: q.traces.map((t) => gallery_trace(t, n, q.answer)) };
      });
      const traces = subject.questions.flatMap((q) => q.traces);
      const chunk = write_chunk(folder, { kind: "subject", questions });
      chunks.subjects.push(chunk);
      return { name: subject.name, n_questions: questions.length, n_traces: traces.length,
        n_failed: traces.filter((t) => t.error !== undefined).length, chunk };
    }),
  }));
  const manifest = escape_manifest(JSON.stringify({ format: "thinktrace-bundle", version: 1,
    generator: data.generator ?? "thinktrace 0.1.0", title: data.title, runs }));
  const page = readFileSync(kPage, "utf8");
  if (page.split("__BUNDLE__").length !== 2) throw new Error("the page must hold its place for the manifest once");
  writeFileSync(join(folder, "index.html"), page.replace("__BUNDLE__", () => manifest));
  for (const file of ["app.js", "app.css"]) {
    // Tests that only read the data do without a built viewer.
    if (existsSync(join(kDist, file))) copyFileSync(join(kDist, file), join(folder, file));
  }
  return { folder, chunks };
}
