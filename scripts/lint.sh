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
files=${*:-$(git ls-files 'thinktrace/*.cpp' 'cli/*.cpp')}
printf '%s\n' $files | xargs -P "$(nproc)" -n 3 "$tidy" -p build --quiet $checks --extra-arg=-Wno-unknown-warning-option 2>/dev/null
