// SPDX-License-Identifier: MIT
// The stage of a gallery: one view of an arrangement in one virtual window, with what pointer and keys do there.
import type { Look } from "../colour/cells.ts";
import type { Context } from "../context.ts";
import { cover } from "../dom/edges.ts";
import { h } from "../dom/h.ts";
import type { State, View as ViewKind } from "../state/state.ts";
import type { Arrangement } from "../table/arrange.ts";
import { make_card } from "./card.ts";
import type { CardContent } from "./card.ts";
import { make_grid } from "./grid.ts";
import { step_from } from "./layout.ts";
import type { Step } from "./layout.ts";
import { longest_of, make_lines, make_scale } from "./lines.ts";
import { make_list } from "./list.ts";
import { make_painter } from "./painter.ts";
import { mark_picks, toggle_pick } from "./picks.ts";
import type { Source } from "./source.ts";
import { find_place, ref_of, row_name } from "./view.ts";
import type { Scene, View } from "./view.ts";
import { make_window } from "./virtual.ts";
import type { Anchor } from "./virtual.ts";

const kViews: Record<ViewKind, (scene: Scene) => View> = { list: make_list, grid: make_grid, lines: make_lines };

const kSteps: Record<string, Step> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "home", End: "end",
  PageUp: "page_up", PageDown: "page_down" };

function step_of(event: KeyboardEvent): Step | null {
  if (event.altKey || event.metaKey || event.shiftKey) return null;
  if (event.ctrlKey) return event.key === "Home" ? "first" : event.key === "End" ? "last" : null;
  return kSteps[event.key] ?? null;
}

export interface Stage {
  element: HTMLElement;
  show(source: Source, arrangement: Arrangement, state: State): void;
  repaint(look: Look): void;
  mark(picks: readonly string[]): void;
  outlined(): void;
  came(run: number, shelf: number): void;
  pick(): boolean; // The trace that has the focus, or the card. Returns whether there is one.
  anchor(): Anchor | null;
  restore(anchor: Anchor): void;
  destroy(): void;
}

export interface StageOptions { from_all: boolean; resized(): void }

// Which view it is where the address does not say.
export const view_of = (state: State): ViewKind => state.view ?? (state.subject === null ? "grid" : "list");

// Whether questions are read there, and not only pictures.
export const shows_texts = (state: State): boolean => view_of(state) === "list" || state.group === "question";

