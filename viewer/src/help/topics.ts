// SPDX-License-Identifier: MIT
// What the help says, topic by topic. The words are those of docs/method.md.
import { load_index } from "../bundle/load.ts";
import type { Context } from "../context.ts";
import { make_copy_link } from "../dom/copy.ts";
import { h, replace } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { set_shortcuts, shortcuts_on } from "../dom/preferences.ts";
import { kExamples } from "../filters/examples.ts";
import { explain_field, kSigns } from "../filters/where.ts";
import { listed_fields, make_table } from "../table/table.ts";
import { isolated } from "../text/render.ts";
import { arms_figure, classes_figure, colours_figure, entropy_figure, exit_figure, flips_figure, mass_figure, trace_figure } from "./figures.ts";
import type { Figure } from "./figures.ts";
import { kGalleryKeys, kGeneralKeys, kTraceKeys } from "./keys.ts";
import type { Pairs } from "./keys.ts";

export interface Topic {
  key: string; // In addresses: #help/KEY.
  name: string;
  body(context: Context): Child[];
  figure?(context: Context): Figure;
}

const p = (...children: Child[]): HTMLElement => h("p", {}, ...children);
const code = (text: string): HTMLElement => h("code", {}, text);
const pairs = (list: Pairs, tag: "kbd" | "code"): HTMLElement =>
  h("dl", { class: "pairs" }, ...list.flatMap(([a, b]) => [h("dt", {}, h(tag, {}, a)), h("dd", {}, b)]));

function keys_body(): Child[] {
  const box = h("input", { type: "checkbox", checked: shortcuts_on(), on: { change: () => set_shortcuts(box.checked) } });
  return [h("label", { class: "check" }, box, " Single letters work as keys"),
    h("h3", {}, "Everywhere"), pairs(kGeneralKeys, "kbd"), h("h3", {}, "In a gallery"), pairs(kGalleryKeys, "kbd"),
    h("h3", {}, "On a trace’s page"), pairs(kTraceKeys, "kbd")];
}

// Of the first run: what a bundle counts is its own matter.
async function list_fields(context: Context): Promise<HTMLElement[]> {
  const [run] = context.manifest.runs;
  if (!run) return [];
  const fields = listed_fields(make_table({ indexes: [await load_index(run)], subject: null }));
  return [h("h3", {}, "Fields"), h("dl", { class: "pairs" },
    ...fields.flatMap((field) => [h("dt", {}, h("code", {}, isolated(field.key))), h("dd", {}, ...explain_field(field))]))];
}

function condition_body(context: Context): Child[] {
  const fields = h("div", {});
  list_fields(context).then((list) => replace(fields, ...list), (error: unknown) => replace(fields, failure(error)));
  return [
    p("A gallery’s filters take a condition. Only traces that meet it are shown, and the address keeps it."),
    h("ul", { class: "help-conditions" }, ...kExamples.map(({ text, explain }) => h("li", {}, code(text), h("span", { class: "quiet" }, explain)))),
    p("Words are looked for in questions, in the thinking, or in both; ", code("\"in quotes\""), " they must stand together."),
    h("h3", {}, "Signs"), pairs(kSigns, "code"), fields,
  ];
}

function cite_body(context: Context): Child[] {
  const { manifest } = context;
  const runs = manifest.runs.map(({ name, model }) => h("li", {}, isolated(name, { empty: "(no name)" }), ": ", isolated(model.name, { empty: "model not named" }),
    model.sha256 !== "" && h("span", { class: "quiet" }, ", SHA-256 ", h("code", {}, model.sha256))));
  return [
    p("Every view is an address: page, order, filters, colours, picked traces and cursor are in it. Send it, and the other sees what you see."),
    make_copy_link(context.announce),
    p("The key ", h("kbd", {}, "q"), " on a trace’s page copies a quotation: text, position and probabilities, with the link. “Save” in a gallery and on a trace’s page makes " +
      "tables, pictures with their legends, and pages that open by themselves."),
    p("To cite numbers, name the program, the run and the model:"),
    h("ul", { class: "help-runs" }, h("li", {}, isolated(manifest.generator)), ...runs),
    p("Numbers here are rounded for display; ", code("thinktrace export"), " writes the exact ones."),
  ];
}

