// SPDX-License-Identifier: MIT
// What every page is given, and what every page is.
import type { Child, Props } from "./dom/h.ts";
import { same_name } from "./state/state.ts";
import type { State } from "./state/state.ts";
import type { Manifest, Run, SubjectRef } from "./types.ts";

export interface Context {
  manifest: Manifest;
  state(): State;
  // A link to the present state with some of it changed; it stays right when
  // the rest of the state changes later.
  link(change: Partial<State>, props: Props, ...children: Child[]): HTMLAnchorElement;
  // Goes there. "push" makes a step that the back button takes back.
  go(change: Partial<State>, mode: "push" | "replace"): void;
  retitle(): void; // The page has learnt its title.
  announce(text: string): void; // To screen readers, politely.
}

export interface Page {
  element: HTMLElement;
  title: string;
  // Takes up a new state in place; false: the state needs another page.
  update(state: State): boolean;
  // Single keys beside the general ones. Returns whether the key meant something.
  key?(event: KeyboardEvent): boolean;
  anchor?(): unknown; // Where the reader is, for the way back.
  restore?(anchor: unknown): void;
  themed?(): void; // Light and dark have changed places.
  renew?(): void; // context.manifest is a newer one, of the same runs grown.
  destroy?(): void;
}

export interface Place { run: Run | null; subject: SubjectRef | null } // Null: all of them.

export const find_run = (manifest: Manifest, name: string | null): Run | undefined =>
  manifest.runs.find((r) => name !== null && same_name(r.key, name));
export const find_subject = (run: Run, name: string | null): SubjectRef | undefined =>
  run.subjects.find((s) => name !== null && same_name(s.key, name));
