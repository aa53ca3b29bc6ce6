// SPDX-License-Identifier: MIT
// Follows a run that grows: asks thinktrace serve for a newer manifest while the page is looked at, and says how it stands.
import { decode_text, parse_kind } from "../bundle/chunk_text.ts";
import { load_news } from "../bundle/chunks.ts";
import { drop_stale } from "../bundle/load.ts";
import { read_manifest } from "../bundle/manifest.ts";
import type { Context } from "../context.ts";
import { h } from "../dom/h.ts";
import { plural } from "../text/numbers.ts";
import type { Manifest } from "../types.ts";

export type Outcome = "news" | "nothing" | "gone" | "odd"; // odd: an answer that makes no sense here.

const kSoonest = 2000, kLatest = 10_000; // Milliseconds.

// How long to wait before asking again.
export const wait_after = (outcome: Outcome, before: number): number =>
  outcome === "news" ? kSoonest : outcome === "nothing" ? Math.min(kLatest, Math.round(before * 1.3)) : kLatest;

const count_traces = ({ runs }: Manifest): number => runs.reduce((n, run) => n + run.subjects.reduce((m, s) => m + s.n_traces, 0), 0);

const kTrouble: Partial<Record<Outcome, string>> = {
  gone: "the server has stopped; the page stays usable", odd: "the server says what this page can’t read; reload it",
};

function make_pill(manifest: Manifest) {
  const element = h("p", { class: "live" });
  let clock = "";
  const show = (outcome: Outcome): void => {
    if (outcome === "news") clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }).format(new Date());
    const traces = plural(count_traces(manifest), "trace"), trouble = kTrouble[outcome];
    element.classList.toggle("is-gone", trouble !== undefined);
    element.textContent = trouble ? `${traces} · ${trouble}` : `live · ${traces} · updated ${clock}`;
  };
  show("news");
  return { element, show };
}

async function ask(manifest: Manifest, revision: number): Promise<Outcome> {
  let news: Uint8Array | null;
  try {
    news = await load_news(revision);
  } catch {
    return "gone";
  }
  if (!news) return "nothing";
  const next = read_manifest(parse_kind(decode_text(news), "live")["manifest"]);
  // One object for as long as the page lives: everybody holds it.
  Object.assign(manifest, { ...next, live: next.live ?? revision });
  drop_stale(manifest.runs);
  return "news";
}

// null where the bundle does not grow. `on_manifest`: context.manifest is a newer one.
export function start_live(context: Context, { on_manifest }: { on_manifest(): void }): HTMLElement | null {
  const { manifest } = context, pill = make_pill(manifest);
  if (manifest.live === null) return null;
  let wait = kSoonest, timer = 0, before: Outcome = "news", is_asking = false;

  const turn = async (): Promise<void> => {
    is_asking = true;
    const outcome = await ask(manifest, manifest.live as number).catch((): Outcome => "odd");
    is_asking = false;
    pill.show(outcome);
    if (outcome !== before) context.announce(kTrouble[outcome] ?? "");
    before = outcome;
    if (outcome === "news") on_manifest();
    wait = wait_after(outcome, wait);
    plan();
  };
  const plan = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === "visible") timer = window.setTimeout(() => { void turn(); }, wait);
  };
  document.addEventListener("visibilitychange", () => {
    wait = kSoonest;
    if (!is_asking) plan();
  });
  plan();
  return pill.element;
}
