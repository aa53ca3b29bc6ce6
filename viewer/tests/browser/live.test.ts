// SPDX-License-Identifier: MIT
// A page of a run that grows: it follows, keeps the reader's place, and stays when the server goes.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kFixture } from "../fixture.ts";
import { write_bundle, write_news } from "../make_bundle.ts";
import type { BundleData, RunData } from "../make_bundle.ts";
import { launch, serve, temporary_folder, watch } from "./harness.ts";

const [run] = kFixture.runs as [RunData];
const [first, second] = run.subjects as [RunData["subjects"][number], RunData["subjects"][number]];
const grown = (live: number, n_questions: number): BundleData =>
  ({ ...kFixture, live, runs: [{ ...run, subjects: [{ ...first, questions: first.questions.slice(0, n_questions) }, second] }] });

const site = temporary_folder();
let browser: Browser;
beforeAll(async () => { browser = await launch(); });
afterAll(async () => {
  await browser.close();
  site.remove();
});

test("the gallery takes up what is new, and says when the server has stopped", async () => {
  write_bundle(site.folder, grown(7, 1));
  write_news(site.folder, 7, null);
  const server = await serve(site.folder), at = await watch(browser, server.base), { page } = at;
  const pill = (text: RegExp): Promise<unknown> => page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector(".live")?.textContent ?? ""), text.source);
  await at.open("#/run%20one/*?view=grid");
  await page.waitForSelector('[data-trace="a1"]');
  await pill(/^live · 3 traces · updated \d/);
  write_news(site.folder, 8, null);
  write_news(site.folder, 7, grown(8, 3));
  await page.waitForSelector('[data-trace="b1"]');
  await pill(/^live · 7 traces · updated \d/);
  await at.check();
  await server.close();
  await pill(/^7 traces · the server has stopped; the page stays usable$/);
  expect(await page.locator(".live.is-gone").count()).toBe(1);
  await page.evaluate(() => { location.hash = "#/run%20one/first?view=grid"; });
  await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("first"));
  await at.close();
});

test("a page of a finished run asks nobody", async () => {
  const still = temporary_folder();
  write_bundle(still.folder, kFixture);
  const server = await serve(still.folder), at = await watch(browser, server.base), asked: string[] = [];
  at.page.on("request", (request) => asked.push(request.url()));
  await at.open("#/run%20one/*");
  await at.page.waitForSelector("[data-trace]");
  expect(await at.page.locator(".live").count()).toBe(0);
  expect(asked.filter((url) => url.includes("/live/"))).toEqual([]);
  await at.check();
  await at.close();
  await server.close();
  still.remove();
});
