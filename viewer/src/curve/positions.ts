// SPDX-License-Identifier: MIT
// Positions count thinking tokens kept: t = 0 is before any, and token i
// (from 0) is followed by position i + 1. Readings exist at probed positions.

// For every position 0..n_tokens the index of the last probed position at or
// before it, or -1 where there is none yet. [n_tokens + 1]
export function reading_index(positions: readonly number[], n_tokens: number): Int32Array {
  const index = new Int32Array(n_tokens + 1);
  let k = -1;
  for (let t = 0; t <= n_tokens; t++) {
    while (k + 1 < positions.length && (positions[k + 1] as number) <= t) k++;
    index[t] = k;
  }
  return index;
}

// Whether some position has no reading of its own; where nothing was read there is nothing to say about it.
export function is_strided(positions: readonly number[], n_tokens: number): boolean {
  return positions.length > 0 && positions.filter((t) => t >= 1).length < n_tokens;
}
