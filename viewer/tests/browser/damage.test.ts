// SPDX-License-Identifier: MIT
// Missing and damaged files: the page says which, and shows what it has.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { kFixture, kImported } from "../fixture.ts";
import { write_bundle } from "../make_bundle.ts";
import type { Written } from "../make_bundle.ts";
import { use_site } from "./harness.ts";

const kOptions = { shelf_tokens: 30 }; // Three shelves.
const at = use_site(kFixture, { write: kOptions, fresh: true });
// The browser itself reports a file that is not there, and a script that is none.
beforeEach(() => at.expect_problems(/ERR_FILE_NOT_FOUND|SyntaxError|Invalid or unexpected token/));

const chunk = (name: string): string => join(at.folder, "data", `${name}.js`);
const message = (): Promise<string | null> => at.page.waitForSelector(".failure").then((e) => e.textContent());

test("a missing index", async () => {
  const [index] = at.written.chunks.index as [string];
  rmSync(chunk(index));
  for (const hash of ["#/run%20one/first", "#/run%20one/*", "#/run%20one/first/q0/0", ""]) {
    await at.open(hash);
    expect(await message(), hash).toContain(`The file data/${index}.js is missing`);
  }
});

test("missing pictures", async () => {
  const [first] = at.written.chunks.strips as [string];
  rmSync(chunk(first));
  await at.open("#/run%20one/*?view=list");
  expect(await message()).toContain(`The file data/${first}.js is missing`);
  await at.page.waitForSelector(".thumb canvas"); // The other shelves' are there all the same.
  await at.open("#/run%20one/first/q0/0");
  expect(await message()).toContain("is missing");
});

test.each(["texts", "curves"] as const)("missing %s", async (kind) => {
  rmSync(chunk(at.written.chunks[kind][0] as string));
  await at.open("#/run%20one/first/q0/0");
  expect(await message()).toContain("is missing");
  expect(await at.page.locator("h1").textContent()).toBe("Which is two?");
  await at.open("#/run%20one/second/q9/0");
  await at.page.waitForSelector(".u-over");
});

const missing = (name: string): string => `The file data/${name}.js is missing or can't be read. Was the whole folder copied?`;
const two_runs = (): Written["chunks"] => write_bundle(at.folder, { ...kFixture, runs: [...kFixture.runs, kImported] }, kOptions).chunks;

test("picked traces: what is missing of one takes nothing from the others", async () => {
  const { page } = at, chunks = two_runs(), [, imported] = chunks.index as [string, string], [curves] = chunks.curves as [string];
  for (const name of [imported, curves]) rmSync(chunk(name));
  await at.open("#tray?pick=a0,b0,e0");
  await page.locator(".tray-card").nth(1).waitFor();
  expect(await page.locator(".tray-told").textContent()).toBe(`One picked id is of no trace in what can be read of this bundle: e0.${missing(imported)}`);
  expect(await page.locator(".tray-card").nth(0).locator(".failure").allTextContents()).toEqual([missing(curves)]);
  expect(await page.locator(".tray-card canvas").count()).toBe(2);
  expect(await page.locator(".tray-card").nth(1).locator(".tray-reading, .failure").allTextContents()).toEqual(["t = 20P(right) 0.30after ␣w19"]);
});

test("a page of picked traces is saved without a run that can't be had, unless they may be of it", async () => {
  const { page } = at, [, imported] = two_runs().index as [string, string], said = page.locator(".save-said");
  rmSync(chunk(imported));
  await at.open("#/run%20one/*?pick=a0,b0");
  await page.locator(".tile").first().waitFor();
  await page.click(".save-button");
  await page.click('.save-list button:has-text("One page")');
  await expect.poll(() => said.textContent()).toContain("Saved a page of 2 traces");
  await at.open("#/run%20one/*?pick=a0,e0");
  await page.locator(".tile").first().waitFor();
  await page.click(".save-button");
  await page.click('.save-list button:has-text("One page")');
  await expect.poll(() => said.textContent()).toBe(`${missing(imported)} Picked traces may be in it: e0.`);
});

test("missing readings and ids are said where they would have stood", async () => {
  for (const kind of ["readings", "ids"] as const) rmSync(chunk(at.written.chunks[kind][0] as string));
  await at.open("#/run%20one/first/q0/0?readers=2");
  expect(await message()).toContain("is missing");
  await at.page.click("text=token ids");
  await at.page.waitForSelector("button:disabled >> text=token ids can’t be read");
});

const whole = (): string => readFileSync(chunk(at.written.chunks.texts[0] as string), "latin1");
test.each([
  ["cut short", () => whole().slice(0, 100), "holds no chunk"],
  ["of another kind", () => "var x = 1;", "holds no chunk"],
  ["not base64", () => 'thinktrace_chunk="@@@";', "not base64"],
  ["not deflate", () => 'thinktrace_chunk="AAAA";', "can't be unpacked"],
  ["with another's content", () => readFileSync(chunk(at.written.chunks.texts[1] as string), "latin1"), "does not match its name"],
])("a shelf's texts %s", async (_name, content, text) => {
  writeFileSync(chunk(at.written.chunks.texts[0] as string), content());
  await at.open("#/run%20one/first/q0/0");
  expect(await message()).toContain("is damaged");
  expect(await message()).toContain(text);
});

test.each([
  ["no manifest", "__BUNDLE__", "holds no manifest"],
  ["a manifest of another version", '{"format":"thinktrace-bundle","version":1}', "version 2"],
  ["a manifest with a flaw", '{"format":"thinktrace-bundle","version":2,"title":"t","generator":"g","app":null,"live":null,"runs":[{"model":{}}]}', "runs[0].name"],
])("%s", async (_name, manifest, text) => {
  const page = join(at.folder, "index.html");
  writeFileSync(page, readFileSync(page, "utf8").replace(/(id="bundle">)[^<]*/, (_all, start: string) => start + manifest));
  await at.open();
  expect(await message()).toContain(text);
});
