// SPDX-License-Identifier: MIT
// The help page: a short text and a picture for each topic; #help/TOPIC goes to one of them.
import type { Context, Page } from "../context.ts";
import { h } from "../dom/h.ts";
import type { State } from "../state/state.ts";
import { kTopics } from "./topics.ts";

export function make_help_page(context: Context): Page {
  const parts = kTopics.map((topic) => {
    const figure = topic.figure?.(context), heading = h("h2", { tabindex: -1 }, topic.name);
    const element = h("section", { class: `help-topic is-${topic.key}` }, h("div", { class: "help-text" }, heading, ...topic.body(context)), figure?.element);
    return { key: topic.key, heading, figure, element };
  });
  const contents = h("nav", { class: "help-contents", aria: { label: "Topics" } },
    h("ul", {}, ...kTopics.map(({ key, name }) => h("li", {}, context.link({ page: "help", topic: key }, {}, name)))));
  const element = h("div", { class: "help" },
    h("header", { class: "page-head" }, h("h1", { tabindex: -1 }, "Help"),
      h("p", {}, "The pictures are of traces of Glassbox, the small model that comes with thinktrace.")), contents, ...parts.map((part) => part.element));
  let state = context.state(), frame = 0;
  const go_to = (topic: string | null): void => {
    const heading = parts.find(({ key }) => key === topic)?.heading;
    heading?.scrollIntoView({ block: "start", behavior: "instant" });
    heading?.focus({ preventScroll: true });
  };
  const paint = (): void => parts.forEach(({ figure }) => figure?.show?.(state));
  paint();
  // Once the page stands, and has gone to its top as every new page does.
  frame = requestAnimationFrame(() => go_to(state.topic));
  return {
    element,
    title: "Help",
    update(next: State) {
      if (next.page !== "help") return false;
      const before = state;
      state = next;
      if (before.palette !== next.palette || before.colouring !== next.colouring) paint();
      if (before.topic !== next.topic) go_to(next.topic);
      return true;
    },
    themed: () => parts.forEach(({ figure }) => figure?.themed?.()),
    destroy() {
      cancelAnimationFrame(frame);
      parts.forEach(({ figure }) => figure?.destroy?.());
    },
  };
}
