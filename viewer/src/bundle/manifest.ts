// SPDX-License-Identifier: MIT
// The manifest: the inert JSON block inside index.html.
import { well_formed } from "../state/state.ts";
import type { Manifest, Run, SubjectRef } from "../types.ts";
import { BundleError, as_array, as_chunk_name, as_count, as_number, as_object, as_string, as_strings,
  or_missing, or_null } from "./check.ts";
import { read_probe } from "./interpolated.ts";

// Two runs or subjects may bear one name; links need them apart.
function unique_key(text: string, used: Set<string>): string {
  const name = well_formed(text);
  let key = name;
  for (let n = 2; used.has(key); n++) key = `${name} (${n})`;
  used.add(key);
  return key;
}

function read_subject(value: unknown, used: Set<string>, where: string): SubjectRef {
  const s = as_object(value, where);
  const name = as_string(s["name"], `${where}.name`);
  return {
    name,
    key: unique_key(name, used),
    n_questions: as_count(s["n_questions"], `${where}.n_questions`),
    n_traces: as_count(s["n_traces"], `${where}.n_traces`),
    n_failed: as_count(s["n_failed"], `${where}.n_failed`),
  };
}

function read_run(value: unknown, used: Set<string>, where: string): Run {
  const r = as_object(value, where);
  const model = as_object(r["model"], `${where}.model`);
  const name = as_string(r["name"], `${where}.name`);
  const subjects = new Set<string>();
  return {
    name,
    key: unique_key(name, used),
    model: {
      name: as_string(model["name"], `${where}.model.name`),
      architecture: as_string(model["architecture"], `${where}.model.architecture`),
      sha256: as_string(model["sha256"], `${where}.model.sha256`),
    },
    settings: as_array(r["settings"], `${where}.settings`).map((pair, i) => {
      const [key, text] = as_array(pair, `${where}.settings[${i}]`);
      return [as_string(key, `${where}.settings[${i}][0]`), as_string(text, `${where}.settings[${i}][1]`)];
    }),
    notes: as_array(r["notes"], `${where}.notes`).map((note, i) => as_string(note, `${where}.notes[${i}]`)),
    noise_floor: or_null(r["noise_floor"], (v) => {
      const n = as_object(v, `${where}.noise_floor`);
      return {
        max_abs_dp: as_number(n["max_abs_dp"], `${where}.noise_floor.max_abs_dp`),
        positions: as_count(n["positions"], `${where}.noise_floor.positions`),
      };
    }),
    probe: read_probe(r["probe"], `${where}.probe`),
    index: as_chunk_name(r["index"], `${where}.index`),
    questions: as_chunk_name(r["questions"], `${where}.questions`),
    outlines: or_missing(r["outlines"], (v) => as_chunk_name(v, `${where}.outlines`)),
    analysis: or_missing(r["analysis"], (v) => as_chunk_name(v, `${where}.analysis`)),
    ablations: or_missing(r["ablations"], (v) => as_chunk_name(v, `${where}.ablations`)),
    tables: or_missing(r["tables"], (v) => as_chunk_name(v, `${where}.tables`)),
    readers: as_strings(r["readers"] ?? [], `${where}.readers`),
    experiments: as_array(r["experiments"] ?? [], `${where}.experiments`).map((entry, i) => {
      const of = `${where}.experiments[${i}]`, e = as_object(entry, of);
      return { number: as_count(e["number"], `${of}.number`), kind: as_string(e["kind"], `${of}.kind`), about: as_string(e["about"], `${of}.about`) };
    }),
    labels: as_array(r["labels"], `${where}.labels`).map((l, i) => as_string(l, `${where}.labels[${i}]`)),
    subjects: as_array(r["subjects"], `${where}.subjects`).map((s, i) =>
      read_subject(s, subjects, `${where}.subjects[${i}]`)),
  };
}

// Throws BundleError when the text is not a manifest that this viewer can show.
export function parse_manifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BundleError("This page holds no manifest, or a damaged one. Make it again with thinktrace site.");
  }
  return read_manifest(value);
}

export function read_manifest(value: unknown): Manifest {
  const m = as_object(value, "manifest");
  if (m["format"] !== "thinktrace-bundle") throw new BundleError("manifest: this is not a thinktrace bundle");
  if (m["version"] !== 2) {
    throw new BundleError("manifest: this viewer reads version 2 of the bundle, and this one is of another");
  }
  const used = new Set<string>();
  return {
    title: as_string(m["title"], "manifest.title"),
    generator: as_string(m["generator"], "manifest.generator"),
    app: or_missing(m["app"], (v) => as_chunk_name(v, "manifest.app")),
    live: or_missing(m["live"], (v) => as_count(as_object(v, "manifest.live")["revision"], "manifest.live.revision")),
    runs: as_array(m["runs"], "manifest.runs").map((r, i) => read_run(r, used, `runs[${i}]`)),
  };
}
