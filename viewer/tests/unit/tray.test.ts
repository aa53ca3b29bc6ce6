// SPDX-License-Identifier: MIT
import { describe, expect, test, vi } from "vitest";
import { write_difference, write_mean, write_value } from "../../src/text/units.ts";
import { make_shared_cursor } from "../../src/tray/cursor.ts";
import { place_of, position_at, reading_at, tray_line } from "../../src/tray/lines.ts";
import { find_picks, kMostShown, tell_picks } from "../../src/tray/picks.ts";
import type { RunIndex } from "../../src/types.ts";

const run = (...id: string[]): RunIndex => ({ traces: { id } }) as RunIndex;

describe("picked ids", () => {
  const one = run("aa11", "bb22"), two = run("cc33", "aa99", "aa11");
  const places = (...picks: string[]) => find_picks(picks, [one, two]).found.map(({ index, trace }) => [index === one ? 1 : 2, trace]);
  test("are found by how they begin, in any run, in the order of picking", () => {
    expect(places("cc", "bb22", "aa9")).toEqual([[2, 0], [1, 1], [2, 1]]);
    expect(places("aa")).toEqual([[1, 0]]); // Of several the first,
    expect(find_picks(["a1"], [run("a1ff"), run("b0", "a1")]).found.map(({ trace }) => trace)).toEqual([1]); // but a whole id before all.
  });
  test("count once, and those of no trace are told", () => {
    expect(places("aa11", "aa11", "aa1")).toEqual([[1, 0]]);
    expect(find_picks(["ff", "aa11", "ee"], [one, two]).unknown).toEqual(["ff", "ee"]);
  });
  test("too few, too many and unknown ones are said plainly", () => {
    const told = (n: number, ...unknown: string[]): string[] =>
      tell_picks({ unknown, lost: 0, found: Array.from({ length: n }, (_, trace) => ({ pick: "", index: one, trace })) });
    expect(told(0)).toEqual(["No traces are picked yet. Pick some in a gallery, and they stand here side by side."]);
    expect(told(0, "ff")).toEqual(["One picked id is of no trace in this bundle: ff."]);
    expect(tell_picks({ found: [], unknown: ["ff"], lost: 1 })).toEqual(["One picked id is of no trace in what can be read of this bundle: ff."]);
    expect(told(1, "ff", "ee")).toEqual(["2 picked ids are of no trace in this bundle: ff, ee.", "One trace is picked; it takes two or more to compare."]);
    expect([told(2), told(kMostShown)]).toEqual([[], []]);
    expect(told(9)).toEqual(["Here are the first 8 of 9 picked traces; remove some to see the others."]);
  });
});

describe("the common axis", () => {
  test("places by token and by share, and back", () => {
    expect([place_of(30, 60, "token"), place_of(30, 60, "fraction"), place_of(0, 0, "fraction")]).toEqual([30, 0.5, 0]);
    expect([position_at(30.4, 60, "token"), position_at(61, 60, "token"), position_at(0.25, 60, "fraction"), position_at(1, 7, "fraction")]).toEqual([30, null, 15, 7]);
  });
  test("the reading in force is the last one at or before the position", () => {
    expect([0, 1, 2, 5, 9].map((t) => reading_at([1, 5, 6], t))).toEqual([-1, 0, 0, 1, 2]);
    expect(reading_at([], 3)).toBe(-1);
  });
  test("lines differ in name, colour and dash, and stand out from the page", () => {
    const bright = (hex: string): number => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * ([0.2126, 0.7152, 0.0722][i] as number), 0);
    for (const [dark, page] of [[false, "#fcfcfb"], [true, "#131417"]] as const) {
      const lines = Array.from({ length: kMostShown }, (_, i) => tray_line(i, dark));
      for (const of of [lines.map((l) => l.name), lines.map((l) => l.colour), lines.map((l) => l.dash.join())]) expect(new Set(of).size).toBe(kMostShown);
      for (const { colour } of lines) {
        const [low, high] = [bright(colour), bright(page)].sort((a, b) => a - b) as [number, number];
        expect((high + 0.05) / (low + 0.05), colour).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

test("the cursor follows the pointer and goes back to where it rests", () => {
  const cursor = make_shared_cursor(40), seen = vi.fn();
  cursor.watch(seen);
  expect(cursor.at()).toBe(40);
  cursor.hover(12);
  cursor.hover(null);
  cursor.rest(99); // Where it is already.
  cursor.rest(-1);
  cursor.hover(7);
  cursor.hover(null);
  expect(seen.mock.calls.flat()).toEqual([12, 40, 0, 7, 0]);
});

test("numbers are written as their unit asks", () => {
  expect([write_value(0.125, "share"), write_value(-0.5, "change"), write_value(1351, "tokens"), write_value(0.875, "bits"), write_value(3, "count"),
    write_value(-0.123456, ""), write_value(NaN, "tokens"), write_value(null, "share"), write_value(12345, "")])
    .toEqual([".12", "−.50", "1\u202F351", "0.88", "3", "−0.1235", "–", "–", "12\u202F345"]);
  expect([write_mean(93.25, "tokens"), write_mean(2, "count"), write_mean(0.5, "share")]).toEqual(["93.2", "2.0", ".50"]);
  expect([write_difference(0.25, "share"), write_difference(-3, "tokens"), write_difference(0, "bits"), write_difference(0.001, "share"), write_difference(NaN, "share")])
    .toEqual(["+.25", "−3.0", "0.00", ".00", "–"]);
});
