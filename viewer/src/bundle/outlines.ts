// SPDX-License-Identifier: MIT
// The outlines chunk: a few cells of each trace of a run, to be looked at until its picture has come.
import type { RunIndex } from "../types.ts";
import { BundleError, as_count } from "./check.ts";
import { parse_kind, split_chunk } from "./chunk_text.ts";

export interface Outlines {
  n_cells: number; // Of each trace that was read: equal parts of its thinking.
  values: Uint8Array; // P in 255ths, of each trace in turn. [n_options, n_cells]
  from: Uint32Array; // By trace: where its values begin; the total last. [n_traces + 1]
}

export function parse_outlines_chunk(bytes: Uint8Array, index: RunIndex): Outlines {
  const { head, body } = split_chunk(bytes), n_cells = as_count(parse_kind(head, "outlines")["cells"], "cells");
  const { question, n_positions } = index.traces, from = new Uint32Array(index.n_traces + 1), values = body.slice();
  for (let i = 0; i < index.n_traces; i++) {
    const n = (n_positions[i] as number) > 0 ? n_cells * (index.questions.n_options[question[i] as number] as number) : 0;
    from[i + 1] = (from[i] as number) + n;
  }
  if (n_cells === 0 || values.length !== from[index.n_traces]) throw new BundleError("outlines: not as many bytes as the index has traces");
  for (let i = 0; i < values.length; i++) if (i % n_cells !== 0) values[i] = (values[i] as number) + (values[i - 1] as number);
  return { n_cells, values, from };
}
