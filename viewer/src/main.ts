// SPDX-License-Identifier: MIT
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/experiments.css";
import "./style/filters.css";
import "./style/front.css";
import "./style/gallery.css";
import "./style/help.css";
import "./style/numbers.css";
import "./style/save.css";
import "./style/compare.css";
import "./style/trace.css";
import { start_app } from "./app.ts";
import { parse_manifest } from "./bundle/manifest.ts";
import { failure } from "./dom/message.ts";
import { h } from "./dom/h.ts";
import { apply_theme } from "./dom/preferences.ts";

apply_theme();
try {
  start_app(parse_manifest(document.getElementById("bundle")?.textContent ?? ""));
} catch (error) {
  document.body.append(h("main", {}, h("h1", {}, "thinktrace"), failure(error)));
}
