#!/bin/sh
# SPDX-License-Identifier: MIT
# The columns "real thinking" and "none, t = 0" of the table in models/glassbox/README.md, from the exported JSONL alone.
# usage: bench/glassbox_table.sh [QUESTIONS_A_SUBJECT]     (100 by default; exits 1 if a share is outside its interval)
set -eu
cd "$(dirname "$0")/.."
n=${1:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 models/glassbox/questions.py "$work/questions" --seed 7 --per-subject "$n" > /dev/null
build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q "$work/questions" -o "$work/run" --seed 7 --no-site
build/thinktrace export "$work/run" > "$work/run.jsonl"
python3 tests/cli/glassbox_table.py "$work/run.jsonl"
