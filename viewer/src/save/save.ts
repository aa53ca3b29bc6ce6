// SPDX-License-Identifier: MIT
// The menu that saves what a gallery shows.
import { BundleError } from "../bundle/check.ts";
import { load_index, load_questions } from "../bundle/load.ts";
import type { Context } from "../context.ts";
import { download } from "../dom/download.ts";
import { failure_text } from "../dom/message.ts";
import type { Arrangement } from "../table/arrange.ts";
import type { TraceTable } from "../table/table.ts";
import { plural, whole } from "../text/numbers.ts";
import { find_picks } from "../tray/picks.ts";
import type { QuestionText, RunIndex } from "../types.ts";
import { make_csv } from "./csv.ts";
import { make_menu } from "./menu.ts";
import type { Action, Progress } from "./menu.ts";
import { make_tiles, place_of } from "./rows.ts";
import { draw_sheet, lay_out } from "./sheet.ts";
import type { SheetHead } from "./sheet.ts";
import { kMaxTraces, make_page, why_not } from "./single_file.ts";
import type { Selection } from "./single_file.ts";
import { canvas_surface, svg_surface } from "./surface.ts";

export interface Shown { table: TraceTable; arrangement: Arrangement; questions(run: number): readonly QuestionText[] | null }

const kMaxDrawn = 200; // In one SVG.
const kMaxSide = 8000; // Pixels of a PNG.

const cut = (n: number, of: number, what: string): string => (n < of ? ` These are the first ${whole(n)} of ${whole(of)}: ${what}.` : "");

// Names of the runs and of the subject, for files and heads.
function words_of({ table, arrangement }: Shown): string[] {
  const subjects = new Set<string>();
  for (const row of arrangement.rows) {
    subjects.add(place_of(table, row).subject);
    if (subjects.size > 1) break;
  }
  return [...table.indexes.map((index) => index.run.name).slice(0, 3), ...(subjects.size === 1 ? subjects : [])];
}

async function save_table({ table, arrangement, questions }: Shown, words: readonly string[]): Promise<string> {
  const saved = new Set(Array.from(arrangement.rows, (row) => table.run[row]));
  const texts = await Promise.all(table.indexes.map((index, run) => (saved.has(run) ? questions(run) ?? load_questions(index.run) : null)));
  download(make_csv(table, arrangement.rows, (run) => texts[run] ?? null), words, "csv");
  return `Saved a table of ${plural(arrangement.n, "trace")}.`;
}

function length_of(table: TraceTable, row: number): number {
  const { index, trace } = place_of(table, row);
  return index.traces.n_tokens[trace] as number;
}

function head_of(context: Context, { table, arrangement }: Shown, words: readonly string[], n: number): SheetHead {
  const { colouring, palette } = context.state();
  const n_options = Math.max(2, ...Array.from(arrangement.rows.subarray(0, n), (row) => {
    const { index, question } = place_of(table, row);
    return index.questions.n_options[question] as number;
  }));
  const says = `${plural(n, "trace")}${n < arrangement.n ? ` of ${whole(arrangement.n)}` : ""}; a cell a thinking token. Named by question and sample, with tokens and P(right) from start to end. ${context.manifest.generator}`;
  return { title: words.join(" · "), says, look: { colouring, palette }, n_options };
}

async function save_pictures(context: Context, shown: Shown, format: "png" | "svg", progress: Progress): Promise<string> {
  const { table, arrangement } = shown, words = words_of(shown);
  const rows = format === "svg" ? arrangement.rows.subarray(0, kMaxDrawn) : arrangement.rows;
  const lengths = Array.from(rows, (row) => length_of(table, row));
  const large = lay_out(lengths, kMaxSide / 2), scale = format === "png" && large.n < rows.length ? 1 : 2;
  const layout = format === "svg" ? lay_out(lengths, Infinity) : scale === 2 ? large : lay_out(lengths, kMaxSide);
  const tiles = await make_tiles(table, rows.subarray(0, layout.n), context.state(), progress);
  const head = head_of(context, shown, words, layout.n);
  if (format === "svg") {
    const { surface, finish } = svg_surface(layout.width, layout.height);
    draw_sheet(surface, layout, head, tiles);
    download(finish(), words, "svg");
  } else {
    const { surface, finish } = canvas_surface(layout.width, layout.height, scale);
    draw_sheet(surface, layout, head, tiles);
    download(await finish(), words, "png");
  }
  const limit = format === "svg" ? "a drawing of more is too much for most programs" : `a picture may be ${whole(kMaxSide)} pixels high`;
  return `Saved a picture of ${plural(layout.n, "trace")}.${cut(layout.n, arrangement.n, limit)}`;
}

