// SPDX-License-Identifier: MIT
// What gallery_speed.mjs puts into the page before the page's own script: it looks at each frame once it is painted.

// Runs in the page, so it can use nothing from outside itself.
export function install_probe() {
  const kHeading = 64; // Pixels: a gap as high as that may be the room between groups.
  const violations = [];
  document.addEventListener("securitypolicyviolation", (e) => violations.push(`${e.violatedDirective} ${e.blockedURI}`));

  // After the frame to come is painted.
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  }));
  const in_window = ({ top, bottom, height }) => height > 0 && top < innerHeight && bottom > 0;

  // Pictures in the window, those of them of which nothing is painted yet, those of which there is an outline at most, and
  // how many pixels of the list show nothing at all.
  function look() {
    const list = document.querySelector(".rows"), tiles = [], blank = [], rough = [];
    if (!list) return { tiles, blank, rough, bare: 0 };
    for (const tile of list.querySelectorAll("[data-trace]")) {
      if (!in_window(tile.getBoundingClientRect())) continue;
      tiles.push(tile.dataset.trace);
      const is = (look) => tile.matches(look) || tile.querySelector(look) !== null;
      if (is(".is-blank")) blank.push(tile.dataset.trace);
      if (is(".is-blank, .is-outline")) rough.push(tile.dataset.trace);
    }
    const { top, bottom } = list.getBoundingClientRect();
    const spans = [...list.querySelectorAll(".row-slot, .row-group > :first-child")].map((e) => e.getBoundingClientRect())
      .filter(in_window).sort((a, b) => a.top - b.top);
    let y = Math.max(0, top), bare = 0;
    for (const span of [...spans, { top: Math.min(innerHeight, bottom), bottom: 0 }]) {
      if (span.top - y > kHeading) bare += span.top - y;
      y = Math.max(y, span.bottom);
    }
    return { tiles, blank, rough, bare };
  }
  const is_searching = () => /Searching/.test(document.querySelector(".status")?.textContent ?? "");
  const is_full = ({ tiles, rough, bare }) => tiles.length > 0 && rough.length === 0 && bare === 0;
  async function until(ready, from = performance.now()) {
    for (;;) {
      const now = await painted();
      if (ready(look())) return now;
      if (now - from > 30000) throw new Error("the window did not fill");
    }
  }

  // Times since the page was asked for.
  const start = (async () => {
    const first = await until(({ tiles, rough }) => tiles.length > rough.length);
    return { first, full: await until(is_full) };
  })();
  start.catch(() => undefined); // Pages without a gallery.

  const signature = () => [document.querySelector(".status")?.textContent, document.querySelector(".rows")?.offsetHeight,
    ...look().tiles.slice(0, 20)].join(" ");
  // Another address of the same page: milliseconds to the next frame, and until every picture in the window is painted.
  async function change(hash) {
    const before = signature(), from = performance.now();
    location.hash = hash;
    await new Promise((resolve) => window.addEventListener("hashchange", resolve, { once: true }));
    const frame = await painted(), changed = signature() !== before;
    const full = await until((now) => !is_searching() && (now.tiles.length === 0 || is_full(now)), from);
    return { frame: frame - from, full: full - from, changed: changed || signature() !== before };
  }

  // Pictures, and stretches of the list, that stay blank while they are in the window. `since` holds those that are.
  function make_watch() {
    const since = new Map(), since_rough = new Map(), seen = new Set(), ever = new Set();
    let longest = 0, longest_rough = 0, worst_bare = 0;
    return {
      see(now) {
        const { tiles, blank, rough, bare } = look(), open = new Set(bare > 0 ? [...blank, "bare"] : blank), is_rough = new Set(rough);
        for (const [key, from] of since_rough) {
          longest_rough = Math.max(longest_rough, now - from);
          if (!is_rough.has(key)) since_rough.delete(key);
        }
        for (const key of rough) if (!since_rough.has(key)) since_rough.set(key, now);
        for (const tile of tiles) seen.add(tile);
        worst_bare = Math.max(worst_bare, bare / innerHeight);
        for (const [key, from] of since) {
          longest = Math.max(longest, now - from);
          if (!open.has(key)) since.delete(key);
        }
        for (const key of open) {
          if (!since.has(key)) since.set(key, now);
          if (key !== "bare") ever.add(key);
        }
        return open.size === 0 && rough.length === 0;
      },
      told: () => ({ longest, longest_rough, worst_bare, seen: seen.size, blank: ever.size }),
    };
  }
  const scroll = (move) => window.scrollBy({ top: move, behavior: "instant" });
  async function roll(per_frame, n_frames) {
    window.scrollTo({ top: 0, behavior: "instant" });
    await until(is_full);
    const watch = make_watch(), frames = [];
    let last = await painted();
    for (let i = 0; i < n_frames; i++) {
      scroll(per_frame);
      const now = await painted();
      frames.push(now - last);
      watch.see(last = now);
    }
    while (!watch.see(await painted()));
    return { ...watch.told(), frames, scrolled: window.scrollY };
  }
  // To places all over the page, each until the window is full.
  async function jump(n) {
    const times = [];
    for (let i = 1; i <= n; i++) {
      const from = performance.now();
      window.scrollTo({ top: ((i * 0.6180339887) % 1) * (document.documentElement.scrollHeight - innerHeight), behavior: "instant" });
      times.push(await until(is_full, from) - from);
    }
    return times;
  }

  // A trace's page: until its tokens are painted, and then moves of its cursor by pointer and by key.
  async function open_trace(hash, n_tokens) {
    const from = performance.now();
    location.hash = hash;
    for (;;) {
      const now = await painted();
      if (document.querySelectorAll(".token").length >= n_tokens) return now - from;
      if (now - from > 30000) throw new Error("the trace's page did not come");
    }
  }
  async function move_cursor(n) {
    const tokens = document.querySelectorAll(".token"), pointer = [], keys = [];
    const readout = () => document.querySelector(".readout")?.textContent;
    for (let i = 0; i < n; i++) {
      const token = tokens[Math.floor(((i * 0.6180339887) % 1) * tokens.length)], before = readout(), from = performance.now();
      token.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, pointerType: "mouse", screenX: i + 1 }));
      pointer.push(await painted() - from);
      if (readout() === before) throw new Error("the cursor did not follow the pointer");
    }
    tokens[Math.floor(tokens.length / 2)].focus();
    await painted();
    for (let i = 0; i < n; i++) {
      const before = readout(), from = performance.now();
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "ArrowRight" }));
      keys.push(await painted() - from);
      if (readout() === before) throw new Error("the cursor did not follow the key");
    }
    return { pointer, keys };
  }
  window.bench = { start: () => start, change, roll, jump, open_trace, move_cursor, violations };
}
