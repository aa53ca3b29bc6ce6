// SPDX-License-Identifier: MIT
// A page of a run that grows: it follows, keeps the reader's place, and stays when the server goes.
import { expect, test } from "vitest";
import { kFixture } from "../fixture.ts";
import { write_news } from "../make_bundle.ts";
import type { BundleData, RunData } from "../make_bundle.ts";
import { serve, use_site } from "./harness.ts";

const [run] = kFixture.runs as [RunData];
const [first, second] = run.subjects as [RunData["subjects"][number], RunData["subjects"][number]];
const grown = (live: number, n_questions: number): BundleData =>
  ({ ...kFixture, live, runs: [{ ...run, subjects: [{ ...first, questions: first.questions.slice(0, n_questions) }, second] }] });

const at = use_site(grown(7, 1), { fresh: true });

test("the gallery takes up what is new, and says when the server has stopped", async () => {
  write_news(at.folder, 7, null);
  const server = await serve(at.folder);
  await at.again(server.base);
  const { page } = at;
  const pill = (text: RegExp): Promise<unknown> => page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector(".live")?.textContent ?? ""), text.source);
  await at.open("#/run%20one/*?view=grid");
  await page.waitForSelector('[data-trace="a1"]');
  await pill(/^live · 3 traces · updated \d/);
  write_news(at.folder, 8, null);
  write_news(at.folder, 7, grown(8, 3));
  await page.waitForSelector('[data-trace="b1"]');
  await pill(/^live · 7 traces · updated \d/);
  await at.check();
  await server.close();
  await pill(/^7 traces · the server has stopped; the page stays usable$/);
  expect(await page.locator(".live.is-gone").count()).toBe(1);
  await page.evaluate(() => { location.hash = "#/run%20one/first?view=grid"; });
  await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("first"));
  at.problems.splice(0); // The browser's own word on the server that has gone.
});

test("a page of a finished run asks nobody", async () => {
  await at.again(await at.serve(at.write(kFixture)));
  const asked: string[] = [];
  at.page.on("request", (request) => asked.push(request.url()));
  await at.open("#/run%20one/*");
  await at.page.waitForSelector("[data-trace]");
  expect(await at.page.locator(".live").count()).toBe(0);
  expect(asked.filter((url) => url.includes("/live/"))).toEqual([]);
});
