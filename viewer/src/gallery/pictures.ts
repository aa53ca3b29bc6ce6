// SPDX-License-Identifier: MIT
// The pictures of a page, which come shelf by shelf: first those that the reader is looking at, then, while nothing else
// is to be done, all others, so that scrolling finds them there.
import { load_strips, strips_now } from "../bundle/load.ts";
import type { Strip } from "../bundle/shelf.ts";
import type { TraceTable } from "../table/table.ts";
import type { RunIndex } from "../types.ts";

const kAtOnce = 8; // Loads of what is looked at,
const kBehind = 4; // and of the rest.
const kMaxBehind = 1000; // Shelves; what is kept of more would only push out others.

export interface Pictures {
  strip(run: number, trace: number): Strip | null; // null: not there yet; it is then loaded before others.
  is_lost(run: number, trace: number): boolean; // It can't be had.
  stop(): void;
}

export interface PicturesOptions {
  told(run: number, shelf: number): void; // A shelf has come, or has turned out to be lost.
  failed(error: unknown): void;
}

interface Wish { run: number; shelf: number }

const when_idle = (work: () => void): void => {
  if ("requestIdleCallback" in window) window.requestIdleCallback(work, { timeout: 100 });
  else setTimeout(work, 50);
};

// Every shelf that has a trace of the table, once.
function list_shelves(table: TraceTable): Wish[] {
  const seen = table.indexes.map((index) => new Uint8Array(index.shelves.length)), list: Wish[] = [];
  for (let row = 0; row < table.n && list.length < kMaxBehind; row++) {
    const run = table.run[row] as number, index = table.indexes[run] as RunIndex;
    const shelf = index.questions.shelf[index.traces.question[table.trace[row] as number] as number] as number, of_run = seen[run] as Uint8Array;
    if (of_run[shelf]) continue;
    of_run[shelf] = 1;
    list.push({ run, shelf });
  }
  return list;
}

export function make_pictures(table: TraceTable, options: PicturesOptions): Pictures {
  const { indexes } = table, rest = list_shelves(table);
  const asked = indexes.map((index) => new Uint8Array(index.shelves.length)); // 1: on its way. 2: lost.
  let wanted: Wish[] = [], fresh: Wish[] = [];
  let n_loading = 0, is_idle = false, is_waiting = false, gone = false;

  const is_there = ({ run, shelf }: Wish): boolean => strips_now(indexes[run] as RunIndex, shelf) !== undefined;
  const next = (): Wish | undefined => {
    for (let wish = wanted.shift(); wish; wish = wanted.shift()) {
      if (!is_there(wish)) return wish;
      (asked[wish.run] as Uint8Array)[wish.shelf] = 0; // Another page's part has loaded it.
      options.told(wish.run, wish.shelf);
    }
    if (!is_idle || n_loading >= kBehind) return undefined;
    is_idle = false;
    for (let wish = rest.shift(); wish; wish = rest.shift()) if (!asked[wish.run]?.[wish.shelf] && !is_there(wish)) return wish;
    return undefined;
  };
  const load = async (wish: Wish): Promise<void> => {
    const { run, shelf } = wish, of_run = asked[run] as Uint8Array;
    of_run[shelf] = 1;
    n_loading++;
    try {
      await load_strips(indexes[run] as RunIndex, shelf);
      of_run[shelf] = 0; // Should it be pushed out later it can be asked for again.
    } catch (error) {
      of_run[shelf] = 2;
      if (!gone) options.failed(error);
    }
    n_loading--;
    if (gone) return;
    options.told(run, shelf);
    work();
  };
  const work = (): void => {
    if (gone) return;
    while (n_loading < kAtOnce) {
      const wish = next();
      if (!wish) break;
      void load(wish);
    }
    if (rest.length === 0 || is_waiting || n_loading >= kBehind) return;
    is_waiting = true;
    when_idle(() => {
      is_waiting = false;
      is_idle = true;
      work();
    });
  };
  const want = (wish: Wish): void => {
    const of_run = asked[wish.run] as Uint8Array;
    if (of_run[wish.shelf]) return;
    of_run[wish.shelf] = 1;
    // What was asked for last is what is looked at now.
    if (fresh.push(wish) === 1) {
      queueMicrotask(() => {
        wanted = [...fresh, ...wanted];
        fresh = [];
        work();
      });
    }
  };
  const shelf_of = (run: number, trace: number): number => {
    const index = indexes[run] as RunIndex;
    return index.questions.shelf[index.traces.question[trace] as number] as number;
  };
  work();
  return {
    strip(run, trace) {
      const index = indexes[run] as RunIndex, shelf = shelf_of(run, trace), strips = strips_now(index, shelf);
      if (strips) return strips[trace - (index.shelves[shelf]?.first_trace ?? 0)] ?? null;
      want({ run, shelf });
      return null;
    },
    is_lost: (run, trace) => asked[run]?.[shelf_of(run, trace)] === 2,
    stop: () => { gone = true; },
  };
}
