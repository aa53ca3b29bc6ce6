// SPDX-License-Identifier: MIT
// Numbers as they are written everywhere.

export const two_places = (p: number | null): string => (p === null ? "–" : p.toFixed(2));
export const three_places = (p: number | null): string => (p === null ? "–" : p.toFixed(3));
export const whole = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, "\u2009");
export const plural = (n: number, one: string, many = `${one}s`): string => `${whole(n)} ${n === 1 ? one : many}`;
