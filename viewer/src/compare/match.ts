// SPDX-License-Identifier: MIT
// Which questions of two runs are the same one: those whose ids agree. An id is made of the question's content, so one
// that stands twice in a run is asked twice, as of two subjects; such twins pair up within their subject first.
import type { RunIndex } from "../types.ts";

export interface Matched {
  n: number;
  first: Int32Array; // Places of the common questions in either run, in the order of the first. [n]
  second: Int32Array;
  only_first: number[]; // The rest.
  only_second: number[];
}

const subject_of = (index: RunIndex, q: number): string =>
  index.run.subjects[index.questions.subject[q] as number]?.name ?? "";

export function match_questions(a: RunIndex, b: RunIndex): Matched {
  const waiting = new Map<string, number[]>();
  b.questions.id.forEach((id, q) => {
    const list = waiting.get(id);
    if (list) list.push(q);
    else waiting.set(id, [q]);
  });
  const partner = new Int32Array(a.n_questions).fill(-1);
  const take = (q: number, accept: (candidate: number) => boolean): void => {
    const list = waiting.get(a.questions.id[q] as string), place = list?.findIndex(accept) ?? -1;
    if (list && place >= 0) partner[q] = list.splice(place, 1)[0] as number;
  };
  for (let q = 0; q < a.n_questions; q++) take(q, (candidate) => subject_of(b, candidate) === subject_of(a, q));
  for (let q = 0; q < a.n_questions; q++) if (partner[q] === -1) take(q, () => true);
  const places = Array.from({ length: a.n_questions }, (_, q) => q);
  const first = Int32Array.from(places.filter((q) => partner[q] !== -1));
  return {
    n: first.length, first, second: first.map((q) => partner[q] as number),
    only_first: places.filter((q) => partner[q] === -1),
    only_second: [...waiting.values()].flat().sort((x, y) => x - y),
  };
}
