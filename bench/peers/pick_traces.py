# SPDX-License-Identifier: MIT
"""python3 bench/peers/pick_traces.py FOLDER_WITH_JSONL > PICKED.jsonl

The five published R1 traces on which engines are compared: of each subject, in the order of the files' names, the first of
470 to 530 thinking tokens that holds whole characters only. FOLDER holds the published SUBJECT.jsonl.gz.
"""
import gzip
import json
import pathlib
import sys

N_TRACES = 5
SHORTEST, LONGEST = 470, 530


def is_wanted(row: dict) -> bool:
    return SHORTEST <= len(row["think_tokens"]) <= LONGEST and "\ufffd" not in "".join(row["think_tokens"])


def first_wanted(file: pathlib.Path) -> dict | None:
    with gzip.open(file, "rt") as lines:
        return next((row for row in map(json.loads, lines) if is_wanted(row)), None)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    picked = [row for file in sorted(pathlib.Path(sys.argv[1]).glob("*.jsonl.gz")) if (row := first_wanted(file))][:N_TRACES]
    if len(picked) < N_TRACES:
        sys.exit(f"{sys.argv[1]} has {len(picked)} of the {N_TRACES} traces wanted")
    for row in picked:
        print(json.dumps({key: row[key] for key in ("question", "choices", "think_tokens")}))


main()
