// SPDX-License-Identifier: MIT
// A chunk's bytes: a line of JSON that says what it is, and in some kinds bytes behind it.
import { BundleError, as_object } from "./check.ts";
import type { Json } from "./check.ts";

export function parse_kind(text: string, kind: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BundleError("the chunk holds no JSON");
  }
  const chunk = as_object(value, "chunk");
  if (chunk["kind"] !== kind) throw new BundleError(`chunk: expected the kind "${kind}"`);
  return chunk;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function decode_text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new BundleError("the chunk is not UTF-8");
  }
}

// The JSON line and what follows its line feed.
export function split_chunk(bytes: Uint8Array): { head: string; body: Uint8Array } {
  const cut = bytes.indexOf(10);
  return cut < 0 ? { head: decode_text(bytes), body: new Uint8Array(0) }
    : { head: decode_text(bytes.subarray(0, cut)), body: bytes.subarray(cut + 1) };
}
