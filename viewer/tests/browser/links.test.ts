// SPDX-License-Identifier: MIT
// Each of the first numbers leads to as many traces as it says.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { count_analysis } from "../count_analysis.ts";
import { kImported } from "../fixture.ts";
import { make_demo } from "../generate.ts";
import { write_bundle } from "../make_bundle.ts";
import type { RunData } from "../make_bundle.ts";
import { use_site } from "./harness.ts";

const demo = make_demo({ questions: 4, samples: 3, length: 3 }).runs[0] as RunData;
const runs = [demo, kImported].map((run) => ({ ...run, analysis: count_analysis(run) }));
const at = use_site({ title: "linked", runs }, { one_page: true });

interface Stands { n_traces: number; value: number }
interface Counted {
  traces: number; traces_read: number; free_right: Stands; forced: { right_at_start: Stands; right_at_end: Stands };
  thinking_length: { mean: Stands }; commitment: { t_exit_mean: Stands; performative_share: Stands };
}

// How many traces a number stands on, by what its link is called; of a count it is the number itself.
function stands_on(name: string, text: string, block: Counted): number {
  const share = ({ value, n_traces }: Stands): number => Math.round(value * n_traces);
  if (/free answer$/.test(name) && !/ whose /.test(name)) return share(block.free_right);
  if (/right forced answer at the end$/.test(name)) return share(block.forced.right_at_end);
  if (/right forced answer/.test(name)) return share(block.forced.right_at_start);
  if (/falling length/.test(name)) return block.thinking_length.mean.n_traces;
  if (/performative/.test(name)) return block.commitment.performative_share.n_traces;
  if (/t_exit/.test(name)) return block.commitment.t_exit_mean.n_traces;
  if (/ by /.test(name)) return block.traces_read;
  return Number(/^\d+/.exec(text)?.[0]);
}

// Goes to the address and waits until the page has taken it up.
const follow = (page: Page, href: string): Promise<void> => page.evaluate(async (to) => {
  const before = location.hash, followed = new Promise((resolve) => window.addEventListener("hashchange", resolve, { once: true }));
  location.hash = to;
  if (location.hash !== before) await followed;
}, href);

// All links of a run's numbers: those of its subject table carry the subject.
async function follow_all(run: RunData, place: number): Promise<string[]> {
  const { page } = at, analysis = count_analysis(run) as { overall: Counted; subjects: (Counted & { subject: string })[] };
  await at.open();
  const panel = page.locator(".numbers").nth(place), names: string[] = [];
  await panel.scrollIntoViewIfNeeded();
  await panel.locator(".numbers-grid").first().waitFor();
  const links = await panel.locator(".to-traces").evaluateAll((list) => list.map((a) => [a.textContent, a.getAttribute("aria-label"), a.getAttribute("href"),
    a.closest(".subject-table") ? a.closest("tr")?.querySelector("th")?.textContent ?? "" : null] as [string, string, string, string | null]));
  for (const [text, name, href, subject] of links) {
    expect(name.startsWith(`${text}: traces `), name).toBe(true);
    const block = subject === null ? analysis.overall : analysis.subjects.find((b) => b.subject === subject) as Counted;
    await follow(page, href);
    const status = page.locator(".gallery .status p").first();
    await page.waitForFunction(() => /traces?/.test(document.querySelector(".gallery .status p")?.textContent ?? ""));
    const shown = Number(/^\d+/.exec(await status.textContent() ?? "")?.[0]);
    expect(shown, `${subject ?? run.name}: ${name}`).toBe(stands_on(name, text, block));
    expect(await page.locator(".gallery h1").textContent()).toContain(subject ?? "All subjects");
    if (/ by (falling|rising)/.test(name)) expect(await status.textContent()).toMatch(/sorted by .*, (falling|rising)/);
    names.push(name.replace(/^[^:]*: /, ""));
  }
  return names;
}

test("of a run with failed traces and traces that were cut", async () => {
  const names = await follow_all(demo, 0);
  for (const expected of ["traces that did not fail", "traces that did not end", "traces of the class productive", "traces of the class known already",
    "traces whose forced answer is right at the start and wrong at the end", "traces whose forced answer is right at the end and whose free answer is wrong",
    "traces by falling t_exit", "traces by falling number of flips", "traces by falling length", "traces by rising mass at the end"]) {
    expect(names).toContain(expected);
  }
});

test("of an import with traces that were not read", async () => {
  const names = await follow_all(kImported, 1);
  for (const expected of ["traces with a curve", "traces not known to have ended", "traces whose length is not known"]) expect(names).toContain(expected);
});

test("what a subject counts for itself leads there too", async () => {
  const { page } = at;
  write_bundle(at.folder, { title: "linked", runs: [demo] }); // Without first numbers.
  await at.open();
  await page.locator(".verdict-bar").first().waitFor();
  const link = page.locator(".verdict-bar .to-traces").first(), text = await link.textContent();
  await link.click();
  await page.waitForFunction((n) => document.querySelector(".gallery .status p")?.textContent?.match(/^(\d+)( of 12)? traces/)?.[1] === n, text);
});

test("all traces, and all traces of all runs", async () => {
  const { page } = at;
  write_bundle(at.folder, { title: "linked", runs: [demo, kImported] });
  await at.open("?where=length%20%3E%201e6");
  for (const [name, says] of [["All traces of all runs", "52 traces"], ["All traces", "48 traces"]] as const) {
    await page.getByRole("link", { name, exact: true }).first().click();
    await page.waitForFunction((text) => document.querySelector(".gallery .status p")?.textContent?.startsWith(text), says);
    await page.goBack();
  }
});

test("from a trace of all runs on to the next one, and back to all runs", async () => {
  const { page } = at;
  write_bundle(at.folder, { title: "linked", runs: [demo, kImported] });
  await at.open(`#/*/*?view=grid&where=${encodeURIComponent("run == 'imported' or run == 'demo' and number < 1")}`);
  await page.locator(".tile").nth(2).click();
  await page.waitForFunction(() => document.querySelector(".turn")?.textContent === "← previous3 of 7next →");
  expect(await page.locator(".crumbs li").allTextContents()).toEqual(["linked", "All runs", "demo", "stores"]);
  await page.keyboard.press("n");
  await page.waitForFunction(() => location.hash.startsWith("#/imported/stars/i0/0") && document.querySelector(".turn")?.textContent?.includes("4 of 7"));
  await page.getByRole("link", { name: "All runs" }).click();
  await page.waitForFunction(() => location.hash.startsWith("#/*/*") && document.querySelector(".gallery .status p")?.textContent?.startsWith("7 of 52 traces"));
  await page.goBack();
  await page.locator(".turn a").first().waitFor();
  await page.keyboard.press("u");
  await page.waitForFunction(() => location.hash.startsWith("#/*/*"));
});
