# SPDX-License-Identifier: MIT
"""python3 bench/copy_traces.py FROM TO N [SUBJECTS]: N published traces, as JSONL for `thinktrace import arbor`.

FROM holds the traces of ten subjects. Where they don't suffice they come again under other subjects' names, which makes
them other questions to the program, and each time three tokens shorter, so that no picture and no text is there twice.
8,476 is as many as the whole published site has. With SUBJECTS, more than the copies that N needs, traces are dealt out over so many subjects
whatever N is.
"""
import gzip
import json
import pathlib
import sys


def copy_traces(source: pathlib.Path, target: pathlib.Path, wanted: int, n_subjects: int | None) -> None:
    files = sorted(source.glob("*.jsonl.gz"))
    if not files:
        sys.exit(f"{source} holds no .jsonl.gz")
    target.mkdir(parents=True, exist_ok=True)
    n = copy = 0
    while n < wanted:
        copy += 1
        row_of_copy = 0
        for file in files:
            name = file.name.removesuffix(".jsonl.gz") + (f"_{copy}" if copy > 1 else "")
            with gzip.open(file, "rt") as lines, gzip.open(target / f"{name}.jsonl.gz", "wt", compresslevel=1) as out:
                for line in lines:
                    row = json.loads(line)
                    row["subject"] = name if n_subjects is None else f"subject_{(row_of_copy + copy) % n_subjects}"
                    row_of_copy += 1
                    length = max(1, len(row["think_tokens"]) - 3 * (copy - 1))
                    for key in ("think_tokens", "probs"):
                        row[key] = row[key][:length]
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
                    n += 1
                    if n == wanted:
                        return


if len(sys.argv) not in (4, 5):
    sys.exit(__doc__)
copy_traces(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) == 5 else None)
