// SPDX-License-Identifier: MIT
// Traces as a table for spreadsheets and data frames. Texts are made harmless as thinktrace/publish/table.cpp does it, so
// that the files of the page and of `thinktrace export` can be read by the same means.
import type { Field, TraceTable } from "../table/table.ts";
import type { QuestionText } from "../types.ts";

// Characters that act on a terminal or hide in a text: controls, soft hyphen, marks of direction, zero widths, tags.
const kActing = /[\0-\x1F\x7F-\x9F\xAD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}\p{Cs}]/gu;

function escape_acting(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  const hex = (character.codePointAt(0) as number).toString(16).toUpperCase();
  return character < "\x80" ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}

export const printable = (text: string): string => text.replace(kActing, escape_acting);

// What a spreadsheet would take for a formula, in ASCII or full width, after spaces or not.
const kFormula = /^ *(?:[=+\-@＝＋－＠]|\\[tr])/;

export function csv_text(raw: string): string {
  const shown = printable(raw), text = kFormula.test(shown) ? `'${shown}` : shown;
  return /[,";]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Only ASCII, as lists stand in the program's own tables.
const list_text = (texts: readonly string[]): string =>
  JSON.stringify(texts).replace(/[\x7F-\uFFFF]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

function field_cell(field: Field, row: number): string {
  const value = field.values[row] as number;
  if (field.kind === "number") return Number.isFinite(value) ? String(value) : "";
  return csv_text(field.names[value] ?? "");
}

// Columns that say which trace a row is about, and what is known of it beside the table's fields.
const kOwn = ["run", "trace_id", "question_id", "subject", "sample", "question", "options", "answer", "chosen", "status", "error"];

function own_cells(table: TraceTable, row: number, texts: readonly QuestionText[] | null): string[] {
  const index = table.indexes[table.run[row] as number] as TraceTable["indexes"][number], t = table.trace[row] as number;
  const q = index.traces.question[t] as number, text = texts?.[q], chosen = index.traces.chosen[t] as number;
  const failed = index.traces.failed[t] === 1;
  return [csv_text(index.run.name), csv_text(index.traces.id[t] as string), csv_text(index.questions.id[q] as string),
    csv_text(index.run.subjects[index.questions.subject[q] as number]?.name ?? ""), String(index.traces.sample[t]),
    csv_text(text?.text ?? ""), text ? csv_text(list_text(text.options)) : "", String(index.questions.answer[q]),
    failed || chosen < 0 ? "" : String(chosen),
    failed ? "failed" : "ok", csv_text(index.errors.get(t) ?? "")];
}

// RFC 4180. One line a trace, in the order of `rows`.
export function make_csv(table: TraceTable, rows: ArrayLike<number>, questions: (run: number) => readonly QuestionText[] | null): string {
  const fields = table.fields.filter((f) => !kOwn.includes(f.key));
  const lines = [[...kOwn, ...fields.map((f) => csv_text(f.key))]];
  const texts = table.indexes.map((_, run) => questions(run));
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    lines.push([...own_cells(table, row, texts[table.run[row] as number] ?? null), ...fields.map((f) => field_cell(f, row))]);
  }
  return lines.map((cells) => `${cells.join(",")}\r\n`).join("");
}
