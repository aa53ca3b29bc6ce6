// SPDX-License-Identifier: MIT
// A part that stands in one place of wide windows and in another of narrow ones.

const kNarrow = "(max-width: 860px)"; // As in trace.css.

// Puts it there, now and whenever that changes; the function that is returned ends this.
export function narrow_home(element: HTMLElement, wide: HTMLElement, narrow: HTMLElement): () => void {
  const query = window.matchMedia(kNarrow), put = (): void => (query.matches ? narrow : wide).append(element);
  put();
  query.addEventListener("change", put);
  return () => query.removeEventListener("change", put);
}
