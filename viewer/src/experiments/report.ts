// SPDX-License-Identifier: MIT
// An experiment's numbers on the front page of its run: a table of estimates, and the same for each subject.
import type { ReportRow, ReportTable } from "../bundle/tables.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import { digits, kShare, whisker } from "../first_numbers/estimate.ts";
import { help_link } from "../help/link.ts";
import { one_place, short_number } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { Run } from "../types.ts";

// The first number is drawn, too, where it is a share.
function make_rows({ columns }: ReportTable, rows: readonly ReportRow[], name: string): HTMLElement {
  const line = ({ name: row, unit, cells }: ReportRow): HTMLElement => h("tr", {}, h("th", { scope: "row" }, isolated(row)),
    h("td", { class: "ablation-bar" }, unit === "share" && cells[0] ? whisker(cells[0], kShare) : false),
    ...columns.map((_, i) => h("td", {}, cells[i] ? digits(cells[i], unit === "share" ? short_number : one_place) : "")));
  return h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: name } }, h("table", { class: "ablation-table is-bars" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "unseen" }, "what")), h("th", { scope: "col" }, h("span", { class: "unseen" }, "drawing")),
      ...columns.map((column) => h("th", { scope: "col" }, isolated(column))))),
    h("tbody", {}, ...rows.map(line))));
}

export function make_report_table(context: Context, run: Run, table: ReportTable): HTMLElement {
  const of = run.experiments[table.experiment], which = of ? `${of.kind === "hint" ? "Plan" : "Experiment"} ${of.number}` : "An experiment";
  const called = `${table.title}, ${which.toLowerCase()}`;
  return h("section", { class: "ablation report" },
    h("h4", {}, isolated(table.title), " ", help_link(context, "experiments", `Help: experiments on the thinking, ${called}`)),
    h("p", { class: "aside" }, `${which}: `, isolated(table.about), ". ", isolated(table.note)),
    make_rows(table, table.rows, called),
    table.subjects.length > 1 && h("details", { class: "numbers-more" }, h("summary", {}, "Subject by subject"),
      ...table.subjects.flatMap(({ subject, rows }) => [h("h5", {}, isolated(subject, { empty: "(no name)" })), make_rows(table, rows, `${called}: ${subject}`)])));
}
