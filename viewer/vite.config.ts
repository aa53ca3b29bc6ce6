// SPDX-License-Identifier: MIT
// Builds exactly three files: index.html (copied from page/ as it is), app.js
// (one classic script, because a page opened from a folder runs no modules)
// and app.css.
import { defineConfig } from "vite";

// The licences of uPlot and jsep ask to be named in every copy.
const kBanner = "/*! thinktrace, MIT License. Contains uPlot 1.6.32, Copyright (c) 2022 Leon Sorokin, MIT License, " +
  "and jsep 1.4.0, Copyright (c) 2013 Stephen Oney, MIT License. */";

export default defineConfig({
  base: "./",
  publicDir: "page",
  esbuild: { legalComments: "inline" }, // Keeps the banner.
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: ["chrome111", "firefox113", "safari16.4"],
    sourcemap: false,
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    rollupOptions: {
      input: "src/main.ts",
      output: {
        format: "iife",
        banner: kBanner,
        inlineDynamicImports: true,
        entryFileNames: "app.js",
        assetFileNames: "app[extname]",
      },
    },
  },
});
