// SPDX-License-Identifier: MIT
// A number among the first numbers leads to as many traces as it counts: the sets' filters against plain counting, on
// traces with everything that the analysis leaves out.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse_analysis_chunk } from "../../src/bundle/analysis.ts";
import type { Block, Estimate } from "../../src/bundle/analysis.ts";
import { decode_text } from "../../src/bundle/chunk_text.ts";
import { parse_index_chunk } from "../../src/bundle/index.ts";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import { find_block, name_of_start } from "../../src/first_numbers/sayings.ts";
import { change_to_set, list_sets } from "../../src/first_numbers/sets.ts";
import type { TraceSet, TraceSets } from "../../src/first_numbers/sets.ts";
import { choose_strip, tally_subject } from "../../src/front/tally.ts";
import { format_state, kDefaultState, parse_state } from "../../src/state/state.ts";
import { filter_table } from "../../src/table/filter.ts";
import { field_of, make_table } from "../../src/table/table.ts";
import type { Run, SubjectRef } from "../../src/types.ts";
import { count_analysis } from "../count_analysis.ts";
import { make_random } from "../generate.ts";
import { write_bundle } from "../make_bundle.ts";
import type { RunData, TraceData } from "../make_bundle.ts";
import { read_chunk, read_manifest_text } from "../read_site.ts";

const random = make_random(5), one_of = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

function odd_trace(id: string, sample: number): TraceData {
  const n = one_of([0, 1, 4, 9]), read = random() > 0.2, known = one_of([true, false, null]);
  const probs = Array.from({ length: read ? n + 1 : 0 }, () => one_of([[0.75, 0.25], [0.25, 0.625], [0.5, 0.125]]));
  return {
    id, sample, tokens: Array.from({ length: n }, (_, i) => ` ${i}`), probs, stop: one_of(["closed", "closed", "budget", "end_of_text", "unknown"] as const),
    chosen: one_of([0, 1, null]), ...(random() < 0.15 ? { error: "lost" } : {}), ...(random() < 0.2 ? { lacks: ["tokens"] } : {}),
    known: read && probs.every(([a, b]) => (a as number) > (b as number)) ? known : null,
  };
}

const odd: RunData = {
  name: "odd", labels: ["A", "B"],
  subjects: ["one", "two", "three"].map((name) => ({ name, questions: Array.from({ length: 40 }, (_, q) => ({
    id: `${name}${q}`, text: "?", options: ["a", "b"], answer: 0, traces: [0, 1, 2].map((s) => odd_trace(`${name}${q}${s}`, s)) })) })),
};

const folder = mkdtempSync(join(tmpdir(), "thinktrace-sets-"));
afterAll(() => rmSync(folder, { recursive: true }));
write_bundle(folder, { title: "odd", runs: [odd] }, { shelf_tokens: 60 });
const run = parse_manifest(read_manifest_text(folder)).runs[0] as Run;
const index = parse_index_chunk(decode_text(read_chunk(folder, run.index)), run);
const analysis = parse_analysis_chunk(JSON.stringify({ kind: "analysis", analysis: count_analysis(odd) }));

const places = [["the run", null], ...run.subjects.map((s) => [s.name, s] as const)] as const;

