// SPDX-License-Identifier: MIT
// Traces as a page of their own: what is taken of each run is loaded, and bundle_writer.ts makes the file of it.
import { BundleError, as_string } from "../bundle/check.ts";
import { decode_text, parse_kind } from "../bundle/chunk_text.ts";
import { load_chunk } from "../bundle/chunks.ts";
import { load_experiments, load_ids, load_questions, load_readings, load_trace } from "../bundle/load.ts";
import { whole } from "../text/numbers.ts";
import type { Manifest, RunIndex } from "../types.ts";
import { write_single_file } from "./bundle_writer.ts";
import type { AppParts, PickedRun, PickedTrace } from "./bundle_writer.ts";
import type { Progress } from "./menu.ts";
import { load_strip } from "./rows.ts";

export const kMaxTraces = 200, kMaxMegabytes = 30;

// Why this page can't write itself; null where it can.
export function why_not(manifest: Manifest): string | null {
  if (manifest.app === null) return "This page does not hold its own code in a form that can be put into a file.";
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  return subtle ? null : "This page came over plain http, where browsers give no SHA-256, which such a file needs. Open it from a folder or over https.";
}

async function load_app(name: string): Promise<AppParts> {
  const app = parse_kind(decode_text(await load_chunk(name)), "app");
  const text = (key: keyof AppParts): string => as_string(app[key], `app.${key}`);
  return { js: text("js"), css: text("css"), js_sha256: text("js_sha256"), css_sha256: text("css_sha256") };
}

interface Taken { trace: PickedTrace; prompt: string | null }

async function take(index: RunIndex, place: number): Promise<Taken> {
  const strip = await load_strip(index, place);
  if (index.traces.failed[place]) {
    return { prompt: null, trace: { place, text: null, strip, curve: { values: new Float32Array(), mass: new Float32Array() }, ids: [], readings: [], experiments: [] } };
  }
  const [{ prompt, curve, ...text }, ids, readings, experiments] = await Promise.all([load_trace(index, place), load_ids(index, place),
    load_readings(index, place), load_experiments(index, place)]);
  return { prompt, trace: { place, text, strip, curve, ids, readings, experiments } };
}

// Traces of the runs of `indexes`, by run; each list in the order of its run, none twice.
export type Selection = readonly { index: RunIndex; places: readonly number[] }[];

export async function make_page(manifest: Manifest, selection: Selection, progress: Progress): Promise<string> {
  const app = await load_app(manifest.app as string), runs: PickedRun[] = [];
  const of = selection.reduce((n, { places }) => n + places.length, 0);
  let done = 0;
  for (const { index, places } of selection) {
    const prompts = new Map<number, string>(), traces: PickedTrace[] = [];
    for (const place of places) {
      const { trace, prompt } = await take(index, place);
      if (prompt !== null) prompts.set(index.traces.question[place] as number, prompt);
      traces.push(trace);
      if (++done % 10 === 0) progress(`${whole(done)} of ${whole(of)} traces …`);
    }
    runs.push({ index, questions: await load_questions(index.run), prompts, traces });
  }
  progress("Packing …");
  const file = await write_single_file(manifest, runs, app);
  const megabytes = file.length / 1e6; // ASCII but for the page's own code.
  if (megabytes > kMaxMegabytes) {
    throw new BundleError(`The page would be ${Math.ceil(megabytes)} MB; at most ${kMaxMegabytes} MB are made. Pick fewer traces.`);
  }
  return file;
}
