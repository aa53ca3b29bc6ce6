// SPDX-License-Identifier: MIT
// The histogram of a number, and a range chosen on it: by dragging, by a click on a bar, by the keys on either handle, or
// by typing its ends.
import { h, svg } from "../dom/h.ts";
import { make_histogram } from "../table/histogram.ts";
import type { NumberField } from "../table/table.ts";
import { whole } from "../text/numbers.ts";
import { isolated } from "../text/render.ts";
import { visible_string } from "../text/visible.ts";
import { bars_path, bin_range, drag_range, ends_of, kBarHeight, make_axis, move_side, or_none, ordered, place_of, shift_range, step_value,
  typed_value, value_at } from "./axis.ts";
import type { Axis, Range, Side } from "./axis.ts";
import { plain_number } from "./changes.ts";
import { describe_by } from "./describe_by.ts";
import { at_intervals } from "./pace.ts";

const kBins = 24;
const kEvery = 90; // Milliseconds between two changes of the address.
const kStill = 3; // Pixels that a click may move.
const kUnits: Partial<Record<NumberField["unit"], string>> = { tokens: " tokens", bits: " bits" };

interface Drag { x: number; from: number; side: Side | null; start: Range; inside: boolean; moved: boolean }

export interface BrushPart {
  element: HTMLElement;
  show(field: NumberField, mask: Uint8Array, range: Range | null): void;
}

function make_plot() {
  const all = svg("path", { class: "bars-all" }), shown = svg("path", { class: "bars-shown" });
  const picture = svg("svg", { class: "bars", "aria-hidden": "true", preserveAspectRatio: "none" }, all, shown);
  const show = (field: NumberField, mask: Uint8Array) => {
    const histogram = make_histogram(field, mask, kBins), n = histogram.all.length;
    const top = Math.max(1, ...histogram.all);
    picture.setAttribute("viewBox", `0 0 ${n} ${kBarHeight}`);
    all.setAttribute("d", bars_path(histogram.all, top));
    shown.setAttribute("d", bars_path(histogram.shown, top));
    return histogram;
  };
  return { picture, show };
}

function make_handle(side: Side, label: string): HTMLElement {
  return h("div", { class: `brush-handle is-${side}`, role: "slider", tabindex: 0, aria: { label } });
}

function make_number(label: string, typed: (input: HTMLInputElement) => void): HTMLInputElement {
  const input = h("input", { type: "text", class: "brush-number", autocomplete: "off", spellcheck: "false", maxlength: 20, aria: { label },
    on: { change: () => typed(input) } });
  input.inputMode = "decimal";
  return input;
}

