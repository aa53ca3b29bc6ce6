# SPDX-License-Identifier: MIT
"""How far the engine's kernels and our own are from the reference mode: the file's weights as F32, no flash attention, F32 cache.

usage: python3 bench/kernels_error.py MODEL.gguf [--tokens TOKENS.txt]
Needs build/thinktrace and build/requantize (cmake --build build --target requantize). Without --tokens: one made-up trace.
"""
import argparse
import csv
import pathlib
import subprocess
import tempfile

BUILD = pathlib.Path(__file__).resolve().parents[1] / "build"


def curves(folder: pathlib.Path, model: pathlib.Path, tokens: list[str], *options: str) -> list[list[float]]:
    file = folder / "curves.csv"
    command = [BUILD / "thinktrace", "bench", "-m", model, *tokens, "--rounds", "1", "--sequences", "1", "--recompute", "1", "--curves", file, *options]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with open(file) as lines:
        return [[float(p) for p in row[2:]] for row in csv.reader(lines)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--tokens")
    a = parser.parse_args()
    tokens = ["--tokens", a.tokens] if a.tokens else []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([BUILD / "requantize", a.model, folder / "f32.gguf", "F32"], check=True, capture_output=True)
        reference = curves(folder, folder / "f32.gguf", tokens, "--reference")
        print(f"{'kernels':<8} {'largest |dP|':>12} {'mean |dP|':>10} {'same option':>12}   over {len(reference)} positions")
        for kernels in ("engine", "own"):
            read = curves(folder, a.model, tokens, "--kernels", kernels)
            off = [abs(p - q) for row, want in zip(read, reference) for p, q in zip(row, want)]
            same = sum(row.index(max(row)) == want.index(max(want)) for row, want in zip(read, reference)) / len(reference)
            print(f"{kernels:<8} {max(off):>12.4f} {sum(off) / len(off):>10.5f} {100 * same:>10.1f} %")


main()
