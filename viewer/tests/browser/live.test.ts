// SPDX-License-Identifier: MIT
// A page of a run that grows: it follows, keeps the reader's place, and stays when the server goes.
import { expect, test } from "vitest";
import { kFixture } from "../fixture.ts";
import { write_news } from "../make_bundle.ts";
import type { BundleData, RunData } from "../make_bundle.ts";
import { check_axe } from "./axe.ts";
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
  await check_axe(page);
  await at.check();
  at.expect_problems(/Failed to load resource: net::ERR_/);
  await server.close();
  await pill(/^7 traces · the server has stopped; the page stays usable$/);
  expect(await page.locator(".live.is-gone").count()).toBe(1);
  await check_axe(page);
  await page.evaluate(() => { location.hash = "#/run%20one/first?view=grid"; });
  await page.waitForFunction(() => document.querySelector("h1")?.textContent?.includes("first"));
});

test("the front page takes up what is new under the reader: folds, focus and place stay", async () => {
  const { page } = at, counts = (): Promise<string[]> => page.locator(".subject-head p").allTextContents();
  await page.setViewportSize({ width: 1280, height: 300 });
  write_news(at.folder, 7, null);
  await at.open();
  await page.waitForFunction(() => document.querySelectorAll(".strip canvas").length === 2);
  expect((await counts())[0]).toBe("1 question · 2 traces");
  await page.locator(".facts-fold summary").click();
  await page.locator(".subject h3 a").last().focus();
  await page.evaluate(() => window.scrollBy(0, 40));
  const place = (): Promise<[number, number]> => page.evaluate(() => [window.scrollY, document.activeElement?.getBoundingClientRect().top ?? NaN]), before = await place();
  expect(before[0]).toBeGreaterThan(40);
  // Between the news and what comes for it, too.
  await page.evaluate(() => {
    const least = window as unknown as { least: number };
    least.least = document.documentElement.scrollHeight;
    new ResizeObserver(() => { least.least = Math.min(least.least, document.documentElement.scrollHeight); }).observe(document.body);
  });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  write_news(at.folder, 8, null);
  write_news(at.folder, 7, grown(8, 3));
  await expect.poll(async () => (await counts())[0], { timeout: 20_000 }).toBe("3 questions · 6 traces · 1 failed");
  await page.waitForFunction(() => document.querySelectorAll(".strip canvas").length > 2);
  expect(await page.locator(".facts-fold").getAttribute("open")).toBe("");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("second");
  const after = await place();
  expect(Math.abs(after[0] - before[0]) + Math.abs(after[1] - before[1])).toBeLessThan(3);
  expect(await page.evaluate(() => (window as unknown as { least: number }).least)).toBeGreaterThanOrEqual(height - 1);
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
