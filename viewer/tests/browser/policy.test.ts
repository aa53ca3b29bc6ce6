// SPDX-License-Identifier: MIT
// What the page's policy refuses, whoever asks, and how much code a reader loads.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { kFixture } from "../fixture.ts";
import { use_site } from "./harness.ts";

interface Typed { trustedTypes?: { createPolicy(name: string, rules: object): unknown } }
const at = use_site(kFixture);

test.each(["file", "http"])("markup, scripts and requests are refused over %s", async (scheme) => {
  if (scheme === "http") await at.again(await at.serve());
  at.expect_problems(/policy: |Content.Security.Policy|This document requires 'Trusted|request: /i);
  await at.open("#/run%20one/first");
  await at.page.waitForSelector(".row canvas");
  const refused = await at.page.evaluate(async () => {
    const ways: Record<string, () => unknown> = {
      markup: () => { document.body.innerHTML = "<b>b</b>"; },
      inserted: () => { document.body.insertAdjacentHTML("beforeend", "<b>b</b>"); },
      parsed: () => new DOMParser().parseFromString("<b>b</b>", "text/html"),
      written: () => { document.write("<b>b</b>"); },
      frame: () => { document.createElement("iframe").srcdoc = "<b>b</b>"; },
      script: () => { document.createElement("script").src = "data:text/javascript,1"; },
      inline: () => { document.createElement("script").textContent = "1"; },
      policy: () => (window as unknown as Typed).trustedTypes?.createPolicy("another", {}),
      again: () => (window as unknown as Typed).trustedTypes?.createPolicy("thinktrace", {}),
      request: () => fetch("https://example.invalid/"),
    };
    const refused: string[] = [];
    // Not right away: what the debugger runs itself may do more than a page.
    await new Promise((resolve) => setTimeout(resolve, 0));
    for (const [name, way] of Object.entries(ways)) {
      try {
        await way();
      } catch {
        refused.push(name);
      }
    }
    const image = new Image();
    image.src = "https://example.invalid/x.png";
    await new Promise((resolve) => { image.onerror = image.onload = resolve; });
    const style = document.createElement("style");
    style.textContent = "body { display: none !important; }";
    document.head.append(style);
    return [...refused, image.naturalWidth === 0 ? "image" : "", getComputedStyle(document.body).display === "none" ? "" : "style"];
  });
  expect(refused).toEqual(["markup", "inserted", "parsed", "written", "frame", "script", "inline", "policy", "again", "request", "image", "style"]);
  expect((await at.page.evaluate(() => window.__violations))?.length).toBeGreaterThanOrEqual(refused.length - 1);
});

test("script and style sheet are at most 150 kB together, compressed", () => {
  const [script, style] = ["app.js", "app.css"].map((name) => gzipSync(readFileSync(`dist/${name}`), { level: 9 }).length) as [number, number];
  expect(script).toBeGreaterThan(20_000);
  expect(script + style).toBeLessThanOrEqual(150_000);
});
