// SPDX-License-Identifier: MIT
// npx vite-node tests/write_demo.ts FOLDER [QUESTIONS [SENTENCES [RUNS]]]: a site with invented traces, to look at. The first run
// is there a second time, as if probed adaptively, and has invented results of experiments.
import { probed_adaptively } from "./adaptive.ts";
import { with_experiments } from "./experiments.ts";
import { count_analysis } from "./count_analysis.ts";
import { make_demo } from "./generate.ts";
import { write_bundle } from "./make_bundle.ts";
import type { RunData } from "./make_bundle.ts";

const [folder, questions = 8, length = 9, runs = 2] = process.argv.slice(2);
if (!folder) throw new Error("name the folder to write to");
const demo = make_demo({ questions: Number(questions), length: Number(length), runs: Number(runs) });
const [first] = demo.runs as [RunData];
write_bundle(folder, { ...demo, runs: [...demo.runs.map((run, i) => (i === 0 ? with_experiments(run) : run)), probed_adaptively(first, "demo, probed adaptively")].map((run) => ({ ...run, analysis: count_analysis(run) })) });
console.log(`open ${folder}/index.html`);
