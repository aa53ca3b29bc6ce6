// SPDX-License-Identifier: MIT
// What the reader chose for all pages. Kept in the browser where it allows
// that (it may not, for pages opened from a folder), else until the page closes.

export type Theme = "system" | "light" | "dark";

const memory = new Map<string, string>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(`thinktrace-${key}`) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

function write(key: string, value: string): void {
  memory.set(key, value);
  try {
    localStorage.setItem(`thinktrace-${key}`, value);
  } catch { /* Kept in memory. */ }
}

export const shortcuts_on = (): boolean => read("shortcuts") !== "off";
export const set_shortcuts = (on: boolean): void => write("shortcuts", on ? "on" : "off");

// Whether galleries begin with their filters beside the traces.
export const filters_open = (): boolean => read("filters") !== "closed";
export const keep_filters_open = (open: boolean): void => write("filters", open ? "open" : "closed");

const watchers = new Set<() => void>();
const system_dark = window.matchMedia("(prefers-color-scheme: dark)");

export function theme(): Theme {
  const value = read("theme");
  return value === "light" || value === "dark" ? value : "system";
}

export const is_dark = (): boolean => (theme() === "system" ? system_dark.matches : theme() === "dark");

// The style sheet goes by this attribute alone.
export function apply_theme(): void {
  document.documentElement.dataset["theme"] = is_dark() ? "dark" : "light";
}

export function set_theme(value: Theme): void {
  write("theme", value);
  apply_theme();
  for (const watcher of watchers) watcher();
}

export function watch_theme(watcher: () => void): void {
  watchers.add(watcher);
  system_dark.addEventListener("change", () => {
    apply_theme();
    watcher();
  });
}
