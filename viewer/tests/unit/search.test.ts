// SPDX-License-Identifier: MIT
import { afterEach, describe, expect, test, vi } from "vitest";
import { load_questions, load_texts } from "../../src/bundle/load.ts";
import type { ShelfTexts } from "../../src/bundle/shelf.ts";
import type { Scope } from "../../src/state/state.ts";
import { take_table } from "../../src/table/kept.ts";
import { find_ranges, make_search, words_of } from "../../src/table/search.ts";
import type { Matches, Search } from "../../src/table/search.ts";
import { fold } from "../../src/table/words.ts";
import type { QuestionText, Run, RunIndex } from "../../src/types.ts";
import { make_random } from "../generate.ts";
import { below, pick, random_table } from "../random_table.ts";

vi.mock("../../src/bundle/load.ts", () => ({ load_questions: vi.fn(), load_texts: vi.fn() }));
afterEach(() => vi.resetAllMocks());

describe("words", () => {
  test.each<[string, string[]]>([
    ["", []], ["  ", []], ["Wait", ["wait"]], [" Über  ALLES über", ["über", "alles"]], ["\"but  WAIT\" no", ["but wait", "no"]],
    ["say \"not closed yet", ["say", "not closed yet"]], ["“so the answer”", ["so the answer"]], ["\"\" a", ["a"]], ["don't", ["don't"]],
    ["e\u0301te\u0301", ["été"]], ["ΟΔΟΣ", ["οδοσ"]], ["x\"y z\"w", ["x", "y z", "w"]],
  ])("of %j", (text, words) => expect(words_of(text)).toEqual(words));
});

describe("ranges", () => {
  const marked = (text: string, typed: string): string[] => find_ranges(text, words_of(typed)).map(([a, b]) => text.slice(a, b));
  test.each<[string, string, string[]]>([
    ["Wait, wait. WAIT!", "wait", ["Wait", "wait", "WAIT"]],
    ["nothing", "wait", []], ["anything", "", []], ["", "a", []],
    ["İstanbul İi", "i", ["İ", "İ", "i"]],
    ["xİstanbul", "stan", ["stan"]], ["ẞ and ß", "ß", ["ẞ", "ß"]],
    ["cafe\u0301 café", "café", ["cafe\u0301", "café"]],
    ["ΟΔΟΣ οδός οδος", "οδος", ["ΟΔΟΣ", "οδος"]],
    ["but\n\n  wait, but wait", "\"but wait\"", ["but\n\n  wait", "but wait"]],
    ["banana", "an ana", ["anan"]], ["aaaa", "aa", ["aa", "aa"]],
    ["😀 smile 😀", "😀", ["😀", "😀"]], ["한국어 말", "국", ["국"]], ["\u1112\u1161\u11ab", "한", ["\u1112\u1161\u11ab"]],
    ["a\u0301\u0323 b", "b", ["b"]], ["\u0301x", "x", ["x"]], ["\ud800x\udc00", "x", ["x"]],
  ])("in %j of %j", (text, typed, wanted) => expect(marked(text, typed)).toEqual(wanted));

  test("cover the words, in order, without overlaps, wherever folding changes lengths", () => {
    const random = make_random(2);
    const letters = ["a", "A", "i", "I", "İ", "ı", "ß", "ẞ", "Σ", "σ", "ς", "é", "e\u0301", "\u0323", "\u0307", "ﬁ", "K", "Å", "A\u030a", "ǅ", "한", "\u1112\u1161",
      "\u11ab", "\u1112", "\u1161", "각", "😀", "\ud83d", "\ude00", " ", "  ", "\n", "\u00a0", "\u3000", "𝐀", "𐐀", "\u200d", "\u0000", "ŉ", "ΐ", "\u1e9b\u0323", "z"];
    const some = (n: number): string => Array.from({ length: below(random, n) }, () => pick(random, letters)).join("");
    for (let i = 0; i < 2500; i++) {
      const inside = some(6), text = some(10) + inside + some(10), words = words_of(`"${random() < 0.6 ? inside : some(4)}" ${random() < 0.3 ? some(3) : ""}`);
      const ranges = find_ranges(text, words), where = JSON.stringify({ text, words, ranges });
      let last = 0;
      for (const [start, end] of ranges) {
        expect(start >= last && end > start && end <= text.length, where).toBe(true);
        expect(words.some((word) => fold(text.slice(start, end)).includes(word)), where).toBe(true);
        last = end;
      }
      // A word that the search finds has a range, and the other way round.
      for (const word of words) expect(find_ranges(text, [word]).length > 0, where).toBe(fold(text).includes(word));
      const rest = ranges.reduceRight((left, [start, end]) => `${left.slice(0, start)}\uffff${left.slice(end)}`, text);
      for (const word of words) if (/^[a-z]+$/.test(word)) expect(fold(rest).includes(word), where).toBe(false);
    }
  });
});

