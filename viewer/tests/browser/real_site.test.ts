// SPDX-License-Identifier: MIT
// THINKTRACE_BUNDLE=FOLDER: a walk through a site that the program itself made.
import { resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { file_base, launch, serve, watch } from "./harness.ts";
import { read_site } from "../read_site.ts";

const folder = process.env["THINKTRACE_BUNDLE"];

describe.skipIf(!folder)(`a real site${folder ? "" : " (skipped: THINKTRACE_BUNDLE is not set)"}`, () => {
  const site = resolve(folder ?? ".");
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    browser = await launch();
    server = await serve(site);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  test("is read in full", () => expect(read_site(site).traces).toBeGreaterThan(0));
  test.each(["file", "http"])("front page, subject, trace over %s", async (scheme) => {
    const at = await watch(browser, scheme === "file" ? file_base(site) : server.base);
    const { page } = at;
    await at.open();
    for (const panel of await page.locator(".numbers").all()) {
      await panel.scrollIntoViewIfNeeded();
      await panel.locator(".numbers-grid").first().waitFor();
    }
    await page.locator(".subject").first().scrollIntoViewIfNeeded();
    await page.waitForSelector(".strip canvas");
    for (let i = 0; i < await page.locator(".subject").count(); i++) {
      await page.locator(".subject h3 a").nth(i).click();
      await page.waitForSelector(".row .thumb");
      const first = page.locator(".row .thumb:not(.is-failed)").first();
      if (await first.count() > 0) {
        await first.click();
        await page.waitForSelector(".tokens");
        if (await page.locator(".unread").count() === 0) {
          await page.locator(".token").last().hover();
          expect(await page.locator(".readout .number").first().textContent()).toMatch(/^[01]\.\d{3}$/);
        }
        await page.goBack();
        await page.waitForSelector(".row");
      }
      await page.goBack();
      await page.waitForSelector(".masthead");
    }
    expect(await page.locator(".failure").count()).toBe(0);
    await at.check();
    await at.close();
  });
});
