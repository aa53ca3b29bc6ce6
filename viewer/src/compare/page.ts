// SPDX-License-Identifier: MIT
// The page that compares two runs question by question.
import { find_run } from "../context.ts";
import type { Context, Page } from "../context.ts";
import { select } from "../dom/controls.ts";
import { h, replace } from "../dom/h.ts";
import { failure, make_failures } from "../dom/message.ts";
import { make_legend } from "../gallery/legend.ts";
import type { Anchor } from "../gallery/virtual.ts";
import type { CompareOrder, State } from "../state/state.ts";
import { plural, whole } from "../text/numbers.ts";
import { visible_string } from "../text/visible.ts";
import type { Manifest, Run } from "../types.ts";
import { load_comparison } from "./comparison.ts";
import type { Comparison } from "./comparison.ts";
import { make_pair_list, measure_by } from "./list.ts";
import { latest_start } from "./measures.ts";
import { make_summary } from "./summary.ts";

const kOrders: { value: CompareOrder; name: string }[] = [
  { value: "size", name: "largest differences first" }, { value: "falling", name: "higher in the second run first" },
  { value: "rising", name: "higher in the first run first" },
];

// The two runs that the address names; where it names fewer, the first ones that are left. Null: a name that means nothing.
export function choose_runs(manifest: Manifest, state: Pick<State, "run" | "other">): [Run, Run] | null {
  const { runs } = manifest;
  const named = (name: string | null): Run | null | undefined => (name === null ? null : find_run(manifest, name));
  const first = named(state.run), second = named(state.other);
  if (first === undefined || second === undefined) return null;
  const a = first ?? runs.find((run) => run !== second), b = second ?? runs.find((run) => run !== a);
  return a && b ? [a, b] : null;
}

function make_choosers(context: Context) {
  const choices = context.manifest.runs.map((run) => ({ value: run.key, name: visible_string(run.name) || "(no name)" }));
  let now: [Run, Run] | null = null;
  // Whoever chooses the other side's run turns the two around.
  const pick = (side: 0 | 1) => (key: string): void => {
    const own = now?.[side].key ?? key, other = now?.[1 - side]?.key ?? null, kept = other === key ? own : other;
    context.go(side === 0 ? { run: key, other: kept } : { run: kept, other: key }, "push");
  };
  const first = select("First run", choices, pick(0)), second = select("Second run", choices, pick(1));
  const swap = h("button", { type: "button", class: "swap", on: { click: () => now && context.go({ run: now[1].key, other: now[0].key }, "push") } },
    h("span", { aria: { hidden: "true" } }, "⇄ "), "Swap");
  const element = h("div", { class: "choosers" }, first.element, swap, second.element);
  const show = (runs: [Run, Run] | null): void => {
    now = runs;
    first.show(runs?.[0].key ?? "");
    second.show(runs?.[1].key ?? "");
    swap.disabled = !runs;
  };
  return { element, show };
}

function make_order_bar(context: Context, comparison: Comparison) {
  const measures = comparison.measures.map(({ key, name, explain }) => ({ value: key, name: visible_string(name), explain: visible_string(explain) }));
  const by = select("Differences of", measures, (key) => context.go({ by: key }, "replace"));
  const order = select("Order", kOrders, (value) => context.go({ order: value }, "replace"));
  const box = h("input", { type: "checkbox", on: { change: () => context.go({ differing: box.checked }, "replace") } });
  const n = comparison.differs.filter(Boolean).length;
  const element = h("div", { class: "compare-bar", role: "search", aria: { label: "Order and filter" } }, by.element, order.element,
    h("label", { class: "check", title: "The commonest forced answer at the end is another one; on a tie the option that comes first counts" }, box,
      ` Only where the answers at the end differ (${whole(n)})`));
  const show = (state: State): void => {
    by.show(measure_by(comparison, state.by)?.key ?? "");
    order.show(state.order);
    box.checked = state.differing;
  };
  return { element, show };
}

