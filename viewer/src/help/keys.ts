// SPDX-License-Identifier: MIT
// The keys that the help lists.

export type Pairs = readonly (readonly [string, string])[];

export const kGalleryKeys: Pairs = [
  ["← → ↑ ↓", "from picture to picture"],
  ["Enter", "open the trace"],
  ["x", "pick the trace, or no longer"],
];

export const kTraceKeys: Pairs = [
  ["← →", "one token back, on"],
  ["↑ ↓", "one line up, down"],
  ["Page Up, Page Down", "fifty tokens back, on"],
  ["Home, End", "the first, the last position"],
  ["f, e, j, w, m, v", "to the next flip, to t_exit, to the largest change, to the next cue word, match, pivot; with Shift back"],
  ["q, i", "copy a quotation; show token ids"],
  ["n, p", "next, previous trace of the gallery; with Shift of another question"],
  ["s, Shift S", "next, previous sample of the question"],
];

export const kGeneralKeys: Pairs = [
  ["c", "another colouring"],
  ["u", "up: from a trace to its gallery, from there to the front page"],
  ["?", "this help"],
];
