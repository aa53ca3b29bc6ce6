// SPDX-License-Identifier: MIT
// One estimate as a line: its name, a dot with its interval on a scale, the number and the interval in digits. The
// drawing repeats the digits, so it is hidden from screen readers.
import type { Estimate } from "../bundle/analysis.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { one_place, short_number, whole } from "../text/numbers.ts";
import type { ToTraces } from "./links.ts";
import { interval_text } from "./sayings.ts";

export interface Scale { low: number; high: number; write(x: number | null): string }

export const kShare: Scale = { low: 0, high: 1, write: short_number };
export const kCorrelation: Scale = { low: -1, high: 1, write: short_number };

// From 0 to a little more than the highest of them.
export function token_scale(estimates: readonly Estimate[]): Scale {
  const highest = Math.max(1, ...estimates.map((e) => Math.max(e.value ?? 0, e.high ?? 0)));
  const step = 10 ** Math.floor(Math.log10(highest)) / 2;
  return { low: 0, high: Math.ceil(highest / step) * step, write: one_place };
}

const place = (x: number, { low, high }: Scale): number => 100 * Math.min(1, Math.max(0, (x - low) / (high - low)));

export function whisker(e: Estimate, scale: Scale): HTMLElement {
  const track = h("span", { class: "whisker-track" });
  const element = h("span", { class: "whisker", aria: { hidden: "true" } }, track);
  if (scale.low < 0) track.append(h("span", { class: "whisker-zero" }));
  if (e.low !== null && e.high !== null) {
    const line = h("span", { class: "whisker-line" });
    line.style.left = `${place(e.low, scale)}%`;
    line.style.width = `${place(e.high, scale) - place(e.low, scale)}%`;
    track.append(line);
  }
  if (e.value !== null) {
    const dot = h("span", { class: e.wilson ? "whisker-dot is-wilson" : "whisker-dot" });
    dot.style.left = `${place(e.value, scale)}%`;
    track.append(dot);
  }
  return element;
}

// A number about no traces leads nowhere.
export const linked = (x: number | null, text: string, to: ToTraces | undefined): Child => (to && x ? to(text) : text);

// The number and its interval, as text.
export function digits(e: Estimate, write: Scale["write"] = short_number, to?: ToTraces): HTMLElement {
  const interval = interval_text(e, write);
  return h("span", { class: "digits" }, h("b", {}, linked(e.n_traces, write(e.value), to)),
    e.value !== null && h("small", {}, interval === "" ? " no interval" : ` ${interval}`));
}

// to: what the number leads to, or the count where there is one.
export interface LineOptions { scale?: Scale; depth?: 0 | 1 | 2; strong?: boolean; count?: boolean; to?: ToTraces | undefined }

export function estimate_line(name: Child, e: Estimate, { scale = kShare, depth = 0, strong, count, to }: LineOptions = {}): HTMLElement {
  const kind = ["estimate", depth > 0 && `is-part-${depth}`, strong && "is-strong", count && "has-count"].filter(Boolean).join(" ");
  return h("div", { class: kind }, h("dt", {}, name), h("dd", {},
    count && h("span", { class: "count" }, linked(e.count, whole(e.count ?? 0), to), h("span", { class: "unseen" }, " traces, ")),
    whisker(e, scale), digits(e, scale.write, count ? undefined : to)));
}

// A number without an interval: a largest one, or a count.
export function plain_line(name: string, ...value: Child[]): HTMLElement {
  return h("div", { class: "estimate is-plain" }, h("dt", {}, name), h("dd", {}, h("span", { class: "digits" }, h("b", {}, ...value))));
}

// Lines on one scale, whose ends stand above them.
export function estimate_list(scale: Scale, unit: string, lines: readonly (HTMLElement | false | null)[], count = false): HTMLElement {
  const mark = (x: number, name: string): HTMLElement => {
    const element = h("span", {}, name);
    element.style.left = `${place(x, scale)}%`;
    return element;
  };
  const write = (x: number): string => (Number.isInteger(x) ? whole(Math.abs(x)) : String(Math.abs(x)));
  const marks = scale.low < 0 ? [mark(scale.low, `−${write(scale.low)}`), mark(0, "0"), mark(scale.high, write(scale.high))]
    : [mark(scale.low, "0"), mark(scale.high, `${write(scale.high)}${unit}`)];
  return h("div", { class: "estimates" },
    h("div", { class: count ? "axis has-count" : "axis", aria: { hidden: "true" } }, h("div", { class: "axis-marks" }, ...marks)),
    h("dl", {}, ...lines));
}
