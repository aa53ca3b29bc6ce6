// SPDX-License-Identifier: MIT
// npx vite-node tests/write_demo.ts FOLDER [QUESTIONS [SENTENCES [RUNS]]]: a site with invented traces, to look at.
import { make_demo } from "./generate.ts";
import { write_bundle } from "./make_bundle.ts";

const [folder, questions = 8, length = 9, runs = 2] = process.argv.slice(2);
if (!folder) throw new Error("name the folder to write to");
write_bundle(folder, make_demo({ questions: Number(questions), length: Number(length), runs: Number(runs) }));
console.log(`open ${folder}/index.html`);
