// SPDX-License-Identifier: MIT
// The menu that saves one trace from its page.
import { load_index } from "../bundle/load.ts";
import type { Context } from "../context.ts";
import { download } from "../dom/download.ts";
import { make_menu } from "./menu.ts";
import type { Action, Progress } from "./menu.ts";
import { make_page, why_not } from "./single_file.ts";
import { canvas_surface, svg_surface } from "./surface.ts";
import { draw_trace, picture_size } from "./trace_picture.ts";
import type { PicturedTrace } from "./trace_picture.ts";

const words_of = ({ run, question, trace }: PicturedTrace): string[] =>
  [run.name, question.subject.name, `question ${question.place}`, `sample ${trace.sample}`];

async function save_picture(context: Context, of: PicturedTrace, format: "png" | "svg"): Promise<string> {
  const { width, height } = picture_size(of), look = context.state(), words = words_of(of), { generator } = context.manifest;
  if (format === "svg") {
    const { surface, finish } = svg_surface(width, height);
    draw_trace(surface, of, look, generator);
    download(finish(), words, "svg");
  } else {
    const { surface, finish } = canvas_surface(width, height, 2);
    draw_trace(surface, of, look, generator);
    download(await finish(), words, "png");
  }
  return "Saved a picture of the curve and the cells.";
}

async function save_page(context: Context, of: PicturedTrace, progress: Progress): Promise<string> {
  const no = why_not(context.manifest);
  if (no !== null) return no;
  const index = await load_index(of.run);
  const file = await make_page(context.manifest, [{ index, places: [of.trace.place] }], progress);
  download(file, words_of(of), "html");
  return `Saved a page of this trace, ${(file.length / 1e6).toFixed(1)} MB. It opens by itself, without this site.`;
}

// `source` is asked when the menu opens; null: there is no trace yet, or it failed.
export function make_trace_save(context: Context, source: () => PicturedTrace | null): { element: HTMLElement } {
  return make_menu("Save", (): Action[] => {
    const of = source();
    if (!of) return [];
    return [
      { name: "Picture (PNG)", explain: "The curve and the cells, with their names", run: () => save_picture(context, of, "png") },
      { name: "Drawing (SVG)", explain: "The same, for papers and slides", run: () => save_picture(context, of, "svg") },
      { name: "One page (HTML)", explain: "This trace as a file that opens by itself", run: (progress) => save_page(context, of, progress) },
    ];
  });
}
