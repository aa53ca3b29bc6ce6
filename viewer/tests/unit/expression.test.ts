// SPDX-License-Identifier: MIT
import { describe, expect, test } from "vitest";
import { compile_expression } from "../../src/table/expression.ts";
import { field_of } from "../../src/table/table.ts";
import type { TraceTable } from "../../src/table/table.ts";
import { make_random } from "../generate.ts";
import type { Random } from "../generate.ts";
import { below, pick, random_table } from "../random_table.ts";

const table = random_table(1, 60);

function rows_of(text: string, of: TraceTable = table): number[] {
  const compiled = compile_expression(text, of);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.error}`);
  return Array.from({ length: of.n }, (_, row) => row).filter((row) => compiled.test(row));
}
const mistake = (text: string): { error: string; at: number | null } => {
  const compiled = compile_expression(text, table);
  return compiled.ok ? { error: "none", at: null } : { error: compiled.error, at: compiled.at };
};
const number = (key: string, row: number): number => field_of(table, key)?.values[row] as number;
function name(key: string, row: number): string | null {
  const field = field_of(table, key);
  return field?.kind === "category" ? field.names[field.values[row] as number] ?? null : null;
}
const rows_where = (test: (row: number) => boolean): number[] => Array.from({ length: table.n }, (_, row) => row).filter(test);

describe("conditions", () => {
  test.each<[string, (row: number) => boolean]>([
    ["length > 300", (r) => number("length", r) > 300],
    ["p_end < 0.5 && class == 'productive' || length > 300",
      (r) => (number("p_end", r) < 0.5 && name("class", r) === "productive") || number("length", r) > 300],
    ["p_end < 0.5 and (class = \"productive\" or length > 300)",
      (r) => number("p_end", r) < 0.5 && (name("class", r) === "productive" || number("length", r) > 300)],
    ["class in ['productive', 'wavering']", (r) => ["productive", "wavering"].includes(name("class", r) ?? "")],
    ["class not in ['productive', 'wavering']", (r) => name("class", r) !== null && !["productive", "wavering"].includes(name("class", r) ?? "")],
    ["sample in [0, 1 + 1]", (r) => [0, 2].includes(number("sample", r))],
    ["class != 'productive'", (r) => name("class", r) !== null && name("class", r) !== "productive"],
    ["'right' == end", (r) => name("end", r) === "right"],
    ["start != end", (r) => name("start", r) !== null && name("end", r) !== null && name("start", r) !== name("end", r)],
    ["start == free", (r) => name("start", r) !== null && name("start", r) === name("free", r)],
    ["not class == 'productive' and length > 100", (r) => name("class", r) !== "productive" && number("length", r) > 100],
    ["!(class == 'productive')", (r) => name("class", r) !== "productive"],
    ["not not length > 100", (r) => number("length", r) > 100],
    ["length > 100 and not length > 200 + 1", (r) => number("length", r) > 100 && !(number("length", r) > 201)],
    ["has(t_exit) && !has(class)", (r) => !Number.isNaN(number("t_exit", r)) && name("class", r) === null],
    ["abs(change) >= .25", (r) => Math.abs(number("change", r)) >= 0.25],
    ["max(p_start, p_end, 0.5) == 0.5", (r) => number("p_start", r) <= 0.5 && number("p_end", r) <= 0.5],
    ["min(p_start, p_end) < 1e-1", (r) => Math.min(number("p_start", r), number("p_end", r)) < 0.1],
    ["-length < -(300 - 50 * 2)", (r) => number("length", r) > 200],
    ["length % 2 == 1", (r) => number("length", r) % 2 === 1],
    ["t_exit / length > 0.5", (r) => number("length", r) !== 0 && number("t_exit", r) / number("length", r) > 0.5],
    ["+length>=10", (r) => number("length", r) >= 10],
    ["  ", () => true],
  ])("%s", (text, wanted) => {
    const rows = rows_of(text);
    expect(rows).toEqual(rows_where(wanted));
    expect(rows.length).toBeGreaterThan(0);
  });

  test("compare nothing with what is missing, and a division by zero has no number", () => {
    const lacks = rows_where((r) => Number.isNaN(number("t_exit", r)));
    for (const sign of ["<", "<=", ">", ">=", "==", "!="]) {
      expect(rows_of(`t_exit ${sign} 5`).filter((r) => lacks.includes(r))).toEqual([]);
      expect(rows_of(`t_exit ${sign} t_exit`).filter((r) => lacks.includes(r))).toEqual([]);
      expect(rows_of(`max(5, t_exit - 1) ${sign} 5`).filter((r) => lacks.includes(r))).toEqual([]);
      expect(rows_of(`length / 0 ${sign} 5`)).toEqual([]);
    }
    expect(rows_of("t_exit in [t_exit]")).toEqual(rows_where((r) => !lacks.includes(r)));
    expect(rows_of("not t_exit != 5").filter((r) => lacks.includes(r))).toEqual(lacks);
    expect(rows_of("class != 'productive'").filter((r) => name("class", r) === null)).toEqual([]);
  });
});

describe("mistakes", () => {
  test.each<[string, string, number | null]>([
    ["lenght > 300", "no field called 'lenght'; did you mean length?", 0],
    ["length > 3 && Length > 2", "no field called 'Length'; did you mean length?", 14],
    ["length > 3 && (5 < p_stat)", "no field called 'p_stat'; did you mean p_start?", 19],
    ["perplexity > 3", "no field called 'perplexity'", 0],
    ["class == 'produktive'", "class is never 'produktive'; did you mean productive?", 9],
    ["end == 'maybe'", "end is never 'maybe'; it can be right, wrong", 7],
    ["class in ['productive', 'x']", "class is never 'x'; it can be productive, counterproductive, right throughout, wrong throughout, wavering, known already", 24],
    ["length", "here a condition is needed, and this is a number: compare it, as in length > 300", 0],
    ["length > 3 && class", "here a condition is needed, and this is one of several names: compare it, as in class == 'productive'", 14],
    ["0.2 < p_end < 0.8", "< compares numbers or names, and this is a condition: join conditions with && or ||", null],
    ["class < 'productive'", "< compares numbers; names have no order", 0],
    ["class == 3", "== can't compare one of several names with a number", 0],
    ["'a' == 'a'", "== can't compare a text with a text: one of them must be a field", 0],
    ["length > 3 class == 'wavering'", "this is not one condition: join conditions with && or ||", null],
    ["length + class > 3", "+ needs numbers, and this is one of several names", 9],
    ["length >", "something is missing after >", 8],
    ["length > )", "something is missing after >", 9],
    ["(length > 3", "a closing bracket ) is missing", 11],
    ["class == 'productive", "a quotation mark is missing at the end of a text", 20],
    ["length > 3 & p_end < 1", "& makes no sense here", 11],
    ["class in 'productive'", "in needs a list, as in class in ['productive', 'wavering']", 9],
    ["class in [3]", "the list of class holds texts", null],
    ["length in ['a']", "this list needs numbers, and this is a text", 11],
    ["length in [1,,2]", "this list needs numbers", null],
    ["sqrt(length) > 2", "no function called 'sqrt'; there are abs, min, max, has", 0],
    ["mim(length) > 2", "no function called 'mim'; did you mean min?; there are abs, min, max, has", 0],
    ["abs(length, 2) > 2", "abs() takes one number", 0],
    ["has(3)", "has() takes one field, as in has(t_exit)", 0],
    ["length > 3x", "3x is neither a number nor a name", 10],
    ["length > 0 && true", "no field called 'true'", 14],
    [`length > ${"1".repeat(200)}`, "longer than 200 characters", 200],
  ])("%s", (text, error, at) => {
    expect(mistake(text)).toEqual({ error, at });
  });

  test.each([
    "constructor", "__proto__ == 1", "toString > 1", "hasOwnProperty('a')", "constructor(1) > 0", "__proto__(1) > 0", "valueOf() > 1",
    "length.constructor > 1", "length['constructor'] > 1", "class.constructor == 'x'", "''.constructor", "[].map(length)", "[1, 2] > 1",
    "length = p_end = 3", "length += 3", "length++ > 1", "this > 1", "this.length > 1", "(() => 1)() > 0", "function () {}", "`a` == class",
    "length > 1 ? 1 : 2", "length > 1; alert(1)", "(length > 1, p_end > 1)", "min()() > 1", "min(length)(1) > 1", "abs.call(length) > 1",
    "length ?? 3 > 1", "length?.x > 1", "/a/ > 1", "length ** 2 > 1", "~length > 1", "new Date() > 1", "\u0000", "class == '\\", ")(", "()", "[]", "((", "...length",
    "\ud800 > 1", "e > 1e", "1e999e9 < length", "not", "in", "and", "length and", "not in ['a']", "has(constructor)", "class == '__proto__'",
    "@", "#", "length > 3 // yes", "window > 1", "globalThis.alert(1)", "$ > 1", "_ > 1", ",", ";",
  ])("%s is refused", (text) => {
    const { error } = mistake(text);
    expect(error).not.toBe("none");
    expect(error).not.toMatch(/undefined|\[object|native code/);
  });

  test("deep and long texts neither overflow nor pass for something else", () => {
    expect(rows_of(`${"(".repeat(95)}length > 3${")".repeat(95)}`)).toEqual(rows_of("length > 3"));
    expect(rows_of(`${"!".repeat(180)}(length > 3)`)).toEqual(rows_of("length > 3"));
    expect(rows_of(`length > ${"-".repeat(180)}3`)).toEqual(rows_of("length > 3"));
    expect(rows_of(`length > ${"1+".repeat(90)}1`)).toEqual(rows_of("length > 91"));
    for (const text of ["(".repeat(200), "[".repeat(200), "!".repeat(200), "-".repeat(200), "abs(".repeat(50), "has(".repeat(50), "'".repeat(199),
      "length.".repeat(28), "a?".repeat(100), "(".repeat(1e6), "!".repeat(1e6)]) {
      expect(mistake(text).error).not.toBe("none");
    }
  });

  test("no text throws", () => {
    const random = make_random(7);
    const parts = ["length", "class", "'right'", "'", "\"", "(", ")", "[", "]", ",", "<", ">", "=", "!", "&&", "||", "and", "or", "not", "in", "+", "-", "*",
      "/", "%", "1", ".5", "1e", " ", " ", " ", "has", "min", "end", ".", "?", ":", ";", "\\", "\u202e", "é", "😀", "\ud800"];
    const odd: string[] = [];
    for (let i = 0; i < 4000; i++) {
      const text = Array.from({ length: 1 + below(random, 12) }, () => pick(random, parts)).join("");
      const compiled = compile_expression(text, table);
      if (compiled.ok ? typeof compiled.test(0) !== "boolean" : compiled.error === "") odd.push(text);
    }
    expect(odd).toEqual([]);
  });
});

// The slow obvious twin: a tree made by chance says itself as a text, and says its own value.
interface Twin<T> { text: string; value(row: number): T }
const kNumbers = ["length", "p_start", "p_end", "change", "flips", "t_exit", "sample"];
const spaced = (random: Random, ...parts: string[]): string => parts.join(random() < 0.5 ? " " : "  ");

function number_twin(random: Random, depth: number): Twin<number> {
  const kind = depth === 0 ? below(random, 2) : below(random, 6);
  if (kind === 0) {
    const x = below(random, 40) / 10;
    return { text: String(x), value: () => x };
  }
  if (kind === 1) {
    const key = pick(random, kNumbers);
    return { text: key, value: (row) => number(key, row) };
  }
  const a = number_twin(random, depth - 1), b = number_twin(random, depth - 1);
  if (kind === 2) return { text: `-(${a.text})`, value: (row) => -a.value(row) };
  if (kind === 3) return { text: `abs(${a.text})`, value: (row) => Math.abs(a.value(row)) };
  if (kind === 4) return { text: `max(${a.text}, ${b.text})`, value: (row) => (a.value(row) > b.value(row) ? a.value(row) : b.value(row) >= a.value(row) ? b.value(row) : NaN) };
  const sign = pick(random, ["+", "-", "*", "/", "%"] as const);
  return { text: `(${spaced(random, a.text, sign, b.text)})`, value: (row) => {
    const x = a.value(row), y = b.value(row);
    return sign === "+" ? x + y : sign === "-" ? x - y : sign === "*" ? x * y : sign === "%" ? x % y : y === 0 ? NaN : x / y;
  } };
}

function comparison_twin(random: Random, depth: number): Twin<boolean> {
  if (random() < 0.3) {
    const key = pick(random, ["start", "end", "free", "stop", "class", "subject", "run"]), field = field_of(table, key);
    const word = pick(random, field?.kind === "category" ? field.names : []), same = random() < 0.5;
    return { text: `${key} ${same ? pick(random, ["==", "="]) : "!="} '${word}'`, value: (row) => name(key, row) !== null && (name(key, row) === word) === same };
  }
  const a = number_twin(random, depth), b = number_twin(random, depth), sign = pick(random, ["<", "<=", ">", ">=", "==", "!="] as const);
  return { text: spaced(random, a.text, sign, b.text), value: (row) => {
    const x = a.value(row), y = b.value(row);
    if (Number.isNaN(x) || Number.isNaN(y)) return false;
    return sign === "<" ? x < y : sign === "<=" ? x <= y : sign === ">" ? x > y : sign === ">=" ? x >= y : sign === "==" ? x === y : x !== y;
  } };
}

// Without brackets && binds tighter than ||, and not tighter than both.
function condition_twin(random: Random, depth: number): Twin<boolean> {
  const any = Array.from({ length: 1 + below(random, 2) }, () => Array.from({ length: 1 + below(random, 2) }, () => {
    const inner = depth > 0 && random() < 0.3 ? condition_twin(random, depth - 1) : comparison_twin(random, depth), deep = random() < 0.3;
    const wrapped = deep || /\|\||&&|\b(and|or|not)\b/.test(inner.text) ? `(${inner.text})` : inner.text;
    if (random() < 0.25) return { text: `not ${wrapped}`, value: (row: number) => !inner.value(row) };
    return { text: wrapped, value: inner.value };
  }));
  return { text: any.map((all) => all.map((t) => t.text).join(pick(random, [" && ", " and "]))).join(pick(random, [" || ", " or "])),
    value: (row) => any.some((all) => all.every((t) => t.value(row))) };
}

test("agrees with trees that know their own value", () => {
  const random = make_random(11);
  let tried = 0;
  while (tried < 500) {
    const twin = condition_twin(random, 2);
    if (twin.text.length > 200) continue;
    tried++;
    expect(rows_of(twin.text), twin.text).toEqual(rows_where(twin.value));
  }
});
