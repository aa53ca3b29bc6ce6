#!/bin/sh
# SPDX-License-Identifier: MIT
# The table of ablations in docs/method.md, beside what another program measured (models/glassbox/README.md), from exported lines alone.
# usage: bench/glassbox_ablate.sh [QUESTIONS_A_SUBJECT [DRAWS]]     (200 and 3 by default; exits 1 where the two disagree)
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 models/glassbox/questions.py "$work/questions" --seed 7 --per-subject "${1:-200}" > /dev/null
build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q "$work/questions" -o "$work/run" --seed 7 --block 16 --stride 100000 --no-site --quiet > /dev/null
build/thinktrace ablate "$work/run" --arms blank,filler,random,shuffled,other_question --draws "${2:-3}" --quiet > /dev/null
build/thinktrace export "$work/run" > "$work/traces.jsonl"
build/thinktrace export "$work/run" --what ablations > "$work/ablations.jsonl"
python3 bench/ablate_table.py "$work/traces.jsonl" "$work/ablations.jsonl"
