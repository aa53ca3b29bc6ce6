// SPDX-License-Identifier: MIT
// Intervals of mean differences between two runs that asked the same questions. Whole questions are drawn with
// replacement, the same ones for every measure, and the interval of a measure is that of its means over the draws
// (percentiles, with straight lines between neighbours as numpy does it). Seeded: the same bundle gives the same digits.
// Tested against numpy by tests/unit/compare.test.ts.

export const kResamples = 2000, kSeed = 1, kLevel = 0.95;

export interface Difference {
  n: number; // Questions that have the number in both runs.
  mean: number; // NaN where there are none.
  low: number | null; // Null where drawing says nothing: one question, or all differences alike.
  high: number | null;
}

// Mulberry32: numbers from 0 to below 1.
export function make_random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// REQUIRES: `sorted` is not empty.
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1), i = Math.min(Math.floor(place), sorted.length - 1);
  const low = sorted[i] as number, high = sorted[Math.min(i + 1, sorted.length - 1)] as number;
  return low + (place - i) * (high - low);
}

interface Column { values: Float64Array; there: Float64Array | null; n: number; mean: number; varies: boolean; means: number[] } // there: null: all.

function make_column(differences: Float64Array): Column {
  const defined = differences.filter((d) => !Number.isNaN(d));
  return {
    values: differences.map((d) => (Number.isNaN(d) ? 0 : d)),
    there: defined.length === differences.length ? null : differences.map((d) => (Number.isNaN(d) ? 0 : 1)),
    n: defined.length, mean: defined.reduce((s, d) => s + d, 0) / defined.length,
    varies: defined.some((d) => d !== defined[0]), means: [],
  };
}

export interface Bootstrap {
  advance(resamples: number): boolean; // Draws some more; returns whether all are drawn.
  results(): Difference[]; // One a measure; intervals once all are drawn.
}

function weighted_sum(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (weights[i] as number) * (values[i] as number);
  return sum;
}

// `measures`: differences question by question, NaN where a question has none. [n_measures][n_questions]
export function make_bootstrap(measures: readonly Float64Array[], resamples = kResamples, seed = kSeed): Bootstrap {
  const columns = measures.map(make_column), n = measures[0]?.length ?? 0;
  const random = make_random(seed), drawn = new Float64Array(n);
  let done = 0;
  const draw = (): void => {
    drawn.fill(0);
    for (let i = 0; i < n; i++) {
      const place = Math.floor(random() * n);
      drawn[place] = (drawn[place] as number) + 1;
    }
    for (const { values, there, varies, means } of columns) {
      if (!varies) continue;
      const count = there ? weighted_sum(drawn, there) : n;
      if (count > 0) means.push(weighted_sum(drawn, values) / count);
    }
  };
  const interval = ({ means, varies }: Column): [number | null, number | null] => {
    if (!varies || done < resamples || means.length === 0) return [null, null];
    const sorted = Float64Array.from(means).sort();
    return [quantile(sorted, (1 - kLevel) / 2), quantile(sorted, (1 + kLevel) / 2)];
  };
  return {
    advance(more) {
      for (const end = Math.min(resamples, done + more); done < end; done++) draw();
      return done >= resamples;
    },
    results: () => columns.map((column) => {
      const [low, high] = interval(column);
      return { n: column.n, mean: column.mean, low, high };
    }),
  };
}
