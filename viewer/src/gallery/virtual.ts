// SPDX-License-Identifier: MIT
// A long list of which only what is near the window exists. It is a stack of items in groups, each group with a heading
// that stays in sight. Heights are either known, so that everything has its place from the start, or guessed: then items
// are measured once they exist, and when a guess above the window proves wrong the window moves along, so that what is
// being read stays where it is.
import { free_room } from "../dom/edges.ts";
import { h } from "../dom/h.ts";
import { items_between, last_at_most, stack_items } from "./layout.ts";
import type { Stack } from "./layout.ts";

export interface WindowGroup {
  n: number; // Items.
  header: number; // Pixels of the heading; 0: none.
  after: number; // Pixels of room below the group.
  render(): HTMLElement | null; // The heading.
}

export interface Contents {
  groups: readonly WindowGroup[];
  heights: Float64Array; // Of the items. [n_items]
  measure: ((item: number, height: number) => void) | null; // Heights are guesses, and this is told the truth; null: they are right.
  render(item: number): HTMLElement;
  drop(item: number): void; // What was rendered is gone.
  name(item: number): string; // Finds the item again, also in other contents.
  find(name: string): number; // -1: not here.
}

export interface Anchor { key: string; offset: number }

export interface VirtualWindow {
  element: HTMLElement;
  show(contents: Contents): void;
  reveal(item: number): void; // Scrolls as little as it takes, clear of what sticks to the window's edges, and renders it.
  anchor(at?: { key: string; item: number }): Anchor | null; // The item at the top of the window, or the one that is named.
  restore(anchor: Anchor): void;
  in_sight(): { first: number; last: number }; // Items of which something is in the window.
  destroy(): void;
}

const kNear = 150; // Pixels rendered above and below the window while it moves,
const kLeastFar = 250, kMostFar = 700, kFarItems = 16; // and once it rests: less where items are low, and hold many things.
const kNothing: Contents = { groups: [], heights: new Float64Array(0), measure: null, render: () => h("div"), drop: () => undefined,
  name: () => "", find: () => -1 };

export interface WindowOptions {
  label: string;
  resized(): void; // Its width has changed: time for other contents.
  moved(): void; // Other items are there.
}

interface Section { element: HTMLElement; heading: HTMLElement | null; n: number } // n: its items that exist.

