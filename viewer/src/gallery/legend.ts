// SPDX-License-Identifier: MIT
// The bar that chooses the colouring and says what the colours mean.
import { kColouringOrder, kColourings } from "../colour/colouring.ts";
import { css_colour, kNoReading, kOutside, option_colours } from "../colour/palette.ts";
import type { Rgb } from "../colour/palette.ts";
import type { Ramp } from "../colour/ramps.ts";
import type { Context } from "../context.ts";
import { segmented, select } from "../dom/controls.ts";
import { h, replace } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { help_link } from "../help/link.ts";
import { isolated } from "../text/render.ts";
import type { Palette, State } from "../state/state.ts";

const kColouringNames = kColouringOrder.map((value) => {
  const { name, explain } = kColourings[value];
  return { value, name, explain };
});
const kPaletteNames: { value: Palette; name: string }[] = [
  { value: "published", name: "green, red, blue, yellow" },
  { value: "safe", name: "colour-blind safe" },
];

const kStrided = "Not every position was probed here: a cell takes the reading at the last probed position at or before it.";
const kLate = "Traces here have no reading before the first token: their start is the first probed position, after it.";

// The words of docs/method.md.
const kInterpolated = {
  marked: "Adaptive probing read a part of the positions and interpolated the others: each interpolated position is marked, by a dotted lower edge and a thinner " +
    "line of the curve. What comes and goes between two probes is not seen.",
  unmarked: "Of traces here adaptive probing read a part of the positions and interpolated the others; a trace’s page marks which.",
};

export function swatch(colour: Rgb): HTMLElement {
  const element = h("span", { class: "swatch" });
  element.style.backgroundColor = css_colour(colour);
  return element;
}

const item = (colour: Rgb, ...name: Child[]): HTMLElement => h("span", { class: "key" }, swatch(colour), ...name);

export function scale_bar({ low, high, ramp }: { low: string; high: string; ramp: Ramp }): HTMLElement {
  const canvas = h("canvas", { class: "scale", width: 64, height: 1 });
  const context = canvas.getContext("2d");
  for (let x = 0; context && x < 64; x++) {
    context.fillStyle = css_colour(ramp(x / 63));
    context.fillRect(x, 0, 1, 1);
  }
  return h("span", { class: "key" }, low, canvas, high);
}

export interface LegendOptions {
  n_options: number; // Of the question with the most.
  options?: { names: string[]; answer: number }; // Of the one question that the page shows.
  strided: boolean; // Some cells take the reading of an earlier position.
  interpolated?: keyof typeof kInterpolated | null; // Some rows were not read but interpolated, and whether the page marks these.
  first?: number; // The latest first probed position of the traces shown; 0 is before any token.
}

function keys(state: State, options: LegendOptions): HTMLElement[] {
  const { scale } = kColourings[state.colouring];
  if (scale) return [scale_bar(scale)];
  const outside = state.colouring === "mix" ? [item(kOutside, "outside the options")] : [];
  if (options.options) {
    const { names, answer } = options.options;
    const own = option_colours(names.length, answer, state.palette);
    return [...names.map((name, o) => item(own[o] as Rgb, isolated(name), o === answer && " ✓ right")), ...outside];
  }
  const colours = option_colours(options.n_options, 0, state.palette);
  const wrong = colours.slice(1);
  const named = wrong.slice(0, 4).map((c, i) => item(c, wrong.length === 1 ? "wrong option" : `wrong ${i + 1}`));
  const rest = wrong.slice(4);
  return [
    item(colours[0] as Rgb, "right option"),
    ...named,
    ...(rest.length > 0 ? [h("span", { class: "key" }, ...rest.map(swatch), `wrong 5 to ${wrong.length}`)] : []),
    ...outside,
  ];
}

export function make_legend(context: Context, options: LegendOptions) {
  const colouring = segmented("Colouring", kColouringNames, (value) => context.go({ colouring: value }, "replace"));
  const palette = select("Palette", kPaletteNames, (value) => context.go({ palette: value }, "replace"));
  const line = h("div", { class: "keys" });
  const said = h("span", {}), explain = h("p", { class: "explain" }, said, " ", help_link(context, "colours", "More about colours"));
  const element = h("section", { class: "legend", aria: { label: "Colours" } },
    h("div", { class: "legend-controls" }, colouring.element, line, palette.element), explain);
  let now = options;
  const show = (state: State, changed: Partial<LegendOptions> = {}): void => {
    now = { ...now, ...changed };
    colouring.show(state.colouring);
    palette.show(state.palette);
    palette.element.hidden = kColourings[state.colouring].scale !== undefined;
    replace(line, ...keys(state, now), (now.first ?? 0) > 1 && item(kNoReading, "no reading yet"),
      ...(now.interpolated === "marked" ? [h("span", { class: "key" }, h("span", { class: "edge" }), "read"),
        h("span", { class: "key" }, h("span", { class: "edge is-between" }), "interpolated")] : []));
    said.textContent = [kColourings[state.colouring].explain, now.strided && kStrided, now.interpolated && kInterpolated[now.interpolated], (now.first ?? 0) > 0 && kLate]
      .filter(Boolean).join(" ");
  };
  show(context.state());
  return { element, show };
}