export const kTopics: readonly Topic[] = [
  { key: "trace", name: "A trace, stopped at every token", figure: trace_figure, body: () => [
    p("A ", h("b", {}, "trace"), " is one sampled response of the model: its thinking, token by token, and its answer."),
    p("A ", h("b", {}, "probe"), " stops it early. After t thinking tokens the thinking is closed, a suffix such as “The answer is” is appended, and the probability " +
      "of each option is read. That is done at every position t; t = 0 is before any thinking."),
    p("The ", h("b", {}, "curve"), " is all probes of a trace. The right option’s line is thick, the thin grey one is the mass."),
    p("The ", h("b", {}, "forced answer"), " is the most likely option of a probe. The ", h("b", {}, "free answer"), " is what the model itself wrote at its end."),
  ] },
  { key: "colours", name: "The five colourings", figure: colours_figure, body: () => [
    p("In a picture each cell is one thinking token, in reading order. Its colour is the reading after it. The key ", h("kbd", {}, "c"), " goes from one colouring to the next."),
    p("The right option always has the first colour, wherever it stands among the options. The palette can be one that colour-blind readers tell apart."),
  ] },
  { key: "adaptive", name: "Adaptive probing", body: () => [
    p(h("b", {}, "Adaptive probing"), " reads a part of the positions and interpolates the others; each interpolated position is marked, and each trace has an " +
      "estimate of its mean |dP|, the mean absolute difference of an option’s probability from the exact curve over all positions and options, with an upper " +
      "bound meant to hold for nine traces in ten."),
    p("What comes and goes between two probes is not seen. On a trace’s page a dotted lower edge, in the matrix a cut one, and a thinner line of the curve are interpolated; " +
      "dots on the line are probes."),
  ] },
  { key: "mass", name: "Mass", figure: mass_figure, body: () => [
    p("Probabilities are over the whole vocabulary. The options’ sum is the ", h("b", {}, "mass"), "; the rest is what the model would rather have said than an option. " +
      "Nothing is scaled up to 1. Where the mass is low, the reading means little."),
  ] },
  { key: "t_exit", name: "t_exit and the performative share", figure: exit_figure, body: () => [
    p(h("b", {}, "t_exit"), " is the first position from which the forced answer stays what it is at the end. The ", h("b", {}, "performative share"),
      " is the part of the thinking after that: stopping there would not have changed the forced answer."),
    p("Stable is not known: a model that always prefers the first label is stable too. Read the share beside P(right) at t_exit and the other orders of the options."),
  ] },
  { key: "flips", name: "Flips", figure: flips_figure, body: () => [
    p("A ", h("b", {}, "flip"), " is a change of the forced answer from one probed position to the next. Many flips at even probabilities say only that nothing is decided."),
  ] },
  { key: "entropy", name: "Entropy", figure: entropy_figure, body: () => [
    p("How open the forced answer is, in bits. The outcomes are the options and “none of them”. 0 bits: one outcome is certain. With four options, 2 bits are four " +
      "equal chances, and 2.32 the most. ", h("b", {}, "Mean entropy"), " is the mean over the curve: how long a trace was undecided."),
  ] },
  { key: "classes", name: "Classes", figure: classes_figure, body: () => [
    p("By the forced answer at the first and the last probed position. The last three are parts of ", h("b", {}, "meaningless effort"), ": no net change."),
  ] },
  { key: "experiments", name: "Experiments on the thinking", figure: arms_figure, body: () => [
    p("An experiment changes stored thinking and looks at the answer again. Where there is one, a trace’s page shows it beside the text, and its numbers sort and filter like any other."),
    p(h("b", {}, "Arms"), ": something else stands in place of the thinking, and the answer is forced. Each bar is one draw: the options’ probabilities side by side, then what is " +
      "outside of them; the label behind it is the forced answer. “Other” says that it is not the one with the real thinking, or with none; “2 of 3” counts draws."),
    p(h("b", {}, "Forced against free"), ": a forced answer closes the thinking at once; a free continuation thinks on from the same prefix and answers when it is done. Where they " +
      "differ, what was still to be written mattered. In the curve a mark is the share of continuations that give an option (◆ the right one), with its 95 % interval (Wilson’s)."),
    p(h("b", {}, "Pivots"), " (◆ in the text) are tokens that change the chance of success of free continuations. Below each stand other tokens that could have been " +
      "there. The forced curve may turn elsewhere: it says what would be answered now, not where the thinking leads."),
    p(h("b", {}, "Mistakes"), ": a mistaken sentence is put in, and the model thinks on from it. If the answer stays, the thinking was corrected, or was not needed."),
    p(h("b", {}, "The hint"), ": the prompt hinted at an option. From where on the forced answer follows it, and whether the thinking says so, by rules that know English alone and err. " +
      "How often it would have been answered without a hint, the same questions’ traces without it tell: compare the two runs. " +
      "A run’s front page has the numbers of its experiments over all traces."),
    p(h("b", {}, "In other words"), ": the model wrote a beginning of its thinking again, and the answer is forced behind that, beside the one behind the beginning as it was."),
  ] },
  { key: "conditions", name: "Conditions and search", body: condition_body },
  { key: "keys", name: "Keys", body: keys_body },
  { key: "cite", name: "To link, quote and cite", body: cite_body },
];
