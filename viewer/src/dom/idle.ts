// SPDX-License-Identifier: MIT
// Work that can wait, in slices between which the page answers.

const kSlice = 8; // Milliseconds.

const soon = (work: () => void): void => {
  if ("requestIdleCallback" in window) window.requestIdleCallback(work, { timeout: 200 });
  else setTimeout(work, 16);
};

// Calls `step` again and again until it says false. Returns what stops it.
export function in_slices(step: () => boolean): () => void {
  let stopped = false;
  const slice = (): void => {
    const until = performance.now() + kSlice;
    while (!stopped && performance.now() < until) if (!step()) return;
    if (!stopped) soon(slice);
  };
  soon(slice);
  return () => { stopped = true; };
}
