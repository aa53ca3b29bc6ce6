// SPDX-License-Identifier: MIT
// The bar of places to jump to, by button and by key.
import { h, replace } from "../dom/h.ts";
import { plural } from "../text/numbers.ts";
import type { Cursor } from "./cursor.ts";
import { next_target } from "./targets.ts";
import type { TargetKind } from "./targets.ts";

interface Group { element: HTMLElement; show(t: number): void }

export function make_jumps(cursor: Cursor) {
  const element = h("div", { class: "jumps", role: "group", aria: { label: "Go to" } });
  let kinds: readonly TargetKind[] = [], groups: Group[] = [];

  const jump = (kind: TargetKind, step: 1 | -1, cause: "key" | "jump"): void => {
    const i = next_target(kind.targets, cursor.resting() ?? (step > 0 ? -1 : Infinity), step), target = i === null ? undefined : kind.targets[i];
    if (i === null || !target) return;
    const place = kind.single ? kind.one : `${kind.one} ${i + 1} of ${kind.targets.length}`;
    cursor.set(target.t, cause, `${place}${target.say === "" ? "" : `, ${target.say}`}. `);
  };
  const hint = (kind: TargetKind, key: string): string => (kind.targets.length === 0 ? kind.none : `${kind.explain} (key ${key})`);

  const single_group = (kind: TargetKind): Group => {
    const [target] = kind.targets;
    const button = h("button", { type: "button", class: "jump-to", title: hint(kind, kind.key), disabled: !target,
      on: { click: () => jump(kind, 1, "jump") } }, target && kind.single ? kind.single(target) : `no ${kind.one}`);
    return {
      element: h("span", { class: "jump" }, button, !target && h("span", { class: "unseen" }, kind.none)),
      show: (t) => button.classList.toggle("is-at", t === target?.t),
    };
  };
  const step_group = (kind: TargetKind): Group => {
    const n = kind.targets.length, places = new Map(kind.targets.map(({ t }, i) => [t, i]));
    const step = (by: 1 | -1, sign: string, word: string, key: string): HTMLElement => h("button", { type: "button", class: "jump-step",
      title: hint(kind, key), aria: { label: `${word} ${kind.one}` }, disabled: n === 0, on: { click: () => jump(kind, by, "jump") } }, sign);
    const name = h("span", { class: "jump-name", title: n === 0 ? kind.none : kind.explain });
    const count = n === 0 ? `no ${kind.many}` : plural(n, kind.one, kind.many);
    return {
      element: h("span", { class: "jump", role: "group", aria: { label: kind.many } },
        step(-1, "‹", "Previous", `Shift ${kind.key.toUpperCase()}`), name, n === 0 && h("span", { class: "unseen" }, `: ${kind.none}`),
        step(1, "›", "Next", kind.key)),
      show(t) {
        const i = places.get(t), text = i === undefined ? count : `${kind.one} ${i + 1} of ${n}`;
        if (name.textContent !== text) name.textContent = text;
      },
    };
  };
  cursor.watch((t) => groups.forEach((group) => group.show(t)));
  return {
    element,
    show(next: readonly TargetKind[]) {
      kinds = next;
      groups = kinds.map((kind) => (kind.single ? single_group(kind) : step_group(kind)));
      groups.forEach((group) => group.show(cursor.at()));
      replace(element, ...groups.map((group) => group.element));
    },
    // Whether the key means something here.
    key(key: string): boolean {
      const kind = kinds.find((k) => k.key === key.toLowerCase());
      if (kind) jump(kind, key === kind.key ? 1 : -1, "key");
      return kind !== undefined;
    },
  };
}
