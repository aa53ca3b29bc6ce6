// SPDX-License-Identifier: MIT
// Missing and damaged files: the page says which, and shows what it has.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { kFixture } from "../fixture.ts";
import { write_bundle } from "../make_bundle.ts";
import type { Written } from "../make_bundle.ts";
import { file_base, launch, temporary_folder, watch } from "./harness.ts";
import type { Watched } from "./harness.ts";

let browser: Browser;
let site: ReturnType<typeof temporary_folder>;
let written: Written;
let at: Watched;
beforeAll(async () => { browser = await launch(); });
afterAll(() => browser.close());
beforeEach(async () => {
  site = temporary_folder();
  written = write_bundle(site.folder, kFixture);
  at = await watch(browser, file_base(site.folder));
});
afterEach(async () => {
  // The browser itself reports a file that is not there, and a script that is none.
  const own = at.problems.filter((p) => !/ERR_FILE_NOT_FOUND|SyntaxError|Invalid or unexpected token/.test(p));
  expect(own).toEqual([]);
  await at.close();
  site.remove();
});

const chunk = (name: string): string => join(site.folder, "data", `${name}.js`);
const message = (): Promise<string | null> => at.page.waitForSelector(".failure").then((e) => e.textContent());

test("a missing subject", async () => {
  const [first] = written.chunks.subjects as [string];
  rmSync(chunk(first));
  await at.open("#/run%20one/first");
  expect(await message()).toContain(`The file data/${first}.js is missing`);
  await at.open("#/run%20one/*");
  expect(await message()).toContain("is missing");
  await at.page.waitForSelector(".row"); // The other subject is there all the same.
  await at.open();
  expect(await message()).toContain("is missing");
});

test("a missing question", async () => {
  rmSync(chunk(written.chunks.questions[0] as string));
  await at.open("#/run%20one/first/q0/0");
  expect(await message()).toContain("is missing");
  expect(await at.page.locator("h1").textContent()).toBe("Which is two?");
});

const whole = (): string => readFileSync(chunk(written.chunks.questions[0] as string), "latin1");
test.each([
  ["cut short", () => whole().slice(0, 100), "holds no chunk"],
  ["of another kind", () => "var x = 1;", "holds no chunk"],
  ["not base64", () => 'thinktrace_chunk="@@@";', "not base64"],
  ["not deflate", () => 'thinktrace_chunk="AAAA";', "can't be unpacked"],
  ["with another's content", () => readFileSync(chunk(written.chunks.questions[1] as string), "latin1"), "does not match its name"],
])("a question's file %s", async (_name, content, text) => {
  writeFileSync(chunk(written.chunks.questions[0] as string), content());
  await at.open("#/run%20one/first/q0/0");
  expect(await message()).toContain("is damaged");
  expect(await message()).toContain(text);
});

test.each([
  ["no manifest", "__BUNDLE__", "holds no manifest"],
  ["a manifest of another version", '{"format":"thinktrace-bundle","version":9}', "version 1"],
  ["a manifest with a flaw", '{"format":"thinktrace-bundle","version":1,"title":"t","generator":"g","runs":[{"model":{}}]}', "runs[0].name"],
])("%s", async (_name, manifest, text) => {
  const page = join(site.folder, "index.html");
  writeFileSync(page, readFileSync(page, "utf8").replace(/(id="bundle">)[^<]*/, (_all, start: string) => start + manifest));
  await at.open();
  expect(await message()).toContain(text);
});
