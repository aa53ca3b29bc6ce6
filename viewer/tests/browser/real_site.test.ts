// SPDX-License-Identifier: MIT
// THINKTRACE_BUNDLE=FOLDER: a walk through a site that the program itself made; with THINKTRACE=PROGRAM and THINKTRACE_RUN=RUN
// also through what it serves of a run.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { file_base, launch, serve, watch } from "./harness.ts";
import { read_site } from "../read_site.ts";

const folder = process.env["THINKTRACE_BUNDLE"], program = process.env["THINKTRACE"], run = process.env["THINKTRACE_RUN"];

// Resolves to the address that it prints.
async function serve_run(): Promise<{ base: string; close(): Promise<unknown> }> {
  const child = spawn(resolve(program ?? ""), ["serve", resolve(run ?? ""), "--port", "0", "--quiet"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let printed = "";
  for await (const part of child.stdout) if ((printed += String(part)).includes("\n")) break;
  return { base: /http:\S+/.exec(printed)?.[0] ?? "", close: () => (child.kill("SIGINT"), ended) };
}

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
  test.each(["file", "http", ...(program && run ? ["serve"] : [])])("front page, subject, trace over %s", async (scheme) => {
    const live = scheme === "serve" ? await serve_run() : null;
    const at = await watch(browser, live?.base ?? (scheme === "file" ? file_base(site) : server.base));
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
    expect(await page.locator(".live-pill, .live").count() > 0).toBe(live !== null);
    await at.check();
    await at.close();
    await live?.close();
  });
});
