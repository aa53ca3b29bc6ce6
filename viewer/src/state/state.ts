// SPDX-License-Identifier: MIT
// The address after #: what is shown, and a query that says how,
//   #/RUN/SUBJECT/QUESTION/SAMPLE?sort=-p_end,length&class=productive&colour=right&t=40
//   #compare/RUN/RUN?by=p_end&order=falling   #tray?pick=ID,ID   #help/TOPIC
// RUN and SUBJECT are * for all of them; ~ stands for an empty name. What is missing or makes no sense takes its
// default, so any address opens something.

export type PageKind = "front" | "gallery" | "trace" | "tray" | "compare" | "help";
export type Colouring = "mix" | "likely" | "right" | "entropy" | "change";
export type Palette = "published" | "safe";
export type View = "list" | "grid" | "lines";
export type Align = "token" | "fraction";
export type GroupKey = "none" | "run" | "subject" | "question" | "class" | "cluster";
export type Scope = "question" | "thinking" | "both";
export type ListOf = "subject" | "run" | "runs"; // Traces of one subject, of all subjects of a run, of all runs.
export type CompareOrder = "size" | "falling" | "rising"; // Of the differences between two runs; size: however signed.

export interface SortTerm { key: string; descending: boolean } // A field of the table: table/table.ts.
export interface Brush { key: string; low: number; high: number } // Both ends belong to it.

// Everything that the address says.
export interface State {
  page: PageKind;
  run: string | null; // null: all runs of the bundle.
  other: string | null; // The run that `run` is compared with,
  by: string; // by which number,
  order: CompareOrder;
  differing: boolean; // and whether only where the answers differ.
  subject: string | null; // null: all subjects of the run.
  question: string | null;
  sample: number;
  cursor: number | null; // Thinking tokens kept.
  readers: number[]; // Further readers whose readings are drawn beside the trace's own; places in the run's list.
  from: ListOf; // The list that the trace page was reached from.
  sort: SortTerm[]; // At most two; none: the order of the run.
  group: GroupKey;
  view: View | null; // null: what suits the page.
  density: number; // 0 (small pictures) to 10.
  align: Align;
  colouring: Colouring;
  palette: Palette;
  facets: Record<string, string[]>; // By field of categories: the values let through; a field without an entry lets all.
  brushes: Brush[]; // By field of numbers.
  where: string; // An expression: table/expression.ts.
  text: string; // Words looked for,
  scope: Scope; // and where.
  picks: string[]; // Ids of picked traces, cut to kPickLength.
  topic: string | null; // Of the help: help/topics.ts.
}

const kColours: readonly Colouring[] = ["mix", "likely", "right", "entropy", "change"];
const kPalettes: readonly Palette[] = ["published", "safe"];
const kViews: readonly View[] = ["list", "grid", "lines"];
const kGroups: readonly GroupKey[] = ["none", "run", "subject", "question", "class", "cluster"];
const kScopes: readonly Scope[] = ["question", "thinking", "both"];
const kOrders: readonly CompareOrder[] = ["size", "falling", "rising"];
// How the address names the list that a trace was reached from.
const kLists: Record<ListOf, string> = { subject: "", run: "all", runs: "runs" };
const kAligns: readonly Align[] = ["token", "fraction"];
export const kFacets = ["class", "cluster", "start", "end", "free", "without", "stop"] as const; // Fields that a facet can name.
const kMaxText = 200; // Of what a reader types; an address should stay one line.
export const kMaxBrushes = 8;
export const kFirstReader = 2; // The run's own reader is reader 1; the first further one is called reader 2.
const kMaxReaders = 20;
export const kMaxPicks = 100;
export const kPickLength = 12;

export const kDefaultState: State = {
  page: "front", run: null, other: null, by: "p_end", order: "size", differing: false, subject: null, question: null, sample: 0,
  cursor: null, readers: [], from: "subject",
  sort: [], group: "none", view: null, density: 5, align: "token", colouring: "mix", palette: "published",
  facets: {}, brushes: [], where: "", text: "", scope: "question", picks: [], topic: null,
};

// What takes every filter away.
export const kNoFilters = { facets: {}, brushes: [], where: "", text: "", scope: "question" } as const satisfies Partial<State>;

// Further readers are places in one run's list: in another run the same places are other readers, or none.
export function change_state(state: State, change: Partial<State>): State {
  const next = { ...state, ...change };
  return next.run === state.run || change.readers ? next : { ...next, readers: [] };
}

// Halves of surrogate pairs have no percent encoding; they become U+FFFD, and
// names are compared in that form (see same_name).
export const well_formed = (s: string): string => s.replace(/\p{Cs}/gu, "\uFFFD");

export const same_name = (a: string, b: string): boolean => well_formed(a) === well_formed(b);

