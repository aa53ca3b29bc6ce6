// SPDX-License-Identifier: MIT
// A small question mark that leads to a topic of the help.
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";

export const help_link = (context: Context, topic: string, name: string): HTMLElement =>
  context.link({ page: "help", topic }, { class: "help-link", title: name }, h("span", { class: "unseen" }, name), h("span", { aria: { hidden: "true" } }, "?"));