// Picked traces may be of runs that are not shown here. A run that can't be had is done without, unless picks may be of it.
async function picked_places(context: Context): Promise<Selection> {
  const loads = await Promise.allSettled(context.manifest.runs.map(load_index));
  const indexes = loads.flatMap((load) => (load.status === "fulfilled" ? [load.value] : [])), { found, unknown } = find_picks(context.state().picks, indexes);
  const lost = loads.find((load) => load.status === "rejected");
  if (lost && unknown.length > 0) throw new BundleError(`${failure_text(lost.reason)} Picked traces may be in it: ${unknown.join(", ")}.`);
  return indexes.map((index) => ({ index, places: found.flatMap((f) => (f.index === index ? [f.trace] : [])).sort((a, b) => a - b) }));
}

function shown_places({ table, arrangement }: Shown): Selection {
  const places = new Map<RunIndex, number[]>(table.indexes.map((index) => [index, []]));
  for (const row of arrangement.rows.subarray(0, kMaxTraces)) {
    const { index, trace } = place_of(table, row);
    places.get(index)?.push(trace);
  }
  return Array.from(places, ([index, list]) => ({ index, places: list.sort((a, b) => a - b) }));
}

async function save_page(context: Context, shown: Shown, progress: Progress): Promise<string> {
  const no = why_not(context.manifest), picked = context.state().picks.length > 0;
  if (no !== null) return no;
  const selection = (picked ? await picked_places(context) : shown_places(shown)).filter(({ places }) => places.length > 0);
  const n = selection.reduce((sum, { places }) => sum + places.length, 0);
  if (n === 0) return "There is no trace to save.";
  const file = await make_page(context.manifest, selection, progress);
  download(file, [...words_of(shown), "traces"], "html");
  return `Saved a page of ${plural(n, "trace")}, ${(file.length / 1e6).toFixed(1)} MB. It opens by itself, without this site.` +
    (picked ? "" : cut(n, shown.arrangement.n, "pick traces to choose others"));
}

function actions_of(context: Context, source: () => Shown | null): Action[] {
  const shown = source(), n_picks = context.state().picks.length;
  if (!shown || shown.arrangement.n === 0) return [];
  const n = shown.arrangement.n, these = n === 1 ? "The trace shown" : `The ${whole(n)} traces shown`;
  const page = n_picks > 0 ? plural(n_picks, "picked trace") : n > kMaxTraces ? `The first ${whole(kMaxTraces)} traces shown` : these;
  return [
    { name: "Table (CSV)", explain: `${these} with all their numbers, for spreadsheets and data frames`, run: () => save_table(shown, words_of(shown)) },
    { name: "Picture (PNG)", explain: `${these} in their order and colours`, run: (progress) => save_pictures(context, shown, "png", progress) },
    { name: "Drawing (SVG)", explain: n > kMaxDrawn ? `The first ${whole(kMaxDrawn)} traces shown` : `${these}, for papers and slides`,
      run: (progress) => save_pictures(context, shown, "svg", progress) },
    { name: "One page (HTML)", explain: `${page} as a file that opens by itself, to send to somebody`, run: (progress) => save_page(context, shown, progress) },
  ];
}

// `source` is asked when the menu opens; null: nothing is shown yet.
export function make_save_menu(context: Context, source: () => Shown | null): { element: HTMLElement } {
  return make_menu("Save", () => actions_of(context, source));
}
