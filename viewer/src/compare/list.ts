// SPDX-License-Identifier: MIT
// The questions of a comparison, differences first, then those that only one of the runs asked.
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import { choose_shape } from "../gallery/layout.ts";
import { make_pictures } from "../gallery/pictures.ts";
import { make_window } from "../gallery/virtual.ts";
import type { Anchor, WindowGroup } from "../gallery/virtual.ts";
import type { State } from "../state/state.ts";
import { make_table } from "../table/table.ts";
import { plural } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Comparison } from "./comparison.ts";
import type { Measure } from "./measures.ts";
import { order_pairs } from "./order.ts";
import { fill_row, make_pair_row, side_of } from "./row.ts";
import type { PairRow, RowParts } from "./row.ts";

const kThumbnailWidth = 58, kGuess = 190, kHeading = 46; // CSS pixels.
const kBeside = ["p_end", "length"]; // Shown with the number that the order goes by.

export const measure_by = ({ measures }: Comparison, by: string): Measure | undefined =>
  measures.find((m) => m.key === by) ?? measures.find((m) => m.key === "p_end") ?? measures[0];

function list_pairs(comparison: Comparison, state: State, measure: Measure): PairRow[] {
  const { matched, differs } = comparison;
  return order_pairs(comparison.values(measure.key), state.order).filter((i) => !state.differing || differs[i]).map((pair) => ({
    question: { side: 0, question: matched.first[pair] as number }, other: { side: 1, question: matched.second[pair] as number }, pair }));
}

function heading(comparison: Comparison, side: 0 | 1, n: number): HTMLElement {
  return h("h2", { class: "only-heading" }, "Only in ", isolated(side_of(comparison, side).index.run.name, { empty: "(no name)" }), `: ${plural(n, "question")}`);
}

export interface PairList {
  element: HTMLElement;
  show(state: State): { shown: number }; // How many common questions.
  recolour(): void;
  anchor(): Anchor | null;
  restore(anchor: Anchor): void;
  destroy(): void;
}

export function make_pair_list(context: Context, comparison: Comparison, failed: (error: unknown) => void): PairList {
  const { first, second, matched } = comparison, indexes = [first.index, second.index];
  const rendered = new Map<number, HTMLElement>(), measured = new Map<string, number>();
  const fill = (all: boolean): void => rendered.forEach((row) => fill_row(context, row, parts, all));
  let rows: PairRow[] = [], measures: Measure[] = [], n_shown = 0, width = 0;
  const single = (side: 0 | 1, list: readonly number[]): PairRow[] => list.map((question) => ({ question: { side, question }, other: null, pair: -1 }));
  const only = [single(0, matched.only_first), single(1, matched.only_second)] as const;
  const name = ({ question }: PairRow): string => `${question.side} ${question.question}`;
  const parts: RowParts = {
    comparison, shape: choose_shape(indexes.flatMap((index) => [...index.traces.n_tokens]), kThumbnailWidth),
    pictures: make_pictures(make_table({ indexes, subject: null }), { told: () => fill(false), failed }),
  };
  const list = make_window({ label: "Questions", moved: () => undefined, resized: () => {
    const here = list.anchor();
    measured.clear();
    render();
    if (here) list.restore(here);
  } });
  const groups = (): WindowGroup[] => {
    const rest = ([0, 1] as const).filter((side) => rows.length > n_shown && only[side].length > 0);
    return [{ n: n_shown, header: 0, after: 0, render: () => null }, ...rest.map((side): WindowGroup =>
      ({ n: only[side].length, header: kHeading, after: 0, render: () => heading(comparison, side, only[side].length) }))];
  };
  const render = (): void => {
    width = list.element.clientWidth;
    list.show({
      groups: groups(), heights: Float64Array.from(rows, (row) => measured.get(name(row)) ?? (width > 860 ? kGuess : 2 * kGuess)),
      measure: (item, height) => { measured.set(name(rows[item] as PairRow), height); },
      render(item) {
        const row = make_pair_row(context, rows[item] as PairRow, parts, measures);
        rendered.set(item, row);
        return row;
      },
      drop: (item) => { rendered.delete(item); },
      name: (item) => name(rows[item] as PairRow),
      find: (key) => rows.findIndex((row) => name(row) === key),
    });
  };
  return {
    element: h("div", { class: "pair-list" }, list.element),
    show(state) {
      const measure = measure_by(comparison, state.by), pairs = measure ? list_pairs(comparison, state, measure) : [];
      const beside = comparison.measures.filter(({ key }) => kBeside.includes(key) && key !== measure?.key);
      measures = measure ? [measure, ...beside] : [];
      n_shown = pairs.length;
      rows = state.differing ? pairs : [...pairs, ...only[0], ...only[1]];
      render();
      return { shown: n_shown };
    },
    recolour: () => fill(true),
    anchor: list.anchor,
    restore: list.restore,
    destroy() {
      parts.pictures.stop();
      list.destroy();
    },
  };
}
