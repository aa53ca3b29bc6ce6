// SPDX-License-Identifier: MIT
// The ways a reader goes, from a folder and from a server.
import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { viridis } from "../../src/colour/viridis.ts";
import { kFixture } from "../fixture.ts";
import { pixel, use_site } from "./harness.ts";

const at = use_site(kFixture);

const numbers = (page: Page): Promise<string[]> => page.locator(".row-number").allTextContents();
const hash = (page: Page): Promise<string> => page.evaluate(() => location.hash);

describe.each(["file", "http"])("over %s", (scheme) => {
  beforeEach(async () => { if (scheme === "http") await at.again(await at.serve()); });

  test("front page, subject, trace and back", async () => {
    const { page } = at;
    await at.open();
    await page.waitForSelector(".strip canvas");
    expect(await page.locator(".notes").textContent()).toBe("mind the gap");
    expect(await page.locator(".facts").textContent()).toContain("±0.012");
    expect(await page.locator(".verdict-bar").first().textContent()).toBe("start2 of 5"); // Of q0 none, q1 both.
    await page.click("text=first");
    await page.waitForSelector(".row");
    expect(await numbers(page)).toEqual(["0", "1", "2"]);
    expect(await page.locator(".row").first().locator("canvas").count()).toBe(2);
    await page.click(".row .thumb");
    await page.waitForSelector(".token");
    expect(await page.locator("h1").textContent()).toBe("Which is two?");
    expect(await page.title()).toBe("Question 0, sample 0 – fixture");
    await page.goBack();
    await page.waitForSelector(".row");
    await page.goBack();
    await page.waitForSelector(".masthead");
    await page.goForward();
    await page.waitForSelector(".row");
  });

  test("thumbnails are drawn from the data in each colouring", async () => {
    const { page } = at;
    await at.open("#/run%20one/first");
    await page.waitForSelector(".row canvas");
    // After the first token the wrong option has it all, after the second the right one.
    expect(await pixel(page, ".row canvas", 0, 0)).toEqual([0xd2, 0x04, 0x2d, 255]);
    expect(await pixel(page, ".row canvas", 1, 0)).toEqual([0x50, 0xc8, 0x78, 255]);
    // An eighth red, half green, the rest the grey of what is outside the options.
    const mixed = [0xd2 / 8 + 0x50 / 2 + 190 * 0.375, 0x04 / 8 + 0xc8 / 2 + 190 * 0.375, 0x2d / 8 + 0x78 / 2 + 190 * 0.375];
    (await pixel(page, ".row canvas", 2, 0)).slice(0, 3).forEach((v, i) => expect(Math.abs(v - (mixed[i] as number))).toBeLessThan(2));
    expect(await pixel(page, ".row canvas", 3, 0)).toEqual([0, 0, 0, 0]);
    await page.click("text=Most likely");
    expect(await pixel(page, ".row canvas", 2, 0)).toEqual([0x50, 0xc8, 0x78, 255]);
    await page.click("text=P(right)");
    expect(await pixel(page, ".row canvas", 0, 0)).toEqual([68, 1, 84, 255]);
    expect(await pixel(page, ".row canvas", 2, 0)).toEqual([...viridis(Math.round(255 * 0.5) / 255).map(Math.round), 255]);
    expect(await hash(page)).toContain("colour=right");
  });

  test("a deep link restores everything", async () => {
    const { page } = at;
    await at.open("#/run%20one/first/q0/0?sort=-p_end&colour=right&palette=safe&t=2");
    await page.waitForSelector(".token.is-here");
    expect(await page.locator(".readout-where").textContent()).toBe("t = 2 after 2 thinking tokenst_exit");
    expect(await page.locator(".readout .number").allTextContents()).toEqual(["0.000", "1.000", "1.000"]);
    expect(await page.locator('.segmented [aria-pressed="true"]').textContent()).toBe("P(right)");
    await page.click(".crumbs >> text=first");
    await page.waitForSelector(".row");
    expect(await numbers(page)).toEqual(["2", "0", "1"]); // Means at the end: 0.75, 0.725, 0.45.
  });
});

describe("in detail", () => {
  test("all subjects in one list", async () => {
    const { page } = at;
    await at.open();
    await page.click("text=All traces");
    await page.waitForFunction(() => location.hash === "#/run%20one/*?view=grid");
    await page.click(".segmented >> text=List");
    await page.waitForFunction(() => document.querySelectorAll(".row").length === 4);
    expect(await page.locator(".row-subject").allTextContents()).toEqual(["first", "first", "first", "second"]);
    await page.locator(".row .thumb").last().click();
    await page.waitForSelector(".turn a");
    expect(await page.locator(".turn").textContent()).toBe("← previous7 of 7next →");
  });

  test("keys for questions, samples, colouring, the way up and help", async () => {
    const { page } = at;
    await at.open("#/run%20one/first/q0/0");
    const heading = (text: string) => page.waitForSelector(`.page-head >> text=${text}`);
    await page.waitForSelector(".turn a");
    await page.keyboard.press("N");
    await heading("question 1 · sample 0");
    await page.keyboard.press("s");
    await heading("question 1 · sample 1");
    expect(await page.locator(".tag.is-cut").textContent()).toBe("cut by the budget");
    await page.waitForSelector(".turn a");
    await page.keyboard.press("P");
    await heading("question 0 · sample 1");
    await page.keyboard.press("c");
    expect(await hash(page)).toContain("colour=likely");
    await page.keyboard.press("?");
    await page.waitForSelector(".help");
    await page.uncheck("text=Single letters work as keys");
    await page.goBack();
    await page.waitForSelector(".turn a");
    await page.keyboard.press("u");
    expect(await hash(page)).toContain("/q0/"); // Single letters are off now.
    await page.goForward();
    await page.check("text=Single letters work as keys");
    await page.goBack();
    await page.waitForSelector(".turn a");
    await page.keyboard.press("u");
    await page.waitForSelector(".row");
    await page.keyboard.press("u");
    await page.waitForSelector(".masthead");
  });

  test("the way back and a reload find the page where it was, though what makes it long comes late", async () => {
    await at.again(await at.serve());
    const { page } = at, y = () => page.evaluate(() => window.scrollY);
    let held = Promise.resolve(), release = (): void => undefined;
    await page.route(/data\/[0-9a-f]{32}\.js/, (route) => held.then(() => route.continue()));
    const reload = async (): Promise<void> => {
      held = new Promise((resolve) => { release = resolve; });
      await page.reload({ waitUntil: "domcontentloaded" });
      await page.waitForSelector("main h1", { state: "attached" });
      expect(await y()).toBeLessThan(250);
    };
    await page.setViewportSize({ width: 1280, height: 300 });
    await at.open("#/run%20one/first/q0/1");
    await page.waitForSelector(".turn a");
    await page.evaluate(() => window.scrollTo(0, 250));
    await page.waitForFunction(() => (history.state as { y?: number } | null)?.y === 250);
    await reload();
    release();
    await page.waitForSelector(".turn a");
    await expect.poll(y).toBe(250);
    // Where the reader moves before it has come, the page stays with the reader.
    await reload();
    await page.keyboard.press("Shift");
    release();
    await page.waitForSelector(".turn a");
    expect(await y()).toBeLessThan(250);
  });

  test("an address of nowhere says so", async () => {
    const { page } = at;
    for (const nowhere of ["#/no%20run", "#/run%20one/no%20subject", "#/run%20one/first/zz/0", "#/run%20one/first/q0/77"]) {
      await at.open(nowhere);
      await page.waitForSelector("text=Nothing here");
    }
  });
});