// `changed` is told null where no range is left.
export function make_brush(first: NumberField, changed: (range: Range | null) => void): BrushPart {
  const name = visible_string(first.name) || "(no name)", unit = kUnits[first.unit] ?? "";
  const plot = make_plot();
  const handles = { low: make_handle("low", `${name}, from`), high: make_handle("high", `${name}, to`) };
  const shades = { low: h("span", { class: "brush-shade" }), high: h("span", { class: "brush-shade" }) };
  const surface = h("div", { class: "brush-plot" }, plot.picture, shades.low, shades.high, handles.low, handles.high);
  const inputs = { low: make_number(`${name}, lowest`, () => type("low")), high: make_number(`${name}, highest`, () => type("high")) };
  const note = h("span", { class: "brush-note", role: "status" });
  const clear = h("button", { type: "button", class: "brush-clear", hidden: true, aria: { label: `Clear the range of ${name}` },
    on: { click: () => set(null, true) } }, "clear");
  const explain = describe_by(first.explain);
  const element = h("section", { class: "brush", role: "group", aria: { label: name, ...explain.aria } },
    h("div", { class: "brush-head" }, h("h4", { title: visible_string(first.explain) }, isolated(first.name, { empty: "(no name)" })), clear),
    explain.element, surface, h("div", { class: "brush-ends" }, inputs.low, note, inputs.high));

  let axis: Axis = { low: 0, high: 1, whole: false, fine: 0.1, coarse: 0.2, bin: 0.1 }, missing = 0;
  let told: Range | null = null; // What the state says;
  let draft: { range: Range | null } | null = null; // and what the reader has just done, until the state says it.
  let drag: Drag | null = null;
  const pace = at_intervals<Range | null>(kEvery, changed);
  const current = (): Range => (draft ? draft.range : told) ?? ends_of(axis);

  function draw(): void {
    const range = draft ? draft.range : told, { low, high } = current(), ends = ends_of(axis);
    for (const side of ["low", "high"] as const) {
      const value = side === "low" ? low : high, place = place_of(axis, side, value), handle = handles[side];
      handle.style.left = `${100 * place}%`;
      handle.setAttribute("aria-valuemin", plain_number(Math.min(ends.low, value)));
      handle.setAttribute("aria-valuemax", plain_number(Math.max(ends.high, value)));
      handle.setAttribute("aria-valuenow", plain_number(value));
      handle.setAttribute("aria-valuetext", `${plain_number(value)}${unit}`);
      shades[side].style.width = `${100 * (side === "low" ? place : 1 - place)}%`;
      if (document.activeElement !== inputs[side]) write(side, value); // Nobody's typing is overwritten.
    }
    element.classList.toggle("is-set", range !== null);
    clear.hidden = range === null;
    if (!note.classList.contains("is-wrong")) note.textContent = missing > 0 ? `${whole(missing)} without` : "";
  }
  function write(side: Side, value: number): void {
    inputs[side].value = plain_number(value);
    inputs[side].removeAttribute("aria-invalid");
    note.classList.remove("is-wrong");
  }
  function set(range: Range | null, at_once = false): void {
    if (document.activeElement === clear) handles.low.focus(); // It is about to go.
    draft = { range: range && or_none(axis, range) };
    draw();
    if (!at_once) return pace.send(draft.range);
    pace.cancel();
    changed(draft.range);
  }
  function type(side: Side): void {
    const value = typed_value(axis, side, inputs[side].value), range = current();
    if (value === null) {
      inputs[side].setAttribute("aria-invalid", "true");
      note.classList.add("is-wrong");
      note.textContent = "not a number";
    } else {
      const next = side === "low" ? ordered(value, range.high) : ordered(range.low, value);
      write("low", next.low);
      write("high", next.high);
      set(next, true);
    }
  }
  follow_pointer(surface, {
    begin(x, place, target): void {
      const side = handles.low.contains(target) ? "low" : handles.high.contains(target) ? "high" : null, start = current();
      const inside = told !== null && place > place_of(axis, "low", start.low) && place < place_of(axis, "high", start.high);
      drag = { x, from: place, side, start, inside, moved: false };
      if (side) handles[side].focus({ preventScroll: true });
    },
    move(x, place): void {
      if (!drag || (!drag.moved && Math.abs(x - drag.x) <= kStill)) return;
      drag.moved = true;
      if (drag.side) set(move_side(axis, drag.start, drag.side, value_at(axis, drag.side, place)));
      else set(drag.inside ? shift_range(axis, drag.start, place - drag.from) : drag_range(axis, drag.from, place));
    },
    end(place): void {
      if (drag && !drag.moved && !drag.side && place !== null) set(bin_range(axis, place));
      drag = null;
    },
  });
  for (const side of ["low", "high"] as const) {
    handles[side].addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const to = step_value(axis, current()[side], event.key), away = event.key === "Escape" || event.key === "Delete";
      if (to !== null) set(move_side(axis, current(), side, to));
      else if (away && !clear.hidden) set(null);
      else return;
      event.preventDefault();
    });
  }
  return {
    element,
    show(field, mask, range) {
      const histogram = plot.show(field, mask);
      axis = make_axis(field, histogram);
      missing = histogram.missing;
      told = range;
      if (!drag && !pace.waiting()) draft = null;
      draw();
    },
  };
}

interface Following {
  begin(x: number, place: number, target: Node): void;
  move(x: number, place: number): void;
  end(place: number | null): void; // Null: the browser took the pointer away, to scroll.
}

// Tells of the first pointer that is put down, as long as it is down. place: from 0 to 1 across the surface.
function follow_pointer(surface: HTMLElement, { begin, move, end }: Following): void {
  let pointer: number | null = null;
  const place = (event: PointerEvent): number => {
    const { left, width } = surface.getBoundingClientRect();
    return width > 0 ? Math.min(1, Math.max(0, (event.clientX - left) / width)) : 0;
  };
  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    event.preventDefault(); // No text is selected.
    pointer = event.pointerId;
    surface.setPointerCapture(pointer);
    begin(event.clientX, place(event), event.target as Node);
  });
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerId === pointer) move(event.clientX, place(event));
  });
  const stop = (event: PointerEvent): void => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    end(event.type === "pointerup" ? place(event) : null);
  };
  surface.addEventListener("pointerup", stop);
  surface.addEventListener("pointercancel", stop);
}