// What an invented bundle says, by the ids of its questions and traces.
const table = random_table(6, 30);
const kWords = ["wait", "Answer", "but", "three", "perhaps", "so"];
function make_bundle() {
  const random = make_random(8);
  const say = (n: number): string => Array.from({ length: n }, () => pick(random, kWords)).join(" ");
  const questions = new Map<Run, QuestionText[]>(), thinking = new Map<RunIndex, (string | null)[]>();
  for (const index of table.indexes) {
    questions.set(index.run, index.questions.id.map(() => ({ text: say(2), options: [say(1), say(1), say(1)] })));
    thinking.set(index, index.traces.id.map((_, t) => (index.traces.failed[t] ? null : say(3))));
  }
  const shelf_texts = (index: RunIndex, i: number): ShelfTexts[] => {
    const { first_question, n_questions } = index.shelves[i] ?? { first_question: 0, n_questions: 0 }, { first_trace } = index.questions;
    return Array.from({ length: n_questions }, (_, q) => ({ prompt: "",
      traces: (thinking.get(index) ?? []).slice(first_trace[first_question + q], first_trace[first_question + q + 1])
        .map((text) => (text === null ? null : { seed: null, lacks: [], tokens: text.split(/(?=[aeiou])/), forced: "", answer_text: "", interpolated: [], error: null })) }));
  };
  vi.mocked(load_questions).mockImplementation(async (run) => questions.get(run) ?? []);
  vi.mocked(load_texts).mockImplementation(async (index, i) => shelf_texts(index, i));
  return { questions, thinking, shelf_texts };
}

function slow_search(bundle: ReturnType<typeof make_bundle>, words: string[], scope: Scope): number[] {
  return Array.from({ length: table.n }, (_, row) => row).filter((row) => {
    const index = table.indexes[table.run[row] as number] as RunIndex, trace = table.trace[row] as number;
    const q = bundle.questions.get(index.run)?.[index.traces.question[trace] as number] as QuestionText;
    const asked = scope === "thinking" ? [] : [q.text, ...q.options], thought = scope === "question" ? null : bundle.thinking.get(index)?.[trace];
    return words.every((word) => [...asked, thought ?? ""].some((text) => text.toLowerCase().includes(word)));
  });
}

const rows_of = (m: Matches): number[] => Array.from(m.passes ?? []).flatMap((pass, row) => (pass ? [row] : []));
function wait_for(search: Search, text: string, scope: Scope): Promise<Matches[]> {
  return new Promise((resolve) => {
    const heard: Matches[] = [];
    search.find(text, scope, (m) => {
      heard.push(m);
      if (m.pending === null) resolve(heard);
    });
  });
}
const last = (heard: Matches[]): Matches => heard.at(-1) as Matches;

