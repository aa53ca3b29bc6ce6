// SPDX-License-Identifier: MIT
// The rule that lint.mjs checks all sources by: it finds every way in which text could become more than text.
import { describe, expect, test } from "vitest";
import { find_sinks } from "../../scripts/sinks.mjs";

const kBad: readonly string[] = [
  "e.innerHTML = s", 'e["innerHTML"] = s', "e.outerHTML += s", "Object.assign(e, { innerHTML: s })", "const { outerHTML } = e", "e?.insertAdjacentHTML('beforeend', s)",
  "e.setHTMLUnsafe(s)", "frame.srcdoc = s", "range.createContextualFragment(s)", "new DOMParser().parseFromString(s, 'text/html')", "document.write(s)", "document.writeln(s)",
  "document.open()", "document.execCommand('insertHTML', false, s)", "eval(s)", "(0, eval)(s)", "window.eval(s)", "const run = eval", "new Function(s)", "Function(s)()",
  "new globalThis.Function(s)", "(window as any).Function(s)", "setTimeout('run()', 1)", "setInterval(`run()`, 1)", "import(s)", "importScripts(s)", "new Worker(s)", "new self.Worker(s)",
  "fetch(s)", "window.fetch(s)", "new XMLHttpRequest()", "new WebSocket(s)", "new EventSource(s)", "navigator.sendBeacon(s)", "image.src = s", "location = s", "window.location = s",
  "location.href = s", "location.assign(s)", "window.location.replace(s)", "window.open(s)", "a.href = s", "document.createElement('script')", "document.createElement('iframe')",
  "document.createElement(s)", "document.createElementNS(n, s)", "e.setAttribute(s, s)", "e.setAttribute('onclick', s)", "e.setAttribute('style', s)", "e.setAttribute('href', s)",
  "e.setAttributeNS(null, 'href', s)", "e.onclick = s", 'e["onclick"] = s', "sheet.insertRule(s)", "e.style.cssText = s", 'window["eval"](s)',
];
const kGood: readonly string[] = [
  "e.append(s)", "e.textContent = s", "document.createElement('canvas')", "e.setAttribute('aria-label', s)", "setTimeout(run, 1)", "const f = (x: Function) => x", "e.style.width = s",
  "panel.open()", "s.replace('a', 'b')", "Object.assign(manifest, next)", "const eval_node = 1", "table.fetch(row)", "link.title = s", "if (location.hash === s) run()",
];

describe("lint", () => {
  test.each(kBad)("finds %s", (line) => expect(find_sinks("src/some/file.ts", line)).not.toEqual([]));
  test.each(kGood)("lets be %s", (line) => expect(find_sinks("src/some/file.ts", line)).toEqual([]));
  test("knows the few places that do it under rules of their own", () => {
    for (const [file, line] of [["src/bundle/chunks.ts", "document.createElement('script').src = s"], ["src/dom/h.ts", "document.createElement(tag).href = s"],
      ["src/dom/download.ts", "link.href = s"]] as const) {
      expect(find_sinks(file, line)).toEqual([]);
      expect(find_sinks("src/some/file.ts", line)).not.toEqual([]);
    }
    expect(find_sinks("src/bundle/chunks.ts", "document.createElement('iframe')")).not.toEqual([]);
  });
});
