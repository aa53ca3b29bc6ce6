// SPDX-License-Identifier: MIT
import type { Browser } from "playwright-core";
export function browser_path(): string;
export function launch(): Promise<Browser>;
