#!/bin/sh
# SPDX-License-Identifier: MIT
# The table of docs/method.md, "Adaptive probing": published traces, tuned on and held back, and fresh Glassbox traces that
# are probed at every position first. Needs a build with the tests.
# usage: bench/adaptive_table.sh FOLDER_WITH_PUBLISHED_LINES [QUESTIONS_A_SUBJECT]     (40 by default)
set -eu
lines=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 models/glassbox/questions.py "$work/questions" --seed 12 --per-subject "${2:-40}" > /dev/null
build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q "$work/questions" -o "$work/run" --seed 12 --threads 1 --no-site --quiet
build/thinktrace export "$work/run" > "$work/run.jsonl"
build/adaptive_replay "$lines" "$work/run.jsonl"
