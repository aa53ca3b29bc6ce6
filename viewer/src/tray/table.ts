// SPDX-License-Identifier: MIT
// The picked traces in numbers: a column each, a line for everything that galleries sort and filter by.
import { h } from "../dom/h.ts";
import { listed_fields, make_table } from "../table/table.ts";
import type { Field } from "../table/table.ts";
import { isolated } from "../text/render.ts";
import { write_value } from "../text/units.ts";
import { visible_string } from "../text/visible.ts";
import { tray_line } from "./lines.ts";
import type { Picked } from "./picks.ts";

function write_field(field: Field, row: number): Node | string {
  if (field.kind === "number") return write_value(field.values[row] as number, field.unit);
  const name = field.names[field.values[row] as number];
  return name === undefined ? "–" : isolated(name, { empty: "(no name)" });
}

// One row of each trace in a table of their runs.
export function make_field_table(picked: readonly Picked[]): HTMLElement {
  const indexes = [...new Set(picked.map(({ index }) => index))], table = make_table({ indexes, subject: null });
  const first = indexes.map((_, i) => indexes.slice(0, i).reduce((sum, index) => sum + index.n_traces, 0));
  const rows = picked.map(({ index, trace }) => (first[indexes.indexOf(index)] as number) + trace);
  const has = (field: Field): boolean => rows.some((row) => (field.kind === "number" ? !Number.isNaN(field.values[row]) : (field.values[row] as number) >= 0));
  return h("div", { class: "scroll", tabindex: 0, role: "region", aria: { label: "The picked traces in numbers" } },
    h("table", { class: "compare-table tray-table" },
      h("thead", {}, h("tr", {}, h("td"), ...picked.map((_, place) => h("th", { scope: "col" }, tray_line(place, false).name)))),
      h("tbody", {}, ...listed_fields(table).filter(has).map((field) => h("tr", {},
        h("th", { scope: "row", title: visible_string(field.explain) }, isolated(field.name)), ...rows.map((row) => h("td", {}, write_field(field, row))))))));
}