function status_text({ matched }: Comparison, shown: number): string {
  const common = shown < matched.n ? `${whole(shown)} of ${plural(matched.n, "question")} that both runs asked` : `${plural(matched.n, "question")} that both runs asked`;
  const rest = [[matched.only_first.length, "only in the first"], [matched.only_second.length, "only in the second"]] as const;
  return [common, ...rest.flatMap(([n, where]) => (n > 0 ? [`${whole(n)} ${where}`] : []))].join(", ");
}

interface View { element: HTMLElement; show(state: State): void; anchor(): Anchor | null; restore(anchor: Anchor): void; destroy(): void }

const order_key = (s: State): string => `${s.by} ${s.order} ${s.differing}`;
const look_key = (s: State): string => `${s.colouring} ${s.palette}`;

function make_view(context: Context, comparison: Comparison): View {
  const failures = make_failures(), status = h("p", { class: "status quiet", role: "status" });
  const summary = make_summary(comparison), bar = make_order_bar(context, comparison);
  const list = make_pair_list(context, comparison, failures.tell);
  const indexes = [comparison.first.index, comparison.second.index];
  const legend = make_legend(context, { n_options: Math.max(2, ...indexes.map((x) => x.run.labels.length)), strided: false,
    first: Math.max(...indexes.map(latest_start)) });
  let before: State | null = null;
  const element = h("div", {}, summary.element, h("h2", {}, "Question by question"), legend.element, bar.element, status, failures.element, list.element);
  return {
    element,
    show(state) {
      bar.show(state);
      legend.show(state);
      if (!before || order_key(before) !== order_key(state)) status.textContent = status_text(comparison, list.show(state).shown);
      else if (look_key(before) !== look_key(state)) list.recolour();
      before = state;
    },
    anchor: list.anchor,
    restore: list.restore,
    destroy() {
      summary.stop();
      list.destroy();
    },
  };
}

export function make_compare_page(context: Context): Page {
  const choosers = make_choosers(context), body = h("div");
  let pair: [Run, Run] | null = null, view: View | null = null, waiting: Anchor | null = null, gone = false;
  const element = h("div", { class: "compare" },
    h("header", { class: "page-head" }, h("h1", { tabindex: -1 }, "Two runs compared")), choosers.element, body);
  const clear = (...children: HTMLElement[]): void => {
    view?.destroy();
    view = null;
    replace(body, ...children);
  };
  const load = (runs: [Run, Run]): void => {
    load_comparison(...runs).then((comparison) => {
      if (gone || pair !== runs) return;
      view?.destroy();
      view = make_view(context, comparison);
      replace(body, view.element);
      view.show(context.state());
      if (waiting) view.restore(waiting);
      waiting = null;
    }).catch((error: unknown) => !gone && pair === runs && clear(failure(error)));
  };
  const show = (state: State): void => {
    const runs = choose_runs(context.manifest, state);
    choosers.show(runs);
    if (runs && pair && runs[0] === pair[0] && runs[1] === pair[1]) return view?.show(state);
    pair = runs;
    if (!runs) {
      return clear(h("p", {}, context.manifest.runs.length < 2 ? "This bundle holds one run; a comparison needs two."
        : "The address names a run that this bundle does not hold. Choose two runs above."));
    }
    clear(h("p", { class: "quiet" }, "Loading …"));
    load(runs);
  };
  show(context.state());
  return {
    element,
    title: "Two runs compared",
    update(state) {
      if (state.page !== "compare") return false;
      show(state);
      return true;
    },
    anchor: () => waiting ?? view?.anchor() ?? null,
    restore(anchor) {
      if (view) view.restore(anchor as Anchor);
      else waiting = anchor as Anchor;
    },
    // What is there stays until its like is loaded.
    renew() {
      waiting ??= view?.anchor() ?? null;
      pair = choose_runs(context.manifest, context.state());
      if (pair) load(pair);
    },
    destroy() {
      gone = true;
      view?.destroy();
    },
  };
}
