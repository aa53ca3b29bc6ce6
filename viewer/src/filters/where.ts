// SPDX-License-Identifier: MIT
// The field for a condition, with what is wrong with it, and a help that lists what can stand there.
import { h, replace } from "../dom/h.ts";
import type { Child } from "../dom/h.ts";
import type { State } from "../state/state.ts";
import { compile_expression } from "../table/expression.ts";
import { listed_fields } from "../table/table.ts";
import type { Field, TraceTable } from "../table/table.ts";
import { isolated } from "../text/render.ts";
import { new_id } from "./describe_by.ts";
import { fitting_examples, mistake_at } from "./examples.ts";
import { after_pause } from "./pace.ts";

const kPause = 250; // Milliseconds.

export const kSigns: readonly (readonly [string, string])[] = [
  ["== != < <= > >=", "compare numbers; == and != compare names too, which stand in quotation marks"],
  ["&& || !", "and, or, not; the words can be written too, and brackets"],
  ["in, not in", "one of a list: class in ['productive', 'wavering']"],
  ["+ - * / %", "numbers; also abs(x), min(x, y), max(x, y)"],
  ["has(field)", "the trace has this number; without it no comparison holds"],
];

// What a field is, and which names it can have.
export function explain_field(field: Field): Child[] {
  const names = field.kind === "category" && field.names.length <= 8 ? field.names : [];
  return [isolated(field.explain === "" ? field.name : field.explain),
    ...names.flatMap((name, i) => [i > 0 ? ", " : ": ", h("code", {}, isolated(`'${name}'`))])];
}

function field_line(field: Field, insert: (text: string) => void): HTMLElement[] {
  const key = h("button", { type: "button", class: "where-key", on: { click: () => insert(field.key) } }, isolated(field.key, { newline: "inline" }));
  return [h("dt", {}, key), h("dd", {}, ...explain_field(field))];
}

function make_help(table: TraceTable, insert: (text: string) => void, take: (text: string) => void): HTMLElement[] {
  const examples = fitting_examples(table).map(({ text, explain }) => h("li", {},
    h("button", { type: "button", class: "where-example", on: { click: () => take(text) } }, h("code", {}, text)), h("span", { class: "quiet" }, explain)));
  return [
    h("h4", {}, "Examples"), h("ul", { class: "where-examples" }, ...examples),
    h("h4", {}, "Signs"), h("dl", { class: "where-fields" }, ...kSigns.flatMap(([sign, explain]) => [h("dt", {}, h("code", {}, sign)), h("dd", {}, explain)])),
    h("h4", {}, "Fields"), h("dl", { class: "where-fields" }, ...listed_fields(table).flatMap((field) => field_line(field, insert))),
  ];
}

export function make_where(changed: (change: Partial<State>) => void) {
  const hint = new_id(), wrong = new_id();
  const box = h("textarea", { class: "where-box", maxlength: 200, spellcheck: "false", autocomplete: "off", placeholder: "p_end < 0.5 and length > 300",
    aria: { label: "Condition", describedby: `${hint} ${wrong}` },
    on: { input: () => typed.send(box.value), keydown: (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      event.preventDefault();
      typed.cancel();
      apply(box.value);
    } } });
  box.rows = 2;
  const error = h("div", { class: "where-error", id: wrong, role: "alert", aria: { live: "polite" } });
  const content = h("div", {}), help = h("details", { class: "where-help" }, h("summary", {}, "What can stand here"), content);
  let table: TraceTable | null = null, sent = "", filled: TraceTable | null = null;

  const complain = (text: string): boolean => {
    const compiled = table ? compile_expression(text, table) : null;
    if (!compiled || compiled.ok) {
      replace(error);
      box.removeAttribute("aria-invalid");
      return compiled !== null;
    }
    const { error: what, at } = compiled, place = at === null ? null : mistake_at(text, at);
    box.setAttribute("aria-invalid", "true");
    const quoted = (part: string) => isolated(part, { empty: "", newline: "inline" });
    replace(error, h("p", {}, at === null ? "" : `At character ${at + 1}: `, isolated(what)),
      place && h("p", { class: "where-place" }, h("code", {}, quoted(place.before), h("mark", {}, place.at === "" ? "…" : quoted(place.at)), quoted(place.after))));
    return false;
  };
  const apply = (text: string): void => {
    if (!complain(text)) return;
    sent = text.trim();
    changed({ where: sent });
  };
  const typed = after_pause<string>(kPause, apply);
  const take = (text: string): void => {
    typed.cancel();
    box.value = text;
    apply(text);
    box.focus();
  };
  const insert = (text: string): void => {
    const { selectionStart: from, selectionEnd: to, value } = box, space = from > 0 && !/[\s(!]$/.test(value.slice(0, from)) ? " " : "";
    box.setRangeText(`${space}${text} `, from, to, "end");
    box.focus();
    typed.send(box.value);
  };
  // The list is long, and few look at it.
  const fill = (): void => {
    if (!help.open || !table || filled === table) return;
    filled = table;
    replace(content, ...make_help(table, insert, take));
  };
  help.addEventListener("toggle", fill);

  const element = h("div", { class: "where" }, box,
    h("p", { class: "unseen", id: hint }, "A condition that every shown trace meets, as in p_end < 0.5"), error, help);
  const show = (state: State, next: TraceTable): void => {
    const first = table === null;
    table = next;
    if (state.where !== sent || first) {
      typed.cancel();
      box.value = sent = state.where;
      complain(sent);
    }
    fill();
  };
  return { element, show };
}