describe("search", () => {
  test.each(["question", "thinking", "both"] as const)("in %s finds what a slow one finds, the second time too", async (scope) => {
    const bundle = make_bundle(), search = make_search(table);
    for (const words of [["wait"], ["answer", "three"], ["but", "so", "perhaps"], ["but wait"], ["wait wait wait"], ["nowhere"]]) {
      const typed = words.map((word) => `"${word.toUpperCase()}"`).join(" "), wanted = slow_search(bundle, words, scope);
      for (let i = 0; i < 2; i++) {
        const heard = await wait_for(search, typed, scope);
        expect(rows_of(last(heard))).toEqual(wanted);
        expect(last(heard).errors).toEqual([]);
        for (const m of heard) expect(rows_of(m).every((row) => wanted.includes(row))).toBe(true);
      }
    }
    expect(vi.mocked(load_texts)).toHaveBeenCalledTimes(scope === "question" ? 0 : 16);
    expect(vi.mocked(load_questions)).toHaveBeenCalledTimes(scope === "thinking" ? 0 : 2);
  });

  test("for nothing tells so at once, and reads nothing", () => {
    make_bundle();
    const heard: Matches[] = [];
    make_search(table).find("  \"\" ", "both", (m) => heard.push(m));
    expect(heard).toEqual([{ passes: null, pending: null, errors: [] }]);
    expect(vi.mocked(load_questions)).not.toHaveBeenCalled();
  });

  test("tells at once what there is still to read, and without anything to read again it is done at once", async () => {
    make_bundle();
    const search = make_search(table), heard: Matches[] = [];
    search.find("wait", "both", (m) => heard.push(m));
    expect(heard).toEqual([{ passes: new Uint8Array(table.n), pending: { done: 0, of: 18 }, errors: [] }]);
    await vi.waitFor(() => expect(last(heard).pending).toBeNull());
    const again: Matches[] = [];
    search.find("wait", "question", (m) => again.push(m));
    expect(again.map((m) => m.pending)).toEqual([null]);
    expect(rows_of(again[0] as Matches).length).toBeGreaterThan(0);
  });

  test("that is followed by another is not heard any more", async () => {
    const bundle = make_bundle(), search = make_search(table), first: Matches[] = [];
    search.find("wait", "both", (m) => first.push(m));
    await Promise.resolve();
    const heard = await wait_for(search, "answer", "both");
    expect(rows_of(last(heard))).toEqual(slow_search(bundle, ["answer"], "both"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(first.every((m) => m.pending !== null)).toBe(true);
    const end = search.find("wait", "both", (m) => first.push(m)), n = first.length;
    end();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(first.length).toBe(n);
  });

  test("is ended by who began it, and by nobody else", async () => {
    const bundle = make_bundle(), search = make_search(table), end = search.find("answer", "both", () => undefined);
    const heard = wait_for(search, "wait", "both");
    end();
    expect(rows_of(last(await heard))).toEqual(slow_search(bundle, ["wait"], "both"));
  });

  test("keeps what it read, and how the last one came out", async () => {
    const bundle = make_bundle(), search = make_search(table);
    const before = rows_of(last(await wait_for(search, "wait", "both")));
    for (const word of ["wait", "answer", "wait"]) {
      expect(rows_of(last(await wait_for(search, word, "both")))).toEqual(slow_search(bundle, [word], "both"));
    }
    expect(vi.mocked(load_texts)).toHaveBeenCalledTimes(16);
    const heard: Matches[] = [];
    search.find(" WAIT ", "both", (m) => heard.push(m));
    expect([heard.length, rows_of(last(heard)), last(heard).pending]).toEqual([1, before, null]);
    search.find("wait", "thinking", (m) => heard.push(m));
    expect(rows_of(last(heard))).toEqual(slow_search(bundle, ["wait"], "thinking"));
  });

  test("forgets what it kept when that is asked, what was still on its way too", async () => {
    make_bundle();
    const search = make_search(table);
    await wait_for(search, "wait", "thinking");
    search.forget();
    await wait_for(search, "wait", "thinking");
    expect(vi.mocked(load_texts)).toHaveBeenCalledTimes(32);
    search.forget();
    search.find("wait", "thinking", () => undefined);
    search.forget();
    await new Promise((resolve) => setTimeout(resolve, 20));
    vi.mocked(load_texts).mockClear();
    await wait_for(search, "wait", "thinking");
    expect(vi.mocked(load_texts)).toHaveBeenCalledTimes(16);
  });

  test("reads four chunks at a time", async () => {
    const bundle = make_bundle();
    let now = 0, most = 0;
    vi.mocked(load_texts).mockImplementation(async (index, i) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
      return bundle.shelf_texts(index, i);
    });
    await wait_for(make_search(table), "wait", "thinking");
    expect(most).toBe(4);
  });

  test("goes on where a chunk is damaged, says so, and tries it again the next time", async () => {
    const bundle = make_bundle(), search = make_search(table), damaged = table.indexes[0]?.shelves[2]?.texts;
    vi.mocked(load_texts).mockImplementation(async (index, i) => {
      if (index.shelves[i]?.texts === damaged) throw new Error(`The file ${damaged} is damaged.`);
      return bundle.shelf_texts(index, i);
    });
    const { first_trace, n_traces } = table.indexes[0]?.shelves[2] ?? { first_trace: 0, n_traces: 0 };
    const lost = (row: number): boolean => table.run[row] === 0 && (table.trace[row] as number) >= first_trace && (table.trace[row] as number) < first_trace + n_traces;
    const wanted = slow_search(bundle, ["wait"], "thinking"), found = last(await wait_for(search, "wait", "thinking"));
    expect(found.errors).toEqual([`The file ${damaged} is damaged.`]);
    expect(rows_of(found)).toEqual(wanted.filter((row) => !lost(row)));
    expect(wanted.some(lost)).toBe(true);
    vi.mocked(load_texts).mockImplementation(async (index, i) => bundle.shelf_texts(index, i));
    const again = last(await wait_for(search, "wait", "thinking"));
    expect([again.errors, rows_of(again)]).toEqual([[], wanted]);
  });
});

test("the last table and its search are kept until the traces are others", () => {
  const { indexes } = table, [index] = indexes as [RunIndex], subject = index.run.subjects[0] ?? null;
  const kept = take_table({ indexes, subject: null });
  expect(take_table({ indexes: [...indexes], subject: null })).toBe(kept);
  const other = take_table({ indexes: [index], subject });
  expect([other === kept, take_table({ indexes: [index], subject }) === other]).toEqual([false, true]);
  // As when the run has grown: the same run, another index.
  expect(take_table({ indexes: [{ ...index }], subject }).table.indexes[0]).not.toBe(index);
});
