// SPDX-License-Identifier: MIT
// What sticks to the window's upper or lower edge covers what lies there. What gets the focus is kept clear of it: by the
// style of the page (scroll-padding) where the browser scrolls, by these numbers where the page does.

type Edge = "top" | "bottom";
const covered: Record<Edge, number> = { top: 0, bottom: 0 }; // Pixels of the window.

// REQUIRES: one part of a page at a time sticks to an edge; 0 when it goes.
export function cover(edge: Edge, height: number): void {
  if (covered[edge] === height) return;
  covered[edge] = height;
  // Not by a variable of the style sheet: what the root inherits to all has the whole page's style reckoned anew.
  document.documentElement.style.setProperty(`scroll-padding-${edge}`, `${height}px`);
}

// A part that, at some widths of the window, sticks to the lower edge for as long as it is on the page and not hidden.
export function cover_below(part: HTMLElement): void {
  new ResizeObserver(() => {
    const { position, bottom } = getComputedStyle(part);
    cover("bottom", position === "sticky" && bottom === "0px" ? part.offsetHeight : 0);
  }).observe(part);
}

// Where what can be seen begins and ends, from the top of the window.
export const free_room = (): { top: number; bottom: number } => ({ top: covered.top, bottom: window.innerHeight - covered.bottom });
