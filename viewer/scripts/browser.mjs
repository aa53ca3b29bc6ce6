// SPDX-License-Identifier: MIT
// The browser of tests, pictures and bench: CHROMIUM, or Chromium's headless shell, which is the same engine without the
// window that all of it would otherwise share two cores with, or Chromium.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const kArgs = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const kPaths = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const browser_path = () => process.env.CHROMIUM ?? kPaths.find((path) => existsSync(path)) ?? kPaths[1];

// Playwright gives each browser a fresh profile of its own.
export const launch = () => chromium.launch({ executablePath: browser_path(), args: kArgs });
