// SPDX-License-Identifier: MIT
// node scripts/screenshot.mjs SITE_DIR OUT_DIR: pictures of a site's pages,
// wide and narrow, light and dark.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const kArgs = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const kSizes = { wide: { width: 1280, height: 860 }, narrow: { width: 420, height: 860 } };

const [site, out] = process.argv.slice(2);
if (!site || !out) {
  console.error("usage: node scripts/screenshot.mjs SITE_DIR OUT_DIR");
  process.exit(2);
}
mkdirSync(out, { recursive: true });

async function shoot(browser, size, scheme) {
  const context = await browser.newContext({ viewport: kSizes[size], colorScheme: scheme, deviceScaleFactor: 1.5 });
  const page = await context.newPage();
  const save = (name) => page.screenshot({ path: join(out, `${name}-${size}-${scheme}.png`) });
  await page.goto(pathToFileURL(resolve(site, "index.html")).href);
  await page.waitForSelector(".subject");
  await page.waitForTimeout(300);
  await save("front");
  const numbers = page.locator(".numbers").first(); // Of a run that has them.
  if (await numbers.count() > 0) {
    await numbers.scrollIntoViewIfNeeded();
    await page.waitForSelector(".numbers:not([aria-busy])");
    await numbers.screenshot({ path: join(out, `numbers-${size}-${scheme}.png`) });
  }
  await page.locator(".subject").first().evaluate((line) => line.scrollIntoView());
  await page.waitForSelector(".strip canvas");
  await page.waitForTimeout(300);
  await save("subjects");
  await page.click(".subject h3 a");
  await page.waitForSelector(".row canvas");
  await page.waitForTimeout(200);
  await save("subject");
  await page.click(".row .thumb:not(.is-failed)");
  await page.waitForSelector(".tokens .token");
  const tokens = page.locator(".token");
  const middle = Math.floor((await tokens.count()) * 0.5);
  await tokens.nth(middle).evaluate((token) => token.click());
  await page.waitForTimeout(200);
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.waitForTimeout(200);
  await save("trace");
  await tokens.nth(middle).evaluate((token) => token.scrollIntoView({ block: "center" }));
  await page.waitForTimeout(200);
  await save("trace-text");
  await context.close();
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: kArgs });
try {
  for (const size of Object.keys(kSizes)) for (const scheme of ["light", "dark"]) await shoot(browser, size, scheme);
} finally {
  await browser.close();
}
console.log(`pictures are in ${out}`);
