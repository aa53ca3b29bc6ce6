// SPDX-License-Identifier: MIT
// The same trace as the run's further readers read it: which of them are drawn. Their readings are a chunk of their own,
// loaded when the first is chosen.
import { load_readings } from "../bundle/load.ts";
import type { Reading } from "../bundle/shelf.ts";
import { probability } from "../colour/colouring.ts";
import type { Context } from "../context.ts";
import { mark_rows } from "../curve/interpolated.ts";
import { reader_style } from "../curve/lines.ts";
import type { ReaderLine } from "../curve/plot.ts";
import { h, replace } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { kFirstReader } from "../state/state.ts";
import { isolated } from "../text/render.ts";
import { line_sample } from "./line_sample.ts";
import type { TraceModel } from "./model.ts";

export const reader_label = (reader: number): string => `R${reader + kFirstReader}`;

// P(right) at each of the reading's positions.
export function line_of(reading: Reading, answer: number): ReaderLine {
  const { positions, values } = reading.curve, n = positions.length, n_options = n === 0 ? 0 : values.length / n;
  const readings = { values, n_options, n_positions: n, unit: 1 };
  return { reader: reading.reader, label: reader_label(reading.reader), positions, interpolated: mark_rows(reading.interpolated, 0, n),
    values: positions.map((_, k) => probability(readings, answer, k)) };
}

// null: nobody else read traces of this shelf.
export function make_readers(context: Context, model: TraceModel, told: (lines: ReaderLine[]) => void) {
  const { run, index, question, trace } = model, shelf = index.shelves[index.questions.shelf[question.place] as number];
  if (!shelf || shelf.readings === null || run.readers.length === 0) return null;
  let loaded: Promise<Reading[]> | null = null;
  let wanted: readonly number[] = [];
  let gone = false;
  const problem = h("div");
  const boxes = run.readers.map(() => h("input", { type: "checkbox", on: { change: () => {
    const readers = boxes.flatMap((box, i) => (box.checked ? [i] : []));
    context.go({ readers }, "replace");
  } } }));
  const rows = run.readers.map((name, r) => {
    const sample = line_sample(reader_style(r));
    sample.classList.add("is-reader");
    return h("label", { class: "check reader" }, boxes[r], sample, h("b", {}, reader_label(r)), h("span", {}, isolated(name, { newline: "inline" })));
  });
  const element = h("fieldset", { class: "readers" }, h("legend", {}, "P(right) as read by"),
    h("p", { class: "reader" }, h("b", {}, "the run’s own reader"), " and"), ...rows, problem);
  const mark_missing = (all: readonly Reading[]): void => boxes.forEach((box, r) => {
    if (all.some((reading) => reading.reader === r)) return;
    box.disabled = true;
    box.checked = false;
    if (!rows[r]?.querySelector(".quiet")) rows[r]?.append(h("span", { class: "quiet" }, "did not read this trace"));
  });
  const show = async (readers: readonly number[]): Promise<void> => {
    wanted = readers;
    boxes.forEach((box, r) => { box.checked = readers.includes(r) && !box.disabled; });
    if (readers.length === 0) return told([]);
    try {
      const all = await (loaded ??= load_readings(index, trace.place));
      if (gone || wanted !== readers) return;
      replace(problem);
      mark_missing(all);
      told(all.filter((reading) => readers.includes(reading.reader)).map((reading) => line_of(reading, question.answer)));
    } catch (error) {
      loaded = null;
      if (!gone) replace(problem, failure(error));
    }
  };
  return { element, show: (readers: readonly number[]) => void show(readers), destroy: () => { gone = true; } };
}
