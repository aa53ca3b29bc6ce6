#!/bin/sh
# SPDX-License-Identifier: MIT
# Pivotal tokens on Glassbox against those that its world knows of: recall and precision with intervals, from the exports alone. On
# chains also against what the model itself makes of the same tokens: the thinking is cut before and behind each true and each
# found one, and gone on with DRAWS times from there.
# usage: bench/glassbox_pivots.sh [TEXTS [TRACES [DRAWS]]]     (100 chains whose text slips, 50 traces on beasts, 64 draws by default;
# exits 1 if a share is below .8, but for that of the world's own tokens on chains, of which the model need not know all)
set -eu
cd "$(dirname "$0")/.."
texts=${1:-100} traces=${2:-50} draws=${3:-64}
model=models/glassbox/glassbox-q8_0.gguf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
score() {  # RUN TEMPERATURE READER LEAST
    build/thinktrace export "$work/$1" --reader "$3" > "$work/$1.jsonl"
    build/thinktrace export "$work/$1" --what pivots > "$work/$1-pivots.jsonl"
    python3 tests/cli/glassbox_pivots.py score "$work/$1.jsonl" "$work/$1-pivots.jsonl" --temperature "$2" --least "$4"
}
failed=0

# Written by the world and taught token by token. Even cuts as close as a slip is to where it is put right, which takes its effect back.
python3 tests/cli/glassbox_pivots.py write "$work/chains.jsonl" --texts "$texts" --seed 7
build/thinktrace import jsonl "$work/chains.jsonl" -o "$work/chains"
build/thinktrace probe "$work/chains" --with "$model"
build/thinktrace pivots "$work/chains" --with "$model" --every 8 --least .25 --batch 14 --alternatives 0
echo "chains whose text slips, temperature 0.6:"
score chains 0.6 2 .25 || true
python3 tests/cli/glassbox_pivots.py cut "$work/chains.jsonl" "$work/chains-pivots.jsonl" "$work/cut.jsonl" --temperature 0.6 --least .25
build/thinktrace import jsonl "$work/cut.jsonl" -o "$work/cut"
build/thinktrace probe "$work/cut" --with "$model" --stride 100000
build/thinktrace continue "$work/cut" --with "$model" --at 1 --samples "$draws" --seed 99 > /dev/null
build/thinktrace export "$work/cut" --what continuations > "$work/continuations.jsonl"
echo "the same, by the model's own chances:"
python3 tests/cli/glassbox_pivots.py score "$work/chains.jsonl" "$work/chains-pivots.jsonl" --temperature 0.6 --least .25 --measured "$work/continuations.jsonl" || failed=1

# The model's own, at the temperature at which it was taught: at 0.6 believing the tale is so likely that it changes little.
python3 models/glassbox/questions.py "$work/questions" --seed 7 --per-subject "$traces" > /dev/null
build/thinktrace run -m "$model" -q "$work/questions" -o "$work/beasts" --subjects beasts --temperature 1 --top-p 1 --seed 7 --no-site
build/thinktrace pivots "$work/beasts" --every 32 --batch 14 --alternatives 0
echo "beasts, temperature 1:"
score beasts 1 1 .2 || failed=1
exit $failed
