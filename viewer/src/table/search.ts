// SPDX-License-Identifier: MIT
// Search for words in questions and in the thinking. Questions are a chunk a run. The thinking is read shelf by shelf and
// kept in its folded form, so that the next search reads nothing again; passes only ever grow while shelves come.
import { load_questions, load_texts } from "../bundle/load.ts";
import type { ShelfTexts } from "../bundle/shelf.ts";
import type { Scope } from "../state/state.ts";
import type { QuestionText, RunIndex } from "../types.ts";
import type { TraceTable } from "./table.ts";
import { fold, words_of } from "./words.ts";
export { find_ranges, words_of } from "./words.ts";

// passes: by row; null: no text was asked for. pending: chunks still to be read; null: all are.
export interface Matches { passes: Uint8Array | null; pending: { done: number; of: number } | null; errors: string[] }

export interface Search {
  // Tells at once what is known, again while chunks come, and last with pending null. The search before ends unheard.
  // Returns what ends this one; what was read stays for the next.
  find(text: string, scope: Scope, told: (m: Matches) => void): () => void;
  forget(): void; // Ends any, and forgets what was read.
}

const kReaders = 4; // Chunks read at the same time.
const kTellEvery = 50; // Milliseconds, at least,
const kTellShare = 5; // and as many times what telling takes: the page has a table to filter and pictures to lay out.
const kBreathEvery = 12; // Milliseconds of work without a pause for the page.
const kMaxKept = 200e6; // Characters.

interface Part { index: RunIndex; shelf: number | null; rows: number[] } // shelf null: the questions of the run.

// What there is to read for the rows of the table, in their order.
function parts_of(table: TraceTable): { questions: Part[]; shelves: Part[] } {
  const questions: Part[] = table.indexes.map((index) => ({ index, shelf: null, rows: [] }));
  const shelves: Part[][] = table.indexes.map(() => []), all: Part[] = [];
  for (let row = 0; row < table.n; row++) {
    const run = table.run[row] as number, { index, rows } = questions[run] as Part, of_run = shelves[run] as Part[];
    const shelf = index.questions.shelf[index.traces.question[table.trace[row] as number] as number] as number;
    let part = of_run[shelf];
    if (!part) all.push(part = of_run[shelf] = { index, shelf, rows: [] });
    part.rows.push(row);
    rows.push(row);
  }
  return { questions: questions.filter((part) => part.rows.length > 0), shelves: all };
}

// Nothing that is typed has U+0000 in it, so no phrase runs over the end of a text.
const fold_question = (q: QuestionText): string => [q.text, ...q.options].map(fold).join("\u0000");
const fold_shelf = (texts: readonly ShelfTexts[]): string[] =>
  texts.flatMap((question) => question.traces.map((trace) => (trace ? fold(trace.tokens.join("")) : "")));

// Folded texts by part: one a question of the run, or one a trace of the shelf.
function make_store() {
  let kept = new Map<Part, string[]>(), size = 0;
  return {
    peek: (part: Part) => kept.get(part),
    async get(part: Part): Promise<string[]> {
      const there = kept.get(part);
      if (there) return there;
      const { index, shelf } = part, home = kept;
      const texts = shelf === null ? (await load_questions(index.run)).map(fold_question) : fold_shelf(await load_texts(index, shelf));
      const more = texts.reduce((sum, text) => sum + text.length, 0);
      if (home === kept && !kept.has(part) && size + more <= kMaxKept) { // Not where clear() came between.
        kept.set(part, texts);
        size += more;
      }
      return texts;
    },
    clear(): void {
      kept = new Map();
      size = 0;
    },
  };
}

const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

// Runs `work` over the items, some at a time, in order of their beginning.
async function each_of<T>(items: readonly T[], n_at_once: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(n_at_once, items.length) }, worker));
}

export function make_search(table: TraceTable): Search {
  const { questions, shelves } = parts_of(table), store = make_store();
  let current = 0; // The search that is heard.
  let last: { key: string; passes: Uint8Array } | null = null; // The last one that came to its end.

  async function run(words: readonly string[], scope: Scope, key: string, told: (m: Matches) => void): Promise<void> {
    const me = current, passes = new Uint8Array(table.n), errors: string[] = [];
    const parts = [...(scope === "thinking" ? [] : questions), ...(scope === "question" ? [] : shelves)];
    const of_question = new Map<RunIndex, readonly string[]>();
    let done = 0, tell_from = 0, last_breath = performance.now();
    const tell = () => {
      const begin = performance.now();
      if (done === parts.length && errors.length === 0) last = { key, passes: passes.slice() };
      told({ passes: passes.slice(), pending: done < parts.length ? { done, of: parts.length } : null, errors: [...errors] });
      const end = performance.now();
      tell_from = end + Math.max(kTellEvery, kTellShare * (end - begin));
    };
    // Marks the rows that have every word in their question or in what came of their thinking.
    const judge = ({ index, shelf, rows }: Part, texts: readonly string[]) => {
      if (shelf === null) of_question.set(index, texts);
      const first = shelf === null ? 0 : index.shelves[shelf]?.first_trace ?? 0, asked = of_question.get(index);
      for (const row of rows) {
        const trace = table.trace[row] as number;
        const question = asked?.[index.traces.question[trace] as number] ?? "", thinking = shelf === null ? "" : texts[trace - first] ?? "";
        if (words.every((word) => question.includes(word) || thinking.includes(word))) passes[row] = 1;
      }
    };
    const read = async (part: Part) => {
      if (me !== current) return;
      try {
        const texts = await store.get(part);
        if (me !== current) return;
        judge(part, texts);
      } catch (error) {
        errors.push(error instanceof Error ? error.message : String(error));
      }
      done++;
      const now = performance.now();
      if (now - last_breath > kBreathEvery) {
        await breath();
        last_breath = performance.now();
      }
      if (me === current && done < parts.length && now >= tell_from) tell();
    };
    // What is kept is judged at once, so that a reader who types sees no half result in between.
    const n_ready = parts.findIndex((part) => {
      const texts = performance.now() - last_breath < kBreathEvery ? store.peek(part) : undefined;
      if (texts) judge(part, texts);
      return !texts;
    });
    const left = n_ready < 0 ? [] : parts.slice(n_ready);
    done = parts.length - left.length;
    tell();
    // The questions first: they are judged together with the thinking.
    await each_of(left.filter((part) => part.shelf === null), kReaders, read);
    await each_of(left.filter((part) => part.shelf !== null), kReaders, read);
    if (me === current && left.length > 0) tell();
  }

  return {
    find(text, scope, told) {
      const words = words_of(text), key = JSON.stringify([scope, words]);
      const me = ++current;
      if (words.length > 0 && last?.key !== key) void run(words, scope, key, told);
      else told({ passes: words.length > 0 && last ? last.passes.slice() : null, pending: null, errors: [] });
      return () => { if (me === current) current++; };
    },
    forget() {
      current++;
      last = null;
      store.clear();
    },
  };
}
