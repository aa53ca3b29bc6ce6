#!/bin/sh
# SPDX-License-Identifier: MIT
# Formatting by clang-format 14 and the checks of .clang-tidy over the library and the program.
# usage: scripts/lint.sh [--deep] [FILE.cpp...]   (all if none is named; --deep also follows paths through the code, which
# takes twice as long)
set -eu
cd "$(dirname "$0")/.."
checks=""
if [ "${1:-}" = --deep ]; then
    checks="--checks=clang-analyzer-core.*,clang-analyzer-cplusplus.*"
    shift
fi
format=$(command -v clang-format-14 || true)
tidy=$(command -v clang-tidy-14 || true)
if [ -z "$format" ] || [ -z "$tidy" ]; then
    echo "scripts/lint.sh: clang-format-14 and clang-tidy-14 are not installed here: C++ lint skipped" >&2
    exit 0
fi
git ls-files '*.cpp' '*.h' | xargs "$format" --dry-run -Werror
[ -f build/compile_commands.json ] || { echo "scripts/lint.sh: build/ is not configured; run: make lint" >&2; exit 1; }
# What is compiled as one file (THINKTRACE_UNITY) is read as one: headers once a room instead of once a file. The longest come first.
if [ $# -eq 0 ]; then
    files=$(sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build/compile_commands.json |
        awk -v root="$PWD/" 'index($0, root "thinktrace/") == 1 || index($0, root "cli/") == 1 || /\/Unity\/unity_room/')
    [ -n "$files" ] || { echo "scripts/lint.sh: build/compile_commands.json names no source of ours" >&2; exit 1; }
    files=$(printf '%s\n' "$files" | xargs -d '\n' ls -S)
else
    files=$(printf '%s\n' "$@")
fi
printf '%s\n' "$files" | xargs -d '\n' -P "$(nproc)" -n 1 "$tidy" -p build --quiet $checks --extra-arg=-Wno-unknown-warning-option 2>/dev/null
