// SPDX-License-Identifier: MIT
// Ways for text to become markup, script, style or a request, which the page's sources must not use. The page's policy
// and Trusted Types refuse most of them in the browser; here they are found before.
import ts from "typescript";

// Properties and functions that parse text as markup or run it.
const kSinks = new Set(["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe", "setHTML", "srcdoc",
  "createContextualFragment", "parseFromString", "execCommand", "importScripts", "cssText", "insertRule",
  "setAttributeNS", "createAttribute", "setAttributeNode", "sendBeacon"]);
// What runs text or asks somebody for something: as a name, or as a property of whatever stands for the window.
const kRuns = new Set(["eval", "Function", "fetch", "XMLHttpRequest", "WebSocket", "EventSource", "Worker", "SharedWorker", "DOMParser"]);
const kWindow = /^(\(?(window|globalThis|self|top|parent)\b|document\.defaultView)/;
// Elements that load, run or lead elsewhere.
const kElements = new Set(["script", "iframe", "frame", "object", "embed", "base", "link", "meta", "style", "form", "template", "portal"]);
// The one place that loads scripts, the ones that make elements of a given name and set attributes and links under rules
// of their own.
const kMayLoad = "src/bundle/chunks.ts", kMaySet = "src/dom/h.ts", kMayLead = new Set([kMaySet, "src/dom/download.ts", "src/app.ts"]);
const kRefused = /^(on|style$|href$|src$|action$|formaction$|srcset$|xlink)/i;

const is_text = (node) => node !== undefined && ts.isStringLiteralLike(node);

function* of_call(file, node) {
  const callee = node.expression, given = node.arguments ?? [], of = ts.isPropertyAccessExpression(callee) ? callee.expression.getText() : "";
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : "";
  if (["write", "writeln", "open"].includes(name) && of === "document") yield `document.${name}() writes markup`;
  if (name === "open" && kWindow.test(of)) yield "the page opens no other";
  if (["assign", "replace"].includes(name) && /\blocation$/.test(of)) yield "the page never goes elsewhere";
  if (["setTimeout", "setInterval"].includes(name) && is_text(given[0])) yield `${name}() with a text runs it`;
  if (name === "setAttribute" && file !== kMaySet && (!is_text(given[0]) || kRefused.test(given[0].text))) {
    yield "setAttribute() takes a literal name, and none that runs, loads or styles";
  }
  if (/^createElement(NS)?$/.test(name) && of === "document" && file !== kMaySet) {
    const made = given[name === "createElement" ? 0 : 1];
    if (!is_text(made) || (kElements.has(made.text) && !(made.text === "script" && file === kMayLoad))) yield "elements of that kind are not made here";
  }
  if (callee.kind === ts.SyntaxKind.ImportKeyword) yield "no import() in one classic script";
}

function* of_assignment(file, { left }) {
  const name = ts.isPropertyAccessExpression(left) ? left.name.text : ts.isIdentifier(left) ? left.text : "";
  if (name === "src" && file !== kMayLoad) yield "only chunks.ts loads anything";
  if (name === "location" || (name === "href" && /location/.test(left.getText()))) yield "the page never goes elsewhere";
  else if (name === "href" && !kMayLead.has(file)) yield "links are made by h()";
  if (/^on[a-z]+$/.test(name) && ts.isPropertyAccessExpression(left) && file !== kMayLoad) yield "listeners are added";
}

// Whether an identifier names a value there, and not a type or a property.
function is_value(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node || kWindow.test(parent.expression.getText());
  return !ts.isTypeReferenceNode(parent) && !ts.isPropertyAssignment(parent) && !ts.isPropertySignature(parent) && !ts.isMethodSignature(parent);
}

function* of_node(file, node) {
  if (ts.isIdentifier(node) && kSinks.has(node.text)) yield `${node.text} is not used here`;
  if (ts.isIdentifier(node) && kRuns.has(node.text) && is_value(node)) yield `${node.text} is not used here`;
  if (ts.isElementAccessExpression(node) && is_text(node.argumentExpression)) {
    const name = node.argumentExpression.text;
    if (kSinks.has(name) || kRuns.has(name) || /^on[a-z]+$/.test(name)) yield `${name} is not used here`;
  }
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) yield* of_call(file, node);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken) yield* of_assignment(file, node);
}

// What is wrong with a node by itself, its children left aside. `file` is the path from the viewer's folder.
export const sinks_of = (file, node) => [...of_node(file, node)];

// All of it in a source.
export function find_sinks(file, text) {
  const found = [];
  const visit = (node) => {
    found.push(...sinks_of(file, node));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
  return found;
}
