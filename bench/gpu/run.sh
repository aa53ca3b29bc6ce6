#!/bin/sh
# SPDX-License-Identifier: MIT
# What exact probing costs on a GPU: a 7B shape with random weights, F16 and Q8_0, 2,048 thinking tokens and a suffix of 8.
# usage: bench/gpu/run.sh [--work FOLDER] [--vocab FILE.gguf] [--dry-run]
#   --work     where models and builds go (16 GB of F16 weights and 8 of Q8_0; default: build-gpu/)
#   --vocab    the GGUF file whose tokenizer and template the models get (default: Glassbox, filled up to 152,064 tokens)
#   --dry-run  a tiny shape on one CPU thread with the program in build/: that everything runs, not how fast
# Needs: CUDA's compiler, and what `make build` needs; the engine is built from the pinned source (-DGGML_CUDA=ON).
set -eu
cd "$(dirname "$0")/../.."
work=build-gpu
vocab=models/glassbox/glassbox-q8_0.gguf
dry=
while [ $# -gt 0 ]; do
  case "$1" in
    --work) work=$2; shift 2 ;;
    --vocab) vocab=$2; shift 2 ;;
    --dry-run) dry=yes; shift ;;
    *) sed -n '3,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done
if [ -n "$dry" ]; then
  build=${THINKTRACE_BUILD:-build}
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  work=$temporary
  shape="layers=2 width=256 ff=512 heads=4 kv_heads=2 n_vocab=1"
  measure="--dry-run"
else
  build=$work/build
  mkdir -p "$work"
  [ -f .deps/llama.cpp/include/llama.h ] || scripts/fetch_engine.sh source-only
  [ -f viewer/dist/app.js ] || make viewer
  cmake -G Ninja -S . -B "$build" -DTHINKTRACE_ENGINE=source -DGGML_CUDA=ON -DTHINKTRACE_TESTS=OFF
  cmake --build "$build" --target thinktrace random_model requantize
  cmake -G Ninja -S bench/engine_tools -B "$work/tools" -DENGINE="$(realpath "$build/bin")"
  cmake --build "$work/tools" --target llama-bench
  shape=
  measure="--llama-bench $work/tools/bin/llama-bench"
fi
# shellcheck disable=SC2086  # Options are words.
[ -f "$work/f16.gguf" ] || "$build/random_model" "$vocab" "$work/f16.gguf" $shape
[ -f "$work/q8_0.gguf" ] || "$build/requantize" "$work/f16.gguf" "$work/q8_0.gguf" Q8_0
# shellcheck disable=SC2086
python3 bench/gpu/measure.py --program "$build/thinktrace" $measure "$work/q8_0.gguf" "$work/f16.gguf"
