// SPDX-License-Identifier: MIT
// A gallery page: every question of a subject (or of all) with its traces.
import { first_position, is_strided } from "../curve/positions.ts";
import type { Context, Page, Place } from "../context.ts";
import { h, replace } from "../dom/h.ts";
import { failure } from "../dom/message.ts";
import { plural, whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import type { State } from "../types.ts";
import { choose_shape } from "./layout.ts";
import type { ThumbnailShape } from "./layout.ts";
import { make_legend } from "./legend.ts";
import { arrange, kSortKeys } from "./order.ts";
import type { Entry } from "./order.ts";
import { estimate_row, make_row } from "./row.ts";
import { run_notes } from "./run_facts.ts";
import { load_entries } from "./source.ts";
import type { Loaded } from "./source.ts";
import { make_toolbar } from "./toolbar.ts";
import { make_virtual_list } from "./virtual.ts";
import type { Anchor, VirtualList } from "./virtual.ts";

function summary(shown: readonly Entry[], loaded: Loaded, state: State, expected: number): string {
  const count = (entries: readonly Entry[]) => entries.reduce((sum, e) => sum + e.traces.length, 0);
  const filtered = shown.length < loaded.entries.length || count(shown) < count(loaded.entries);
  const of = (n: number, all: number, one: string): string =>
    filtered ? `${whole(n)} of ${plural(all, one)}` : plural(all, one);
  const parts = [of(shown.length, loaded.entries.length, "question"), of(count(shown), count(loaded.entries), "trace")];
  if (loaded.subjects_done < expected) parts.push(`${loaded.subjects_done} of ${expected} subjects loaded`);
  const sort = kSortKeys[state.sort];
  return `${parts.join(", ")}; sorted by ${sort.name}${sort.value ? ` (${sort.explain})` : ""}, ` +
    `${state.descending ? "falling" : "rising"}`;
}

// The part of a state that decides which rows there are, and their order.
const order_key = (s: State): string => JSON.stringify([s.sort, s.descending, s.end, s.stop, s.text]);
const look_key = (s: State): string => `${s.colouring} ${s.palette}`;

export function make_gallery_page(context: Context, { run, subject }: Place): Page {
  const subjects = subject ? [subject] : run.subjects;
  const legend = make_legend(context, { n_options: Math.max(2, run.labels.length), strided: false });
  const toolbar = make_toolbar(context, run);
  const status = h("p", { class: "status quiet", role: "status" });
  const problems = h("div");
  let shape: ThumbnailShape = choose_shape([500]);
  let loaded: Loaded = { entries: [], subjects_done: 0, errors: [] };
  let shown: Entry[] = [];
  let state = context.state();
  let waiting: Anchor | null = null;
  let gone = false;

  const list: VirtualList<Entry> = make_virtual_list<Entry>({
    label: "Questions",
    key: (entry) => `${entry.place} ${entry.question.id}`,
    estimate: (entry) => estimate_row(entry, shape, list.element.clientWidth),
    render: (entry) => make_row(context, entry, { run, shape, all: subject === null }),
  });
  const show_rows = (): void => {
    shown = arrange(loaded.entries, state);
    status.textContent = summary(shown, loaded, state, subjects.length);
    list.set_items(shown);
  };
  const restore = (): void => {
    if (waiting && loaded.subjects_done === subjects.length) {
      list.restore(waiting);
      waiting = null;
    }
  };
  const name = subject ? subject.name : "All subjects";
  const element = h("div", { class: "gallery" },
    h("header", { class: "page-head" },
      h("h1", { tabindex: -1 }, h("span", { class: "overline" }, subject ? "subject" : "run"),
        subject ? isolated(name, { empty: "(no name)" }) : name),
      run_notes(run)),
    legend.element, toolbar.element, status, problems, list.element);

  void load_entries(run, subjects, (more) => {
    if (gone) return;
    loaded = more;
    const traces = more.entries.flatMap((e) => e.traces);
    shape = choose_shape(traces.map((t) => t.n_tokens));
    legend.show(state, {
      n_options: Math.max(2, ...more.entries.map((e) => e.question.options.length)),
      first: Math.max(0, ...traces.map((t) => first_position(t.positions))),
      strided: traces.some((t) => is_strided(t.positions, t.n_tokens)),
    });
    replace(problems, ...more.errors.map(failure));
    // With one or two samples the text may have the room that pictures don't need.
    list.element.classList.toggle("is-narrow", more.entries.every((e) => e.traces.length <= 2));
    show_rows();
    restore();
  });
  status.textContent = "Loading …";

  return {
    element,
    title: name,
    update(next) {
      if (next.question !== null || next.run !== state.run || next.subject !== state.subject) return false;
      const before = state;
      state = next;
      toolbar.show(next);
      legend.show(next);
      // The rows' links carry the order, so they are made anew for that too.
      if (order_key(before) !== order_key(next)) show_rows();
      else if (look_key(before) !== look_key(next)) list.refresh();
      return true;
    },
    anchor: () => list.anchor(),
    restore(anchor) {
      waiting = anchor as Anchor;
      restore();
    },
    destroy() {
      gone = true;
      list.destroy();
    },
  };
}
