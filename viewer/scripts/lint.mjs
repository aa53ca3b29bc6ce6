// SPDX-License-Identifier: MIT
// House rules that the type checker does not know: no way for text to become
// markup or script (sinks.mjs), no long files or functions, a licence line in each file.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { sinks_of } from "./sinks.mjs";

const kRoot = dirname(dirname(fileURLToPath(import.meta.url)));
const kMaxFile = 400, kMaxFunction = 60, kMaxTypes = 100;

let problems = 0;
function report(file, node, text) {
  const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
  console.error(`${file}:${line + 1}: ${text}`);
  problems++;
}

function check_node(file, node) {
  for (const problem of sinks_of(file, node)) report(file, node, problem);
  if (ts.isFunctionLike(node) && node.body) {
    const source = node.getSourceFile();
    const lines = source.getLineAndCharacterOfPosition(node.end).line -
      source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    // Closures inside count for themselves: a maker of parts may be longer than its own statements.
    let inner = 0;
    const count = (child) => {
      if (ts.isFunctionLike(child) && child.body) {
        inner += source.getLineAndCharacterOfPosition(child.end).line - source.getLineAndCharacterOfPosition(child.getStart()).line;
      } else ts.forEachChild(child, count);
    };
    ts.forEachChild(node.body, count);
    if (lines - inner > kMaxFunction) report(file, node, `${lines - inner} lines of its own, at most ${kMaxFunction}`);
  }
  ts.forEachChild(node, (child) => check_node(file, child));
}

function files_below(folder) {
  return readdirSync(join(kRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files_below(path) : [path];
  });
}

const files = [...["src", "tests", "scripts"].flatMap(files_below), ...readdirSync(kRoot).filter((f) => f.endsWith(".config.ts"))];
for (const file of files) {
  const text = readFileSync(join(kRoot, file), "utf8");
  const lines = text.split("\n").length - 1;
  const limit = file === "src/types.ts" ? kMaxTypes : kMaxFile;
  const complain = (what) => {
    console.error(`${file}:1: ${what}`);
    problems++;
  };
  if (!text.startsWith("// SPDX-License-Identifier: MIT\n") && !text.startsWith("/* SPDX-License-Identifier: MIT */\n")) {
    complain("no licence line");
  }
  if (lines > limit) complain(`${lines} lines, at most ${limit}`);
  if (relative("src", file).startsWith("..") || !file.endsWith(".ts")) continue;
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  check_node(file, source);
}
const page = readFileSync(join(kRoot, "page/index.html"), "utf8");
if (page.split('<script type="application/json" id="bundle">__BUNDLE__</script>').length !== 2) {
  console.error("page/index.html: the place of the manifest must stand there exactly once");
  problems++;
}
console.log(problems === 0 ? `lint: ${files.length} files, nothing found` : `lint: ${problems} problems`);
process.exit(problems === 0 ? 0 : 1);
