// SPDX-License-Identifier: MIT
// What a reader takes away: tables, pictures, drawings and pages that open by themselves, from a folder and from a server.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { kNumbers } from "../fixture.ts";
import { make_demo } from "../generate.ts";
import { kHostile } from "../hostile.ts";
import { file_base, use_site } from "./harness.ts";

const at = use_site(kNumbers, { page: { acceptDownloads: true } });

// Opens the menu, chooses, and gives the file with what the menu said of it.
async function save(name: string): Promise<{ name: string; bytes: Buffer; said: string }> {
  const { page } = at, button = page.locator(".save-button");
  if (await button.getAttribute("aria-expanded") === "false") await button.click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(`.save-list button:has-text("${name}")`)]);
  await page.waitForFunction(() => document.querySelector(".save-said")?.textContent?.startsWith("Saved"));
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()), said: await page.locator(".save-said").textContent() ?? "" };
}

const png_size = (bytes: Buffer): [number, number] => [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];

// Cells of the drawing whose colour is not that of the picture there, at two pixels for one.
async function other_cells(png: Buffer, drawing: string): Promise<{ n: number; other: string[] }> {
  const elsewhere = await at.browser.newPage(); // The site's own pages load no pictures.
  const found = await elsewhere.evaluate(async ([data, text]) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob()), canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext("2d", { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D, other: string[] = [];
    context.drawImage(picture, 0, 0);
    let n = 0;
    for (const path of new DOMParser().parseFromString(text, "image/svg+xml").querySelectorAll("path")) {
      for (const [cell, x, y, width, height] of (path.getAttribute("d") ?? "").matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)/g)) {
        const at = (from: string | undefined, part: string | undefined): number => Math.floor(2 * (Number(from) + Number(part) / 2));
        const [r, g, b] = context.getImageData(at(x, width), at(y, height), 1, 1).data, colour = [r, g, b].map((c) => (c ?? 0).toString(16).padStart(2, "0")).join("");
        n++;
        if (path.getAttribute("fill") !== `#${colour}`) other.push(`${cell} #${colour}`);
      }
    }
    return { n, other };
  }, [png.toString("base64"), drawing] as const);
  await elsewhere.close();
  return found;
}

let n_alone = 0;
// A saved page in a folder of its own, opened with nothing else there.
async function open_alone(bytes: Buffer, hash: string): Promise<void> {
  const folder = join(at.folder, `alone-${++n_alone}`);
  mkdirSync(folder);
  writeFileSync(join(folder, "index.html"), bytes);
  await at.again(file_base(folder), { offline: true });
  await at.open(hash);
}

describe.each(["file", "http"])("over %s", (scheme) => {
  beforeEach(async () => { if (scheme === "http") await at.again(await at.serve()); });

  test("a gallery as table, picture and drawing, in the order shown", async () => {
    await at.open("#/run%20one/*?sort=-length");
    await at.page.waitForSelector(".save-button");
    await at.page.waitForSelector("[data-trace]");
    const table = await save("Table");
    expect(table.name).toBe("run-one.csv");
    const lines = table.bytes.toString("utf8").split("\r\n"), ids = lines.slice(1, -1).map((line) => line.split(",")[1]);
    expect(lines[0]).toMatch(/^run,trace_id,question_id,subject,sample,question,options,answer,chosen,status,error,length,p_start,/);
    expect(ids.slice(0, 3)).toEqual(["a1", "b1", "b0"]); // 40, 30 and 20 tokens.
    const picture = await save("Picture");
    expect(picture.name).toBe("run-one.png");
    expect(Math.min(...png_size(picture.bytes))).toBeGreaterThan(200);
    const drawing = (await save("Drawing")).bytes.toString("utf8");
    expect(drawing).toMatch(/^<svg xmlns/);
    const { n, other } = await other_cells(picture.bytes, drawing);
    expect([n > 20, other]).toEqual([true, []]);
    expect(drawing).toContain(">right<");
    expect(drawing.indexOf("q 0 · s 1")).toBeLessThan(drawing.indexOf("q 1 · s 1"));
    expect(drawing).toContain(">failed<");
  });

  test("picked traces as a page that opens by itself, offline", async () => {
    await at.open("#/run%20one/*?pick=b1,e1,a1");
    await at.page.waitForSelector("[data-trace]");
    const page = await save("One page");
    expect(page.name).toBe("run-one-traces.html");
    await open_alone(page.bytes, "#/*/*?view=grid");
    await at.page.waitForSelector("[data-trace]");
    expect((await at.page.locator(".tile").evaluateAll((tiles) => tiles.map((t) => (t as HTMLElement).dataset["trace"]))).sort()).toEqual(["a1", "b1", "e1"]);
    await at.open("#/run%20one/first/q1/1");
    await at.page.waitForSelector(".token");
    expect(await at.page.locator("h1").textContent()).toBe("Which is seven?");
    expect(await at.page.locator(".token").count()).toBe(31);
    expect(await at.page.locator(".save-list").count()).toBe(1);
    await at.open("#/");
    expect(await at.page.locator(".notes").first().textContent()).toContain("2 of the run’s 7 traces are here.");
  });

  test("one trace with its curve, and as a page", async () => {
    await at.open("#/run%20one/first/q0/1?colour=right");
    await at.page.waitForSelector(".token");
    const drawing = (await save("Drawing")).bytes.toString("utf8");
    for (const text of ["Which is two?", "thinking tokens kept", "B  two  ✓ right", "mass: the options together", "P(right):"]) expect(drawing).toContain(text);
    expect(drawing.match(/<polyline/g)?.length).toBeGreaterThan(10);
    const picture = await save("Picture");
    expect(picture.name).toBe("run-one-first-question-0-sample-1.png");
    expect(png_size(picture.bytes)[0]).toBe(1520);
    const { n, other } = await other_cells(picture.bytes, drawing);
    expect([n > 20, other]).toEqual([true, []]);
    await open_alone((await save("One page")).bytes, "#/run%20one/first/q0/1");
    await at.page.waitForSelector(".token");
    expect(await at.page.locator(".token").count()).toBe(41);
  });
});

