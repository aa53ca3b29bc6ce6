// SPDX-License-Identifier: MIT
// A plot in the page: made by `make` (which gives `ready` to uPlot's hook of that name) once its place has a width, as wide as that is, and in step with a cursor that the pointer moves.
import type uPlot from "uplot";

export interface PlotCursor {
  at(): number; // A value of x.
  hover(x: number | null): void; // null: the pointer has left.
  click(x: number): void;
  watch(watcher: (x: number) => void): void;
}

export interface Attached {
  build(): void; // Anew.
  destroy(): void;
}

export function attach_plot(element: HTMLElement, cursor: PlotCursor, height: number, make: (width: number, ready: () => void) => uPlot): Attached {
  let plot: uPlot | null = null;
  const show = (x: number): void => plot?.setCursor({ left: plot.valToPos(x, "x"), top: 0 }, false);
  const build = (): void => {
    plot?.destroy();
    plot = null;
    const width = element.clientWidth;
    if (width === 0) return;
    const made = plot = make(width, () => show(cursor.at())), { over } = made;
    const value = (event: MouseEvent): number => made.posToVal(event.clientX - over.getBoundingClientRect().left, "x");
    over.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") cursor.hover(value(event));
    });
    over.addEventListener("pointerleave", () => cursor.hover(null));
    over.addEventListener("click", (event) => cursor.click(value(event)));
  };
  const resize = new ResizeObserver(() => {
    if (!plot) build();
    else if (plot.width !== element.clientWidth) plot.setSize({ width: element.clientWidth, height });
    show(cursor.at());
  });
  resize.observe(element);
  cursor.watch(show);
  return { build, destroy() {
    resize.disconnect();
    plot?.destroy();
  } };
}
