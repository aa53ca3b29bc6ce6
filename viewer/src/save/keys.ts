// SPDX-License-Identifier: MIT
// What the colours of a saved picture mean, in one line.
import type { Look } from "../colour/cells.ts";
import { kColourings } from "../colour/colouring.ts";
import { css_colour, kOutside, option_colours } from "../colour/palette.ts";
import { guess_width } from "./surface.ts";
import type { Surface } from "./surface.ts";

const kSize = 10, kSwatch = 9, kScale = 90;

export function draw_keys(surface: Surface, x: number, y: number, { colouring, palette }: Look, n_options: number): void {
  const { name, scale } = kColourings[colouring];
  let at = x;
  const say = (text: string, bold = false): void => {
    surface.text(text, at, y, { size: kSize, bold });
    at += guess_width(text, kSize) + 8;
  };
  const swatch = (colour: string): void => {
    surface.box(at, y - kSwatch + 1, kSwatch, kSwatch, colour);
    at += kSwatch + 4;
  };
  say(`${name}:`, true);
  if (scale) {
    say(scale.low);
    for (let i = 0; i < kScale; i++) surface.box(at + i, y - kSwatch + 1, 1, kSwatch, css_colour(scale.ramp(i / (kScale - 1))));
    at += kScale + 6;
    say(scale.high);
    return;
  }
  const colours = option_colours(Math.min(n_options, 5), 0, palette);
  colours.forEach((colour, o) => {
    swatch(css_colour(colour));
    say(o === 0 ? "right" : colours.length === 2 ? "wrong" : `wrong ${o}`);
  });
  if (n_options > colours.length) say("…");
  if (colouring === "mix") {
    swatch(css_colour(kOutside));
    say("outside the options");
  }
}
