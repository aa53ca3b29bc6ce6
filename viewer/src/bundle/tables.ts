// SPDX-License-Identifier: MIT
// The numbers of a run's experiments as tables of estimates, as thinktrace/publish/report_table.h makes them.
import { read_estimate } from "./analysis.ts";
import type { Estimate } from "./analysis.ts";
import { BundleError, as_array, as_count, as_object, as_one_of, as_string, as_strings } from "./check.ts";
import { parse_kind } from "./chunk_text.ts";

export interface ReportRow { name: string; unit: "share" | "count"; cells: Estimate[] } // At most as many as there are columns.
export interface ReportTable { experiment: number; title: string; about: string; note: string; columns: string[]; rows: ReportRow[]; subjects: { subject: string; rows: ReportRow[] }[] }

function read_rows(value: unknown, n_columns: number, where: string): ReportRow[] {
  return as_array(value, where).map((entry, i) => {
    const at = `${where}[${i}]`, r = as_object(entry, at), cells = as_array(r["cells"], `${at}.cells`);
    if (cells.length > n_columns) throw new BundleError(`${at}.cells: ${cells.length} values for ${n_columns} columns`);
    return { name: as_string(r["name"], `${at}.name`), unit: as_one_of(r["unit"], ["share", "count"] as const, `${at}.unit`),
      cells: cells.map((cell, k) => read_estimate(cell, `${at}.cells[${k}]`)) };
  });
}

export function parse_tables_chunk(text: string): ReportTable[] {
  return as_array(parse_kind(text, "tables")["tables"], "tables").map((entry, i) => {
    const where = `tables[${i}]`, t = as_object(entry, where), columns = as_strings(t["columns"], `${where}.columns`);
    const subjects = as_array(t["subjects"], `${where}.subjects`).map((value, k) => {
      const at = `${where}.subjects[${k}]`, b = as_object(value, at);
      return { subject: as_string(b["subject"], `${at}.subject`), rows: read_rows(b["rows"], columns.length, `${at}.rows`) };
    });
    return { experiment: as_count(t["experiment"], `${where}.experiment`), title: as_string(t["title"], `${where}.title`), about: as_string(t["about"], `${where}.about`),
      note: as_string(t["note"], `${where}.note`), columns, rows: read_rows(t["rows"], columns.length, `${where}.rows`), subjects };
  });
}
