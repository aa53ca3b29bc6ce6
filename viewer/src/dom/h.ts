// SPDX-License-Identifier: MIT
// h("a", {href: "#..."}, "text"): the one way in which elements are made.
// Strings become text nodes; attributes come from a short list of harmless
// ones; a link may only lead to a place in this page.

type Listener<K extends keyof HTMLElementEventMap> = (event: HTMLElementEventMap[K]) => void;

export interface Props {
  class?: string;
  href?: string; // Must begin with #.
  on?: { [K in keyof HTMLElementEventMap]?: Listener<K> };
  data?: Record<string, string>;
  aria?: Record<string, string>;
  [attribute: string]: unknown;
}

export type Child = Node | string | null | undefined | false;

const kAttributes = new Set(["id", "role", "title", "dir", "lang", "tabindex", "type", "name", "value", "for", "scope",
  "colspan", "hidden", "disabled", "selected", "checked", "placeholder", "open", "autocomplete", "spellcheck",
  "width", "height", "start", "maxlength", "colSpan"]);

function set_attribute(element: Element, name: string, value: unknown): void {
  if (value === undefined || value === null || value === false) return;
  if (!kAttributes.has(name)) throw new Error(`attribute ${name} is not on the list`);
  element.setAttribute(name, value === true ? "" : String(value));
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, props: Props = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "class") element.className = String(value);
    else if (name === "href") {
      if (!String(value).startsWith("#")) throw new Error("a link leads out of the page");
      (element as HTMLAnchorElement).href = String(value);
    } else if (name === "on") {
      for (const [type, listener] of Object.entries(value as object)) element.addEventListener(type, listener);
    } else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "aria") {
      for (const [key, text] of Object.entries(value as Record<string, string>)) {
        element.setAttribute(`aria-${key}`, text);
      }
    } else set_attribute(element, name, value);
  }
  add(element, ...children);
  return element;
}

export function add(parent: Element | DocumentFragment, ...children: Child[]): void {
  for (const child of children) if (child !== null && child !== undefined && child !== false) parent.append(child);
}

export function replace(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  add(parent, ...children);
}

const kSvg = "http://www.w3.org/2000/svg";

// A small drawing; `attributes` are written in this program, never data.
export function svg(tag: "svg" | "line" | "path", attributes: Record<string, string | number>, ...children: Node[]) {
  const element = document.createElementNS(kSvg, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (/^(on|href|style)/i.test(name)) throw new Error(`attribute ${name} is not for drawings`);
    element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}
