// SPDX-License-Identifier: MIT
// The way back to where a page was scrolled, although what made it that long comes late.

export interface ScrollPlace {
  at(): number; // Where the page is, or is to be once it is long enough.
  go(y: number): void;
  forget(): void; // The page stays where it is.
}

const kMoves = ["wheel", "touchstart", "pointerdown", "keydown"] as const; // By which a reader goes elsewhere.

// `content`: what grows.
export function make_scroll_place(content: HTMLElement): ScrollPlace {
  let wanted: number | null = null;
  const scroll = (): void => {
    if (wanted === null) return;
    window.scrollTo({ top: wanted, behavior: "instant" });
    if (Math.abs(window.scrollY - wanted) < 1) wanted = null;
  };
  const forget = (): void => { wanted = null; };
  new ResizeObserver(scroll).observe(content);
  for (const type of kMoves) window.addEventListener(type, forget, { passive: true, capture: true });
  return {
    at: () => wanted ?? window.scrollY,
    go(y) {
      wanted = y;
      scroll();
    },
    forget,
  };
}
