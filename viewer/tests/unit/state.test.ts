// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { format_state, kDefaultState, parse_state, same_name } from "../../src/state/state.ts";
import type { State } from "../../src/types.ts";
import { kHostile } from "../hostile.ts";

const full: State = {
  run: "demo", subject: "chains", question: "00ff", sample: 3, cursor: 41, from_all: true, sort: "change",
  descending: true, colouring: "right", palette: "safe", end: "wrong", stop: "budget", text: "a & b = c #1",
};

describe("the address", () => {
  test("of the front page is empty", () => {
    expect(format_state(kDefaultState)).toBe("#/");
    expect(parse_state("")).toEqual(kDefaultState);
    expect(parse_state("#/")).toEqual(kDefaultState);
  });
  test("holds the whole state", () => expect(parse_state(format_state(full))).toEqual(full));
  test("reads as one would write it", () => {
    expect(format_state({ ...kDefaultState, run: "demo", subject: "chains", question: "0a", sample: 2, cursor: 5 }))
      .toBe("#/demo/chains/0a/2?t=5");
    expect(format_state({ ...kDefaultState, run: "demo" })).toBe("#/demo/*");
  });
  test("keeps odd names apart from its own signs", () => {
    for (const name of ["*", "~", "", "a/b", "a?b", "a#b", "%", "..", "%2A", "é ü", "\u202Ex"]) {
      const state = { ...kDefaultState, run: name, subject: name };
      expect(parse_state(format_state(state)), name).toEqual(state);
    }
  });
  test("survives a half of a surrogate pair", () => {
    const back = parse_state(format_state({ ...kDefaultState, run: "a\uD800b" }));
    expect(same_name(back.run as string, "a\uD800b")).toBe(true);
  });
  test("never throws and falls back to defaults", () => {
    for (const text of [...kHostile, "#/%ZZ/%", "#/a/b/c/-1?t=NaN&sort=bogus&desc=2", "#////////", "#/a/b/c/99999999999999"]) {
      expect(() => format_state(parse_state(text))).not.toThrow();
    }
    const odd = parse_state("#/a/b/c/x?t=-3&sort=constructor&colour=__proto__&end=0");
    expect(odd).toEqual({ ...kDefaultState, run: "a", subject: "b", question: "c" });
  });
  test("has no place for a sample without a question", () => {
    expect(parse_state("#/a/b//3?t=4")).toEqual({ ...kDefaultState, run: "a", subject: "b" });
  });
});
