// SPDX-License-Identifier: MIT
// The traces of one question side by side, as pictures and as small curves of P(right) on one scale; each leads to its
// own page.
import { load_strips } from "../bundle/load.ts";
import { list_positions } from "../bundle/shelf.ts";
import type { Strip } from "../bundle/shelf.ts";
import type { Context } from "../context.ts";
import { h, replace, svg } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { choose_shape } from "../gallery/layout.ts";
import { make_thumbnail } from "../gallery/thumbnail.ts";
import type { State } from "../state/state.ts";
import { samples_of } from "./model.ts";
import type { Found } from "./model.ts";

const kWidth = 112, kHeight = 30; // Of a small curve, CSS pixels.

// The line of P(right) through a strip's readings; the longest of the samples is as long as the box. At most about two
// points a pixel.
export function small_curve(p: ArrayLike<number>, positions: readonly number[], longest: number): string {
  const step = Math.max(1, Math.floor(p.length / (2 * kWidth)));
  const places = Array.from({ length: Math.ceil(p.length / step) }, (_, i) => i * step);
  if (p.length > 0 && places.at(-1) !== p.length - 1) places.push(p.length - 1);
  const x = (k: number): string => ((kWidth * (positions[k] as number)) / Math.max(1, longest)).toFixed(1);
  const y = (k: number): string => (kHeight * (1 - (p[k] as number))).toFixed(1);
  return places.map((k, i) => `${i === 0 ? "M" : "L"}${x(k)} ${y(k)}`).join("");
}

function draw_curve(found: Found, trace: number, strip: Strip, longest: number): SVGElement {
  const { index, question } = found, n = index.traces.n_positions[trace] as number;
  const positions = list_positions(strip, index.traces.first[trace] as number, n);
  const right = Array.from(strip.values.subarray(question.answer * n, (question.answer + 1) * n), (v) => v / 255);
  const [start, end] = [positions[0] ?? 0, index.traces.n_tokens[trace] as number].map((t) => (kWidth * t) / Math.max(1, longest));
  return svg("svg", { class: "small-curve", width: kWidth, height: kHeight + 2, viewBox: `-1 -1 ${kWidth + 2} ${kHeight + 2}`, "aria-hidden": "true" },
    ...[0, kHeight / 2, kHeight].map((y) => svg("line", { class: "small-grid", x1: start ?? 0, y1: y, x2: end ?? kWidth, y2: y })),
    svg("path", { class: "small-line", d: small_curve(right, positions, longest) }));
}

export function make_samples(context: Context, found: Found) {
  const { index, question, trace: current } = found;
  const traces = samples_of(index, question.place), lengths = traces.map((t) => index.traces.n_tokens[t] as number);
  const longest = Math.max(...lengths), shape = choose_shape(lengths, kWidth);
  const shelf = index.questions.shelf[question.place] as number, from = index.shelves[shelf]?.first_trace ?? 0;
  const list = h("ul", { class: "samples-list" });
  const element = h("section", { class: "samples", aria: { label: "Samples of this question" } }, list);
  const sample = (t: number, strips: readonly Strip[], look: State): HTMLElement => {
    const number = index.traces.sample[t] as number, strip = strips[t - from] ?? null, is_current = t === current.place;
    const thumbnail = make_thumbnail(context, { index, trace: t, question, strip },
      { shape, look, captions: true, current: is_current, change: { sample: number, cursor: null } });
    if (strip && (index.traces.n_positions[t] as number) > 0) thumbnail.append(draw_curve(found, t, strip, longest));
    return h("li", { class: is_current ? "sample is-current" : "sample" },
      h("span", { class: "sample-name" }, `sample ${number}`, is_current && h("span", { class: "unseen" }, ", this one")), thumbnail);
  };
  const colour = async (look: State): Promise<void> => {
    try {
      const strips = await load_strips(index, shelf);
      replace(list, ...traces.map((t) => sample(t, strips, look)));
    } catch (error) {
      replace(list, h("li", {}, failure(error)));
    }
  };
  return { element, colour: (look: State) => void colour(look) };
}
