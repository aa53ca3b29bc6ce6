// SPDX-License-Identifier: MIT
// Conditions that a reader types, as in  p_end < 0.5 && class == 'productive' || length > 300
//
//   names      the keys of the table's fields
//   values     numbers, 'texts', lists ['a', 'b'] after in and not in
//   conditions == (or =) != < <= > >= in, not in; && (and), || (or), ! (not), brackets; has(field)
//   numbers    + - * / %, abs(x), min(x, …), max(x, …)
//
// A number that a trace does not have stays missing through every sum, a division by zero has no number, and a comparison
// with what is missing is false, != too; has(field) asks for it. `not` turns around whatever stands behind it.
// Every part has a type, found before any row is looked at; then the tree becomes closures over the columns.
import { nearest } from "./nearest.ts";
import { Mistake, kSame, parse_tree, start_of } from "./parse.ts";
import type { Node } from "./parse.ts";
import { field_of } from "./table.ts";
import type { CategoryField, TraceTable } from "./table.ts";

export type Compiled = { ok: true; test(row: number): boolean } | { ok: false; error: string; at: number | null };

type NumberOf = (row: number) => number; // NaN: missing.
type Test = (row: number) => boolean;
type Part =
  | { type: "number"; of: NumberOf }
  | { type: "condition"; test: Test }
  | { type: "category"; field: CategoryField }
  | { type: "text"; text: string };

const kMaxLength = 200;
const kSaid: Record<Part["type"], string> = { number: "a number", condition: "a condition", category: "one of several names", text: "a text" };

const kSums: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => (b === 0 ? NaN : a / b), "%": (a, b) => a % b,
};
const kCompare: Record<string, (a: number, b: number) => boolean> = {
  "==": (a, b) => a === b, "!=": (a, b) => a < b || a > b, "<": (a, b) => a < b, "<=": (a, b) => a <= b,
  ">": (a, b) => a > b, ">=": (a, b) => a >= b,
};
const kFunctions: Record<string, { most: number; of(values: number[]): number }> = {
  abs: { most: 1, of: (v) => Math.abs(v[0] as number) },
  min: { most: 20, of: (v) => Math.min(...v) },
  max: { most: 20, of: (v) => Math.max(...v) },
};
const own = <T>(list: Record<string, T>, key: string): T | undefined => (Object.hasOwn(list, key) ? list[key] : undefined);

const guess = (word: string, names: readonly string[]): string => {
  const near = nearest(word, names);
  return near === null ? "" : `; did you mean ${near}?`;
};

function find_field(name: string, table: TraceTable, at: number | null) {
  const field = field_of(table, name);
  if (!field) throw new Mistake(`no field called '${name}'${guess(name, table.fields.map((f) => f.key))}`, at);
  return field;
}

// The place of a name among the field's.
function place_of(field: CategoryField, text: string, at: number | null): number {
  const place = field.names.indexOf(text);
  if (place < 0) {
    const near = guess(text, field.names);
    const list = near === "" && field.names.length <= 8 ? `; it can be ${field.names.join(", ")}` : near;
    throw new Mistake(`${field.key} is never '${text}'${list}`, at);
  }
  return place;
}

function compile_numbers(nodes: readonly (Node | null)[], table: TraceTable, what: string): NumberOf[] {
  return nodes.map((node) => {
    const part = node ? compile_node(node, table) : null;
    if (part?.type !== "number") throw new Mistake(`${what} needs numbers${part ? `, and this is ${kSaid[part.type]}` : ""}`, node && start_of(node));
    return part.of;
  });
}

function compile_test(node: Node, table: TraceTable): Test {
  const part = compile_node(node, table);
  if (part.type === "condition") return part.test;
  const hint = part.type === "number" ? "compare it, as in length > 300" : "compare it, as in class == 'productive'";
  throw new Mistake(`here a condition is needed, and this is ${kSaid[part.type]}: ${hint}`, start_of(node));
}

// Category against category: the same name, wherever it stands in each list.
function compare_fields(a: CategoryField, b: CategoryField, same: boolean): Test {
  const place = b.names.map((name) => a.names.indexOf(name));
  return (row) => {
    const x = a.values[row] as number, y = b.values[row] as number;
    return x >= 0 && y >= 0 && (x === place[y]) === same;
  };
}

function compare(node: Node & { type: "BinaryExpression" }, sign: string, table: TraceTable): Test {
  const a = compile_node(node.left, table), b = compile_node(node.right, table), at = start_of(node);
  if (a.type === "number" && b.type === "number") {
    const holds = own(kCompare, sign) as (a: number, b: number) => boolean, x = a.of, y = b.of;
    return (row) => holds(x(row), y(row));
  }
  if (a.type === "condition" || b.type === "condition") {
    throw new Mistake(`${sign} compares numbers or names, and this is a condition: join conditions with && or ||`, at);
  }
  const words = [a, b].every((part) => part.type !== "number");
  if (words && sign !== "==" && sign !== "!=") throw new Mistake(`${sign} compares numbers; names have no order`, at);
  if (a.type === "category" && b.type === "category") return compare_fields(a.field, b.field, sign === "==");
  const [category, text] = a.type === "category" ? [a, b] : [b, a];
  if (category.type !== "category" || text.type !== "text") {
    throw new Mistake(`${sign} can't compare ${kSaid[a.type]} with ${kSaid[b.type]}${words ? ": one of them must be a field" : ""}`, at);
  }
  const { values } = category.field, place = place_of(category.field, text.text, start_of(a === text ? node.left : node.right));
  return sign === "==" ? (row) => values[row] === place : (row) => (values[row] as number) >= 0 && values[row] !== place;
}

