// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { parse_analysis_chunk } from "../../src/bundle/analysis.ts";
import type { Analysis } from "../../src/bundle/analysis.ts";
import { BundleError } from "../../src/bundle/check.ts";
import { token_scale } from "../../src/first_numbers/estimate.ts";
import { find_block, head_parts, interval_note, interval_text, name_of_start, short_name_of_start, warnings_told } from "../../src/first_numbers/sayings.ts";
import { one_place, rounded, short_number } from "../../src/text/numbers.ts";
import type { Run, SubjectRef } from "../../src/types.ts";
import { make_analysis } from "../make_analysis.ts";
import type { BlockData } from "../make_analysis.ts";

const text = (analysis: unknown): string => JSON.stringify({ kind: "analysis", analysis });
const read = (overall: BlockData = {}, subjects: BlockData[] = []) => parse_analysis_chunk(text(make_analysis(overall, subjects)));
// The JSON of an analysis with one piece of its text replaced.
const changed = (from: string, to: string): string => {
  const whole = text(make_analysis({ prior: true }, [{ subject: "s" }]));
  if (!whole.includes(from)) throw new Error(`${from} is not in the analysis`);
  return whole.replace(from, to);
};

describe("reading", () => {
  test("takes every number with its interval", () => {
    const { overall, level } = read({ prior: true, orders: true });
    expect(level).toBe(0.95);
    expect(overall.forced.right_at_start).toEqual({ value: 0.54, low: 0.36, high: 0.71, wilson: false, n_traces: 40, n_questions: 20, count: null });
    expect(overall.mass.at_end.wilson).toBe(true);
    expect(overall.forced.start_by_end.wrong_right.count).toBe(12);
    expect(overall.thinking_length.r_forced_right_at_end.within_questions.value).toBeNull();
    expect(overall.labels.each.map((l) => l.prior)).toEqual([0.9, 0.1]);
    expect(overall.order_agreement.label_at_end.value).toBe(0.9);
  });
  test("what is missing is not defined, and nothing breaks", () => {
    const { overall, subjects } = parse_analysis_chunk(text({ overall: {}, subjects: [{ subject: "s" }, {}] }));
    expect(overall.forced.right_at_end).toEqual({ value: null, low: null, high: null, wilson: false, n_traces: 0, n_questions: 0, count: null });
    expect([overall.traces, overall.labels.each, overall.warnings, overall.labels.prior_right]).toEqual([0, [], [], null]);
    expect(subjects.map((b) => b.subject)).toEqual(["s", ""]);
  });
  test("half an interval is none", () => {
    expect(parse_analysis_chunk(text({ overall: { free_right: { value: 0.5, low: 0.1 } } })).overall.free_right)
      .toMatchObject({ value: 0.5, low: null, high: null });
  });
  test("keys of objects are never those of a prototype", () => {
    const hostile = '{"kind":"analysis","analysis":{"overall":{"__proto__":{"traces":7},"constructor":1,"forced":{"__proto__":[]}}}}';
    expect(parse_analysis_chunk(hostile).overall.traces).toBe(0);
  });
  test.each([
    ["no JSON", "{", "no JSON"],
    ["another kind", JSON.stringify({ kind: "subject" }), 'the kind "analysis"'],
    ["no block", text({}), "analysis.overall"],
    ["a block that is a list", text({ overall: [] }), "analysis.overall: expected an object"],
    ["a value that is a text", changed('"value":0.54', '"value":"0.54"'), "analysis.overall.forced.right_at_start.value"],
    ["a value past all numbers", changed('"value":0.54', '"value":1e999'), "right_at_start.value: expected a number"],
    ["an estimate that is a number", changed('"flips":{', '"flips":5,"x":{'), "analysis.overall.flips"],
    ["an interval that ends before it begins", changed('"low":0.36', '"low":0.99'), "right_at_start: an interval from 0.99 to 0.71"],
    ["a count below 0", changed('"traces":40', '"traces":-1'), "analysis.overall.traces"],
    ["a broken count", changed('"count":16', '"count":1.5'), "right_right.count"],
    ["a list of labels that is none", changed('"each":[', '"each":7,"x":['), "labels.each"],
    ["a warning without a text", changed('"warnings":[]', '"warnings":[{"kind":"x"}]'), "warnings[0].text"],
    ["a flaw in a subject", text(make_analysis({}, [{ subject: "a" }, { subject: "b" }])).replace('"subject":"b"', '"subject":7'), "subjects[1].subject"],
  ])("%s is refused with its place", (_name, chunk, message) => {
    expect(() => parse_analysis_chunk(chunk)).toThrow(BundleError);
    expect(() => parse_analysis_chunk(chunk)).toThrow(message);
  });
});

