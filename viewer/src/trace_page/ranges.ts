// SPDX-License-Identifier: MIT
// Between the thinking as one text and its tokens: what is looked for in the text may begin and end inside tokens.

export interface TokenText { text: string; starts: Int32Array } // Where each token begins, the end last. [n_tokens + 1]
export interface TokenRange { from: number; to: number } // Tokens, counted from 0; `to` is no longer one of them.

export function join_tokens(tokens: readonly string[]): TokenText {
  const starts = new Int32Array(tokens.length + 1);
  tokens.forEach((token, i) => { starts[i + 1] = (starts[i] as number) + token.length; });
  return { text: tokens.join(""), starts };
}

// The token that holds the character at `place`.
function token_at(starts: Int32Array, place: number): number {
  let low = 0, high = starts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

// The tokens that hold some of the characters begin..end. REQUIRES: begin < end, both within the text.
export const tokens_between = ({ starts }: TokenText, begin: number, end: number): TokenRange =>
  ({ from: token_at(starts, begin), to: token_at(starts, end - 1) + 1 });

// The position after the first of the tokens: where a reading first knows of them.
export const position_of = (range: TokenRange): number => range.from + 1;