function compile_in(node: Node & { type: "BinaryExpression" }, table: TraceTable): Test {
  const part = compile_node(node.left, table), inside = node.operator === "in";
  if (node.right.type !== "ArrayExpression") throw new Mistake(`${node.operator} needs a list, as in class in ['productive', 'wavering']`, start_of(node.right));
  const { elements } = node.right;
  if (part.type === "number") {
    const { of } = part, list = compile_numbers(elements, table, "this list");
    return (row) => {
      const x = of(row);
      return !Number.isNaN(x) && list.some((y) => y(row) === x) === inside;
    };
  }
  if (part.type !== "category") throw new Mistake(`${node.operator} asks for a field, and this is ${kSaid[part.type]}`, start_of(node));
  const { field } = part;
  const places = new Set(elements.map((element) => {
    if (element?.type !== "Literal" || typeof element.value !== "string") throw new Mistake(`the list of ${field.key} holds texts`, element && start_of(element));
    return place_of(field, element.value, start_of(element));
  }));
  return (row) => (field.values[row] as number) >= 0 && places.has(field.values[row] as number) === inside;
}

function compile_call(node: Node & { type: "CallExpression" }, table: TraceTable): Part {
  const { callee, arguments: list } = node, at = start_of(node);
  const name = callee.type === "Identifier" ? callee.name : "";
  if (name === "has") {
    const [of] = list;
    if (list.length !== 1 || of?.type !== "Identifier") throw new Mistake("has() takes one field, as in has(t_exit)", at);
    const field = find_field(of.name, table, start_of(of)), { values } = field;
    return { type: "condition", test: field.kind === "number" ? (row) => !Number.isNaN(values[row]) : (row) => (values[row] as number) >= 0 };
  }
  const known = own(kFunctions, name), names = [...Object.keys(kFunctions), "has"];
  if (!known) throw new Mistake(`no function called '${name}'${guess(name, names)}; there are ${names.join(", ")}`, at);
  if (list.length < 1 || list.length > known.most) throw new Mistake(`${name}() takes ${known.most === 1 ? "one number" : "one number or more"}`, at);
  const values = compile_numbers(list, table, `${name}()`);
  return { type: "number", of: (row) => known.of(values.map((of) => of(row))) };
}

function compile_binary(node: Node & { type: "BinaryExpression" }, table: TraceTable): Part {
  const sign = own(kSame, node.operator) ?? node.operator, sum = own(kSums, sign);
  if (sum) {
    const [a, b] = compile_numbers([node.left, node.right], table, sign) as [NumberOf, NumberOf];
    return { type: "number", of: (row) => sum(a(row), b(row)) };
  }
  if (sign === "in" || sign === "not in") return { type: "condition", test: compile_in(node, table) };
  if (own(kCompare, sign)) return { type: "condition", test: compare(node, sign, table) };
  const a = compile_test(node.left, table), b = compile_test(node.right, table);
  return { type: "condition", test: sign === "&&" ? (row) => a(row) && b(row) : (row) => a(row) || b(row) };
}

function compile_unary(node: Node & { type: "UnaryExpression" }, table: TraceTable): Part {
  const sign = own(kSame, node.operator) ?? node.operator;
  if (sign === "!") {
    const test = compile_test(node.argument, table);
    return { type: "condition", test: (row) => !test(row) };
  }
  const [of] = compile_numbers([node.argument], table, sign) as [NumberOf];
  return { type: "number", of: sign === "-" ? (row) => -of(row) : of };
}

// Only what is listed here exists: no properties, no other calls, nothing that changes anything.
function compile_node(node: Node, table: TraceTable): Part {
  switch (node.type) {
    case "Literal": {
      const { value } = node;
      if (typeof value === "string") return { type: "text", text: value };
      if (typeof value === "number") return { type: "number", of: () => value };
      throw new Mistake("this is neither a number nor a text", start_of(node));
    }
    case "Identifier": {
      const field = find_field(node.name, table, start_of(node));
      if (field.kind === "category") return { type: "category", field };
      const { values } = field;
      return { type: "number", of: (row) => values[row] as number };
    }
    case "UnaryExpression": return compile_unary(node, table);
    case "BinaryExpression": return compile_binary(node, table);
    case "CallExpression": return compile_call(node, table);
    case "ArrayExpression": throw new Mistake("a list stands only after in", start_of(node));
    case "Compound": case "SequenceExpression":
      throw new Mistake("this is not one condition: join conditions with && or ||", start_of(node));
    default: throw new Mistake("only fields, numbers, texts and the signs between them can stand here", start_of(node));
  }
}

// An empty text lets every row through.
export function compile_expression(text: string, table: TraceTable): Compiled {
  if (text.trim() === "") return { ok: true, test: () => true };
  if (text.length > kMaxLength) return { ok: false, error: `longer than ${kMaxLength} characters`, at: kMaxLength };
  try {
    return { ok: true, test: compile_test(parse_tree(text), table) };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return { ok: false, error: error.message, at: error.at };
  }
}
