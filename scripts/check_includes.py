#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether each source of the library can be compiled alone, so that it includes what it uses.

make compiles a room as one file, which hides an include that only a neighbour has. Here each is parsed alone, by the compiler and
the options with which build/ compiles its room; no code is generated.
usage: scripts/check_includes.py [PART...]   (sources whose path contains one of these, the program's too; the library's if none is named)
"""
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATABASE = ROOT / "build" / "compile_commands.json"


def alone(command: str, source: str) -> list[str]:
    """`command`, which compiles another file, for `source`, without an object file."""
    words = shlex.split(command)
    begin = words.index("-o")
    return [*words[:begin], "-fsyntax-only", source]


def jobs() -> list[tuple[list[str], str]]:
    """A command and its folder for each source that is compiled together with others."""
    found = []
    for entry in json.loads(DATABASE.read_text("utf-8")):
        if "/Unity/unity_room_" in entry["file"]:
            for source in re.findall(r'^#include "(.+)"$', Path(entry["file"]).read_text("utf-8"), re.M):
                found.append((alone(entry["command"], source), entry["directory"]))
    return found


def main() -> int:
    if not DATABASE.exists():
        print("scripts/check_includes.py: build/ is not configured; run: make lint", file=sys.stderr)
        return 1
    all_jobs = jobs()
    if not all_jobs:
        print("scripts/check_includes.py: build/ compiles no room as one file; run: make lint", file=sys.stderr)
        return 1
    parts = sys.argv[1:] or [f"{ROOT}/thinktrace/"]
    chosen = [job for job in all_jobs if any(part in job[0][-1] for part in parts)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        codes = list(pool.map(lambda job: subprocess.run(job[0], cwd=job[1]).returncode, chosen))
    return 0 if chosen and not any(codes) else 1


if __name__ == "__main__":
    sys.exit(main())
