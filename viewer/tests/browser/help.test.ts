// SPDX-License-Identifier: MIT
// The help page: topics, pictures, the switch of the keys.
import { expect, test } from "vitest";
import { kFixture } from "../fixture.ts";
import { use_site } from "./harness.ts";

const at = use_site(kFixture);

test("? opens the help, and back leads to where the reader was", async () => {
  await at.open("#/run%20one/*");
  await at.page.waitForSelector("[data-trace]");
  await at.page.keyboard.press("?");
  await at.page.waitForSelector(".help-topic");
  expect(await at.page.evaluate(() => location.hash)).toBe("#help");
  expect(await at.page.title()).toBe("Help – fixture");
  await at.page.goBack();
  await at.page.waitForSelector("[data-trace]");
});

test("an address leads to its topic, and so do the links", async () => {
  const top = (key: string): Promise<number> => at.page.locator(`.help-topic.is-${key} h2`).evaluate((h) => h.getBoundingClientRect().top);
  await at.open("#help/classes");
  await at.page.waitForFunction(() => document.activeElement?.textContent === "Classes");
  expect(await top("classes")).toBeLessThan(800);
  await at.page.click(".help-contents a:has-text(\"Mass\")");
  expect(await at.page.evaluate(() => location.hash)).toBe("#help/mass");
  await at.page.waitForFunction(() => document.activeElement?.textContent === "Mass");
  await at.page.goBack();
  await at.page.waitForFunction(() => document.activeElement?.textContent === "Classes");
  await at.open("#help/nothing_of_the_kind");
  await at.page.waitForSelector(".help-topic");
});

test("the pictures are drawn, and the example follows the cursor", async () => {
  const { page } = at;
  await at.open("#help");
  await page.waitForSelector(".help-topic canvas.cells");
  const blank = await page.locator(".help canvas.cells").evaluateAll((list) => list.filter((c) => {
    const canvas = c as HTMLCanvasElement, copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext("2d", { willReadFrequently: true }) as CanvasRenderingContext2D;
    context.drawImage(canvas, 0, 0);
    return context.getImageData(0, 0, copy.width, copy.height).data.every((v) => v === 0);
  }).length);
  expect([blank, await page.locator(".help canvas.cells").count()]).toEqual([0, 13]);
  expect(await page.locator(".help .token").count()).toBe(42);
  await page.locator('.help .token[data-t="30"]').click();
  expect(await page.locator(".readout-where").textContent()).toContain("t = 30");
  await page.keyboard.press("ArrowRight");
  expect(await page.locator(".readout-where").textContent()).toContain("t = 31");
  expect(await page.locator(".help-line figcaption").first().textContent()).toBe("8 flips");
  expect(await page.locator(".help-after").textContent()).toBe("share 0.37");
});

test("lists the fields of this bundle, and switches the single letters off", async () => {
  const { page } = at;
  await at.open("#help/conditions");
  await page.waitForSelector('.help-topic.is-conditions bdi:text-is("p_start")');
  expect(await page.locator(".help-topic.is-conditions dt").allTextContents()).toEqual(expect.arrayContaining(["length", "class", "subject", "has(field)"]));
  await page.locator(".help .check input").uncheck();
  await page.locator("h1").focus();
  await page.keyboard.press("u");
  expect(await page.evaluate(() => location.hash)).toContain("#help");
  await page.locator(".help .check input").check();
  await page.locator("h1").focus();
  await page.keyboard.press("u");
  await page.waitForSelector(".masthead");
});
