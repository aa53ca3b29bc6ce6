// SPDX-License-Identifier: MIT
// Reads a whole site folder with the viewer's own readers and checks every
// shape and range that docs/bundle.md promises.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { expect } from "vitest";
import { count_positions, decode_strip, decode_u16, is_unread, parse_question_chunk, parse_subject_chunk } from "../src/bundle/decode.ts";
import { parse_analysis_chunk } from "../src/bundle/analysis.ts";
import { parse_manifest } from "../src/bundle/manifest.ts";
import type { Analysis } from "../src/bundle/analysis.ts";
import { find_block } from "../src/first_numbers/sayings.ts";
import type { Question, QuestionChunk, Run, Trace } from "../src/types.ts";

export function read_manifest_text(folder: string): string {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const blocks = [...page.matchAll(/<script type="application\/json" id="bundle">([^<]*)<\/script>/g)];
  expect(blocks.length, "one manifest block").toBe(1);
  return blocks[0]?.[1] as string;
}

export function read_chunk(folder: string, name: string): string {
  const script = readFileSync(join(folder, "data", `${name}.js`), "latin1");
  const match = /^thinktrace_chunk="([A-Za-z0-9+/=]*)";\n?$/.exec(script);
  expect(match, `data/${name}.js is one assignment`).not.toBeNull();
  const json = inflateRawSync(Buffer.from(match?.[1] as string, "base64"));
  expect(createHash("sha256").update(json).digest("hex").slice(0, 32)).toBe(name);
  return json.toString("utf8");
}

// A site has millions of numbers, and expect() takes its time: it is asked only about what is wrong.
const near = (a: number, b: number, within: number, what: string): void => {
  if (!(Math.abs(a - b) <= within)) expect(Math.abs(a - b), what).toBeLessThanOrEqual(within);
};

function check_trace(question: Question, trace: Trace, chunk: QuestionChunk): void {
  const n = question.options.length, m = count_positions(trace);
  const detail = chunk.traces.find((t) => t.id === trace.id);
  if (trace.status === "failed") {
    expect([trace.strip, trace.p_start, trace.top_end, trace.mass_end]).toEqual(["", null, null, null]);
    expect(trace.error).not.toBe("");
    return;
  }
  if (!detail) throw new Error(`the question's chunk lacks trace ${trace.id}`);
  expect(detail.tokens.length).toBe(trace.n_tokens);
  if (is_unread(trace)) {
    expect([trace.strip, detail.probs, detail.mass, trace.p_start, trace.p_end, trace.top_start, trace.top_end,
      trace.mass_start, trace.mass_end]).toEqual(["", "", "", null, null, null, null, null, null]);
    return;
  }
  const strip = decode_strip(trace, n);
  const probs = decode_u16(detail.probs, n * m, "probs"), mass = decode_u16(detail.mass, m, "mass");
  strip.forEach((byte, i) => near(byte / 255, probs[i] as number, 0.5 / 255 + 1e-4, "strip and probs"));
  mass.forEach((sum, k) => {
    const options = Array.from({ length: n }, (_, o) => probs[o * m + k] as number);
    near(options.reduce((a, b) => a + b, 0), sum, 0.011, "mass"); // Imports are in hundredths.
  });
  const at = (o: number, k: number): number => probs[o * m + k] as number;
  near(at(question.answer, 0), trace.p_start as number, 1e-3, "p_start");
  near(at(question.answer, m - 1), trace.p_end as number, 1e-3, "p_end");
  near(mass[0] as number, trace.mass_start as number, 0.011, "mass_start");
  near(mass[m - 1] as number, trace.mass_end as number, 0.011, "mass_end");
  for (const [top, k] of [[trace.top_start, 0], [trace.top_end, m - 1]] as const) {
    const highest = Math.max(...question.options.map((_, o) => at(o, k)));
    near(at(top as number, k), highest, 1e-3, "the most likely option");
  }
}

export interface SiteSum { questions: number; traces: number; failed: number; analyses: number }

// The shares of a table are of the same traces and add up.
function check_analysis(analysis: Analysis): void {
  for (const block of [analysis.overall, ...analysis.subjects]) {
    const cells = Object.values(block.forced.start_by_end);
    expect(cells.reduce((a, e) => a + (e.count ?? 0), 0), block.subject).toBe(block.traces_read);
    const { productive, counterproductive, meaningless_effort } = block.classes;
    expect((productive.count ?? 0) + (counterproductive.count ?? 0) + (meaningless_effort.count ?? 0)).toBe(block.traces_read);
    expect(block.labels.each.length).toBe(block.labels.n_options);
  }
}

function check_run(folder: string, run: Run, sum: SiteSum): void {
  if (run.analysis !== null) {
    const analysis = parse_analysis_chunk(read_chunk(folder, run.analysis));
    check_analysis(analysis);
    for (const subject of run.subjects) {
      if (subject.n_traces > subject.n_failed) expect(find_block(analysis, run, subject)?.traces).toBe(subject.n_traces - subject.n_failed);
    }
    sum.analyses++;
  }
  for (const subject of run.subjects) {
    const questions = parse_subject_chunk(read_chunk(folder, subject.chunk));
    const traces = questions.flatMap((q) => q.traces);
    expect([questions.length, traces.length, traces.filter((t) => t.status === "failed").length], subject.name)
      .toEqual([subject.n_questions, subject.n_traces, subject.n_failed]);
    for (const question of questions) {
      expect(run.labels.length).toBeGreaterThanOrEqual(question.options.length);
      const chunk = parse_question_chunk(read_chunk(folder, question.chunk));
      expect(chunk.id).toBe(question.id);
      for (const trace of question.traces) check_trace(question, trace, chunk);
    }
    sum.questions += questions.length;
    sum.traces += traces.length;
    sum.failed += subject.n_failed;
  }
}

export function read_site(folder: string): SiteSum {
  const sum: SiteSum = { questions: 0, traces: 0, failed: 0, analyses: 0 };
  for (const run of parse_manifest(read_manifest_text(folder)).runs) check_run(folder, run, sum);
  return sum;
}
