"""Thirty live sessions at once, each with an edit every five seconds, and what their workers take."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import psutil
from glasswork_cli.client import Client
from websockets.sync.client import ClientConnection, connect

from benchmarks.graphs import convolutions
from benchmarks.measure import Row, median, percentile
from benchmarks.running import services

SESSIONS = 30
EDITS = 6
SECONDS = 5.0
MEBIBYTE = 1024 * 1024


def run() -> list[Row]:
    """Measure edits of many editors at once, and the memory of all processes together."""
    with services() as (client, running, directory):
        client.post("/datasets", {"example": "digits"})
        sockets = [_address(client, number) for number in range(SESSIONS)]
        begun = time.monotonic() + 1.0
        all_done = Barrier(SESSIONS + 1)
        with ThreadPoolExecutor(SESSIONS) as pool:
            work = [
                pool.submit(_edit, address, directory.token(), begun + SECONDS * number / SESSIONS, number, all_done)
                for number, address in enumerate(sockets)
            ]
            all_done.wait(SECONDS * EDITS + 120)
            memory = _memory(psutil.Process(running.pid)) / MEBIBYTE
            all_done.wait(60)
            samples = [sample for each in work for sample in each.result()]
    note = f"{SESSIONS} sessions, {EDITS} edits each, one every {SECONDS:g} s; all processes {memory:,.0f} MiB"
    return [
        Row("edit among 30 sessions, p50", median(samples), "", None, "ms", None, note),
        Row("edit among 30 sessions, p95", percentile(samples, 0.95), "", None, "ms", 500, note),
    ]


def _address(client: Client, number: int) -> str:
    model = client.post("/models", {"name": f"editor {number}", "graph": convolutions()})["id"]
    return f"{client.url.replace('http', 'ws', 1)}/api/v1/models/{model}/preview"


def _edit(address: str, token: str, begun: float, number: int, all_done: Barrier) -> list[float]:
    """Open one session and edit it at times of its own; return the milliseconds of each edit but the first."""
    samples = []
    with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None, max_size=None) as socket:
        for turn in range(EDITS + 1):
            time.sleep(max(0.0, begun + SECONDS * turn - time.monotonic()))
            samples.append(_answered(socket, turn + 1, 8 + (number + turn) % 16))
        all_done.wait(SECONDS * EDITS + 120)
        all_done.wait(60)
    return samples[1:]


def _answered(socket: ClientConnection, revision: int, filters: int) -> float:
    patch: list[dict[str, Any]] = [{"op": "replace", "path": "/components/conv2/settings/filters", "value": filters}]
    begun = time.perf_counter()
    socket.send(json.dumps({"revision": revision, "patch": patch}))
    while True:
        message = json.loads(socket.recv(timeout=120))
        if message["kind"] == "error":
            raise RuntimeError(message)
        if message["kind"] == "done" and message["revision"] == revision:
            return (time.perf_counter() - begun) * 1000


def _memory(process: psutil.Process) -> int:
    """Return the bytes of a process and all below it; pages that several share count once."""
    total = 0
    for item in [process, *process.children(recursive=True)]:
        with suppress(psutil.Error):
            total += item.memory_full_info().pss
    return total
