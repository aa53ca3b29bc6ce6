// SPDX-License-Identifier: MIT
// The address after #: a path and a query,
//   #/RUN/SUBJECT/QUESTION/SAMPLE?sort=end&desc=1&colour=right&t=40
// SUBJECT is * for all subjects; ~ stands for an empty name. What is missing
// or makes no sense takes its default, so any address opens something.
import type { Colouring, EndFilter, Palette, SortKey, State, StopFilter } from "../types.ts";

const kSorts: readonly SortKey[] = ["number", "id", "length", "start", "end", "change"];
const kColours: readonly Colouring[] = ["mix", "likely", "right"];
const kPalettes: readonly Palette[] = ["published", "safe"];
const kEnds: readonly EndFilter[] = ["any", "right", "wrong"];
const kStops: readonly StopFilter[] = ["any", "closed", "budget", "end_of_text", "unknown", "failed"];
const kMaxText = 200; // Of the text filter; an address should stay one line.

export const kDefaultState: State = {
  run: null, subject: null, question: null, sample: 0, cursor: null, from_all: false,
  sort: "number", descending: false, colouring: "mix", palette: "published", end: "any", stop: "any", text: "",
};

// Halves of surrogate pairs have no percent encoding; they become U+FFFD, and
// names are compared in that form (see same_name).
export const well_formed = (s: string): string => s.replace(/\p{Cs}/gu, "\uFFFD");

export const same_name = (a: string, b: string): boolean => well_formed(a) === well_formed(b);

function encode_name(name: string): string {
  if (name === "") return "~";
  // A segment of dots alone would be taken for a folder by some programs that shorten addresses.
  return encodeURIComponent(well_formed(name)).replace(/[*~']/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode_name(segment: string): string | null {
  if (segment === "~") return "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

export function format_state(s: State): string {
  const path: string[] = [];
  if (s.run !== null) {
    path.push(encode_name(s.run), s.subject === null ? "*" : encode_name(s.subject));
    if (s.question !== null) path.push(encode_name(s.question), String(s.sample));
  }
  const query = new URLSearchParams();
  const put = (key: string, value: string, fallback: string) => {
    if (value !== fallback) query.set(key, value);
  };
  put("sort", s.sort, kDefaultState.sort);
  put("desc", s.descending ? "1" : "", "");
  put("colour", s.colouring, kDefaultState.colouring);
  put("palette", s.palette, kDefaultState.palette);
  put("end", s.end, "any");
  put("stop", s.stop, "any");
  put("text", s.text, "");
  if (s.question !== null) {
    put("in", s.from_all ? "all" : "", "");
    put("t", s.cursor === null ? "" : String(s.cursor), "");
  }
  const tail = query.toString();
  return `#/${path.join("/")}${tail === "" ? "" : `?${tail}`}`;
}

function one_of<T extends string>(value: string | null, allowed: readonly T[], fallback: T): T {
  return allowed.includes(value as T) ? (value as T) : fallback;
}

const count = (text: string | null | undefined): number | null =>
  text !== null && text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;

// Never throws.
export function parse_state(hash: string): State {
  const body = hash.replace(/^#?\/?/, "");
  const cut = body.indexOf("?");
  const [run, subject, question, sample] = (cut < 0 ? body : body.slice(0, cut)).split("/");
  const query = new URLSearchParams(cut < 0 ? "" : body.slice(cut + 1));
  const state: State = {
    ...kDefaultState,
    sort: one_of(query.get("sort"), kSorts, kDefaultState.sort),
    descending: query.get("desc") === "1",
    colouring: one_of(query.get("colour"), kColours, kDefaultState.colouring),
    palette: one_of(query.get("palette"), kPalettes, kDefaultState.palette),
    end: one_of(query.get("end"), kEnds, "any"),
    stop: one_of(query.get("stop"), kStops, "any"),
    text: (query.get("text") ?? "").slice(0, kMaxText),
  };
  if (run) state.run = decode_name(run);
  if (state.run === null || !subject) return state;
  if (subject !== "*") state.subject = decode_name(subject);
  if (!question || state.subject === null) return state;
  state.question = decode_name(question);
  if (state.question === null) return state;
  state.sample = count(sample) ?? 0;
  state.cursor = count(query.get("t"));
  state.from_all = query.get("in") === "all";
  return state;
}
