// SPDX-License-Identifier: MIT
// Painting in slices, so that a wall of pictures never holds a frame up for long.

const kSlice = 8; // Milliseconds a frame.

export interface Painter {
  add(job: () => void): void; // After those that wait already.
  remove(job: () => void): void; // What it would paint is gone.
  run(): void; // A slice now, the rest in the frames to come.
  later(): void; // From the next frame on.
  clear(): void;
}

export function make_painter(): Painter {
  const jobs = new Set<() => void>(); // A Set keeps the order of insertion, and each job once.
  let frame = 0;
  const run = (): void => {
    const until = performance.now() + kSlice;
    for (const job of jobs) {
      jobs.delete(job);
      job();
      if (performance.now() > until) break;
    }
    later();
  };
  const later = (): void => {
    if (jobs.size === 0) return;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      run();
    });
  };
  return {
    add: (job) => { jobs.add(job); },
    remove: (job) => { jobs.delete(job); },
    run,
    later,
    clear() {
      jobs.clear();
      cancelAnimationFrame(frame);
      frame = 0;
    },
  };
}
