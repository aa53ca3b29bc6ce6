// SPDX-License-Identifier: MIT
// Positions count thinking tokens kept: t = 0 is before any, and token i
// (from 0) is followed by position i + 1. Readings exist at probed positions.

// Probed positions in full. [n_positions]
export function list_positions(positions: readonly number[] | null, n_tokens: number): number[] {
  return positions ? [...positions] : Array.from({ length: n_tokens + 1 }, (_, t) => t);
}

// For every position 0..n_tokens the index of the last probed position at or
// before it, or -1 where there is none yet. [n_tokens + 1]
export function reading_index(positions: readonly number[] | null, n_tokens: number): Int32Array {
  const index = new Int32Array(n_tokens + 1);
  if (!positions) return index.map((_, t) => t);
  let k = -1;
  for (let t = 0; t <= n_tokens; t++) {
    while (k + 1 < positions.length && (positions[k + 1] as number) <= t) k++;
    index[t] = k;
  }
  return index;
}

// The first probed position; 0 unless an import has none before the first token.
export const first_position = (positions: readonly number[] | null): number => positions?.[0] ?? 0;

// Whether some position has no reading of its own; where nothing was read there is nothing to say about it.
export function is_strided(positions: readonly number[] | null, n_tokens: number): boolean {
  return positions !== null && positions.length > 0 && positions.filter((t) => t >= 1).length < n_tokens;
}
