// SPDX-License-Identifier: MIT
// The heading of a group: its name or its question, how many traces it has, and the means of a few of their numbers.
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import type { Group } from "../table/arrange.ts";
import { field_of } from "../table/table.ts";
import type { TraceTable } from "../table/table.ts";
import { no_places, plural, short_number, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { ref_of } from "./view.ts";
import type { Scene } from "./view.ts";
import type { WindowGroup } from "./virtual.ts";

const kPlain = 50, kTall = 74; // Pixels; a question's text takes two lines, and so do numbers below a name.
const kNarrow = 720; // Where name and numbers don't fit beside each other.
const kBelow = 10, kAfter = 18; // Room below the heading, and below the group.

// The mean over the rows that have the number; null where none has.
export function mean_of(table: TraceTable, rows: Int32Array, key: string): number | null {
  const field = field_of(table, key);
  if (field?.kind !== "number") return null;
  let sum = 0, n = 0;
  for (const row of rows) {
    const value = field.values[row] as number;
    if (Number.isNaN(value)) continue;
    sum += value;
    n++;
  }
  return n === 0 ? null : sum / n;
}

// How many rows a category holds, and of how many it says anything.
function count_of(table: TraceTable, rows: Int32Array, key: string, name: string): { n: number; of: number } {
  const field = field_of(table, key), count = { n: 0, of: 0 };
  if (field?.kind !== "category") return count;
  const place = field.names.indexOf(name);
  for (const row of rows) {
    const value = field.values[row] as number;
    if (value >= 0) count.of++;
    if (value === place) count.n++;
  }
  return count;
}

function numbers(table: TraceTable, rows: Int32Array): HTMLElement {
  const item = (...children: Child[]): HTMLElement => h("span", {}, ...children);
  const length = mean_of(table, rows, "length"), start = mean_of(table, rows, "p_start"), end = mean_of(table, rows, "p_end");
  const right = count_of(table, rows, "end", "right");
  return h("p", { class: "group-numbers quiet" },
    item(plural(rows.length, "trace")),
    length !== null && item("mean length ", h("b", {}, no_places(length))),
    start !== null && end !== null && item("P(right) ", h("b", {}, `${short_number(start)} → ${short_number(end)}`)),
    right.of > 0 && item(h("b", {}, `${whole(right.n)} of ${whole(right.of)}`), " right at end"));
}

function question_name(scene: Scene, row: number): HTMLElement {
  const { run, question } = ref_of(scene.table, row), text = scene.questions(run)?.[question]?.text;
  return h("h2", { class: "group-name is-question" }, h("span", { class: "quiet" }, `${question} `), isolated(text ?? "…"));
}

// `named`: no, where the items say themselves what the heading would.
export function group_of(scene: Scene, group: Group, n_items: number, named = true): WindowGroup {
  const by_question = scene.state.group === "question";
  if (scene.state.group === "none" || !named) return { n: n_items, header: 0, after: 0, render: () => null };
  const header = scene.width < kNarrow || by_question ? kTall : kPlain;
  const render = (): HTMLElement => {
    const element = h("div", { class: scene.width < kNarrow ? "group-head is-narrow" : "group-head" },
      by_question ? question_name(scene, group.rows[0] as number)
        : h("h2", { class: "group-name" }, isolated(group.name, { empty: "(no name)" })),
      numbers(scene.table, group.rows));
    element.style.height = `${header - kBelow}px`;
    return element;
  };
  return { n: n_items, header, after: kAfter, render };
}
