// SPDX-License-Identifier: MIT
// A long list of rows of which only those near the window exist. Rows are
// measured once they exist; until then their height is a guess, and when a
// guess above the window proves wrong the window moves along, so that what is
// being read stays where it is.
import { h } from "../dom/h.ts";
import { row_at, row_tops, rows_between } from "./layout.ts";

export interface ListOptions<T> {
  label: string;
  key(item: T): string;
  estimate(item: T): number; // Pixels.
  render(item: T, index: number): HTMLElement;
}

export interface Anchor { key: string; offset: number }

export interface VirtualList<T> {
  element: HTMLElement;
  set_items(items: readonly T[]): void;
  refresh(): void; // Renders the visible rows anew.
  anchor(): Anchor | null; // The row at the top of the window.
  restore(anchor: Anchor): void;
  destroy(): void;
}

const kOverscan = 700; // Pixels rendered above and below the window.

export function make_virtual_list<T>(options: ListOptions<T>): VirtualList<T> {
  const element = h("div", { class: "rows", role: "feed", aria: { label: options.label } });
  const measured = new Map<string, number>(); // By key, so that sorting keeps them.
  const shown = new Map<number, HTMLElement>();
  let items: readonly T[] = [];
  let tops = row_tops([]);
  let frame = 0;
  let width = 0;

  const height_of = (item: T): number => measured.get(options.key(item)) ?? options.estimate(item);
  const lay_out = (): void => {
    tops = row_tops(items.map(height_of));
    element.style.height = `${tops[items.length] ?? 0}px`;
  };
  const place = (): void => {
    for (const [i, row] of shown) row.style.top = `${tops[i] ?? 0}px`;
  };
  const scrolled = (): number => -element.getBoundingClientRect().top;

  const wanted = (): Set<number> => {
    const y = scrolled();
    const { first, last } = rows_between(tops, y - kOverscan, y + window.innerHeight + kOverscan);
    const set = new Set(Array.from({ length: last - first }, (_, i) => first + i));
    // The row that holds the focus stays, wherever the window goes.
    for (const [i, row] of shown) if (row.contains(document.activeElement)) set.add(i);
    return set;
  };

  const insert = (index: number): void => {
    const row = options.render(items[index] as T, index);
    row.classList.add("row-slot");
    row.setAttribute("aria-posinset", String(index + 1));
    row.setAttribute("aria-setsize", String(items.length));
    row.style.top = `${tops[index] ?? 0}px`;
    // In the document in the order of the list, for the tab key's sake.
    const after = [...shown.keys()].filter((i) => i > index).sort((a, b) => a - b)[0];
    element.insertBefore(row, after === undefined ? null : (shown.get(after) as HTMLElement));
    shown.set(index, row);
  };

  // Returns whether any height changed; keeps the top row where it is on screen.
  const measure = (fresh: readonly number[]): boolean => {
    const y = scrolled();
    const top = row_at(tops, Math.max(0, y));
    const before = tops[top] ?? 0;
    let changed = false;
    for (const i of fresh) {
      const height = (shown.get(i) as HTMLElement).offsetHeight;
      if (Math.abs(height - height_of(items[i] as T)) > 0.5) changed = true;
      measured.set(options.key(items[i] as T), height);
    }
    if (!changed) return false;
    lay_out();
    place();
    const moved = (tops[top] ?? 0) - before;
    if (y > 0 && moved !== 0) window.scrollBy({ top: moved, behavior: "instant" });
    return true;
  };

  const update = (): void => {
    for (let round = 0; round < 4; round++) {
      const want = wanted();
      for (const [i, row] of shown) {
        if (want.has(i)) continue;
        row.remove();
        shown.delete(i);
      }
      const fresh = [...want].filter((i) => !shown.has(i));
      fresh.forEach(insert);
      if (fresh.length === 0 || !measure(fresh)) return;
    }
  };

  const clear = (): void => {
    for (const row of shown.values()) row.remove();
    shown.clear();
  };
  const schedule = (): void => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      update();
    });
  };
  const anchor = (): Anchor | null => {
    const y = scrolled();
    if (items.length === 0 || y <= 0) return null;
    const i = row_at(tops, y);
    return { key: options.key(items[i] as T), offset: y - (tops[i] ?? 0) };
  };
  const restore = ({ key, offset }: Anchor): void => {
    const i = items.findIndex((item) => options.key(item) === key);
    if (i < 0) return;
    // Twice: the first time brings rows into being, whose heights move the rest.
    for (let round = 0; round < 2; round++) {
      window.scrollBy({ top: (tops[i] ?? 0) + offset - scrolled(), behavior: "instant" });
      update();
    }
  };
  const resize = new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    const here = anchor();
    measured.clear();
    clear();
    lay_out();
    update();
    if (here) restore(here);
  });
  window.addEventListener("scroll", schedule, { passive: true });
  window.addEventListener("resize", schedule, { passive: true });
  resize.observe(element);

  return {
    element,
    set_items(next) {
      items = next;
      width = element.clientWidth; // What the heights will be measured at.
      clear();
      lay_out();
      update();
    },
    refresh() {
      clear();
      update();
    },
    anchor,
    restore,
    destroy() {
      window.removeEventListener("scroll", schedule);
      window.removeEventListener("resize", schedule);
      resize.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}
