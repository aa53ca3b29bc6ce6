#!/bin/sh
# SPDX-License-Identifier: MIT
# How much memory the commands take that go through all traces of a run: peak resident memory, by number of traces, up to as
# many as the whole published site has (8,476), of 56 subjects each time: the numbers of a subject are a part of what is printed. Usage: bench/memory.sh FOLDER_WITH_JSONL [PROGRAM [TRACES...]]
set -eu
data=$1
program=${2:-build/thinktrace}
shift
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 1000 2000 4000 8476
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

peak() { # Prints the peak in MB of a command that works.
  python3 - "$@" <<'PY'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f}")
PY
}

echo "| traces | import | analyze | site | site --single | export, JSONL | export, CSV | verify | store |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for traces; do
  rm -rf "$work/in" "$work/run" "$work/site"
  python3 "$(dirname "$0")/copy_traces.py" "$data" "$work/in" "$traces" 56
  printf '| %s' "$traces"
  printf ' | %s' "$(peak "$program" import arbor "$work/in" -o "$work/run" --quiet)"
  printf ' | %s' "$(peak "$program" analyze "$work/run" --json)"
  printf ' | %s' "$(peak "$program" site "$work/run" -o "$work/site" --quiet)"
  printf ' | %s' "$(peak "$program" site "$work/run" --single -o "$work/one.html" --quiet)"
  printf ' | %s' "$(peak "$program" export "$work/run")"
  printf ' | %s' "$(peak "$program" export "$work/run" --format csv)"
  printf ' | %s' "$(peak "$program" verify "$work/run")"
  printf ' | %s |\n' "$(du -m "$work/run/thinktrace.db" | cut -f1)"
done
