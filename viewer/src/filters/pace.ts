// SPDX-License-Identifier: MIT
// Not every key and every pixel changes the page's address: browsers limit how often it may be written.

export interface Pace<T> {
  send(value: T): void;
  waiting(): boolean;
  cancel(): void;
}

// Passes on the last value once no other has come for a while: for what is typed.
export function after_pause<T>(milliseconds: number, work: (value: T) => void): Pace<T> {
  let timer: number | null = null;
  const cancel = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    send(value) {
      cancel();
      timer = window.setTimeout(() => {
        timer = null;
        work(value);
      }, milliseconds);
    },
    waiting: () => timer !== null,
    cancel,
  };
}

// Passes on the first value at once and then the last one of every while: for what is dragged.
export function at_intervals<T>(milliseconds: number, work: (value: T) => void): Pace<T> {
  let timer: number | null = null, next: { value: T } | null = null;
  const beat = (): void => {
    timer = null;
    if (!next) return;
    const { value } = next;
    next = null;
    timer = window.setTimeout(beat, milliseconds);
    work(value);
  };
  return {
    send(value) {
      next = { value };
      if (timer === null) beat();
    },
    waiting: () => next !== null,
    cancel() { next = null; },
  };
}
