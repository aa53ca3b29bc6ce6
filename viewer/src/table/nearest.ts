// SPDX-License-Identifier: MIT
// "Did you mean …?"

// Letters to add, take away or replace until one word is the other.
function count_slips(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((next[j - 1] as number) + 1, (row[j] as number) + 1, (row[j - 1] as number) + Number(a[i - 1] !== b[j - 1])));
    }
    row = next;
  }
  return row[b.length] as number;
}

// The name that was probably meant: a third of its letters may be wrong, or letters at its end be missing.
export function nearest(word: string, names: readonly string[]): string | null {
  const small = word.toLowerCase();
  let best: string | null = null, fewest = Infinity;
  for (const name of names) {
    const slips = count_slips(small, name.toLowerCase());
    if (slips < fewest && slips <= name.length / 3) [best, fewest] = [name, slips];
  }
  return best ?? names.find((name) => small.length >= 2 && name.toLowerCase().startsWith(small)) ?? null;
}
