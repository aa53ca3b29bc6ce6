// SPDX-License-Identifier: MIT
// What the help lists: keys, and the fields and signs of conditions.

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
  ["f, e, j, w, m", "to the next flip, to t_exit, to the largest change, to the next cue word, to the next match; with Shift back"],
  ["q, i", "copy a quotation; show token ids"],
  ["n, p", "next, previous trace of the gallery; with Shift of another question"],
  ["s, Shift S", "next, previous sample of the question"],
];

export const kGeneralKeys: Pairs = [
  ["c", "another colouring"],
  ["u", "up: from a trace to its gallery, from there to the front page"],
  ["?", "this help"],
];

// A bundle may bring further numbers; the menu of orders lists all that there are.
export const kFields: Pairs = [
  ["length", "thinking tokens"],
  ["p_start, p_end, change", "P(right) at the first and the last probed position, and what it gained"],
  ["mass_start, mass_end, mass_mean", "the mass there, and its mean over the curve"],
  ["entropy_start, entropy_end, entropy_mean", "the entropy there, and its mean over the curve, in bits"],
  ["t_exit, performative_share, p_right_at_exit", "where the forced answer settles, the share after that, P(right) there"],
  ["flips", "how often the forced answer changes"],
  ["order_agreement", "share of readings in other orders of the options with the same forced answer"],
  ["number, sample, options", "the question’s place in the run, the sample’s number, how many options there are"],
  ["class", "'productive', 'counterproductive', 'right throughout', 'wrong throughout', 'wavering', 'known already'"],
  ["start, end, free", "'right' or 'wrong': the forced answer at start and end, and the free answer, which may be 'none'"],
  ["stop", "'closed', 'budget', 'end of text', 'unknown', 'failed'"],
  ["cluster, subject, run", "by name; a cluster’s name is its number, as in '1'"],
];

export const kSigns: Pairs = [
  ["< <= > >= == !=", "comparisons; a number that a trace does not have meets none of them"],
  ["&& || !", "and, or, not; brackets group"],
  ["in ['a', 'b']", "one of these; not in: none of these"],
  ["+ - * / %", "sums; also abs(x), min(x, y), max(x, y)"],
  ["has(t_exit)", "whether the trace has that number"],
];

export const kConditions: readonly string[] = [
  "p_end < 0.5 && class == 'productive' || length > 300",
  "start == 'wrong' && end == 'right' && flips <= 2",
  "performative_share > 0.8 && p_right_at_exit > 0.9",
  "change < -0.5 && subject in ['beasts', 'hinted']",
];