describe("digits", () => {
  test("are those that the program prints: halves go to the even digit", () => {
    // By std::format("{:.2f}") and so on.
    expect([0.125, 0.375, 0.135, 0.625, 0.665, 1.005, -0.125, 0, 1].map((x) => rounded(x, 2)))
      .toEqual(["0.12", "0.38", "0.14", "0.62", "0.67", "1.00", "−0.12", "0.00", "1.00"]);
    expect([90.25, 90.75, 0.05, 5.25].map(one_place)).toEqual(["90.2", "90.8", "0.1", "5.2"]);
    expect([0.5, 1.5, 2.5, 435.5].map((x) => rounded(x, 0))).toEqual(["0", "2", "2", "436"]);
  });
  test("are short for shares", () => {
    expect([0.61, 1, -0.14, -0.001, 0, null, -1].map(short_number)).toEqual([".61", "1.00", "−.14", ".00", ".00", "–", "−1.00"]);
    expect(interval_text(read().overall.forced.right_at_start)).toBe("[.36, .71]");
    expect(interval_text(read().overall.thinking_length.r_free_right.within_questions)).toBe("");
  });
  test("a scale of tokens ends at a round number above all", () => {
    const { mean, median } = read().overall.thinking_length;
    expect(token_scale([mean, median])).toMatchObject({ low: 0, high: 150 });
    expect(token_scale([]).high).toBe(1);
  });
});

const head_text = (analysis: Analysis): string => head_parts(analysis).map((part) => part.text).join(" · ");

describe("sayings", () => {
  test.each([
    [[0, 0], "at the start", "start"], [[1, 1], "after 1 token", "t = 1"], [[5, 5], "after 5 tokens", "t = 5"],
    [[0, 1], "at the first position", "first"], [[null, null], "at the start", "start"],
  ] as const)("first positions %j", (first, long, short) => {
    const { overall } = read({ first: [...first] });
    expect([name_of_start(overall), short_name_of_start(overall)]).toEqual([long, short]);
  });
  test("the head tells what is not there", () => {
    expect(head_text(read())).toBe("40 traces of 20 questions · 3 did not end · [low, high] are 95 % intervals");
    expect(head_text(read({ read: 30 }))).toContain("30 with a curve");
    expect(interval_note(read())).toContain("drawn 2\u202F000 times (seed 1)");
    expect(head_text(parse_analysis_chunk(text({ overall: {} })))).toBe("0 traces of 0 questions");
  });
  test("a subject's warning is left out where the run has one of its kind", () => {
    const one = { kind: "low_mass", text: "low" }, two = { kind: "not_ended", text: "cut" };
    expect(warnings_told(read({ warnings: [one] }, [{ subject: "a", warnings: [one, two] }, { subject: "b" }])))
      .toEqual([{ subject: null, text: "low" }, { subject: "a", text: "cut" }]);
    expect(warnings_told(read({}, [{ subject: "a", warnings: [two] }]))).toEqual([]);
  });
  test("a subject finds its block by name, else by place where all counts agree", () => {
    const subject = (name: string, n_traces: number, n_failed = 0): SubjectRef =>
      ({ name, key: name, n_questions: 1, n_traces, n_failed });
    const run = (...subjects: SubjectRef[]): Run => ({ subjects }) as Run;
    const a = subject("a", 4), odd = subject("", 5, 1), lost = subject("lost", 2, 2);
    const analysis = read({}, [{ subject: "a", traces: 4 }, { subject: "\\x07", traces: 4 }]);
    const all = run(a, lost, odd);
    expect(all.subjects.map((s) => find_block(analysis, all, s)?.subject)).toEqual(["a", undefined, "\\x07"]);
    expect(find_block(read({}, [{ subject: "a", traces: 4 }, { subject: "x", traces: 9 }]), all, odd)).toBeNull();
    // Two of one name: only their places tell them apart.
    const twins = run(a, a);
    expect(find_block(read({}, [{ subject: "a", traces: 9 }]), twins, a)).toBeNull();
  });
});