function encode_name(name: string | null): string {
  if (name === null) return "*";
  if (name === "") return "~";
  // A segment of dots alone would be taken for a folder by some programs that shorten addresses.
  return encodeURIComponent(well_formed(name)).replace(/[*~']/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function decode_name(segment: string | undefined): string | null {
  if (segment === undefined || segment === "" || segment === "*") return null;
  if (segment === "~") return "";
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

function format_path(s: State): string {
  if (s.page === "tray") return "#tray";
  if (s.page === "help") return s.topic === null ? "#help" : `#help/${s.topic}`;
  if (s.page === "compare") return `#compare/${encode_name(s.run)}/${encode_name(s.other)}`;
  if (s.page === "front") return "#/";
  const path = [encode_name(s.run), encode_name(s.subject)];
  if (s.page === "trace") path.push(encode_name(s.question ?? ""), String(s.sample));
  return `#/${path.join("/")}`;
}

// Numbers of brushes need no more digits than a reader can point at.
const short = (x: number): string => String(Number(x.toPrecision(6)));

export function format_state(s: State): string {
  const query = new URLSearchParams();
  const put = (key: string, value: string, fallback = "") => {
    if (value !== fallback) query.set(key, value);
  };
  put("sort", s.sort.map((t) => `${t.descending ? "-" : ""}${t.key}`).join(","));
  put("group", s.group, kDefaultState.group);
  put("view", s.view ?? "");
  put("size", String(s.density), String(kDefaultState.density));
  put("align", s.align, kDefaultState.align);
  put("colour", s.colouring, kDefaultState.colouring);
  put("palette", s.palette, kDefaultState.palette);
  for (const key of kFacets) put(key, (s.facets[key] ?? []).join(","));
  for (const b of s.brushes) query.append("range", `${b.key}:${short(b.low)}:${short(b.high)}`);
  put("where", s.where);
  put("text", s.text);
  put("scope", s.scope, kDefaultState.scope);
  put("pick", s.picks.join(","));
  if (s.page === "compare") {
    put("by", s.by, kDefaultState.by);
    put("order", s.order, kDefaultState.order);
    put("only", s.differing ? "differing" : "");
  }
  if (s.page === "trace") {
    put("in", kLists[s.from]);
    put("t", s.cursor === null ? "" : String(s.cursor));
    put("readers", s.readers.map((r) => r + kFirstReader).join(","));
  }
  const tail = query.toString();
  return `${format_path(s)}${tail === "" ? "" : `?${tail}`}`;
}

function one_of<T extends string>(value: string | null, allowed: readonly T[], fallback: T): T {
  return allowed.includes(value as T) ? (value as T) : fallback;
}

const count = (text: string | null | undefined): number | null =>
  text !== null && text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;

const words = (text: string | null): string[] => (text === null || text === "" ? [] : text.split(","));

const kKey = /^[a-z][a-z0-9_]{0,40}$/;

function parse_sort(text: string | null): SortTerm[] {
  return words(text).map((w) => (w.startsWith("-") ? { key: w.slice(1), descending: true } : { key: w, descending: false }))
    .filter((t) => kKey.test(t.key)).slice(0, 2);
}

function parse_brush(text: string): Brush[] {
  const [key, low, high, ...rest] = text.split(":");
  const a = Number(low), b = Number(high);
  const good = key !== undefined && kKey.test(key) && rest.length === 0 && low !== "" && high !== "" && Number.isFinite(a) && Number.isFinite(b) && a <= b;
  return good ? [{ key, low: a, high: b }] : [];
}

function parse_path(path: string): Partial<State> {
  if (path === "tray") return { page: path };
  const [head, ...names] = path.split("/");
  if (head === "help") return { page: "help", topic: kKey.test(names[0] ?? "") ? names[0] as string : null };
  if (head === "compare") return { page: "compare", run: decode_name(names[0]), other: decode_name(names[1]) };
  if (head !== "" || names[0] === undefined || names[0] === "") return { page: "front" };
  const place = { run: decode_name(names[0]), subject: decode_name(names[1]) };
  const question = decode_name(names[2]);
  if (place.run === null || place.subject === null || question === null) {
    // A name that can't be read is no name of all.
    return { page: "gallery", run: place.run ?? (names[0] === "*" ? null : "\uFFFD"), subject: place.run === null ? null : place.subject };
  }
  return { page: "trace", ...place, question, sample: count(names[3]) ?? 0 };
}

// Never throws.
export function parse_state(hash: string): State {
  const body = hash.replace(/^#/, "");
  const cut = body.indexOf("?");
  const query = new URLSearchParams(cut < 0 ? "" : body.slice(cut + 1));
  const state: State = {
    ...kDefaultState,
    sort: parse_sort(query.get("sort")),
    group: one_of(query.get("group"), kGroups, kDefaultState.group),
    view: kViews.find((v) => v === query.get("view")) ?? null,
    density: Math.min(10, count(query.get("size")) ?? kDefaultState.density),
    align: one_of(query.get("align"), kAligns, kDefaultState.align),
    colouring: one_of(query.get("colour"), kColours, kDefaultState.colouring),
    palette: one_of(query.get("palette"), kPalettes, kDefaultState.palette),
    facets: Object.fromEntries(kFacets.map((key) => [key, words(query.get(key))]).filter(([, list]) => (list as string[]).length > 0)) as Record<string, string[]>,
    brushes: query.getAll("range").slice(0, kMaxBrushes).flatMap(parse_brush),
    where: (query.get("where") ?? "").slice(0, kMaxText),
    text: (query.get("text") ?? "").slice(0, kMaxText),
    scope: one_of(query.get("scope"), kScopes, kDefaultState.scope),
    picks: words(query.get("pick")).filter((w) => /^[0-9a-f]{1,64}$/.test(w)).map((w) => w.slice(0, kPickLength)).slice(0, kMaxPicks),
    ...parse_path(cut < 0 ? body : body.slice(0, cut)),
  };
  if (state.page === "compare") {
    const by = query.get("by") ?? "";
    state.by = kKey.test(by) ? by : kDefaultState.by;
    state.order = one_of(query.get("order"), kOrders, kDefaultState.order);
    state.differing = query.get("only") === "differing";
  }
  if (state.page === "trace") {
    state.cursor = count(query.get("t"));
    state.from = (Object.keys(kLists) as ListOf[]).find((key) => kLists[key] === query.get("in")) ?? kDefaultState.from;
    const numbers = new Set(words(query.get("readers")).map((w) => (count(w) ?? 0) - kFirstReader).filter((r) => r >= 0));
    state.readers = [...numbers].sort((a, b) => a - b).slice(0, kMaxReaders);
  }
  return state;
}
