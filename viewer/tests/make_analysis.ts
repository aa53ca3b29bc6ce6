// SPDX-License-Identifier: MIT
// First numbers as thinktrace/publish/analysis_json.h names them, from a few plain ones. Independent of src/ on purpose.

export type Triple = readonly [value: number | null, low: number | null, high: number | null];

export const estimate = ([value, low, high]: Triple, more: object = {}): object => ({ value, low, high,
  method: low === null ? null : value === 0 || value === 1 ? "wilson" : "bootstrap", n_traces: 40, n_questions: 20, ...more });
export const kUndefined = estimate([null, null, null], { n_traces: 0, n_questions: 0 });

export interface BlockData {
  subject?: string;
  traces?: number;
  read?: number;
  first?: [lowest: number | null, highest: number | null];
  start?: Triple;
  end?: Triple;
  orders?: boolean;
  prior?: boolean;
  warnings?: { kind: string; text: string }[];
}

const counted = (count: number, value: number): object => estimate([value, value - 0.05, value + 0.05], { count });
const table = (a: number, b: number, c: number, d: number): object => {
  const all = a + b + c + d;
  return { right_right: counted(a, a / all), right_wrong: counted(b, b / all), wrong_right: counted(c, c / all), wrong_wrong: counted(d, d / all) };
};
const r = (value: number | null): object => estimate(value === null ? [null, null, null] : [value, value - 0.125, value + 0.125]);

export function make_block(b: BlockData = {}): object {
  const labels = [0.75, 0.25].map((share, i) => ({ top_at_start: estimate([share, 0.125, 0.875]),
    top_at_end: estimate([1 - share, 0.125, 0.875]), right: estimate([0.5, 0.375, 0.625]), prior: b.prior ? [0.9, 0.1][i] : null }));
  const order = (value: number): object => (b.orders ? estimate([value, value - 0.1, value + 0.1]) : kUndefined);
  return {
    ...(b.subject === undefined ? {} : { subject: b.subject }),
    traces: b.traces ?? 40, questions: 20, traces_read: b.read ?? b.traces ?? 40, traces_with_bad_readings: 0, not_ended: 3,
    ended_unknown: 0, first_position: { lowest: b.first ? b.first[0] : 0, highest: b.first ? b.first[1] : 0 },
    forced: { right_at_start: estimate(b.start ?? [0.54, 0.36, 0.71]), right_at_end: estimate(b.end ?? [0.66, 0.5, 0.82]),
      p_right_at_start: estimate([0.57, 0.43, 0.72]), p_right_at_end: estimate([0.665, 0.5, 0.82]),
      start_by_end: table(16, 4, 12, 8), end_by_free: table(20, 8, 4, 8) },
    free_right: estimate([0.6, 0.45, 0.75]),
    mass: { at_start: estimate([0.97, 0.95, 0.99]), at_end: estimate([1, 1, 1]), over_curve: estimate([0.98, 0.96, 0.99]),
      lowest_at_start: 0.11, lowest_at_end: 0.63 },
    thinking_length: { mean: estimate([115.9, 94.6, 141.3]), median: estimate([90.5, 80, 128]), longest: 1351, unknown: 0,
      r_forced_right_at_end: { over_traces: r(-0.25), within_questions: r(null), within_subjects: r(-0.125) },
      r_free_right: { over_traces: r(0.25), within_questions: r(null), within_subjects: r(0.125) } },
    flips: estimate([5.4, 2.8, 8.5]),
    commitment: { t_exit_mean: estimate([44.4, 24.6, 67.1]), t_exit_median: estimate([26, 0, 53.5]),
      performative_share: estimate([0.63, 0.48, 0.76]), performative_share_high: estimate([0.64, 0.49, 0.77]),
      p_right_at_exit: estimate([0.57, 0.42, 0.71]), censored: 3 },
    classes: { productive: counted(12, 0.3), counterproductive: counted(4, 0.1), meaningless_effort: counted(24, 0.6),
      right_throughout: counted(10, 0.25), wrong_throughout: counted(8, 0.2), wavering: counted(6, 0.15),
      known_already: b.orders ? counted(7, 0.175) : { ...kUndefined, count: 0 } },
    labels: { n_options: 2, traces: 40, each: labels, prior_right: b.prior ? estimate([0.21, 0.07, 0.39]) : null },
    order_agreement: { option: order(0.4), option_at_start: order(0.64), option_at_end: order(0.2), label: order(0.5),
      label_at_start: order(0.25), label_at_end: order(0.9) },
    warnings: b.warnings ?? [],
  };
}

export const make_analysis = (overall: BlockData = {}, subjects: BlockData[] = []): object => ({
  resampling: { seed: 1, resamples: 2000, level: 0.95 }, overall: make_block(overall),
  subjects: subjects.map((s) => make_block({ subject: "", ...s })),
});

// An ablation as thinktrace/publish/ablation_report.h names it; arms by name and label. The first arm is right in .9, the next in .4, and so on.
// A table of an experiment; each text is where one can be.
export function make_report(experiment: number, text: string, subjects: string[]): object {
  const near = (value: number): object => estimate([value, value - 0.1, value + 0.1]);
  const rows = [{ name: `${text} start`, unit: "share", cells: [near(0.25), near(0.95), near(0.7)] }, { name: `${text} often`, unit: "count", cells: [near(2.5)] },
    { name: `${text} never`, unit: "share", cells: [kUndefined] }];
  return { experiment, title: text, about: text, note: text, columns: [`${text} 1`, `${text} 2`, `${text} 3`], rows, subjects: subjects.map((subject) => ({ subject, rows: rows.slice(0, 1) })) };
}

export function make_ablation(arms: [name: string, label: string][], subjects: string[]): object {
  const near = (value: number): object => estimate([value, Math.max(0, value - 0.1), Math.min(1, value + 0.1)]);
  const block = (subject: object, less: number): object => ({ ...subject, traces: 40, questions: 20, does_not_matter: near(0.3), helps: near(0.6), harms: near(0.1),
    arms: Object.fromEntries(arms.map(([name], i) => {
      const right = Math.max(0, 0.9 - 0.5 * i - less);
      return [name, { accuracy: near(right), p_right: near(right / 2), same_as_real: i === 0 ? kUndefined : near(0.45), same_as_none: near(0.7) }];
    })) });
  return { experiment: 2, arms: arms.map(([name, label]) => ({ name, label, draws: 1 })), overall: block({}, 0), subjects: subjects.map((subject, i) => block({ subject }, 0.1 * i)) };
}
