// SPDX-License-Identifier: MIT
// Rows of a table with what their pictures are made of.
import { is_unread, trace_at } from "../bundle/index.ts";
import { load_strips } from "../bundle/load.ts";
import { list_positions } from "../bundle/shelf.ts";
import type { Strip } from "../bundle/shelf.ts";
import { colour_readings } from "../colour/colouring.ts";
import type { Look } from "../colour/paint.ts";
import { kNoReading, option_colours } from "../colour/palette.ts";
import type { Rgb } from "../colour/palette.ts";
import { reading_index } from "../curve/positions.ts";
import { field_of } from "../table/table.ts";
import type { TraceTable } from "../table/table.ts";
import { two_places, whole } from "../text/numbers.ts";
import type { RunIndex } from "../types.ts";
import type { Progress } from "./menu.ts";
import type { Tile } from "./sheet.ts";

export const index_of = (table: TraceTable, row: number): RunIndex => table.indexes[table.run[row] as number] as RunIndex;

// The colour after each token, as thumbnails have it. [n_tokens]
function cell_colours(index: RunIndex, t: number, strip: Strip, { colouring, palette }: Look): Rgb[] {
  const q = index.traces.question[t] as number, n_options = index.questions.n_options[q] as number, answer = index.questions.answer[q] as number;
  const n_positions = index.traces.n_positions[t] as number, n_tokens = index.traces.n_tokens[t] as number;
  const by_reading = colour_readings({ values: strip.values, n_options, n_positions, unit: 255 }, answer, colouring,
    option_colours(n_options, answer, palette));
  const at = reading_index(list_positions(strip, index.traces.first[t] as number, n_positions), n_tokens);
  return Array.from({ length: n_tokens }, (_, i) => by_reading[at[i + 1] as number] ?? kNoReading);
}

function name_of(table: TraceTable, row: number): string {
  const index = index_of(table, row), t = table.trace[row] as number, q = index.traces.question[t] as number;
  const subject = index.run.subjects[index.questions.subject[q] as number]?.name ?? "";
  return [...(table.indexes.length > 1 ? [index.run.name] : []), subject, `q ${q}`, `s ${index.traces.sample[t]}`].join(" · ");
}

async function make_tile(table: TraceTable, row: number, look: Look): Promise<Tile> {
  const index = index_of(table, row), trace = trace_at(index, table.trace[row] as number), name = name_of(table, row);
  if (trace.status === "failed") return { colours: [], note: "failed", name, numbers: "" };
  const p = (key: string): string => {
    const value = field_of(table, key)?.values[row] ?? NaN;
    return two_places(Number.isNaN(value) ? null : value);
  };
  const length = field_of(table, "length")?.values[row] ?? NaN, tokens = Number.isNaN(length) ? "" : `${whole(length)} tokens`;
  if (is_unread(trace)) return { colours: [], note: "not read", name, numbers: tokens };
  const strips = await load_strips(index, index.questions.shelf[index.traces.question[trace.place] as number] as number);
  const strip = strips[trace.place - (index.shelves[index.questions.shelf[index.traces.question[trace.place] as number] as number]?.first_trace ?? 0)];
  return { colours: cell_colours(index, trace.place, strip as Strip, look), note: trace.n_tokens === 0 ? "no thinking tokens" : "", name,
    numbers: [tokens, `P ${p("p_start")} → ${p("p_end")}`].filter(Boolean).join(", ") };
}

export async function make_tiles(table: TraceTable, rows: ArrayLike<number>, look: Look, progress: Progress): Promise<Tile[]> {
  const tiles: Tile[] = [];
  for (let i = 0; i < rows.length; i++) {
    tiles.push(await make_tile(table, rows[i] as number, look));
    if (i % 100 === 99) {
      progress(`${whole(i + 1)} of ${whole(rows.length)} pictures …`);
      await new Promise((resolve) => setTimeout(resolve)); // The page stays alive in between.
    }
  }
  return tiles;
}
