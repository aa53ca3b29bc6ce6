// SPDX-License-Identifier: MIT
// node bench/gallery_speed.mjs SITE LONG_SITE LONG_ADDRESS [--runs N] [--json]
// How fast a gallery is in Chromium (viewer/scripts/browser.mjs says which): medians of N runs (5), each in a fresh
// browser. SITE is a gallery of one run; LONG_SITE has one trace of 4,000 tokens, whose page is at LONG_ADDRESS.
// bench/gallery_speed.sh makes both. Exits 1 where anything was asked for from elsewhere, or a policy was violated.
import { createServer } from "node:http";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { browser_path, launch } from "../viewer/scripts/browser.mjs";
import { install_probe } from "./gallery_probe.mjs";

const kWindow = { width: 1280, height: 800 };
const kLongTokens = 4000;
const kTypes = { html: "text/html", js: "text/javascript", css: "text/css" };

// What a reader changes, by the query of the address. `after` is what the address says already.
const kSorts = { "P(right) at end": "sort=p_end", "length, falling": "sort=-length", "class, then change": "sort=class,-change", "t_exit": "sort=-t_exit" };
const kGroups = { subject: "group=subject", "question, by P(right) at end": "group=question&sort=p_end", class: "group=class&sort=length" };
const kFilters = {
  "a class": "class=productive", "wrong to right": "start=wrong&end=right", "a range of length": "range=length:200:400",
  "an expression": "where=p_end+%3C+0.5+%26%26+class+%3D%3D+%27wavering%27+%7C%7C+length+%3E+1500", "words in questions": "text=which+following",
};
const kSearch = "text=wait+%22but+maybe%22&scope=thinking";
// Sorted by length, neighbours in the window come from all over the run: the hardest order for shelves.
const kViews = ["grid", "list"].map((view) => [view, `view=${view}&sort=length`]);
const kRolls = { "100 pixels a frame": { per_frame: 100, frames: 180 }, "1,000 pixels a frame": { per_frame: 1000, frames: 120 } };

