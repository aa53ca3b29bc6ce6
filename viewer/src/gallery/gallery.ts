// SPDX-License-Identifier: MIT
// A gallery page: the traces of a subject, of a run, or of all runs.
import type { Context, Page, Place } from "../context.ts";
import { make_copy_link } from "../dom/copy.ts";
import { h } from "../dom/h.ts";
import { make_failures } from "../dom/message.ts";
import { describe_view } from "../filters/describe.ts";
import { make_filter_panel } from "../filters/panel.ts";
import { make_toolbar } from "../filters/toolbar.ts";
import { run_notes } from "../front/run_facts.ts";
import { make_save_menu } from "../save/save.ts";
import { kNoFilters } from "../state/state.ts";
import type { State } from "../state/state.ts";
import { arrange } from "../table/arrange.ts";
import type { Arrangement } from "../table/arrange.ts";
import { filter_table } from "../table/filter.ts";
import type { Filtered } from "../table/filter.ts";
import type { Matches } from "../table/search.ts";
import type { TraceTable } from "../table/table.ts";
import { isolated } from "../text/render.ts";
import { make_legend } from "./legend.ts";
import type { LegendOptions } from "./legend.ts";
import { load_source, make_finder } from "./source.ts";
import type { Source } from "./source.ts";
import { make_stage, shows_texts } from "./stage.ts";
import { make_tray_bar } from "./tray_bar.ts";
import { ref_of } from "./view.ts";
import type { Anchor } from "./virtual.ts";

// The parts of a state that decide which traces there are, in which order, where they stand, and in which colours.
const filter_key = (s: State): string => JSON.stringify([s.facets, s.brushes, s.where, s.text, s.scope]);
const order_key = (s: State): string => JSON.stringify([s.sort, s.group]);
const layout_key = (s: State): string => `${s.view} ${s.density} ${s.align}`;
const look_key = (s: State): string => `${s.colouring} ${s.palette}`;
const search_key = (s: State): string => `${s.scope} ${s.text}`;

// What the legend has to say about these traces.
function legend_options(table: TraceTable): Pick<LegendOptions, "n_options" | "first" | "strided" | "interpolated"> {
  let n_options = 2, late = 0, strided = false;
  for (let row = 0; row < table.n; row++) {
    const { index, trace, question } = ref_of(table, row), { first, n_positions, n_tokens } = index.traces;
    n_options = Math.max(n_options, index.questions.n_options[question] as number);
    if (n_positions[trace] === 0) continue;
    late = Math.max(late, first[trace] as number);
    strided ||= (first[trace] as number) + (n_positions[trace] as number) !== (n_tokens[trace] as number) + 1;
  }
  return { n_options, first: late, strided, interpolated: table.indexes.some(({ probing }) => probing.length > 0) ? "unmarked" : null };
}

function status_line(context: Context) {
  const text = h("p", { class: "quiet", role: "status" }, "Loading …"), more = h("p", { class: "quiet" }), error = h("p", { class: "status-error" });
  const clear = h("button", { type: "button", class: "plain", hidden: true, on: { click: () => context.go(kNoFilters, "replace") } }, "Show all");
  const element = h("div", { class: "status" }, text, clear, more, error);
  const show = (table: TraceTable, arrangement: Arrangement, state: State, wrong: string | null, matches: Matches | null): void => {
    text.textContent = describe_view(table, arrangement, state);
    clear.hidden = arrangement.n > 0 || table.n === 0;
    more.textContent = matches?.pending ? `Searching: ${matches.pending.done} of ${matches.pending.of} parts read` : "";
    error.textContent = [wrong, ...(matches?.errors ?? [])].filter((e) => e !== null).join(" ");
  };
  return { element, show };
}

function page_head(place: Place, name: string): HTMLElement {
  const { run, subject } = place, of_run = run && isolated(run.name, { empty: "(no name)" });
  return h("header", { class: "page-head" },
    h("h1", { tabindex: -1 }, h("span", { class: "overline" }, ...(subject ? ["subject"] : run ? ["run ", of_run] : ["bundle"])),
      subject ? isolated(name, { empty: "(no name)" }) : name),
    run && run_notes(run));
}

