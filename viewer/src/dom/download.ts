// SPDX-License-Identifier: MIT
// The one place that hands the reader a file: a blob: address and a link that is there for as long as the click takes.
// Nothing is sent anywhere, so the page's policy needs no hole for it.

const kMaxName = 60;

// Names of files hold letters, digits and dashes of ASCII alone, whatever the texts hold that they are made of.
export function file_name(words: readonly string[], ending: "csv" | "html" | "png" | "svg"): string {
  const stem = words.map((w) => w.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")).filter((w) => w !== "").join("-");
  return `${stem.slice(0, kMaxName).replace(/-$/, "") || "thinktrace"}.${ending}`;
}

const kTypes = { csv: "text/csv;charset=utf-8", html: "text/html;charset=utf-8", png: "image/png", svg: "image/svg+xml" } as const;

export function download(content: string | Blob, words: readonly string[], ending: keyof typeof kTypes): void {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: kTypes[ending] }));
  const link = document.createElement("a");
  link.href = address;
  link.download = file_name(words, ending);
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // Browsers read it after the click.
}
