// SPDX-License-Identifier: MIT
// The first numbers of invented traces, counted the plain way and without intervals: what thinktrace/publish/analysis_json.h
// names, for tests that follow a number to its traces. Independent of src/ on purpose.
import type { QuestionData, RunData, TraceData } from "./make_bundle.ts";
import { class_of, measure, sum, top } from "./measure.ts";

interface Counted {
  question: string; answer: number; n_options: number; length: number | null; ended: boolean | null; free: boolean | null;
  curve: { start: number; end: number; first: number; class: number; known: boolean | null; of: Record<string, number | null> } | null;
}
type Of = (t: Counted) => boolean | number | null;

const kEnded: Record<string, boolean | null> = { closed: true, budget: false, end_of_text: false, unknown: null };

function count_trace(t: TraceData, q: QuestionData): Counted {
  const ended = kEnded[t.stop ?? "closed"] ?? null, read = t.probs.length > 0, positions = t.positions ?? t.probs.map((_, k) => k);
  const chosen = t.chosen === undefined && read ? top(t.probs.at(-1) as number[]) : t.chosen ?? null;
  return {
    question: q.id, answer: q.answer, n_options: q.options.length, length: t.lacks?.includes("tokens") ? null : t.tokens.length, ended,
    free: chosen !== null ? chosen === q.answer : ended === null ? null : false,
    curve: !read ? null : {
      start: top(t.probs[0] as number[]), end: top(t.probs.at(-1) as number[]), first: positions[0] as number, class: class_of(t.probs, q.answer),
      known: t.known === undefined || t.known === null ? null : t.known && class_of(t.probs, q.answer) === 2, of: measure({ probs: t.probs, positions, end: t.tokens.length, answer: q.answer }),
    },
  };
}

function estimate(traces: readonly Counted[], of: Of, with_count = false): object {
  const has = traces.filter((t) => of(t) !== null), values = has.map((t) => Number(of(t)));
  return { value: values.length === 0 ? null : sum(values) / values.length, low: null, high: null, method: null, n_traces: values.length,
    n_questions: new Set(has.map((t) => t.question)).size, ...(with_count ? { count: sum(values) } : {}) };
}

function median(traces: readonly Counted[], of: Of): object {
  const values = traces.map(of).filter((x) => x !== null).map(Number).sort((a, b) => a - b), n = values.length;
  const value = n === 0 ? null : ((values[(n - 1) >> 1] as number) + (values[n >> 1] as number)) / 2;
  return { ...estimate(traces, of), value };
}

const two_by_two = (traces: readonly Counted[], a: Of, b: Of): object =>
  Object.fromEntries([true, false].flatMap((x) => [true, false].map((y) => [`${x ? "right" : "wrong"}_${y ? "right" : "wrong"}`,
    estimate(traces, (t) => (a(t) === null || b(t) === null ? null : a(t) === x && b(t) === y), true)])));

function count_block(traces: readonly Counted[]): object {
  const number = (key: string): Of => (t) => t.curve?.of[key] ?? null;
  const start: Of = (t) => t.curve && t.curve.start === t.answer, end: Of = (t) => t.curve && t.curve.end === t.answer, free: Of = (t) => t.free;
  const length: Of = (t) => t.length, read = traces.filter((t) => t.curve), uncut = read.filter((t) => t.ended !== false);
  const of_class = (...list: number[]): object => estimate(traces, (t) => t.curve && list.includes(t.curve.class), true);
  const firsts = read.map((t) => t.curve?.first ?? 0), lengths = traces.flatMap((t) => (t.length === null ? [] : [t.length]));
  const masses = (key: string) => read.map((t) => t.curve?.of[key] ?? 0);
  return {
    traces: traces.length, questions: new Set(traces.map((t) => t.question)).size, traces_read: read.length,
    not_ended: traces.filter((t) => t.ended === false).length, ended_unknown: traces.filter((t) => t.ended === null).length,
    first_position: { lowest: Math.min(...firsts), highest: Math.max(...firsts) },
    forced: { right_at_start: estimate(traces, start), right_at_end: estimate(traces, end), p_right_at_start: estimate(traces, number("p_start")),
      p_right_at_end: estimate(traces, number("p_end")), start_by_end: two_by_two(traces, start, end), end_by_free: two_by_two(traces, end, free) },
    free_right: estimate(traces, free),
    mass: { at_start: estimate(traces, number("mass_start")), at_end: estimate(traces, number("mass_end")), over_curve: estimate(traces, number("mass_mean")),
      lowest_at_start: Math.min(...masses("mass_start")), lowest_at_end: Math.min(...masses("mass_end")) },
    thinking_length: { mean: estimate(traces, length), median: median(traces, length), longest: Math.max(...lengths), unknown: traces.length - lengths.length },
    flips: estimate(traces, number("flips")),
    commitment: { t_exit_mean: estimate(uncut, number("t_exit")), t_exit_median: median(uncut, number("t_exit")),
      performative_share: estimate(uncut, number("performative_share")), p_right_at_exit: estimate(uncut, number("p_right_at_exit")),
      censored: read.length - uncut.length },
    classes: { productive: of_class(0), counterproductive: of_class(1), meaningless_effort: of_class(2, 3, 4), right_throughout: of_class(2),
      wrong_throughout: of_class(3), wavering: of_class(4), known_already: estimate(traces, (t) => t.curve && t.curve.known, true) },
  };
}

export function count_analysis(run: RunData): object {
  const subjects = run.subjects.map((s) => ({ subject: s.name,
    traces: s.questions.flatMap((q) => q.traces.filter((t) => t.error === undefined).map((t) => count_trace(t, q))) }));
  return { overall: count_block(subjects.flatMap((s) => s.traces)),
    subjects: subjects.filter((s) => s.traces.length > 0).map(({ subject, traces }) => ({ subject, ...count_block(traces) })) };
}
