// SPDX-License-Identifier: MIT
export function find_sinks(file: string, text: string): string[];
