// SPDX-License-Identifier: MIT
// npx vite-node tests/write_long.ts FOLDER TOKENS: an invented site with one trace of that many tokens. Prints its address.
import { kDefaultState, format_state } from "../src/state/state.ts";
import { add_long_trace, make_demo } from "./generate.ts";
import { write_bundle } from "./make_bundle.ts";

const [folder, tokens] = process.argv.slice(2);
if (!folder || !tokens) throw new Error("name the folder to write to, and how many tokens");
const demo = make_demo();
add_long_trace(demo, Number(tokens));
write_bundle(folder, demo);
const run = demo.runs[0], subject = run?.subjects[0], question = subject?.questions[0];
if (!run || !subject || !question) throw new Error("the invented site is empty");
console.log(format_state({ ...kDefaultState, page: "trace", run: run.name, subject: subject.name, question: question.id, sample: 9 }));