export function make_gallery_page(context: Context, place: Place): Page {
  const name = place.subject ? place.subject.name : place.run ? "All subjects" : "All runs";
  const legend = make_legend(context, { n_options: 2, strided: false }), panel = make_filter_panel(context), toolbar = make_toolbar(context, place, panel);
  const status = status_line(context), failures = make_failures();
  const stage = make_stage(context, { from_all: place.subject === null, resized: () => lay_out() });
  const finder = make_finder(context, () => show_picks());
  const tray = make_tray_bar(context, finder.find);
  let state = context.state(), source: Source | null = null, matches: Matches | null = null;
  let filtered: Filtered | null = null, arrangement: Arrangement | null = null;
  const save = make_save_menu(context, () => {
    const from = source;
    return from && arrangement && { table: from.table, arrangement, questions: (run) => from.questions[run] ?? null };
  });
  let waiting: Anchor | null = null, gone = false, end_search = (): void => undefined;

  const show_picks = (): void => {
    stage.mark(state.picks);
    tray.show(state.picks, state);
  };
  // Keeps the trace at the top of the window there.
  const lay_out = (): void => {
    if (!source || !arrangement) return;
    const here = waiting ?? stage.anchor();
    stage.show(source, arrangement, state);
    if (here) stage.restore(here);
  };
  const rearrange = (): void => {
    if (!source || !filtered) return;
    arrangement = arrange(source.table, filtered, state);
    status.show(source.table, arrangement, state, filtered.error, matches);
    stage.show(source, arrangement, state);
  };
  const filter = (): void => {
    if (!source) return;
    filtered = filter_table(source.table, state, matches);
    panel.show(state, source.table, matches);
    rearrange();
  };
  const search = (): void => {
    end_search();
    if (state.text.trim() === "") {
      matches = null;
      filter();
    } else {
      end_search = source?.search.find(state.text, state.scope, (found) => {
        matches = found;
        filter();
      }) ?? end_search;
    }
  };
  let turns = 0;
  const load = async (): Promise<void> => {
    const turn = ++turns; // News may come while older news still loads.
    const next = await load_source(context, place, {
      told: (run, shelf) => stage.came(run, shelf), outlined: () => stage.outlined(), failed: failures.tell, texts: () => { if (shows_texts(state)) lay_out(); },
    });
    if (gone || turn !== turns) return next.stop();
    waiting ??= source ? stage.anchor() : null;
    source?.stop();
    source = next;
    for (const index of next.table.indexes) finder.add(index);
    legend.show(state, legend_options(next.table));
    toolbar.show(state, next.table);
    matches = null;
    search();
    if (waiting) stage.restore(waiting);
    waiting = null;
    show_picks();
  };

  const element = h("div", { class: "gallery" }, page_head(place, name), legend.element, toolbar.element,
    h("div", { class: "gallery-body" }, panel.element,
      h("div", { class: "gallery-main" }, h("div", { class: "gallery-status" }, status.element,
        h("div", { class: "gallery-actions" }, make_copy_link(context.announce), save.element)), failures.element, stage.element)), tray.element);
  toolbar.show(state, null);
  show_picks();
  void load();

  return {
    element,
    title: name,
    update(next) {
      if (next.page !== "gallery" || next.run !== state.run || next.subject !== state.subject) return false;
      const before = state;
      state = next;
      toolbar.show(next, source?.table ?? null);
      legend.show(next);
      if (search_key(before) !== search_key(next)) search();
      else if (filter_key(before) !== filter_key(next)) filter();
      else if (order_key(before) !== order_key(next)) rearrange();
      else if (layout_key(before) !== layout_key(next)) lay_out();
      else if (look_key(before) !== look_key(next)) stage.repaint(next);
      show_picks();
      return true;
    },
    key(event) {
      if (event.key === "/") panel.find();
      return event.key === "/" || (event.key === "x" && stage.pick());
    },
    anchor: () => waiting ?? stage.anchor(),
    restore(anchor) {
      if (source) stage.restore(anchor as Anchor);
      else waiting = anchor as Anchor;
    },
    renew() {
      failures.clear();
      void load();
    },
    destroy() {
      gone = true;
      end_search();
      source?.stop();
      stage.destroy();
    },
  };
}
