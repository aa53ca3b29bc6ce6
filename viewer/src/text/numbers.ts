// SPDX-License-Identifier: MIT
// Numbers as they are written everywhere.

export const two_places = (p: number | null): string => (p === null ? "–" : p.toFixed(2));
export const three_places = (p: number | null): string => (p === null ? "–" : p.toFixed(3));
export const whole = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202F");
export const plural = (n: number, one: string, many = `${one}s`): string => `${whole(n)} ${n === 1 ? one : many}`;

// As C++ writes them: a number that lies exactly between two (as 0.125 does) goes to the even one, where toFixed() goes
// up. It lies between only if it is an odd multiple of 1 / 2^(digits + 1).
export function rounded(x: number, digits: number): string {
  const tie = Number.isInteger(x * 2 ** (digits + 1)) && (x * 2 ** (digits + 1)) % 2 !== 0;
  const text = (tie ? (2 * Math.round((x * 10 ** digits) / 2)) / 10 ** digits : x).toFixed(digits);
  return text.replace("-", Number(text) === 0 ? "" : "−");
}

// .61 instead of 0.61, as thinktrace analyze writes shares, probabilities and correlations.
export const short_number = (x: number | null): string => (x === null ? "–" : rounded(x, 2).replace(/^(−?)0\./, "$1."));
// .004; of what is smaller than that the first digit that is not 0, as .0003.
export function small_number(x: number): string {
  const digits = x > 0 && x < 1e-3 ? Math.min(6, Math.ceil(-Math.log10(x))) : 3;
  return rounded(x, digits).replace(/^0\./, ".");
}
export const one_place = (x: number | null): string => (x === null ? "–" : rounded(x, 1));
export const no_places = (x: number | null): string => (x === null ? "–" : rounded(x, 0));
