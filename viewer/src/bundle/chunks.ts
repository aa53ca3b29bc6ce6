// SPDX-License-Identifier: MIT
// Chunks come as scripts that hold one string literal each, because a page
// opened from a folder may fetch nothing. One Trusted Types policy admits
// exactly their paths. A classic script's load event follows its execution in
// the same task, so loads may overlap and each still finds its own string.
import type { Question, QuestionChunk } from "../types.ts";
import { BundleError } from "./check.ts";
import { parse_analysis_chunk } from "./analysis.ts";
import type { Analysis } from "./analysis.ts";
import { bytes_from_base64, parse_question_chunk, parse_subject_chunk } from "./decode.ts";

declare global {
  // The name that a chunk script assigns to.
  var thinktrace_chunk: unknown;
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy };
  }
}
interface ScriptPolicy { createScriptURL(url: string): unknown }

const kPath = /^data\/[0-9a-f]{32}\.js$/;

function admit(url: string): string {
  if (!kPath.test(url)) throw new BundleError("not the path of a chunk");
  return url;
}

let policy: ScriptPolicy | undefined;
const script_url = (url: string): unknown => {
  policy ??= window.trustedTypes?.createPolicy("thinktrace", { createScriptURL: admit }) ?? { createScriptURL: admit };
  return policy.createScriptURL(url);
};

function load_script(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    (script as { src: unknown }).src = script_url(path);
    script.onload = () => {
      const text = globalThis.thinktrace_chunk;
      globalThis.thinktrace_chunk = undefined;
      script.remove();
      if (typeof text === "string") resolve(text);
      else reject(new BundleError(`The file ${path} is damaged: it holds no chunk.`));
    };
    script.onerror = () => {
      script.remove();
      reject(new BundleError(`The file ${path} is missing or can't be read. Was the whole folder copied?`));
    };
    document.head.append(script);
  });
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// crypto.subtle does not exist on plain http; there the check is left out.
async function verify(bytes: Uint8Array, name: string): Promise<void> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return;
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes as BufferSource));
  const hex = Array.from(hash.subarray(0, 16), (b) => b.toString(16).padStart(2, "0")).join("");
  if (hex !== name) throw new BundleError("its content does not match its name");
}

// The JSON text of a chunk. Throws BundleError with the file's name in it.
export async function load_chunk(name: string): Promise<string> {
  const path = `data/${name}.js`;
  const base64 = await load_script(path);
  try {
    const bytes = await inflate(bytes_from_base64(base64));
    await verify(bytes, name);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BundleError(`The file ${path} is damaged: ${error instanceof BundleError ? error.message : "it can't be unpacked"}.`);
  }
}

// Keeps the last `limit` chunks. A failed load is not kept, so that looking
// again tries again.
function cached<T>(parse: (text: string) => T, limit: number): (name: string) => Promise<T> {
  const cache = new Map<string, Promise<T>>();
  return (name) => {
    const entry = cache.get(name) ?? load_chunk(name).then((text) => {
      try {
        return parse(text);
      } catch (error) {
        throw error instanceof BundleError ? new BundleError(`The file data/${name}.js: ${error.message}`) : error;
      }
    });
    entry.catch(() => cache.delete(name));
    cache.delete(name); // A Map keeps the order of insertion: the oldest use comes first.
    cache.set(name, entry);
    if (cache.size > limit) cache.delete(cache.keys().next().value as string);
    return entry;
  };
}

export const load_subject: (name: string) => Promise<Question[]> = cached(parse_subject_chunk, Infinity);
export const load_analysis: (name: string) => Promise<Analysis> = cached(parse_analysis_chunk, Infinity);
export const load_question: (name: string) => Promise<QuestionChunk> = cached(parse_question_chunk, 24);