describe.each(places)("of %s", (_name, subject: SubjectRef | null) => {
  const block = (subject ? find_block(analysis, run, subject) : analysis.overall) as Block;
  const n_failed = run.subjects.filter((s) => !subject || s === subject).reduce((sum, s) => sum + s.n_failed, 0);
  const sets: TraceSets = list_sets(block, name_of_start(block), n_failed), table = make_table({ indexes: [index], subject });
  // By way of the address, as a reader goes.
  const count = (set: TraceSet): number => {
    const state = parse_state(format_state({ ...kDefaultState, ...change_to_set(run, subject, set) }));
    const { n, error } = filter_table(table, state, null);
    expect(error).toBeNull();
    for (const { key } of state.sort) expect(field_of(table, key)?.kind, key).toBe("number");
    return n;
  };
  const having = (e: Estimate): number => Math.round((e.value as number) * e.n_traces);
  const { forced, commitment, thinking_length: length, classes } = block;

  test("there is something that each set leaves out", () => {
    const counts = [block.traces_read, block.ended_unknown, block.not_ended, commitment.censored, length.unknown, n_failed];
    for (const n of counts) expect(n).toBeGreaterThan(0);
    expect(commitment.performative_share.n_traces).toBeLessThan(commitment.t_exit_mean.n_traces);
  });
  test("traces", () => {
    expect(count(sets.all)).toBe(block.traces);
    expect(count(sets.read)).toBe(block.traces_read);
    expect(count(sets.not_ended)).toBe(block.not_ended);
    expect(count(sets.ended_unknown)).toBe(block.ended_unknown);
    expect(count(sets.length_unknown)).toBe(length.unknown);
    expect(count(sets.censored)).toBe(commitment.censored);
  });
  test("right answers", () => {
    expect(count(sets.right_start)).toBe(having(forced.right_at_start));
    expect(count(sets.right_end)).toBe(having(forced.right_at_end));
    expect(count(sets.right_free)).toBe(having(block.free_right));
  });
  test.each(["right", "wrong"] as const)("tables: those %s first", (a) => {
    for (const b of ["right", "wrong"] as const) {
      expect(count(sets.start_end(a, b))).toBe(forced.start_by_end[`${a}_${b}`].count);
      expect(count(sets.end_free(a, b))).toBe(forced.end_by_free[`${a}_${b}`].count);
    }
  });
  test.each(["productive", "counterproductive", "meaningless_effort", "right_throughout", "wrong_throughout", "wavering", "known_already"] as const)(
    "class %s", (key) => expect(count(sets.of_class(key))).toBe(classes[key].count));
  test("what means and medians stand on", () => {
    expect(count(sets.length)).toBe(length.mean.n_traces);
    expect(count(sets.t_exit)).toBe(commitment.t_exit_mean.n_traces);
    expect(count(sets.p_at_exit)).toBe(commitment.p_right_at_exit.n_traces);
    expect(count(sets.performative)).toBe(commitment.performative_share.n_traces);
    expect(count(sets.flips)).toBe(block.flips.n_traces);
    expect(count(sets.by("mass_start", "mass at start"))).toBe(block.mass.at_start.n_traces);
  });
});

test("where nothing is left out, nothing is filtered", () => {
  const whole = parse_analysis_chunk(JSON.stringify({ kind: "analysis", analysis: { overall: { traces: 3 } } })).overall;
  const sets = list_sets(whole, "at the start", 0);
  expect([sets.all.facets, sets.length.where, sets.performative.where]).toEqual([{}, "", ""]);
  expect(change_to_set({ key: "r" } as Run, null, sets.flips)).toMatchObject({ page: "gallery", run: "r", subject: null,
    facets: { end: ["right", "wrong"] }, sort: [{ key: "flips", descending: true }], text: "", brushes: [] });
});

describe("a subject on the front page", () => {
  test("counts as the analysis does", () => {
    run.subjects.forEach((subject, place) => {
      const block = find_block(analysis, run, subject) as Block, sum = tally_subject(index, place);
      expect(sum.traces - sum.failed).toBe(block.traces);
      expect([sum.traces, sum.failed]).toEqual([subject.n_traces, subject.n_failed]);
      expect(sum.read).toBe(block.traces_read);
      expect(sum.right_start / sum.read).toBeCloseTo(block.forced.right_at_start.value as number, 12);
      expect(sum.right_end / sum.read).toBeCloseTo(block.forced.right_at_end.value as number, 12);
      expect(sum.first).toBe(0);
    });
  });
  test("shows a trace of each question on its first shelf, one that was read if it can", () => {
    for (const place of [0, 1, 2]) {
      const { shelf, traces } = choose_strip(index, place, 16) as NonNullable<ReturnType<typeof choose_strip>>;
      const questions = traces.map((t) => index.traces.question[t] as number), first = index.questions.subject.indexOf(place);
      expect(questions).toEqual(questions.map((_, i) => first + i)); // Each once, in the order of the run.
      for (const q of questions) expect([index.questions.subject[q], index.questions.shelf[q]]).toEqual([place, shelf]);
      traces.forEach((trace, i) => {
        const from = index.questions.first_trace[questions[i] as number] as number, own = [from, from + 1, from + 2];
        const fine = own.filter((t) => !index.traces.failed[t] && (index.traces.n_positions[t] as number) > 0);
        expect(fine.length > 0 ? fine[0] === trace : own.includes(trace)).toBe(true);
      });
      expect(choose_strip(index, place, 2)?.traces).toHaveLength(2);
    }
    expect(choose_strip(index, 3, 16)).toBeNull();
  });
});