export function make_stage(context: Context, options: StageOptions): Stage {
  const painter = make_painter(), scale = make_scale();
  let scene: Scene | null = null, view: View | null = null, look: Look = context.state(), picks: readonly string[] = [];
  let current = -1; // The row that the tab key reaches.
  let refocus = -1; // The row that had the focus before all was made anew, until it is there again.
  let places = new Int32Array(0); // Where each row stands in the order; -1: it is not shown. [n]
  const tile_at = (target: EventTarget | null): HTMLElement | null => {
    const tile = target instanceof Element ? target.closest<HTMLElement>("[data-trace]") : null;
    return tile && view?.row_of(tile) !== null ? tile : null;
  };
  const row_at = (tile: Element | null): number | null => (tile && view ? view.row_of(tile) : null);

  const card = make_card(context, (tile): CardContent | null => {
    const row = row_at(tile);
    if (row === null || !scene) return null;
    const { index, run, trace } = ref_of(scene.table, row);
    return { index, trace, texts: scene.questions(run), strip: scene.pictures.strip(run, trace), look, brief: tile.classList.contains("thumb"),
      pickable: !(tile.nextElementSibling instanceof HTMLButtonElement) };
  });
  const reach = (row: number): void => { // By the tab key: one picture, and the button that picks it.
    const set = (of: number, index: number): void => {
      const tile = view?.tile(of);
      tile?.setAttribute("tabindex", String(index));
      if (tile?.nextElementSibling instanceof HTMLButtonElement) tile.nextElementSibling.tabIndex = index;
    };
    set(current, -1);
    current = row;
    set(current, 0);
  };
  const rows = make_window({ label: "Traces", resized: options.resized, moved() {
    if (!scene || !view) return;
    if (picks.length > 0) mark_picks(rows.element, picks);
    const again = view.tile(refocus);
    if (again && document.activeElement === document.body) again.focus({ preventScroll: true });
    if (again || document.activeElement !== document.body) refocus = -1;
    if (view.bands && !view.tile(current)) {
      const at = rows.element.querySelector("[data-trace]"), row = row_at(at);
      if (row !== null) reach(row);
    } else if (view.bands) reach(current);
    painter.run();
  } });

  const focus_row = (row: number): void => {
    if (!view) return;
    rows.reveal(view.item_of(places[row] as number));
    reach(row);
    view.tile(row)?.focus({ preventScroll: true });
  };
  rows.element.addEventListener("keydown", (event) => {
    const row = row_at(tile_at(event.target)), step = step_of(event);
    if (event.key === "Escape" && card.tile()) {
      card.hide();
      event.preventDefault();
    }
    if (row === null || step === null || !view?.bands || !scene) return;
    event.preventDefault();
    const { first, last } = rows.in_sight(), place = step_from(view.bands, places[row] as number, step, Math.max(1, last - first - 1));
    focus_row(scene.arrangement.rows[place] as number);
  });
  rows.element.addEventListener("focusin", (event) => {
    const tile = tile_at(event.target), row = row_at(tile);
    if (!tile || row === null) return;
    if (view?.bands) reach(row);
    if (tile.matches(":focus-visible")) card.focus(tile);
  });
  rows.element.addEventListener("focusout", (event) => card.blur(event.relatedTarget));
  rows.element.addEventListener("pointerover", (event) => {
    const tile = tile_at(event.target);
    if (tile && event.pointerType === "mouse") card.point(tile, event.clientX);
  });
  rows.element.addEventListener("pointerout", (event) => {
    if (!tile_at(event.relatedTarget)) card.leave();
  });
  const on_scroll = (): void => card.scrolled();
  const on_escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !card.tile()) return;
    card.hide();
    event.preventDefault();
  };
  window.addEventListener("scroll", on_scroll, { passive: true });
  document.addEventListener("keydown", on_escape);

  const keys = h("p", { class: "unseen", id: "stage-keys" }, "Arrow keys go from picture to picture, Enter opens one, x picks it.");
  rows.element.setAttribute("aria-describedby", keys.id);
  const element = h("div", { class: "stage" }, keys, scale.element, rows.element, card.element);
  return {
    element,
    show(source, arrangement, state) {
      const { table, questions, pictures } = source, kind = view_of(state), width = rows.element.clientWidth;
      if (width === 0) return; // Not on the page yet; it is told when it is.
      const focused = row_at(document.activeElement), name = scene && focused !== null ? row_name(scene.table, focused) : null;
      if (scene?.table !== table) current = -1;
      card.hide();
      painter.clear();
      look = state;
      scene = { context, table, arrangement, questions: (run) => questions[run] ?? null, pictures, painter, state, look: () => look,
        from_all: options.from_all, width };
      element.dataset["view"] = kind;
      scale.element.hidden = kind !== "lines";
      if (kind === "lines") scale.show(longest_of(scene), width, state.align === "fraction");
      places = new Int32Array(table.n).fill(-1);
      arrangement.rows.forEach((row, place) => { places[row] = place; });
      if (places[current] === -1) current = -1;
      view = kViews[kind](scene);
      cover("top", (view.contents.groups[0]?.header ?? 0) + (kind === "lines" ? scale.element.offsetHeight : 0));
      pictures.expect(arrangement.rows);
      if (name !== null) refocus = arrangement.rows[find_place(table, arrangement.rows, name)] ?? -1;
      rows.show(view.contents);
    },
    repaint(next) {
      look = next;
      const { first, last } = rows.in_sight();
      view?.repaint(first, last);
      painter.run();
      if (card.tile()) card.redraw();
    },
    mark(next) {
      if (next === picks) return;
      picks = next;
      mark_picks(element, picks);
    },
    outlined() {
      view?.outlined();
      painter.later();
    },
    came(run, shelf) {
      view?.came(run, shelf);
      painter.later();
    },
    pick() {
      const row = row_at(tile_at(document.activeElement)) ?? row_at(card.tile());
      if (row === null || !scene) return false;
      const { index, trace } = ref_of(scene.table, row);
      toggle_pick(context, index, trace);
      return true;
    },
    // What has the focus and is in sight is where the reader is.
    anchor() {
      const row = row_at(tile_at(document.activeElement)), box = document.activeElement?.getBoundingClientRect();
      if (row === null || !scene || !view || !box || box.bottom < 0 || box.top > window.innerHeight) return rows.anchor();
      return rows.anchor({ key: row_name(scene.table, row), item: view.item_of(places[row] as number) });
    },
    restore: rows.restore,
    destroy() {
      rows.destroy();
      painter.clear();
      card.hide();
      cover("top", 0);
      window.removeEventListener("scroll", on_scroll);
      document.removeEventListener("keydown", on_escape);
    },
  };
}
