// SPDX-License-Identifier: MIT
// One cursor for text, curve and matrix. It rests at a position that was
// clicked or reached by key; the pointer moves it for as long as it hovers.

export type Cause = "hover" | "click" | "key" | "jump" | "address"; // "jump": by a button, which keeps the focus.

export interface Cursor {
  at(): number; // Where it is now.
  resting(): number | null; // Where it rests; null before anything was chosen.
  hover(t: number | null): void; // null: the pointer has left.
  set(t: number, cause: Cause, note?: string): void; // note: what led there, for who does not see it.
  watch(watcher: (t: number, cause: Cause, note: string) => void): void;
}

export function make_cursor(first: number, last: number, resting: number | null): Cursor {
  const watchers: ((t: number, cause: Cause, note: string) => void)[] = [];
  const clamp = (t: number): number => Math.min(Math.max(Math.round(t), first), last);
  let rest = resting === null ? null : clamp(resting);
  let now = rest ?? last; // Unasked, the end: what the trace came to.
  const tell = (cause: Cause, note = ""): void => watchers.forEach((watcher) => watcher(now, cause, note));
  return {
    at: () => now,
    resting: () => rest,
    hover(t) {
      const next = t === null ? rest ?? last : clamp(t);
      if (next === now) return;
      now = next;
      tell("hover");
    },
    set(t, cause, note) {
      now = rest = clamp(t);
      tell(cause, note);
    },
    watch: (watcher) => void watchers.push(watcher),
  };
}
