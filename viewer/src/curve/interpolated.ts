// SPDX-License-Identifier: MIT
// Rows of an adaptively probed curve: which were read, and which interpolated between them.

// By place among the rows, of which the first stands at `first`: 1 where the row was interpolated. [n_positions]
export function mark_rows(runs: readonly number[], first: number, n_positions: number): Uint8Array {
  const marks = new Uint8Array(n_positions);
  for (let i = 0; i < runs.length; i += 2) marks.fill(1, (runs[i] as number) - first, (runs[i] as number) + (runs[i + 1] as number) - first);
  return marks;
}

export const count_read = (marks: Uint8Array): number => marks.length - marks.reduce((sum, mark) => sum + mark, 0);

// The read rows between which row k was interpolated; null where it was read itself.
export function rows_around(marks: Uint8Array, k: number): { before: number; after: number } | null {
  if (!marks[k]) return null;
  let before = k, after = k;
  while (marks[before]) before--;
  while (marks[after]) after++;
  return { before, after };
}

// Tokens of a trace in lines of `columns` cells: where those stand after which nothing was read, a stretch of a line each.
// REQUIRES: the rows are those of positions 0, 1, ….
export function stretches_in_lines(marks: Uint8Array, columns: number): { line: number; begin: number; end: number }[] {
  const found: { line: number; begin: number; end: number }[] = [];
  for (let t = 1; t < marks.length; t++) {
    const line = Math.floor((t - 1) / columns), cell = (t - 1) % columns, last = found.at(-1);
    if (!marks[t]) continue;
    if (last?.line === line && last.end === cell) last.end++;
    else found.push({ line, begin: cell, end: cell + 1 });
  }
  return found;
}

// Read rows beside an interpolated one: the ends of what is between them.
export const is_end = (marks: Uint8Array, k: number): boolean => marks[k] === 0 && (marks[k - 1] === 1 || marks[k + 1] === 1);
