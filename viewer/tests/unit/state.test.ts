// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { change_state, format_state, kDefaultState, kMaxPicks, kPickLength, parse_state, same_name } from "../../src/state/state.ts";
import type { State } from "../../src/state/state.ts";
import { kHostile } from "../hostile.ts";

const full: State = {
  page: "trace", run: "demo", other: null, by: "p_end", order: "size", differing: false, subject: "chains", question: "00ff", sample: 3,
  cursor: 41, readers: [0, 2], from: "runs",
  sort: [{ key: "p_end", descending: true }, { key: "length", descending: false }], group: "class", view: "lines", density: 8,
  align: "fraction", colouring: "right", palette: "safe", facets: { class: ["productive", "known already"], end: ["wrong"] },
  brushes: [{ key: "p_end", low: 0.125, high: 0.5 }, { key: "change", low: -1, high: 0 }], where: "p_end < 0.5 && length > 30",
  text: "a & b = c #1", scope: "thinking", picks: ["0123456789ab", "ff"], topic: null,
};
const at = (change: Partial<State>): State => ({ ...kDefaultState, ...change });
const back = (change: Partial<State>): State => parse_state(format_state(at(change)));

describe("the address", () => {
  test("of the front page is empty", () => {
    expect(format_state(kDefaultState)).toBe("#/");
    for (const text of ["", "#", "#/", "#?", "#/?"]) expect(parse_state(text), text).toEqual(kDefaultState);
  });
  test("holds the whole state", () => expect(parse_state(format_state(full))).toEqual(full));
  test("holds every page", () => {
    for (const state of [at({ page: "help" }), at({ page: "help", topic: "t_exit" }), at({ page: "tray", picks: ["ab", "cd"] }), at({ page: "compare", run: "a", other: "b" }),
      at({ page: "compare", run: "a", other: "b", by: "t_exit", order: "rising", differing: true }),
      at({ page: "gallery", run: null }), at({ page: "gallery", run: "a" }), at({ page: "gallery", run: "a", subject: "b" }),
      at({ page: "trace", run: "a", subject: "b", question: "c", sample: 2 }), at({ page: "trace", run: "a", subject: "b", question: "c", from: "run" }),
      at({ page: "trace", run: "a", subject: "b", question: "c", from: "runs" })]) {
      expect(parse_state(format_state(state)), format_state(state)).toEqual(state);
    }
  });
  test("reads as one would write it", () => {
    const write = (change: Partial<State>): string => format_state(at(change));
    expect(write({ page: "trace", run: "demo", subject: "chains", question: "0a", sample: 2, cursor: 5 })).toBe("#/demo/chains/0a/2?t=5");
    expect(write({ page: "trace", run: "demo", subject: "chains", question: "0a", from: "run" })).toBe("#/demo/chains/0a/0?in=all");
    expect(write({ page: "gallery", run: "demo" })).toBe("#/demo/*");
    expect(write({ page: "gallery" })).toBe("#/*/*");
    expect(write({ page: "compare", run: "a", other: "b c" })).toBe("#compare/a/b%20c");
    expect(write({ page: "gallery", run: "demo", sort: full.sort })).toBe("#/demo/*?sort=-p_end%2Clength");
  });
  test("says how two runs are compared only where they are", () => {
    const compared = { by: "length", order: "falling", differing: true } as const;
    expect(format_state(at({ page: "compare", run: "a", other: "b", ...compared }))).toBe("#compare/a/b?by=length&order=falling&only=differing");
    expect(back({ page: "gallery", run: "a", ...compared })).toEqual(at({ page: "gallery", run: "a" }));
    expect(parse_state("#compare/a/b?by=%3Cb%3E&order=none&only=x")).toEqual(at({ page: "compare", run: "a", other: "b" }));
  });
  test("reads further readers by their numbers, each once and in order", () => {
    const state = parse_state("#/a/b/c/0?readers=4,2,x,1,4,-1,0");
    expect(state.readers).toEqual([0, 2]);
    expect(format_state(state)).toBe("#/a/b/c/0?readers=2%2C4");
  });
  test("leaves the readers behind with their run", () => {
    const state = at({ page: "trace", run: "a", subject: "b", question: "c", readers: [1] });
    expect(change_state(state, { question: "d" }).readers).toEqual([1]);
    expect(change_state(state, { run: "a", sample: 2 }).readers).toEqual([1]);
    expect(format_state(change_state(state, { run: "z" }))).toBe("#/z/b/c/0");
    expect(change_state(change_state(state, { page: "gallery", run: null }), { page: "trace", run: "z" }).readers).toEqual([]);
  });
  test("of a gallery says nothing of a cursor and of readers", () => {
    expect(back({ page: "gallery", run: "a", cursor: 7, readers: [1], from: "run" })).toEqual(at({ page: "gallery", run: "a" }));
  });
  test("keeps odd names apart from its own signs", () => {
    for (const name of ["*", "~", "", "a/b", "a?b", "a#b", "%", "..", ".", "%2A", "é ü", "\u202Ex", "help", "tray"]) {
      const state = at({ page: "trace", run: name, subject: name, question: name === "" ? "q" : name });
      expect(parse_state(format_state(state)), name).toEqual(state);
    }
  });
  test("survives a half of a surrogate pair", () => {
    expect(same_name(back({ page: "gallery", run: "a\uD800b" }).run as string, "a\uD800b")).toBe(true);
  });
  test("never throws, and what makes no sense takes its default", () => {
    for (const text of [...kHostile, "#/%ZZ/%", "#/a/b/c/-1?t=NaN&sort=bogus&desc=2", "#////////", "#compare", "#compare/%ZZ", "#/a/b/c/99999999999999"]) {
      expect(() => format_state(parse_state(text))).not.toThrow();
      expect(() => format_state(parse_state(`#/a/b?${text}`))).not.toThrow();
    }
    const odd = parse_state("#/a/b/c/x?t=-3&sort=__proto__,A&colour=__proto__&view=constructor&group=x&size=-1&scope=all&range=p:2:1&range=p:a:b&pick=../x");
    expect(odd).toEqual(at({ page: "trace", run: "a", subject: "b", question: "c" }));
    expect(Object.keys(parse_state("#/a/b?__proto__=x&constructor=y").facets)).toEqual([]);
  });
  test("has limits", () => {
    const s = parse_state(`#/a/*?size=99&sort=a,b,c&where=${"x".repeat(999)}&pick=${Array.from({ length: 200 }, () => "a".repeat(40)).join(",")}${"&range=p:0:1".repeat(20)}`);
    expect([s.density, s.sort.length, s.where.length, s.picks.length, s.picks[0]?.length, s.brushes.length])
      .toEqual([10, 2, 200, kMaxPicks, kPickLength, 8]);
  });
  test("has no place for a sample without a question", () => {
    expect(parse_state("#/a/b//3?t=4")).toEqual(at({ page: "gallery", run: "a", subject: "b" }));
  });
});
