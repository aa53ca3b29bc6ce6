#!/bin/sh
# SPDX-License-Identifier: MIT
# The hint at wrong options in docs/method.md, from exported lines alone: capitals questions with a hint in the words of Glassbox's own
# hinted questions.
# usage: bench/glassbox_hint.sh [QUESTIONS [SAMPLES]]     (200 and 2 by default; exits 1 if it is not as the world says)
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 models/glassbox/questions.py "$work/questions" --seed 7 --per-subject "${1:-200}" > /dev/null
build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q "$work/questions" -o "$work/run" --subjects capitals --samples "${2:-2}" --seed 7 --block 16 --stride 8 --no-site --quiet > /dev/null
build/thinktrace hint "$work/run" --wording "A professor is sure that it is {option}." --hinted wrong --quiet > /dev/null
build/thinktrace export "$work/run" --what hints > "$work/hints.jsonl"
python3 bench/hint_table.py "A professor is sure that it is X.=$work/hints.jsonl"
