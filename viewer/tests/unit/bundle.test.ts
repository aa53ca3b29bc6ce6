// SPDX-License-Identifier: MIT
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BundleError } from "../../src/bundle/check.ts";
import { bytes_from_base64, decode_strip, decode_u16, is_unread, known_length, parse_question_chunk, parse_subject_chunk } from "../../src/bundle/decode.ts";
import { parse_manifest } from "../../src/bundle/manifest.ts";
import type { Trace } from "../../src/types.ts";
import { make_demo } from "../generate.ts";
import { write_bundle } from "../make_bundle.ts";
import { read_manifest_text, read_site } from "../read_site.ts";

const b64 = (...bytes: number[]): string => Buffer.from(bytes).toString("base64");

describe("numbers", () => {
  test("bytes", () => {
    expect([...bytes_from_base64(b64(0, 127, 255))]).toEqual([0, 127, 255]);
    expect(() => bytes_from_base64("§")).toThrow(BundleError);
  });
  test("u16 is little-endian and full scale is 1", () => {
    expect([...decode_u16(b64(0, 0, 255, 255, 0, 128), 3, "x")]).toEqual([0, 1, Math.fround(32768 / 65535)]);
    expect(() => decode_u16(b64(0, 0, 1), 2, "x")).toThrow("x: has 3 bytes, expected 4");
  });
  test("a strip must have a byte per option and position", () => {
    const trace = { id: "ab", n_tokens: 2, positions: null, strip: b64(1, 2, 3, 4, 5, 6) } as Trace;
    expect([...decode_strip(trace, 2)]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(() => decode_strip(trace, 3)).toThrow("6 bytes, expected 9");
    expect([...decode_strip({ ...trace, positions: [1, 2], strip: b64(9, 9) }, 1)]).toEqual([9, 9]);
  });
});

const kManifest = { format: "thinktrace-bundle", version: 1, generator: "g", title: "t", runs: [{
  name: "r", model: { name: "m", architecture: "a", sha256: "" }, settings: [["k", "v"]], notes: [], noise_floor: null,
  labels: ["1", "2"], subjects: [0, 1].map(() => ({ name: "s", n_questions: 1, n_traces: 1, n_failed: 0, chunk: "0".repeat(32) })),
}] };

describe("the manifest", () => {
  test("gives subjects of one name keys of their own", () => {
    const run = parse_manifest(JSON.stringify(kManifest)).runs[0];
    expect(run?.subjects.map((s) => [s.name, s.key])).toEqual([["s", "s"], ["s", "s (2)"]]);
  });
  test("may name a chunk of first numbers; older ones don't", () => {
    const named = (analysis: unknown) => JSON.stringify({ ...kManifest, runs: [{ ...kManifest.runs[0], analysis }] });
    expect([undefined, null, "a".repeat(32)].map((a) => parse_manifest(named(a)).runs[0]?.analysis)).toEqual([null, null, "a".repeat(32)]);
    for (const bad of ["../../x", 7, {}, false]) expect(() => parse_manifest(named(bad))).toThrow("runs[0].analysis");
  });
  test.each([
    ["not JSON", "__BUNDLE__", "holds no manifest"],
    ["another format", JSON.stringify({ ...kManifest, format: "x" }), "not a thinktrace bundle"],
    ["another version", JSON.stringify({ ...kManifest, version: 2 }), "version 1"],
    ["a chunk name that is a path", JSON.stringify(kManifest).replace("0".repeat(32), "../../x"), "runs[0].subjects[0].chunk"],
    ["a count below 0", JSON.stringify(kManifest).replace('"n_traces":1', '"n_traces":-1'), "n_traces"],
    ["a missing list", JSON.stringify({ ...kManifest, runs: undefined }), "manifest.runs"],
  ])("%s is refused with its place", (_name, text, message) => {
    expect(() => parse_manifest(text)).toThrow(BundleError);
    expect(() => parse_manifest(text)).toThrow(message);
  });
});

describe("chunks", () => {
  const question = { id: "q", number: 0, text: "", options: ["", ""], answer: 1, chunk: "f".repeat(32), traces: [{
    id: "t", sample: 0, status: "ok", error: "", n_tokens: 3, stop: "closed", chosen: null, positions: [0, 2],
    strip: b64(1, 2, 3, 4), p_start: 0.1, p_end: 0.2, top_start: 0, top_end: 1, mass_start: 1, mass_end: 1 }] };
  const subject = (change: object, trace: object = {}) => JSON.stringify({ kind: "subject", questions: [
    { ...question, traces: [{ ...question.traces[0], ...trace }], ...change }] });
  test("are read", () => expect(parse_subject_chunk(subject({}))[0]?.traces[0]?.positions).toEqual([0, 2]));
  test.each([
    ["an answer that is no option", subject({ answer: 2 }), "questions[0].answer"],
    ["positions out of order", subject({}, { positions: [2, 2] }), "positions[1]"],
    ["a position past the end", subject({}, { positions: [4] }), "positions[0]"],
    ["a probability of 2", subject({}, { p_end: 2 }), "p_end"],
    ["an unknown stop", subject({}, { stop: "tired" }), "stop"],
    ["a top that is no option", subject({}, { top_end: 2 }), "top_end"],
    ["another kind", JSON.stringify({ kind: "question" }), "kind"],
  ])("%s is refused with its place", (_name, text, message) => {
    expect(() => parse_subject_chunk(text)).toThrow(message);
  });
  test("a trace may be unread: an empty list of positions", () => {
    const none = { positions: [], strip: "", p_start: null, p_end: null, top_start: null, top_end: null, mass_start: null, mass_end: null };
    const read = (change: object): Trace => parse_subject_chunk(subject({}, { ...none, ...change }))[0]?.traces[0] as Trace;
    const trace = read({ stop: "unknown" });
    expect([trace.stop, is_unread(trace), decode_strip(trace, 2).length]).toEqual(["unknown", true, 0]);
    // One token that was not read is the whole text, whose length nobody knows.
    expect([known_length(trace), known_length(read({ n_tokens: 1 })), known_length({ ...trace, n_tokens: 1, positions: null })]).toEqual([3, null, 1]);
  });
  test("what an import was not told", () => {
    const detail = { id: "t", sample: 0, seed: null, tokens: ["a"], token_ids: [], probs: "", mass: "", forced: "", answer_text: "" };
    const read = (t: object) => parse_question_chunk(JSON.stringify({ kind: "question", id: "q", prompt: "", traces: [t] })).traces[0];
    expect(read(detail)).toMatchObject({ seed: null, lacks: [] });
    expect(read({ ...detail, seed: undefined })?.seed).toBeNull();
    expect(read({ ...detail, lacks: ["seed", "<b>"] })?.lacks).toEqual(["seed", "<b>"]);
    expect(() => read({ ...detail, lacks: "seed" })).toThrow("traces[0].lacks");
    expect(() => read({ ...detail, lacks: [1] })).toThrow("traces[0].lacks[0]");
    expect(() => read({ ...detail, seed: 1 })).toThrow("traces[0].seed");
  });
  test("token ids are all there or none", () => {
    const detail = { id: "t", sample: 0, seed: "1", tokens: ["a", "b"], token_ids: [1], probs: "", mass: "", forced: "", answer_text: "" };
    const text = (t: object) => JSON.stringify({ kind: "question", id: "q", prompt: "", traces: [t] });
    expect(() => parse_question_chunk(text(detail))).toThrow("1 token ids for 2 tokens");
    expect(parse_question_chunk(text({ ...detail, token_ids: [] })).traces[0]?.token_ids).toEqual([]);
  });
});

describe("a written bundle", () => {
  const folder = mkdtempSync(join(tmpdir(), "thinktrace-bundle-"));
  beforeAll(() => void write_bundle(folder, make_demo({ questions: 2, samples: 3 })));
  afterAll(() => rmSync(folder, { recursive: true }));
  test("is read in full, with every number in its range", () => {
    const site = read_site(folder);
    expect(site).toMatchObject({ questions: 8, traces: 24, failed: 1, analyses: 0 });
  });
  test("has an inert manifest: ASCII, and nothing that could end the block", () => {
    expect(read_manifest_text(folder)).toMatch(/^[\x20-\x3B\x3D\x3F-\x7E]*$/);
  });
  test("has chunks of one line of ASCII", () => {
    for (const file of readdirSync(join(folder, "data"))) {
      expect(file).toMatch(/^[0-9a-f]{32}\.js$/);
      expect(readFileSync(join(folder, "data", file), "latin1")).toMatch(/^thinktrace_chunk="[A-Za-z0-9+/=]+";\n?$/);
    }
  });
});
