#!/bin/sh
# SPDX-License-Identifier: MIT
# Forced answers by thinktrace and by other engines on the same tokens, in turns: one table of rates and ratios.
# usage: bench/peers/run.sh MODEL.gguf TOKENS.txt --peers FOLDER [--rounds N] [--threads N] [--json] [--help]
# FOLDER is what bench/peers/prepare.sh made; a peer that is not in it is a row that says so.
set -eu
exec python3 "$(dirname "$0")/compare.py" "$@"
