// SPDX-License-Identifier: MIT
// The pictures of a page, which come shelf by shelf: first those that the reader is looking at, then, while nothing else
// is to be done, all others, so that scrolling finds them there.
import { load_outlines, load_strips, outlines_now, strips_now } from "../bundle/load.ts";
import type { Strip } from "../bundle/shelf.ts";
import { outline_of } from "../colour/cells.ts";
import type { Picture } from "../colour/cells.ts";
import { when_idle } from "../dom/idle.ts";
import type { TraceTable } from "../table/table.ts";
import type { RunIndex } from "../types.ts";

const kAtOnce = 8; // Loads of what is looked at,
const kBehind = 4; // and of the rest.
const kMaxBehind = 1000; // Shelves; what is kept of more would only push out others.

export interface Pictures {
  strip(run: number, trace: number): Strip | null; // null: not there yet; it is then loaded before others.
  outline(run: number, trace: number): Picture | null; // To be looked at meanwhile.
  is_lost(run: number, trace: number): boolean; // It can't be had.
  expect(rows: Int32Array): void; // The rest is loaded in this order: what is scrolled to next comes first.
  stop(): void;
}

// For make_thumbnail() and fill_thumbnail().
export const picture_at = (pictures: Pictures, run: number, trace: number): { strip: Strip | null; lost: boolean } =>
  ({ strip: pictures.strip(run, trace), lost: pictures.is_lost(run, trace) });

export interface PicturesOptions {
  told(run: number, shelf: number): void; // A shelf has come, or has turned out to be lost.
  outlined?(): void; // The outlines of a run have come.
  failed(error: unknown): void;
}

interface Wish { run: number; shelf: number }

const kAllAt = 100; // Milliseconds after which the rest goes on though the page is busy.

// Every shelf that has a trace of the table, once: first those of `rows`, in their order. `most`: how many there are at most.
function list_shelves(table: TraceTable, rows: Int32Array, most = kMaxBehind): Wish[] {
  const seen = table.indexes.map((index) => new Uint8Array(index.shelves.length)), list: Wish[] = [];
  for (let i = 0; i < rows.length + table.n && list.length < most; i++) {
    const row = i < rows.length ? rows[i] as number : i - rows.length;
    const run = table.run[row] as number, index = table.indexes[run] as RunIndex;
    const shelf = index.questions.shelf[index.traces.question[table.trace[row] as number] as number] as number, of_run = seen[run] as Uint8Array;
    if (of_run[shelf]) continue;
    of_run[shelf] = 1;
    list.push({ run, shelf });
  }
  return list;
}

export function make_pictures(table: TraceTable, options: PicturesOptions): Pictures {
  const { indexes } = table, none = new Int32Array(0);
  const asked = indexes.map((index) => new Uint8Array(index.shelves.length)); // 1: on its way. 2: lost.
  const all = list_shelves(table, none);
  let rest = [...all], wanted: Wish[] = [], fresh: Wish[] = [];
  let n_loading = 0, is_waiting = false, gone = false;

  const is_there = ({ run, shelf }: Wish): boolean => strips_now(indexes[run] as RunIndex, shelf) !== undefined;
  const next = (is_idle: boolean): Wish | undefined => {
    for (let wish = wanted.shift(); wish; wish = wanted.shift()) {
      if (!is_there(wish)) return wish;
      (asked[wish.run] as Uint8Array)[wish.shelf] = 0; // Another page's part has loaded it.
      options.told(wish.run, wish.shelf);
    }
    if (!is_idle || n_loading >= kBehind) return undefined;
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
  const work = (is_idle = false): void => {
    if (gone) return;
    while (n_loading < kAtOnce) {
      const wish = next(is_idle);
      if (!wish) break;
      void load(wish);
    }
    if (rest.length === 0 || is_waiting || n_loading >= kBehind) return;
    is_waiting = true;
    when_idle(() => {
      is_waiting = false;
      work(true);
    }, kAllAt);
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
  // One chunk a run, there long before all its shelves are. Without it there are only blanks to look at meanwhile.
  for (const index of indexes) load_outlines(index).then((there) => { if (there && !gone) options.outlined?.(); }).catch((error: unknown) => gone || options.failed(error));
  work();
  return {
    strip(run, trace) {
      const index = indexes[run] as RunIndex, shelf = shelf_of(run, trace), strips = strips_now(index, shelf);
      if (strips) return strips[trace - (index.shelves[shelf]?.first_trace ?? 0)] ?? null;
      want({ run, shelf });
      return null;
    },
    outline(run, trace) {
      const index = indexes[run] as RunIndex, outlines = outlines_now(index);
      return outlines ? outline_of(index, trace, outlines) : null;
    },
    is_lost: (run, trace) => asked[run]?.[shelf_of(run, trace)] === 2,
    expect(rows) {
      if (rest.length > 0) rest = list_shelves(table, rows, all.length);
    },
    stop: () => { gone = true; },
  };
}
