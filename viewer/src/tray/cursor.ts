// SPDX-License-Identifier: MIT
// One place on the common axis for all curves, matrices and readings: it rests where it was put by click or key, and
// follows the pointer for as long as that hovers.

export interface SharedCursor {
  at(): number;
  hover(x: number | null): void; // Null: the pointer has left.
  rest(x: number): void;
  watch(watcher: (x: number) => void): void;
}

export function make_shared_cursor(end: number): SharedCursor {
  const watchers: ((x: number) => void)[] = [], clamp = (x: number): number => Math.min(Math.max(x, 0), end);
  let resting = end, now = end; // Unasked, the end: what the traces came to.
  const move = (x: number): void => {
    if (x === now) return;
    now = x;
    for (const watcher of watchers) watcher(x);
  };
  return {
    at: () => now,
    hover: (x) => move(x === null ? resting : clamp(x)),
    rest(x) {
      resting = clamp(x);
      move(resting);
    },
    watch: (watcher) => void watchers.push(watcher),
  };
}
