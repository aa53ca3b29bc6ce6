// SPDX-License-Identifier: MIT
// Chunks come as scripts that hold one string literal each, because a page
// opened from a folder may fetch nothing; in a single file they stand in the
// page as inert blocks. One Trusted Types policy admits exactly their paths. A
// classic script's load event follows its execution in the same task, so loads
// may overlap and each still finds its own string.
import { BundleError } from "./check.ts";

declare global {
  // The name that a chunk script assigns to.
  var thinktrace_chunk: unknown;
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptPolicy };
  }
}
interface ScriptPolicy { createScriptURL(url: string): unknown }

const kPath = /^(data\/[0-9a-f]{32}|live\/[0-9]{1,9})\.js$/;

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

export function bytes_from_base64(text: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new BundleError("not base64");
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

// As a stream goes by way of a Response, which stays in the page; a Blob is asked for in another process, for a millisecond each.
export async function pipe(bytes: Uint8Array, through: GenericTransformStream): Promise<Uint8Array> {
  const stream = (new Response(bytes as BodyInit).body as ReadableStream).pipeThrough(through as ReadableWritablePair);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
const inflate = (bytes: Uint8Array): Promise<Uint8Array> => pipe(bytes, new DecompressionStream("deflate-raw"));

// crypto.subtle does not exist on plain http; there the check is left out.
async function verify(bytes: Uint8Array, name: string): Promise<void> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return;
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes as BufferSource));
  const hex = Array.from(hash.subarray(0, 16), (b) => b.toString(16).padStart(2, "0")).join("");
  if (hex !== name) throw new BundleError("its content does not match its name");
}

// The base64 text of a chunk, as a single file for others needs it again.
export async function load_packed(name: string): Promise<string> {
  const block = document.getElementById(`chunk-${name}`);
  return block instanceof HTMLScriptElement ? block.text.trim() : load_script(`data/${name}.js`);
}

// The bytes of a chunk. Throws BundleError with the file's name in it.
export async function load_chunk(name: string): Promise<Uint8Array> {
  const base64 = await load_packed(name);
  try {
    const bytes = await inflate(bytes_from_base64(base64));
    await verify(bytes, name);
    return bytes;
  } catch (error) {
    throw new BundleError(`The file data/${name}.js is damaged: ${error instanceof BundleError ? error.message : "it can't be unpacked"}.`);
  }
}

// What thinktrace serve says after `revision`: null, or a newer manifest's chunk.
export async function load_news(revision: number): Promise<Uint8Array | null> {
  const base64 = await load_script(`live/${revision}.js`);
  return base64 === "" ? null : inflate(bytes_from_base64(base64));
}
