// SPDX-License-Identifier: MIT
// Reading untrusted JSON: each function returns a value of the type it names
// or throws a BundleError that says where in the document the flaw is.

export class BundleError extends Error {}

export type Json = Record<string, unknown>;

const say = (where: string, what: string): never => {
  throw new BundleError(`${where}: ${what}`);
};

export function as_object(value: unknown, where: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) say(where, "expected an object");
  return value as Json;
}

export function as_array(value: unknown, where: string): unknown[] {
  return Array.isArray(value) ? value : say(where, "expected a list");
}

export function as_string(value: unknown, where: string): string {
  return typeof value === "string" ? value : say(where, "expected a text");
}

// Places are put into words only where something is wrong: there are millions of tokens.
export function as_strings(value: unknown, where: string): string[] {
  const list = as_array(value, where), wrong = list.findIndex((v) => typeof v !== "string");
  return wrong < 0 ? (list as string[]) : say(`${where}[${wrong}]`, "expected a text");
}

export function as_number(value: unknown, where: string): number {
  return typeof value === "number" && Number.isFinite(value) ? value : say(where, "expected a number");
}

export function as_count(value: unknown, where: string): number {
  const n = as_number(value, where);
  return Number.isInteger(n) && n >= 0 ? n : say(where, `expected a whole number from 0, found ${n}`);
}

export function as_index(value: unknown, n: number, where: string): number {
  const i = as_count(value, where);
  return i < n ? i : say(where, `there is no ${i} among ${n}`);
}

export function as_chunk_name(value: unknown, where: string): string {
  const name = as_string(value, where);
  return /^[0-9a-f]{32}$/.test(name) ? name : say(where, "not a chunk name");
}

export function as_one_of<T extends string>(value: unknown, allowed: readonly T[], where: string): T {
  return allowed.includes(value as T) ? (value as T) : say(where, `expected one of ${allowed.join(", ")}`);
}

// Of a key that older bundles don't have: what is missing is null too.
export function or_missing<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null || value === undefined ? null : read(value);
}

export function or_null<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === null ? null : read(value);
}
