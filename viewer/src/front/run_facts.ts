// SPDX-License-Identifier: MIT
// What is to be known about a run before its pictures are believed.
import { h } from "../dom/h.ts";
import { plural } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Run } from "../types.ts";

// Notes come first and stand out: they say what is unusual about the readings.
export function run_notes(run: Run): HTMLElement | null {
  if (run.notes.length === 0) return null;
  return h("div", { class: "notes", role: "note", aria: { label: "Notes on this run" } },
    h("ul", {}, ...run.notes.map((note) => h("li", {}, isolated(note)))));
}

export function noise_text(run: Run): string {
  if (!run.noise_floor) return "not measured";
  const { max_abs_dp, positions } = run.noise_floor;
  const where = `between this run’s way of reading and a fresh prefill, on ${plural(positions, "position")}`;
  if (max_abs_dp === 0) return `no difference found ${where}`;
  return `±${Number(max_abs_dp.toPrecision(2))}, the largest difference in a probability ${where}`;
}

// null: exactly.
export function probe_text({ probe }: Run): string | null {
  if (!probe) return null;
  const { tolerance, share, seconds } = probe, short = (x: number): string => String(Number(x.toPrecision(3)));
  return ["adaptively", `tolerance ${short(tolerance).replace(/^0\./, ".")}`, ...(share === null ? [] : [`at most ${short(100 * share)} % of the positions`]),
    ...(seconds === null ? [] : [`at most ${short(seconds)} s a trace`])].join(", ");
}

const kHashDigits = 16; // Shown; the title has all.

const fact = (name: Node | string, value: Node | string): HTMLElement =>
  h("div", { class: "fact" }, h("dt", {}, name), h("dd", {}, value));

// Folded, so that numbers and pictures are not far below.
export function run_facts(run: Run): HTMLElement {
  return h("details", { class: "facts-fold" }, h("summary", {}, "Settings, model file, noise floor"), h("dl", { class: "facts" },
    fact("SHA-256", run.model.sha256 === "" ? "not known" : h("code", { title: run.model.sha256 }, isolated(run.model.sha256.slice(0, kHashDigits)),
      run.model.sha256.length > kHashDigits && "…")),
    fact("noise floor", noise_text(run)),
    run.probe && fact("probed", `${probe_text(run)}: a part of the positions was read, the others were interpolated`),
    ...run.settings.map(([name, value]) => fact(isolated(name), h("code", {}, isolated(value, { newline: "inline", ends: true }))))));
}

export function run_model(run: Run): HTMLElement {
  return h("span", {}, isolated(run.model.name), " ", h("span", { class: "quiet" }, isolated(run.model.architecture, { empty: "" })));
}
