// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { split_visible, text_direction, visible_string } from "../../src/text/visible.ts";
import { plural, three_places, two_places, whole } from "../../src/text/numbers.ts";
import { kHostile } from "../hostile.ts";

const join = (text: string): string =>
  split_visible(text).map((p) => (p.kind === "newline" ? "\n" : p.text)).join("");
const labels = (text: string): string[] =>
  split_visible(text).flatMap((p) => (p.kind === "mark" ? [p.label] : []));

describe("visible characters", () => {
  test("no character is lost or added", () => {
    for (const text of kHostile) expect(join(text)).toBe(text);
  });
  test("nothing that acts unseen stays in plain text", () => {
    for (const text of kHostile) {
      for (const piece of split_visible(text)) {
        if (piece.kind !== "text") continue;
        expect(piece.text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u200E\u200F\u202A-\u202E\u2066-\u2069\u200B\uFEFF]/u);
      }
    }
  });
  test("marks name the character", () => {
    expect(labels("a\u202Eb\u001b[31m")).toEqual(["U+202E", "U+001B"]);
    expect(labels("\t\r\uD800\u{E0041}\u2028")).toEqual(["U+0009", "U+000D", "U+D800", "U+E0041", "U+2028"]);
  });
  test("joiners are left where spelling needs them, and marked elsewhere", () => {
    expect(labels("\u{1F468}\u200D\u{1F469}")).toEqual([]);
    expect(labels("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")).toEqual([]);
    expect(labels("pay\u200Dpal")).toEqual(["U+200D"]);
    expect(labels("\u200D")).toEqual(["U+200D"]);
  });
  test("as one string", () => {
    expect(visible_string("a\n\u202Eb")).toBe("a↵[U+202E]b");
    expect(visible_string("plain")).toBe("plain");
  });
});

test("the direction of a text is that of most of its letters", () => {
  expect(text_direction("\u05D0 is a Hebrew letter")).toBe("ltr");
  expect(text_direction("\u05D0\u05D1\u05D2 abc \u05D3\u05D4")).toBe("rtl");
  expect(text_direction("12 + 3")).toBe("ltr");
});

test("numbers", () => {
  expect([two_places(0.275), two_places(null), three_places(1)]).toEqual(["0.28", "–", "1.000"]);
  expect([whole(999), whole(8476)]).toEqual(["999", "8\u202F476"]);
  expect([plural(1, "trace"), plural(0, "trace")]).toEqual(["1 trace", "0 traces"]);
});