export function make_window(options: WindowOptions): VirtualWindow {
  const element = h("div", { class: "rows", role: "group", aria: { label: options.label } });
  const shown = new Map<number, HTMLElement>(), sections = new Map<number, Section>();
  let contents = kNothing;
  let stack: Stack = stack_items([], kNothing.heights);
  let firsts = new Int32Array(1); // The first item of each group. [n_groups + 1]
  let frame = 0, rest = 0, width = 0, far = kMostFar;

  const height = (): number => stack.groups[contents.groups.length] ?? 0;
  const lay_out = (): void => {
    stack = stack_items(contents.groups, contents.heights);
    element.style.height = `${height()}px`;
    far = Math.min(kMostFar, Math.max(kLeastFar, (kFarItems * height()) / Math.max(1, stack.items.length)));
  };
  const scrolled = (): number => -element.getBoundingClientRect().top;
  const group_of = (item: number): number => last_at_most(firsts, contents.groups.length, item);
  const top_of = (item: number): number => stack.items[item] ?? 0;
  const put_section = (g: number, section: HTMLElement): void => {
    const top = stack.groups[g] as number;
    section.style.top = `${top}px`;
    section.style.height = `${(stack.groups[g + 1] as number) - top}px`;
  };
  const put_item = (item: number, g: number, part: HTMLElement): void => {
    part.style.top = `${top_of(item) - (stack.groups[g] as number)}px`;
  };
  const place = (): void => {
    for (const [g, section] of sections) put_section(g, section.element);
    for (const [item, part] of shown) put_item(item, group_of(item), part);
  };

  const make_section = (g: number, before: Node | null): Section => {
    const heading = contents.groups[g]?.render() ?? null;
    const section = { element: h("div", { class: "row-group" }, heading), heading, n: 0 };
    put_section(g, section.element);
    element.insertBefore(section.element, before);
    sections.set(g, section);
    return section;
  };

  // y: scrolled(), which is asked for once, before anything changes, since the page is laid out for its answer.
  const items_near = (y: number, overscan: number): { first: number; last: number } => items_between(stack, y - overscan, y + window.innerHeight + overscan);
  // Items that should exist now, rising: those near the window, and the one that holds the focus with its neighbours, wherever they are.
  const wanted = (y: number, overscan: number): number[] => {
    const { first, last } = items_near(y, overscan), list = Array.from({ length: last - first }, (_, i) => first + i);
    for (const item of shown.keys()) {
      if (item < first) list.unshift(item);
      else if (item >= last) list.push(item);
    }
    return list.sort((a, b) => a - b);
  };
  const focused = (): number => {
    const slot = document.activeElement?.closest(".row-slot");
    if (slot) for (const [item, part] of shown) if (part === slot) return item;
    return -1;
  };
  const remove_far = (y: number): void => {
    const { first, last } = items_near(y, far), held = focused();
    for (const [item, part] of shown) {
      if ((item < first || item >= last) && (held < 0 || Math.abs(item - held) > 1)) remove(item, part);
    }
  };
  const remove = (item: number, part: HTMLElement): void => {
    part.remove();
    shown.delete(item);
    contents.drop(item);
    const g = group_of(item), section = sections.get(g);
    if (!section || --section.n > 0) return;
    section.element.remove();
    sections.delete(g);
  };
  // In the document in the order of the list, for the tab key's sake: each behind the one before it.
  const insert = (list: readonly number[]): number[] => {
    const fresh: number[] = [];
    let last: HTMLElement | null = null, section: Section | null = null, last_g = -1;
    for (const item of list) {
      const g = group_of(item);
      if (g !== last_g || !section) {
        section = sections.get(g) ?? make_section(g, section ? section.element.nextSibling : element.firstChild);
        last = section.heading;
        last_g = g;
      }
      let part = shown.get(item);
      if (!part) {
        part = contents.render(item);
        part.classList.add("row-slot");
        put_item(item, g, part);
        section.element.insertBefore(part, last ? last.nextSibling : section.element.firstChild);
        section.n++;
        shown.set(item, part);
        fresh.push(item);
      }
      last = part;
    }
    return fresh;
  };

  // Returns whether any height changed; keeps the top item where it is on screen.
  const measure = (fresh: readonly number[]): boolean => {
    const told = contents.measure;
    if (!told) return false;
    const y = scrolled(), top = last_at_most(stack.items, stack.items.length, Math.max(0, y)), before = top_of(top);
    let changed = false;
    for (const item of fresh) {
      const height = (shown.get(item) as HTMLElement).offsetHeight;
      if (Math.abs(height - (contents.heights[item] as number)) > 0.5) changed = true;
      contents.heights[item] = height;
      told(item, height);
    }
    if (!changed) return false;
    lay_out();
    place();
    const moved = top_of(top) - before;
    if (y > 0 && moved !== 0) window.scrollBy({ top: moved, behavior: "instant" });
    return true;
  };

  // at: scrolled(), where it is known.
  const update = (overscan: number, at?: number): void => {
    for (let round = 0; round < 4; round++) {
      const y = round === 0 && at !== undefined ? at : scrolled();
      remove_far(y);
      const fresh = insert(wanted(y, overscan));
      if (fresh.length === 0 || !measure(fresh)) break;
    }
    options.moved();
  };
  // The tab key may be quicker than frames: where it goes next is there at once.
  const add_neighbours = (): void => {
    const item = focused();
    const lacking = item < 0 ? [] : [item - 1, item + 1].filter((i) => i >= 0 && i < stack.items.length && !shown.has(i));
    if (lacking.length === 0) return;
    measure(insert([...shown.keys(), ...lacking].sort((a, b) => a - b)));
    options.moved();
  };
  const clear = (): void => {
    for (const item of shown.keys()) contents.drop(item);
    shown.clear();
    sections.clear();
    element.replaceChildren();
  };
  // What is seen comes in the frame that shows it; what is farther away a frame after the last move. `frames`: from now on.
  const fill = (frames = 2): void => {
    cancelAnimationFrame(rest);
    rest = requestAnimationFrame(() => (frames > 1 ? fill(frames - 1) : update(far)));
  };
  const schedule = (): void => {
    cancelAnimationFrame(rest);
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      update(kNear);
      fill(1);
    });
  };
  const scroll_to = (y: number): void => window.scrollBy({ top: y - scrolled(), behavior: "instant" });
  const resize = new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    options.resized();
  });
  window.addEventListener("scroll", schedule, { passive: true });
  window.addEventListener("resize", schedule, { passive: true });
  element.addEventListener("focusin", add_neighbours);
  resize.observe(element);

  return {
    element,
    show(next) {
      const y = scrolled(), was = height();
      clear();
      contents = next;
      firsts = new Int32Array(next.groups.length + 1);
      next.groups.forEach((group, g) => { firsts[g + 1] = (firsts[g] as number) + group.n; });
      lay_out();
      // A page that stays as long, or long enough, is not scrolled by this, and need not be laid out between the old and the new.
      update(0, height() >= Math.min(was, y + window.innerHeight) ? y : undefined);
      fill();
    },
    reveal(item) {
      const free = free_room(), y = scrolled(), top = top_of(item), end = top + (contents.heights[item] ?? 0);
      if (top < y + free.top) scroll_to(top - free.top);
      else if (end > y + free.bottom) scroll_to(Math.min(top - free.top, end - free.bottom));
      update(0);
      fill();
    },
    anchor(at) {
      if (stack.items.length === 0 || window.scrollY <= 0) return null;
      const y = scrolled(), item = at?.item ?? last_at_most(stack.items, stack.items.length, y);
      return { key: at?.key ?? contents.name(item), offset: y - top_of(item) };
    },
    restore({ key, offset }) {
      const item = contents.find(key);
      if (item < 0) return;
      // Twice: the first time brings items into being, whose heights move the rest.
      for (let round = 0; round < 2; round++) {
        scroll_to(top_of(item) + offset);
        update(0);
      }
      fill();
    },
    in_sight: () => items_near(scrolled(), 0),
    destroy() {
      window.removeEventListener("scroll", schedule);
      window.removeEventListener("resize", schedule);
      resize.disconnect();
      cancelAnimationFrame(frame);
      cancelAnimationFrame(rest);
    },
  };
}
