#!/bin/sh
# SPDX-License-Identifier: MIT
# The table "forced against free" of docs/method.md, from exported lines alone.
# usage: bench/glassbox_continue.sh [QUESTIONS_A_SUBJECT [CONTINUATIONS]]     (200 and 8 by default; exits 1 if it is not as the
# world says)
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 models/glassbox/questions.py "$work/questions" --seed 7 --per-subject "${1:-200}" > /dev/null
build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q "$work/questions" -o "$work/run" --seed 7 --block 16 --stride 100000 --no-site --quiet > /dev/null
build/thinktrace continue "$work/run" --samples "${2:-8}" --quiet > /dev/null
build/thinktrace export "$work/run" --what continuations > "$work/continuations.jsonl"
python3 bench/continue_table.py "$work/continuations.jsonl"
