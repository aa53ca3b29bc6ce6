// SPDX-License-Identifier: MIT
// What a saved picture is drawn on: one set of strokes, put on a canvas for PNG or written as text for SVG.
import { put_sheet, take_sheet } from "../colour/paint.ts";
import { visible_string } from "../text/visible.ts";

export interface TextStyle { size: number; bold?: boolean; grey?: boolean; anchor?: "start" | "middle" | "end" }
export interface LineStyle { colour: string; width: number; dash?: readonly number[] }
export interface CellGrid { x: number; y: number; columns: number; cell: number; gap: number }

export interface Surface {
  box(x: number, y: number, width: number, height: number, colour: string): void;
  line(points: readonly (readonly [number, number])[], style: LineStyle): void;
  text(text: string, x: number, y: number, style: TextStyle): void; // y: of the baseline.
  cells(cells: Uint32Array, grid: CellGrid): void; // In reading order; packed as colour/cells.ts does it.
}

// Pictures are for paper: dark on white, whatever the page's theme.
export const kInk = "#1a1b1e", kGrey = "#585b63", kRule = "#d8d8d4", kPaper = "#ffffff";

const hex = (packed: number): string => `#${[0, 8, 16].map((shift) => ((packed >> shift) & 255).toString(16).padStart(2, "0")).join("")}`;

const kFont = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

export function canvas_surface(width: number, height: number, scale: number) {
  const canvas = document.createElement("canvas"), small = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser draws no pictures");
  context.scale(scale, scale);
  const box: Surface["box"] = (x, y, w, h, colour) => {
    context.fillStyle = colour;
    context.fillRect(x, y, w, h);
  };
  box(0, 0, width, height, kPaper);
  const surface: Surface = {
    box,
    line(points, style) {
      context.strokeStyle = style.colour;
      context.lineWidth = style.width;
      context.lineJoin = "round";
      context.setLineDash([...(style.dash ?? [])]);
      context.beginPath();
      for (const [x, y] of points) context.lineTo(x, y);
      context.stroke();
    },
    text(text, x, y, { size, bold = false, grey = false, anchor = "start" }) {
      context.font = `${bold ? "bold " : ""}${size}px ${kFont}`;
      context.fillStyle = grey ? kGrey : kInk;
      context.textAlign = anchor === "middle" ? "center" : anchor;
      context.fillText(visible_string(text), x, y);
    },
    // As one picture of a pixel a cell, enlarged; paper shows between cells.
    cells(cells, { x, y, columns, cell, gap }) {
      const rows = Math.ceil(cells.length / columns), sheet = take_sheet(columns, rows);
      if (rows === 0) return;
      sheet.pixels.set(cells);
      small.width = columns;
      small.height = rows;
      put_sheet(small, sheet, 0, 0);
      context.imageSmoothingEnabled = false;
      context.drawImage(small, x, y, columns * cell, rows * cell);
      for (let i = 1; gap > 0 && i <= columns; i++) box(x + i * cell - gap, y, gap, rows * cell, kPaper);
      for (let i = 1; gap > 0 && i <= rows; i++) box(x, y + i * cell - gap, columns * cell, gap, kPaper);
    },
  };
  const finish = (): Promise<Blob> => new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("this browser can't make a picture of that size"))), "image/png");
  });
  return { surface, finish };
}

const kEscapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

// For text and attribute values. What hides or acts is shown as a mark; XML has no place for the two last code points of a plane.
export const xml_text = (text: string): string =>
  visible_string(text).replace(/[\uFFFE\uFFFF]/g, "\uFFFD").replace(/[&<>"']/g, (c) => kEscapes[c] as string);

const short = (x: number): string => String(Math.round(x * 100) / 100);
// Cells of one colour are one path: neighbours in a line become one bar where no gap parts them.
function cell_paths(cells: Uint32Array, { x, y, columns, cell, gap }: CellGrid): string {
  const paths = new Map<number, string>(), side = cell - gap;
  for (let i = 0, n = 1; i < cells.length; i += n) {
    const colour = cells[i] as number;
    for (n = 1; gap === 0 && i + n < cells.length && (i + n) % columns !== 0 && cells[i + n] === colour; n++);
    const left = short(x + (i % columns) * cell), top = short(y + Math.floor(i / columns) * cell), width = short((n - 1) * cell + side);
    paths.set(colour, `${paths.get(colour) ?? ""}M${left} ${top}h${width}v${short(side)}h-${width}z`);
  }
  return Array.from(paths, ([colour, d]) => `<path fill="${hex(colour)}" d="${d}"/>`).join("");
}

export function svg_surface(width: number, height: number) {
  const parts = [`<svg xmlns="http://www.w3.org/2000/svg" width="${short(width)}" height="${short(height)}" ` +
    `viewBox="0 0 ${short(width)} ${short(height)}" font-family="${xml_text(kFont)}" shape-rendering="crispEdges">`,
  `<rect width="100%" height="100%" fill="${kPaper}"/>`];
  const surface: Surface = {
    box(x, y, w, h, colour) {
      parts.push(`<rect x="${short(x)}" y="${short(y)}" width="${short(w)}" height="${short(h)}" fill="${xml_text(colour)}"/>`);
    },
    line(points, { colour, width: w, dash }) {
      parts.push(`<polyline fill="none" shape-rendering="auto" stroke-linejoin="round" stroke="${xml_text(colour)}" stroke-width="${short(w)}"` +
        `${dash && dash.length > 0 ? ` stroke-dasharray="${dash.map(short).join(" ")}"` : ""} ` +
        `points="${points.map(([x, y]) => `${short(x)},${short(y)}`).join(" ")}"/>`);
    },
    text(text, x, y, { size, bold = false, grey = false, anchor = "start" }) {
      parts.push(`<text x="${short(x)}" y="${short(y)}" font-size="${short(size)}" fill="${grey ? kGrey : kInk}"` +
        `${bold ? ` font-weight="bold"` : ""}${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${xml_text(text)}</text>`);
    },
    cells: (cells, grid) => { parts.push(cell_paths(cells, grid)); },
  };
  return { surface, finish: (): string => `${parts.join("\n")}\n</svg>\n` };
}

// Pixels, by a guess that holds for most letters: drawings are made without anything to measure by.
export function guess_width(text: string, size: number): number {
  let width = 0;
  for (const character of text) width += size * (character > "\u2E7F" ? 1 : 0.58);
  return width;
}

// What of a text has room in `width` pixels.
export function fit(text: string, width: number, size: number): string {
  const shown = [...visible_string(text)];
  if (guess_width(shown.join(""), size) <= width) return shown.join("");
  while (shown.length > 0 && guess_width(`${shown.join("")}…`, size) > width) shown.pop();
  return `${shown.join("")}…`;
}

// The same in lines, broken between words; what has no room ends the last one.
export function fit_lines(text: string, width: number, size: number, n_lines: number): string[] {
  const lines: string[] = [], words = text.split(/\s+/).filter((w) => w !== "").map(visible_string);
  while (words.length > 0 && lines.length + 1 < n_lines) {
    let line = words.shift() as string;
    while (words.length > 0 && guess_width(`${line} ${words[0]}`, size) <= width) line += ` ${words.shift()}`;
    lines.push(fit(line, width, size));
  }
  return words.length > 0 ? [...lines, fit(words.join(" "), width, size)] : lines;
}
