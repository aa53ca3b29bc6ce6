// SPDX-License-Identifier: MIT
// The shell: header, address, and which page stands in the middle.
import { bar, up_from } from "./shell.ts";
import { kColouringOrder } from "./colour/colouring.ts";
import { make_compare_page } from "./compare/page.ts";
import { find_run, find_subject } from "./context.ts";
import type { Context, Page } from "./context.ts";
import { h, replace } from "./dom/h.ts";
import type { Child, Props } from "./dom/h.ts";
import { make_scroll_place } from "./dom/scroll.ts";
import { shortcuts_on, watch_theme } from "./dom/preferences.ts";
import { make_front_page } from "./front/front.ts";
import { make_gallery_page } from "./gallery/gallery.ts";
import { make_help_page } from "./help/help.ts";
import { start_live } from "./live/live.ts";
import { change_state, format_state, parse_state } from "./state/state.ts";
import type { State } from "./state/state.ts";
import { visible_string } from "./text/visible.ts";
import { make_trace_page } from "./trace_page/page.ts";
import { make_tray_page } from "./tray/page.ts";
import type { Manifest } from "./types.ts";

function nothing_here(text: string): Page {
  return {
    element: h("div", { class: "page-head" }, h("h1", { tabindex: -1 }, "Nothing here"), h("p", {}, text)),
    title: "Nothing here", update: () => false,
  };
}

function choose_list(context: Context, state: State): Page {
  if (state.run === null) return make_gallery_page(context, { run: null, subject: null });
  const run = find_run(context.manifest, state.run);
  if (!run) return nothing_here("The address names a run that this bundle does not hold.");
  if (state.subject === null) return make_gallery_page(context, { run, subject: null });
  const subject = find_subject(run, state.subject);
  if (!subject) return nothing_here("The address names a subject that this run does not hold.");
  return state.page === "trace" ? make_trace_page(context, { run, subject }) : make_gallery_page(context, { run, subject });
}

function choose_page(context: Context, state: State): Page {
  switch (state.page) {
    case "front": return make_front_page(context);
    case "compare": return make_compare_page(context);
    case "tray": return make_tray_page(context);
    case "help": return make_help_page(context);
    case "gallery": case "trace": return choose_list(context, state);
  }
}

// Keys that belong to what has the focus: fields, lists of choices, dialogs.
function is_typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input:not([type=checkbox], [type=radio]), select, textarea, dialog") !== null;
}

export function start_app(manifest: Manifest): void {
  let state = parse_state(location.hash);
  let page: Page | null = null;
  const links = new WeakMap<HTMLAnchorElement, Partial<State>>();
  const main = h("main", { id: "main", tabindex: -1 });
  const live = h("div", { class: "unseen", role: "status", aria: { live: "polite" } });
  const href = (change: Partial<State>): string => format_state(change_state(state, change));

  const context: Context = {
    manifest,
    state: () => state,
    link(change: Partial<State>, props: Props, ...children: Child[]) {
      const anchor = h("a", { ...props, href: href(change) }, ...children);
      links.set(anchor, change);
      return anchor;
    },
    go(change, mode) {
      if (mode === "push") save_anchor(); // Browsers limit how often the address may be written.
      const next = change_state(state, change);
      const address = format_state(next);
      if (address === format_state(state)) return;
      try {
        if (mode === "push") history.pushState(null, "", address);
        else history.replaceState(history.state, "", address);
      } catch { /* Too many steps in a short time: the page follows, the address for once not. */ }
      enter(next, mode === "push");
    },
    retitle() {
      const title = visible_string(manifest.title) || "thinktrace";
      document.title = state.page === "front" ? title : `${visible_string(page?.title ?? "")} – ${title}`;
    },
    announce: (text) => { live.textContent = text; },
  };

  const header = bar(context), place = make_scroll_place(main);

  function save_anchor(): void {
    try {
      history.replaceState({ anchor: page?.anchor?.() ?? null, y: place.at() }, "");
    } catch { /* As above. */ }
  }

  function enter(next: State, moved: boolean): void {
    state = next;
    const kept = page?.update(next) ?? false;
    if (!kept) {
      page?.destroy?.();
      page = choose_page(context, next);
      replace(main, page.element);
      if (moved) {
        place.forget();
        window.scrollTo({ top: 0, behavior: "instant" });
        main.querySelector("h1")?.focus({ preventScroll: true });
      }
    }
    header.show(next);
    context.retitle();
    for (const anchor of document.querySelectorAll("a")) {
      const change = links.get(anchor);
      if (change) anchor.href = href(change);
    }
  }

  function follow_address(): void {
    const next = parse_state(location.hash);
    if (format_state(next) === format_state(state)) return;
    enter(next, true);
    find_place();
  }

  // Where the reader was: after a step back or forth, or a reload.
  function find_place(): void {
    const saved = history.state as { anchor?: unknown; y?: unknown } | null;
    if (saved?.anchor) page?.restore?.(saved.anchor);
    else if (typeof saved?.y === "number") place.go(saved.y);
  }

  document.addEventListener("click", (event) => {
    const anchor = event.target instanceof Element ? event.target.closest("a") : null;
    const change = anchor ? links.get(anchor) : undefined;
    if (!change || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    context.go(change, "push");
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || is_typing(event.target)) return;
    if (!shortcuts_on()) return;
    const up = up_from(state);
    if (event.key === "?") context.go({ page: "help", topic: null }, "push");
    else if (event.key === "c") {
      const place = kColouringOrder.indexOf(state.colouring);
      context.go({ colouring: kColouringOrder[(place + 1) % kColouringOrder.length] ?? "mix" }, "replace");
    } else if (event.key === "u" && up) {
      context.go(up, "push");
    } else if (!page?.key?.(event)) return;
    event.preventDefault();
  });
  let timer = 0;
  window.addEventListener("scroll", () => {
    clearTimeout(timer);
    timer = window.setTimeout(save_anchor, 200);
  }, { passive: true });
  window.addEventListener("popstate", follow_address);
  window.addEventListener("hashchange", follow_address);
  watch_theme(() => page?.themed?.());
  history.scrollRestoration = "manual";

  document.body.append(
    h("a", { class: "skip", href: "#main", on: { click: (e) => { e.preventDefault(); main.focus(); } } },
      "Skip to the content"),
    header.element, main, header.footer, live);
  header.note(start_live(context, { on_manifest: () => page?.renew?.() }));
  enter(state, false);
  find_place();
}
