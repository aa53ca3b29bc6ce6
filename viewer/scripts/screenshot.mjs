// SPDX-License-Identifier: MIT
// node scripts/screenshot.mjs SITE_DIR OUT_DIR [--docs]: pictures of a site's pages, wide and narrow, light and dark; with
// --docs those of README and docs alone. Of a site with two runs also their comparison.
import { mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { launch } from "./browser.mjs";

const kSizes = { wide: { width: 1280, height: 860 }, narrow: { width: 420, height: 860 } };

const [site, out, docs] = process.argv.slice(2);
if (!site || !out) {
  console.error("usage: node scripts/screenshot.mjs SITE_DIR OUT_DIR [--docs]");
  process.exit(2);
}
mkdirSync(out, { recursive: true });

const page_text = readFileSync(join(site, "index.html"), "utf8");
const manifest = JSON.parse(/id="bundle">([^<]*)</.exec(page_text)[1]);
const [run, other] = manifest.runs;
const of_run = `#/${encodeURIComponent(run.name)}`, subject = run.subjects.find((s) => s.name === "chains") ?? run.subjects[0];

const quiet = (page) => page.waitForTimeout(500);
const pictures_there = async (page) => {
  await page.waitForSelector("[data-trace]");
  await page.waitForFunction(() => document.querySelector(".is-blank") === null);
  await quiet(page);
};

// A trace in the middle of its thinking.
async function open_trace(page) {
  await page.waitForSelector(".tokens .token");
  const tokens = page.locator(".token");
  await tokens.nth(Math.floor((await tokens.count()) * 0.6)).evaluate((token) => token.click());
  await page.evaluate(() => window.scrollTo(0, 0));
  await quiet(page);
}

async function pick_two(page) {
  await pictures_there(page);
  for (const i of [0, 1, 2]) await page.locator("a[data-trace]").nth(i).evaluate((thumb) => { thumb.focus(); thumb.dispatchEvent(new KeyboardEvent("keydown", { key: "x", bubbles: true })); });
  await page.evaluate(() => { location.hash = location.hash.replace(/^#[^?]*/, "#tray"); });
  await page.waitForSelector("canvas");
  await quiet(page);
}

const kRoomForPairs = 400; // Below the numbers of a comparison.

// Name, address, what is to be done there, and whether the docs show it.
const kViews = [
  ["front", "#/", async (page) => { await page.waitForSelector(".subject"); await quiet(page); }],
  ["numbers", "#/", async (page) => {
    await page.locator(".numbers").first().scrollIntoViewIfNeeded();
    await page.waitForSelector(".numbers:not([aria-busy])");
    await quiet(page);
  }, "docs"],
  ["grid", `${of_run}/*?sort=performative_share&group=subject&size=3`, pictures_there, "docs"],
  ["lines", `${of_run}/*?view=lines&align=fraction&group=class&sort=t_exit&size=3`, pictures_there, "docs"],
  ["list", `${of_run}/${encodeURIComponent(subject.name)}`, pictures_there],
  ["trace", `${of_run}/${encodeURIComponent(subject.name)}`, async (page) => {
    await pictures_there(page);
    await page.locator("a[data-trace]:not(.is-failed)").first().evaluate((thumb) => thumb.click());
    await open_trace(page);
  }, "docs"],
  ["tray", `${of_run}/*?view=grid&sort=t_exit`, pick_two],
  ["help", "#help", quiet],
  ...(other ? [["compare", `#compare/${encodeURIComponent(run.name)}/${encodeURIComponent(other.name)}`, async (page) => {
    const { width, height } = page.viewportSize();
    await page.setViewportSize({ width, height: height + kRoomForPairs });
    await page.waitForSelector(".compare-table:not([aria-busy])");
    await page.waitForSelector(".pair");
    await pictures_there(page);
  }, "docs"]] : []),
];

async function shoot(browser, size, scheme) {
  for (const [name, hash, act, for_docs] of kViews) {
    if (docs && (!for_docs || size !== "wide" || scheme !== "light")) continue;
    const context = await browser.newContext({ viewport: kSizes[size], colorScheme: scheme, deviceScaleFactor: 1.5 });
    const page = await context.newPage();
    await page.goto(pathToFileURL(resolve(site, "index.html")).href + hash);
    await act(page);
    const path = join(out, docs ? `${name}.png` : `${name}-${size}-${scheme}.png`);
    if (name === "numbers") await page.locator(".numbers").first().screenshot({ path });
    else await page.screenshot({ path });
    await context.close();
  }
}

const browser = await launch();
try {
  for (const size of Object.keys(kSizes)) for (const scheme of ["light", "dark"]) await shoot(browser, size, scheme);
} finally {
  await browser.close();
}
console.log(`pictures are in ${out}`);
