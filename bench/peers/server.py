# SPDX-License-Identifier: MIT
"""llama-server: a completion of one token for each position, with its prefix cache on and the most likely tokens asked for.

A slot walks through neighbouring positions, so that it finds the prefix in its own cache; with several slots each walks through
a part of the trace, and the server decodes what they ask for together.
"""
import argparse
import atexit
import http.client
import json
import math
import pathlib
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from peer import Engine, NotThere, Trace, Work, parser, serve

SECONDS_TO_START = 120


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(arguments: argparse.Namespace, work: Work) -> int:
    """The port of a server that has loaded the model."""
    if not pathlib.Path(arguments.program).exists():
        raise NotThere("llama-server was not built (bench/peers/prepare.sh)")
    port, threads = free_port(), str(arguments.threads)
    cells = arguments.slots * (work.longest() + 64)
    command = [arguments.program, "-m", arguments.model, "-c", str(cells), "-np", str(arguments.slots), "-t", threads, "-tb", threads,
               "-b", "512", "-ub", "512", "--host", "127.0.0.1", "--port", str(port), "--no-ui", "--cache-ram", "0"]
    log = tempfile.TemporaryFile()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    atexit.register(lambda: (process.terminate(), process.wait()))
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            if call(port, "GET", "/health")[0] == 200:
                return port
        except OSError:
            pass
        time.sleep(0.2)
    log.seek(0)
    raise NotThere(f"llama-server did not start: {log.read()[-300:]!r}")


def call(port: int, method: str, path: str, body=None, connection=None):
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request(method, path, json.dumps(body) if body else None, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def make(arguments: argparse.Namespace, work: Work):
    port = start(arguments, work)
    version = subprocess.run([arguments.program, "--version"], capture_output=True, text=True, check=True)
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=600) for _ in range(arguments.slots)]
    pool = ThreadPoolExecutor(arguments.slots)

    def complete(slot: int, ids: list[int]) -> dict:
        status, answer = call(port, "POST", "/completion", connection=connections[slot], body={
            "prompt": ids, "n_predict": 1, "n_probs": arguments.n_probs, "cache_prompt": True, "temperature": 0, "id_slot": slot})
        if status != 200:
            raise RuntimeError(f"llama-server answers {status}: {answer[:300]!r}")
        return json.loads(answer)

    def probe(slot: int, ids: list[int]) -> tuple[list, int]:
        """The options' probabilities, and how many tokens were decoded for them."""
        answer = complete(slot, ids + work.suffix)
        listed = {token["id"]: math.exp(token["logprob"]) for token in answer["completion_probabilities"][0]["top_logprobs"]}
        return [listed.get(option) for option in work.options], answer["timings"]["prompt_n"]

    def forget() -> None:
        for slot, connection in enumerate(connections):
            connection.close()  # The server leaves one that has been idle; it is opened again by the next request.
            complete(slot, work.suffix[:1])  # Another prompt takes the place of what the slot has kept.

    def read(trace: Trace, positions: list[int]) -> list:
        share = math.ceil(len(positions) / arguments.slots)
        parts = [positions[i:i + share] for i in range(0, len(positions), share)]
        walk = lambda slot: [probe(slot, trace.prompt + trace.think[:t]) for t in parts[slot]]
        probes = [row for rows in pool.map(walk, range(len(parts))) for row in rows]
        if sum(decoded for _, decoded in probes) < len(trace.prompt) + positions[-1]:
            raise RuntimeError("llama-server had the trace in its cache before the pass began")
        return [row for row, _ in probes]

    line = (version.stdout + version.stderr).splitlines()
    named = next((text for text in line if "version" in text), "version unknown")
    return Engine({"version": f"llama-server, {named.strip()}", "dtype": "as in the file"}, read, forget)


options = parser()
options.add_argument("--program", required=True)
options.add_argument("--slots", type=int, default=1)
options.add_argument("--n-probs", type=int, default=100)
serve(options.parse_args(), make)
