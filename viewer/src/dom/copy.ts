// SPDX-License-Identifier: MIT
// A button that copies a text. Where the browser allows no page to do that, the text stands beside it to be copied by hand.
import { h } from "./h.ts";

const kToldFor = 2000; // Milliseconds.

export interface CopyWords {
  name: string; // On the button,
  title?: string;
  field: string; // of the field,
  done(text: string): string; // and what is said when it is copied,
  by_hand: string; // or is to be.
}

export function make_copy(announce: (text: string) => void, words: CopyWords, text: () => string) {
  const field = h("input", { type: "text", class: "copy-field", hidden: true, aria: { label: words.field } });
  field.readOnly = true;
  let timer = 0;
  const done = (copied: string): void => {
    announce(words.done(copied));
    button.textContent = "Copied";
    clearTimeout(timer);
    timer = window.setTimeout(() => { button.textContent = words.name; }, kToldFor);
  };
  const by_hand = (value: string): void => {
    field.hidden = false;
    field.value = value;
    field.focus();
    field.select();
    announce(words.by_hand);
  };
  const copy = (): void => {
    const value = text(), clipboard = navigator.clipboard as Clipboard | undefined; // Not there on plain http.
    if (!clipboard) by_hand(value);
    else clipboard.writeText(value).then(() => done(value), () => by_hand(value));
  };
  const button = h("button", { type: "button", title: words.title, on: { click: copy } }, words.name);
  return { element: h("span", { class: "copy-link" }, button, field), copy };
}

// Of the page's address.
export const make_copy_link = (announce: (text: string) => void): HTMLElement => make_copy(announce, {
  name: "Copy link", field: "The address of this page", done: () => "Link copied",
  by_hand: "The address is selected, to be copied by hand",
}, () => location.href).element;
