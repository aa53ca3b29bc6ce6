// SPDX-License-Identifier: MIT
// Rows of a table as pictures with their names.
import { is_unread, known_length, trace_at } from "../bundle/index.ts";
import { load_strips } from "../bundle/load.ts";
import type { Strip } from "../bundle/shelf.ts";
import { picture_of, token_cells } from "../colour/cells.ts";
import type { Look } from "../colour/cells.ts";
import { number_of } from "../gallery/trace_words.ts";
import type { TraceTable } from "../table/table.ts";
import { plural, two_places, whole } from "../text/numbers.ts";
import type { RunIndex } from "../types.ts";
import type { Progress } from "./menu.ts";
import type { Tile } from "./sheet.ts";

export interface Place { index: RunIndex; trace: number; question: number; subject: string }

export function place_of(table: TraceTable, row: number): Place {
  const index = table.indexes[table.run[row] as number] as RunIndex, trace = table.trace[row] as number, question = index.traces.question[trace] as number;
  return { index, trace, question, subject: index.run.subjects[index.questions.subject[question] as number]?.name ?? "" };
}

// The trace's picture; shelves that were loaded are kept for a while.
export async function load_strip(index: RunIndex, trace: number): Promise<Strip> {
  const shelf = index.questions.shelf[index.traces.question[trace] as number] as number;
  return (await load_strips(index, shelf))[trace - (index.shelves[shelf]?.first_trace ?? 0)] as Strip;
}

const kNone = new Uint32Array(0);

async function make_tile(table: TraceTable, row: number, look: Look): Promise<Tile> {
  const { index, trace, question, subject } = place_of(table, row), of = trace_at(index, trace);
  const name = [...(table.indexes.length > 1 ? [index.run.name] : []), subject, `q ${question}`, `s ${of.sample}`].join(" · ");
  if (of.status === "failed") return { cells: kNone, note: "failed", name, numbers: "" };
  const length = known_length(index, trace), tokens = length === null ? "" : plural(length, "token");
  if (is_unread(of)) return { cells: kNone, note: "not read", name, numbers: tokens };
  const p = (key: string): string => two_places(number_of(index, trace, key));
  return { cells: token_cells(picture_of(index, trace, await load_strip(index, trace)), look), note: of.n_tokens === 0 ? "no thinking tokens" : "", name,
    numbers: [tokens, `${p("p_start")} → ${p("p_end")}`].filter(Boolean).join(", ") };
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