describe("from a folder", () => {
  const open = async (hash: string, folder = at.folder): Promise<void> => {
    if (folder !== at.folder) await at.again(file_base(folder));
    await at.open(hash);
    await at.page.waitForSelector("[data-trace]");
  };
  test("what is cut is said", async () => {
    await open("#/*/*", at.write(make_demo({ questions: 30, samples: 4, length: 4, runs: 1 })));
    const drawing = await save("Drawing");
    expect(drawing.said).toMatch(/Saved a picture of 200 traces\. These are the first 200 of \d+: /);
    expect((await save("One page")).said).toContain("pick traces to choose others");
    const table = await save("Table");
    expect(table.said).not.toContain("first");
    expect(table.bytes.toString().split("\r\n").length).toBeGreaterThan(202);
  });
  test("nothing shown is nothing to save", async () => {
    await open("#/run%20one/*");
    await at.page.evaluate(() => { location.hash = "#/run%20one/*?where=length%20%3E%209999"; });
    await at.page.waitForSelector("[data-trace]", { state: "detached" });
    await at.page.click(".save-button");
    expect(await at.page.locator(".save-said").textContent()).toBe("No trace is shown.");
  });
  test("the menu goes by keys, and Escape closes it", async () => {
    await open("#/run%20one/*");
    const { page } = at, focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? "");
    await page.locator(".save-button").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await focused()).toContain("Table (CSV)");
    await page.keyboard.press("Escape");
    expect(await page.locator(".save-button").getAttribute("aria-expanded")).toBe("false");
    expect(await focused()).toBe("Save");
    await page.keyboard.press("Enter");
    for (let i = 0; i < 5; i++) await page.keyboard.press("Tab");
    expect(await page.locator(".save-panel").isVisible()).toBe(false);
  });
  test("a bundle without its own code says that it can't make pages", async () => {
    const bare = join(at.write(kNumbers), "index.html"), page = readFileSync(bare, "utf8");
    writeFileSync(bare, page.replace(/"app":"[0-9a-f]{32}"/, '"app":null'));
    await open("#/run%20one/*", join(bare, ".."));
    await at.page.click(".save-button");
    await at.page.click('.save-list button:has-text("One page")');
    await at.page.waitForFunction(() => document.querySelector(".save-said")?.textContent !== "");
    expect(await at.page.locator(".save-said").textContent()).toContain("does not hold its own code");
  });
  test("hostile texts stay texts in every file", async () => {
    const text = kHostile.slice(0, 40).join(" ");
    const probs = [[0.5, 0.5], [0.2, 0.8], [0.1, 0.9]];
    const folder = at.write({ title: text, generator: text, runs: [{ name: text, labels: [text, text], notes: [text], model: { name: text, architecture: text, sha256: text },
      subjects: [{ name: text, questions: [{ id: "q", text, options: [text, text], answer: 1, prompt: text, traces: [
        { id: "aa", sample: 0, tokens: [text, text], probs, answer_text: text }, { id: "ab", sample: 1, tokens: [], probs: [], error: text }] }] }] }] });
    await open("#/*/*", folder);
    const drawing = await save("Drawing");
    expect(drawing.name).toMatch(/^[a-z0-9-]+\.svg$/);
    expect(drawing.bytes.toString("utf8").match(/<(?!\/?(svg|rect|text|path|polyline)\b)/g)).toBeNull();
    const table = (await save("Table")).bytes.toString("utf8");
    expect(table.split("\r\n").length).toBe(4);
    expect(table).not.toMatch(/[\0-\x09\x0B\x0C\x0E-\x1F\u202A-\u202E\u2066-\u2069]/);
    await open_alone((await save("One page")).bytes, "#/*/*");
    await at.page.waitForSelector("[data-trace]");
  });
});
