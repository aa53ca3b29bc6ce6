// SPDX-License-Identifier: MIT
// Texts that try to be more than text.
export const kHostile: readonly string[] = [
  "<script>window.__pwned=1</script>",
  "</script><script>window.__pwned=1</script>",
  "<!--<script>", "-->", "]]>", "</style><style>*{display:none}",
  "<img src=x onerror=\"window.__pwned=1\">",
  "\" onmouseover=\"window.__pwned=1", "' autofocus onfocus='window.__pwned=1",
  "javascript:window.__pwned=1", "data:text/html,<script>window.__pwned=1</script>",
  "<svg onload=window.__pwned=1>", "<iframe srcdoc=\"<script>parent.__pwned=1</script>\">",
  "<base href=//example.invalid/>", "<meta http-equiv=refresh content=0>", "<a href=javascript:window.__pwned=1>x</a>",
  "{{constructor.constructor('window.__pwned=1')()}}", "${window.__pwned=1}", "__proto__", "constructor", "__BUNDLE__", "$&$'$`",
  "\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "\u0000\u0001\u007f\u009b",
  "\u202Eevil\u202C", "\u2066\u2067x\u2069", "\u200F\u061C", "\u05D0\u05D1 abc", "a\u200Bb\uFEFFc\u00ADd", "\u2028\u2029",
  "\uFFFD", "\uD800", "a\uDC00b", "\u{E0041}\u{E007F}", "\u0301\u0302\u0303", "Z\u0351\u036F".repeat(20),
  "x".repeat(5000), " ", "\t", "\n\n\n", "\r\n", "",
  "&lt;b&gt;&amp;&#60;", "%3Cscript%3E", "../../etc/passwd", "<bdo dir=rtl>x", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}",
];