async function serve(folder) {
  let sent = 0;
  const server = createServer((request, response) => {
    const name = /^\/(index\.html|app\.js|app\.css|data\/[0-9a-f]{32}\.js)?$/.exec(request.url ?? "")?.[1] ?? (request.url === "/" ? "index.html" : null);
    try {
      if (name === null) throw new Error("not ours");
      const body = readFileSync(join(folder, name));
      sent += body.length;
      response.writeHead(200, { "content-type": kTypes[name.split(".").pop()] }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { base: `http://127.0.0.1:${server.address().port}/`, sent: () => sent, close: () => (server.closeAllConnections(), server.close()) };
}

const file_base = (folder) => `${pathToFileURL(resolve(folder)).href}/`;

// A page in a browser of its own. `faults` gathers what must not happen.
async function open(base, hash, faults) {
  const browser = await launch();
  const page = await (await browser.newContext({ viewport: kWindow })).newPage();
  page.on("request", (r) => {
    if (!r.url().startsWith(base) && !r.url().startsWith("data:")) faults["asked for from elsewhere"].add(r.url());
  });
  page.on("pageerror", (error) => faults["errors in the page"].add(error.message));
  page.on("console", (message) => message.type() === "error" && faults["errors in the page"].add(message.text()));
  await page.addInitScript(install_probe);
  await page.goto(`${base}index.html${hash}`);
  return {
    page,
    run: (name, ...given) => page.evaluate(([name, given]) => window.bench[name](...given), [name, given]),
    async close() {
      for (const violation of await page.evaluate(() => window.bench.violations)) faults["against the policy"].add(violation);
      await browser.close();
      return browser.version();
    },
  };
}

const results = new Map(); // By name: a number a run.
function note(name, value, unit = "ms") {
  const entry = results.get(name) ?? { unit, values: [] };
  entry.values.push(value);
  results.set(name, entry);
}

const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

async function measure_start(site, gallery, faults) {
  const from_folder = await open(file_base(site), gallery, faults), folder = await from_folder.run("start");
  await from_folder.close();
  note("start from a folder: first picture", folder.first);
  note("start from a folder: every picture in the window", folder.full);
  const server = await serve(site), at = await open(server.base, gallery, faults), web = await at.run("start");
  note("start over http: first picture", web.first);
  note("start over http: every picture in the window", web.full);
  note("start over http: read until then", server.sent() / 1e6, "MB");
  await at.close();
  server.close();
}

async function measure_changes(site, gallery, faults) {
  const at = await open(file_base(site), gallery, faults);
  await at.run("start");
  const change = async (name, query, slowly = false) => {
    const { frame, full, changed } = await at.run("change", `${gallery}?${query}`);
    if (!changed) throw new Error(`${name}: ${query} changed nothing`);
    if (!slowly) note(`${name}: next frame`, frame);
    note(`${name}: ${slowly ? "all found" : "every picture in the window"}`, full);
    await at.run("change", gallery);
  };
  for (const [name, query] of Object.entries(kSorts)) await change(`sort by ${name}`, query);
  for (const [name, query] of Object.entries(kGroups)) await change(`group by ${name}`, query);
  for (const [name, query] of Object.entries(kFilters)) await change(`filter by ${name}`, query);
  await change("search the thinking, first time", kSearch, true);
  await change("search the thinking, again", `${kSearch}+then`, true);
  return at.close();
}

// Nothing is loaded yet but what the first window needs.
async function measure_scrolling(site, gallery, faults) {
  for (const [view, query] of kViews) {
    for (const [speed, { per_frame, frames }] of Object.entries(kRolls)) {
      const at = await open(file_base(site), `${gallery}?${query}`, faults), name = `${view}, ${speed}`;
      const rolled = await at.run("roll", per_frame, frames);
      if (rolled.scrolled < per_frame * frames * 0.5) throw new Error(`${name}: the page is too short to scroll`);
      note(`${name}: a picture in the window stays blank, at most`, rolled.longest);
      note(`${name}: a picture in the window is only an outline, at most`, rolled.longest_rough);
      note(`${name}: pictures ever seen blank`, (100 * rolled.blank) / rolled.seen, "%");
      note(`${name}: most of the window without anything`, 100 * rolled.worst_bare, "%");
      note(`${name}: frame, 95 of 100`, quantile(rolled.frames, 0.95));
      note(`${name}: frame, longest`, Math.max(...rolled.frames));
      await at.close();
    }
    const at = await open(file_base(site), `${gallery}?${query}`, faults);
    await at.run("start");
    const jumps = await at.run("jump", 20);
    note(`${view}, jumps: window full again, median`, median(jumps));
    note(`${view}, jumps: window full again, longest`, Math.max(...jumps));
    await at.close();
  }
}

// A browser with a window loads parts of itself for a second or two, on the same cores.
const settle = () => new Promise((done) => setTimeout(done, 2000));

async function measure_trace(site, address, faults) {
  const cold = await open(file_base(site), "", faults);
  await settle();
  note("page of 4,000 tokens: every token", await cold.run("open_trace", address, kLongTokens));
  const { pointer, keys } = await cold.run("move_cursor", 20);
  note("page of 4,000 tokens: cursor follows the pointer", median(pointer));
  note("page of 4,000 tokens: cursor follows a key", median(keys));
  await cold.close();
}

function folder_size(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) =>
    sum + (entry.isDirectory() ? folder_size(join(folder, entry.name)) : statSync(join(folder, entry.name)).size), 0);
}

function read_manifest(site) {
  const page = readFileSync(join(site, "index.html"), "utf8");
  return JSON.parse(/<script type="application\/json" id="bundle">(.*?)<\/script>/s.exec(page)[1]);
}

// One line for all that is sorted by, grouped by, filtered by; --json has each.
function by_kind() {
  const kinds = new Map();
  for (const [name, { unit, values }] of results) {
    const kind = name.replace(/^(sort|group|filter) by [^:]*/, "$1");
    kinds.set(kind, { unit, values: [...kinds.get(kind)?.values ?? [], ...values] });
  }
  return kinds;
}

function print_table(head, faults) {
  console.log(head.join("\n"));
  console.log("\n| what | median | from | to |\n| --- | --- | --- | --- |");
  for (const [name, { unit, values }] of by_kind()) {
    const show = (x) => `${x.toFixed(unit === "MB" ? 2 : unit === "%" ? 1 : 0)} ${unit}`;
    console.log(`| ${name} | ${show(median(values))} | ${show(Math.min(...values))} | ${show(Math.max(...values))} |`);
  }
  for (const [name, list] of Object.entries(faults)) {
    console.log(`\n${name}: ${list.size === 0 ? "none" : [...list].join("\n  ")}`);
  }
}

async function main() {
  const args = process.argv.slice(2), json = args.includes("--json"), at = args.indexOf("--runs");
  const n_runs = at < 0 ? 5 : Number(args[at + 1]);
  const [site, long_site, address] = args.filter((a, i) => !a.startsWith("--") && (at < 0 || i !== at + 1));
  if (!address || !(n_runs > 0)) {
    console.error("usage: node bench/gallery_speed.mjs SITE LONG_SITE LONG_ADDRESS [--runs N] [--json]");
    process.exit(2);
  }
  const [run] = read_manifest(site).runs, gallery = `#/${encodeURIComponent(run.name)}/*`, n_traces = run.subjects.reduce((n, s) => n + s.n_traces, 0);
  const faults = { "asked for from elsewhere": new Set(), "against the policy": new Set(), "errors in the page": new Set() };
  let chromium_version = "";
  for (let i = 0; i < n_runs; i++) {
    await measure_start(site, gallery, faults);
    chromium_version = await measure_changes(site, gallery, faults);
    await measure_scrolling(site, gallery, faults);
    await measure_trace(long_site, address, faults);
    if (!json) process.stderr.write(`run ${i + 1} of ${n_runs} done\n`);
  }
  const gzip = ["app.js", "app.css"].map((file) => gzipSync(readFileSync(join(site, file)), { level: 9 }).length);
  const facts = { traces: n_traces, folder_mb: folder_size(site) / 1e6, page_bytes: statSync(join(site, "index.html")).size,
    app_js_gzip: gzip[0], app_css_gzip: gzip[1], chromium: chromium_version, cpu: cpus()[0]?.model ?? "", cores: cpus().length, runs: n_runs };
  if (json) {
    const listed = Object.fromEntries([...results].map(([name, { unit, values }]) => [name, { unit, median: median(values), values }]));
    console.log(JSON.stringify({ facts, results: listed, faults: Object.fromEntries(Object.entries(faults).map(([k, v]) => [k, [...v]])) }, null, 1));
  } else {
    print_table([`${n_traces} traces in ${facts.folder_mb.toFixed(1)} MB; app.js and app.css ${((gzip[0] + gzip[1]) / 1000).toFixed(1)} kB compressed`,
      `${basename(browser_path())} ${chromium_version}, ${kWindow.width} × ${kWindow.height}, ${facts.cores} cores of ${facts.cpu}; medians of ${n_runs} runs`], faults);
  }
  if (Object.values(faults).some((list) => list.size > 0)) process.exit(1);
}

await main();
