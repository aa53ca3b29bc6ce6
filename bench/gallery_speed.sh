#!/bin/sh
# SPDX-License-Identifier: MIT
# How fast a gallery of 8,476 traces is in Chromium, as many as the whole published site has, and the page of a trace of
# 4,000 tokens. Usage: bench/gallery_speed.sh FOLDER_WITH_JSONL [PROGRAM [OPTIONS OF gallery_speed.mjs]]
set -eu
data=$(realpath "$1")
program=$(realpath "${2:-build/thinktrace}")
shift
[ $# -eq 0 ] || shift
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 bench/copy_traces.py "$data" "$work/in" 8476
"$program" import arbor "$work/in" -o "$work/run" --quiet
"$program" site "$work/run" -o "$work/site" --quiet
(cd viewer && npx vite build --logLevel error && npx vite-node tests/write_long.ts "$work/long" 4000) > "$work/address"
node bench/gallery_speed.mjs "$work/site" "$work/long" "$(tail -n 1 "$work/address")" "$@"
