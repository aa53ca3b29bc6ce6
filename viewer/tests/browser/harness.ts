// SPDX-License-Identifier: MIT
// A browser, a server for one folder, and an eye on everything that must not happen.
import { createServer } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { launch } from "../../scripts/browser.mjs";
import { write_bundle } from "../make_bundle.ts";
import type { BundleData, WriteOptions, Written } from "../make_bundle.ts";

export { launch };

export function temporary_folder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "thinktrace-viewer-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const file_base = (folder: string): string => `${pathToFileURL(folder).href}/`;

const kTypes: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css" };

// Serves the folder below a path, as a site of many would be.
export async function serve(folder: string): Promise<{ base: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const match = /^\/deep\/er\/(index\.html|app\.js|app\.css|data\/[0-9a-f]{32}\.js|live\/[0-9]{1,9}\.js)?$/.exec(request.url ?? "");
    const name = match ? match[1] ?? "index.html" : null;
    try {
      if (name === null) throw new Error("not ours");
      const body = readFileSync(join(folder, name));
      response.writeHead(200, { "content-type": kTypes[name.split(".").pop() as string] ?? "" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/deep/er/`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

export interface Watched {
  page: Page;
  base: string;
  open(hash?: string): Promise<void>;
  check(): Promise<void>; // Fails if anything happened that must not.
  expect_problems(pattern: RegExp): void; // What the page and the browser may report, now or later.
  close(): Promise<void>;
}

declare global {
  interface Window { __pwned?: unknown; __violations?: string[] }
}

export async function watch(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const problems: string[] = [], expected: RegExp[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:,")) problems.push(`request: ${request.url()}`);
  });
  page.on("popup", () => problems.push("a second window"));
  await page.addInitScript(() => {
    window.__violations = [];
    document.addEventListener("securitypolicyviolation", (e) =>
      window.__violations?.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
  });
  return {
    page, base,
    expect_problems: (pattern) => void expected.push(pattern),
    open: async (hash = "") => {
      await page.goto("about:blank");
      await page.goto(`${base}index.html${hash}`);
    },
    check: async () => {
      problems.push(...(await page.evaluate(() => window.__violations ?? [])).map((v) => `policy: ${v}`));
      if (await page.evaluate(() => window.__pwned)) problems.push("a text ran");
      expect(problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)))).toEqual([]);
    },
    close: () => context.close(),
  };
}

export interface SiteOptions {
  write?: WriteOptions;
  page?: BrowserContextOptions;
  fresh?: boolean; // The site is written anew for each test, which may damage it.
  one_page?: boolean; // The tests go on with one page.
}

// A site with a browser that looks at it. What is asked for in a test goes at its end.
export interface Site extends Watched {
  readonly browser: Browser;
  readonly folder: string;
  readonly written: Written;
  again(base?: string, options?: BrowserContextOptions): Promise<void>; // Another page takes the place of this one.
  write(data: BundleData, options?: WriteOptions): string; // Another site; its folder.
  serve(folder?: string): Promise<string>; // Where a folder, or the site's own, is served.
}

// For the tests of a file or of a group. Each has a page of its own, which nothing must have happened to.
export function use_site(data: BundleData, { write = {}, page: look = {}, fresh = false, one_page = false }: SiteOptions = {}): Site {
  let browser: Browser, home: ReturnType<typeof temporary_folder>, written: Written, now: Watched, ends: (() => unknown)[] = [];
  const make = (): void => {
    home = temporary_folder();
    written = write_bundle(home.folder, data, write);
  };
  const start = async (): Promise<void> => {
    if (fresh) make();
    now = await watch(browser, file_base(home.folder), look);
  };
  const leave = async (): Promise<void> => {
    await now.check().finally(now.close);
  };
  const end = async (): Promise<void> => {
    await leave();
    for (const each of ends.splice(0)) await each();
    if (fresh) home.remove();
  };
  beforeAll(async () => {
    if (!fresh) make();
    browser = await launch();
    if (one_page) await start();
  });
  afterAll(async () => {
    if (one_page) await end();
    await browser.close();
    if (!fresh) home.remove();
  });
  if (!one_page) beforeEach(start);
  afterEach(one_page ? () => now.check() : end);
  return {
    get browser() { return browser; },
    get folder() { return home.folder; },
    get written() { return written; },
    get page() { return now.page; },
    get base() { return now.base; },
    open: (hash) => now.open(hash),
    check: () => now.check(),
    expect_problems: (pattern) => now.expect_problems(pattern),
    close: () => now.close(),
    async again(base = file_base(home.folder), options = look) {
      await leave();
      now = await watch(browser, base, options);
    },
    write(other, options) {
      const { folder, remove } = temporary_folder();
      ends.push(remove);
      write_bundle(folder, other, options);
      return folder;
    },
    async serve(folder = home.folder) {
      const server = await serve(folder);
      ends.push(server.close);
      return server.base;
    },
  };
}

// The colour of one cell of a trace's canvas.
export function pixel(page: Page, selector: string, x: number, y: number): Promise<number[]> {
  return page.locator(selector).first().evaluate((canvas, at) => {
    const copy = document.createElement("canvas"); // The page's own is not made for reading.
    copy.width = copy.height = 1;
    const context = copy.getContext("2d", { willReadFrequently: true });
    const cells = canvas as HTMLCanvasElement;
    const scale = cells.width / Number(cells.dataset["columns"]);
    context?.drawImage(cells, -at.x * scale, -at.y * scale);
    return [...(context?.getImageData(0, 0, 1, 1).data ?? [])];
  }, { x, y });
}
