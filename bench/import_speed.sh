#!/bin/sh
# SPDX-License-Identifier: MIT
# Time and peak memory of import, analyze, verify and export on 1, 2, … times the published traces: as many as the whole
# published site has (8,476) at the end. Usage: bench/import_speed.sh FOLDER_WITH_JSONL [PROGRAM]
set -eu
data=$1
program=${2:-build/thinktrace}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "| traces | import s, MB | analyze s, MB | verify s, MB | export s, MB | store MB |"
echo "| --- | --- | --- | --- | --- | --- |"
for traces in 1510 4238 8476; do
  rm -rf "$work/in" "$work/run"
  python3 "$(dirname "$0")/copy_traces.py" "$data" "$work/in" "$traces"
  cells=""
  for what in "import arbor $work/in -o $work/run --quiet" "analyze $work/run --json" "verify $work/run" "export $work/run"; do
    # shellcheck disable=SC2086
    python3 - "$program" $what > "$work/cell" <<'PY'
import resource, subprocess, sys, time
begin = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{time.monotonic() - begin:.1f}, {peak:.0f}")
PY
    cells="$cells $(cat "$work/cell") |"
  done
  echo "| $traces |$cells $(du -m "$work/run/thinktrace.db" | cut -f1) |"
done
