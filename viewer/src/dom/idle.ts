// SPDX-License-Identifier: MIT
// Work that can wait, in slices between which the page answers.

const kSlice = 8; // Milliseconds.

// Calls `work` when nothing else is to be done, or after `timeout` milliseconds.
export const when_idle = (work: () => void, timeout = 200): void => {
  if ("requestIdleCallback" in window) window.requestIdleCallback(work, { timeout });
  else setTimeout(work, 16);
};

// Calls `step` again and again until it says false, for about `milliseconds` at a time. Returns what stops it.
export function in_slices(step: () => boolean, milliseconds = kSlice): () => void {
  let stopped = false;
  const slice = (): void => {
    const until = performance.now() + milliseconds;
    while (!stopped && performance.now() < until) if (!step()) return;
    if (!stopped) when_idle(slice);
  };
  when_idle(slice);
  return () => { stopped = true; };
}
