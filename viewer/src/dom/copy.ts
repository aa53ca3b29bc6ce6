// SPDX-License-Identifier: MIT
// A button that copies the page's address. Where the browser allows no page to do that, the address stands there to be
// copied by hand.
import { h } from "./h.ts";

export function make_copy_link(announce: (text: string) => void): HTMLElement {
  const field = h("input", { type: "text", class: "copy-field", hidden: true, aria: { label: "The address of this page" } });
  field.readOnly = true;
  const by_hand = (): void => {
    field.hidden = false;
    field.value = location.href;
    field.focus();
    field.select();
    announce("The address is selected, to be copied by hand");
  };
  const button = h("button", { type: "button", on: { click: () => {
    const clipboard = navigator.clipboard as Clipboard | undefined; // Not there on plain http.
    if (!clipboard) by_hand();
    else clipboard.writeText(location.href).then(() => announce("Link copied"), by_hand);
  } } }, "Copy link");
  return h("span", { class: "copy-link" }, button, field);
}
