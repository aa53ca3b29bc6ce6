// SPDX-License-Identifier: MIT
// A run's ablations on its front page: which thinking the answer needs, arm by arm, with intervals.
import type { Ablation, AblationArm, ArmNumbers } from "../bundle/ablations.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import { digits, estimate_line, estimate_list, kShare, whisker } from "../first_numbers/estimate.ts";
import { help_link } from "../help/link.ts";
import { plural } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";

const heads = (names: readonly Child[]): HTMLElement => h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name))));

function arm_row(arm: AblationArm, numbers: ArmNumbers | null): HTMLElement {
  const cell = (key: keyof ArmNumbers): HTMLElement => h("td", {}, numbers ? digits(numbers[key]) : "–");
  return h("tr", {}, h("th", { scope: "row" }, isolated(arm.label)), h("td", { class: "ablation-bar" }, numbers && whisker(numbers.accuracy, kShare)),
    cell("accuracy"), cell("p_right"), cell("same_as_real"), cell("same_as_none"));
}

function by_subject({ arms, subjects }: Ablation): HTMLElement {
  return h("details", { class: "numbers-more" }, h("summary", {}, "Forced answer right, subject by subject"),
    h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: "Forced answer right, subject by subject" } }, h("table", { class: "ablation-table" },
      heads(["in place of the thinking", ...subjects.map((b) => isolated(b.subject, { empty: "(no name)" }))]),
      h("tbody", {}, ...arms.map((arm, i) => h("tr", {}, h("th", { scope: "row" }, isolated(arm.label)),
        ...subjects.map(({ arms: of }) => h("td", {}, of[i] ? digits(of[i].accuracy) : "–"))))))));
}

// One ablation.
export function make_ablation(context: Context, ablation: Ablation): HTMLElement {
  const { overall, arms, experiment, subjects } = ablation, { does_not_matter: idle, helps, harms } = overall;
  return h("section", { class: "ablation" },
    h("h4", {}, "With something else in place of the thinking ", help_link(context, "experiments", "Help: experiments on the thinking")),
    h("p", { class: "aside" }, `Experiment ${experiment}: ${plural(overall.traces, "trace")} of ${plural(overall.questions, "question")}. Means over traces and draws.`),
    idle.value !== null && estimate_list(kShare, "", [estimate_line("the thinking does not matter", idle, { strong: true }), estimate_line("it helps", helps), estimate_line("it harms", harms)]),
    h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: `Arms of experiment ${experiment}` } }, h("table", { class: "ablation-table is-bars" },
      heads(["in its place", "", "forced answer right", "P(right)", "as with the real", "as with none"].map((name) => name === "" ? h("span", { class: "unseen" }, "drawing") : name)),
      h("tbody", {}, ...arms.map((arm, i) => arm_row(arm, overall.arms[i] ?? null))))),
    subjects.length > 1 && by_subject(ablation));
}
