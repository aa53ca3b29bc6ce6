// SPDX-License-Identifier: MIT
import { expect, test } from "vitest";
import { wait_after } from "../../src/live/live.ts";
import { file_name } from "../../src/dom/download.ts";
import { kHostile } from "../hostile.ts";

test("a quiet server is asked less and less often, a busy one every two seconds", () => {
  expect(wait_after("news", 9000)).toBe(2000);
  const waits = [2000];
  for (let i = 0; i < 12; i++) waits.push(wait_after("nothing", waits.at(-1) as number));
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBe(10_000);
  expect([wait_after("gone", 2000), wait_after("odd", 2000)]).toEqual([10_000, 10_000]);
});

test("names of files hold nothing but letters, digits and dashes", () => {
  expect(file_name(["My Run", "chains", "question 3"], "csv")).toBe("my-run-chains-question-3.csv");
  expect([file_name([], "svg"), file_name(["../..", "雪"], "png")]).toEqual(["thinktrace.svg", "thinktrace.png"]);
  for (const text of kHostile) expect(file_name([text, text], "html")).toMatch(/^[a-z0-9]([a-z0-9-]{0,59})\.html$/);
});
