// SPDX-License-Identifier: MIT
// A reader's text as a tree. jsep parses; which operators and names there are is decided here and in expression.ts, and
// nothing of the text is ever run.
import jsep from "jsep";

// A mistake in the text, with the place of it where that is known.
export class Mistake extends Error {
  constructor(message: string, readonly at: number | null) {
    super(message);
  }
}

interface At { at?: number } // Where in the text it begins.
export type Node = At & (
  | { type: "Literal"; value: unknown }
  | { type: "Identifier"; name: string }
  | { type: "UnaryExpression"; operator: string; argument: Node }
  | { type: "BinaryExpression"; operator: string; left: Node; right: Node }
  | { type: "CallExpression"; callee: Node; arguments: Node[] }
  | { type: "ArrayExpression"; elements: (Node | null)[] }
  | { type: "Compound" | "SequenceExpression" | "MemberExpression" | "ThisExpression" | "ConditionalExpression" });

// The signs of conditions, each with the one that it is short for.
export const kSame: Record<string, string> = { and: "&&", or: "||", not: "!", "=": "==" };
const kBinary: readonly (readonly string[])[] = [ // From the loosest to the tightest.
  ["||", "or"], ["&&", "and"], ["==", "=", "!=", "in", "not in", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"]];
const kUnary = ["-", "+", "!", "not"];

jsep.removeAllBinaryOps();
jsep.removeAllUnaryOps();
jsep.removeAllLiterals(); // true, false and null are names like any other.
kBinary.forEach((signs, i) => signs.forEach((sign) => jsep.addBinaryOp(sign, i + 1)));
kUnary.forEach((sign) => jsep.addUnaryOp(sign));

// jsep does not say where a node stands, so each token's beginning is noted. It tells of the end of every token but a
// number, which needs no place.
const starts = new WeakMap<object, number[]>();
jsep.hooks.add("gobble-token", function () {
  if (/[\d.]/.test(this.char)) return;
  const list = starts.get(this);
  if (list) list.push(this.index);
  else starts.set(this, [this.index]);
});
jsep.hooks.add("after-token", function (env) {
  const at = starts.get(this)?.pop(), node = env.node as Node | undefined;
  if (node && at !== undefined) node.at ??= at;
});

const kLoose = new Set([...(kBinary[0] ?? []), ...(kBinary[1] ?? [])]);
const is_not = (node: Node) => node.type === "UnaryExpression" && (kSame[node.operator] ?? node.operator) === "!";

// jsep binds `not` to the next word. Who writes "not class == 'productive'" means the whole comparison.
function loosen_not(node: Node): Node {
  if (node.type === "UnaryExpression") return { ...node, argument: loosen_not(node.argument) };
  if (node.type !== "BinaryExpression") return node;
  const left = loosen_not(node.left), right = loosen_not(node.right);
  if (kLoose.has(node.operator) || left.type !== "UnaryExpression" || !is_not(left)) return { ...node, left, right };
  return { ...left, argument: loosen_not({ ...node, left: left.argument, right }) };
}

// jsep's own messages, in the page's words.
const kMessages: readonly (readonly [RegExp, string])[] = [
  [/^Expected expression after (.+)$/, "something is missing after $1"],
  [/^missing unaryOp argument$/, "something is missing after the sign"],
  [/^Unclosed quote.*$/s, "a quotation mark is missing at the end of a text"],
  [/^(?:Unclosed \(|Expected \))$/, "a closing bracket ) is missing"],
  [/^(?:Unclosed \[|Expected \])$/, "a closing bracket ] is missing"],
  [/^Unexpected $/, "something is missing at the end"],
  [/^Unexpected (?:token )?"?([^"]+)"?$/, "$1 makes no sense here"],
  [/^Expected comma$/, "a comma is missing"],
  [/^Variable names cannot start with a number \((.*)\)$/, "$1 is neither a number nor a name"],
  [/^Expected exponent.*$/s, "a number breaks off after its e"],
];

function in_plain_words(message: string): string {
  const rule = kMessages.find(([pattern]) => pattern.test(message));
  return rule ? message.replace(rule[0], rule[1]) : "this can't be read";
}

// Throws Mistake.
export function parse_tree(text: string): Node {
  try {
    return loosen_not(jsep(text) as Node);
  } catch (error) {
    const { description, index } = error as { description?: unknown; index?: unknown };
    if (typeof description !== "string" || typeof index !== "number") throw error;
    throw new Mistake(in_plain_words(description), Math.min(index, text.length));
  }
}

export const start_of = (node: Node): number | null =>
  node.at ?? (node.type === "BinaryExpression" ? start_of(node.left) : null);
