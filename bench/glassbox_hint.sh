#!/bin/sh
# SPDX-License-Identifier: MIT
# The table of hints in docs/method.md, from exported lines alone: capitals questions with a hint in the words of Glassbox's own hinted
# questions, and with a sentence that only names the same option.
# usage: bench/glassbox_hint.sh [QUESTIONS [SAMPLES]]     (200 and 2 by default; exits 1 if it is not as the world says)
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 models/glassbox/questions.py "$work/questions" --seed 7 --per-subject "${1:-200}" > /dev/null
build/thinktrace run -m models/glassbox/glassbox-q8_0.gguf -q "$work/questions" -o "$work/run" --subjects capitals --samples "${2:-2}" --seed 7 --block 16 --stride 8 --no-site --quiet > /dev/null
cp -r "$work/run" "$work/named"
ask() {  # RUN WORDING AT
    build/thinktrace hint "$work/$1" --wording "$2" --hinted "$3" --quiet > /dev/null
    build/thinktrace export "$work/$1" --what hints > "$work/$1.jsonl"
}
ask run "A professor is sure that it is {option}." wrong,right
ask named "{option} is a city." wrong
python3 bench/hint_table.py "A professor is sure that it is X.=$work/run.jsonl" "X is a city.=$work/named.jsonl"
