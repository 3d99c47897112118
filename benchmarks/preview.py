"""From an edit to its preview through the gateway's socket, beside plain Keras doing the same in a warm process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

from glasswork_cli.client import Client
from websockets.sync.client import ClientConnection, connect

from benchmarks.graphs import chain, convolutions
from benchmarks.measure import Row, median, percentile
from benchmarks.running import services

EDITS = 60
STORM = 1_000
STORM_SECONDS = 10.0
KERAS = """
import os, sys, time, statistics
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
begun = time.perf_counter()
import keras, numpy as np
layers = keras.layers
sample = np.random.default_rng(0).uniform(0, 255, (1, 8, 8, 1)).astype("float32")
def behind(filters, x):
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    x = layers.Dense(64, activation="relu")(x)
    return layers.Dense(10, activation="softmax")(x)
front = layers.Conv2D(16, 3, padding="same", activation="relu")(sample)
np.asarray(behind(16, front))
first = time.perf_counter() - begun
samples = []
for number in range(60):
    begun = time.perf_counter()
    np.asarray(behind(17 + number, front))
    samples.append((time.perf_counter() - begun) * 1000)
print(first * 1000, statistics.median(samples), sorted(samples)[56])
"""
LAST = """
import keras, numpy as np, statistics, time
x = np.zeros((1, 16), "float32")
np.asarray(keras.layers.Dense(10, activation="softmax")(x))
samples = []
for number in range(60):
    begun = time.perf_counter()
    y = keras.layers.Dense(11 + number, activation="relu")(x)
    np.asarray(keras.layers.Dense(10, activation="softmax")(y))
    samples.append((time.perf_counter() - begun) * 1000)
print(0, statistics.median(samples), sorted(samples)[56])
"""


def run() -> list[Row]:
    """Measure a CNN of 10 components, a chain of 1,000, the first preview of a session, and a storm of edits."""
    first, middle, tail = _keras(KERAS)
    _, last_middle, last_tail = _keras(LAST)
    with services() as (client, _, directory):
        token = directory.token()
        client.post("/datasets", {"example": "digits"})
        client.post("/preview", {"graph": convolutions()})
        small, opened = _edits(client, token, convolutions(), "/components/conv2/settings/filters", 17)
        large, _ = _edits(client, token, chain(1_000), "/components/dense994/settings/units", 11)
        runs, shown = _storm(client, token)
    note = f"{EDITS} edits"
    rival = "Keras builds and runs the changed layers"
    goal = percentile(small, 0.5) * 2
    return [
        Row("edit to preview, CNN of 10, p50", median(small), rival, middle, "ms", 25, note),
        Row("edit to preview, CNN of 10, p95", percentile(small, 0.95), rival, tail, "ms", 60, note),
        Row("edit at the end of 1,000, p50", median(large), "Keras, last two", last_middle, "ms", goal, note),
        Row("edit at the end of 1,000, p95", percentile(large, 0.95), "Keras, last two", last_tail, "ms", 120, note),
        Row("first preview of a session", opened, "fresh Keras process", first, "ms", 1_000, "once"),
        Row("runs of 1,000 edits in 10 s", runs, "", None, "runs", 20, f"{shown} values shown"),
    ]


def _keras(code: str) -> tuple[float, float, float]:
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    first, middle, tail = map(float, told.stdout.split()[-3:])
    return first, middle, tail


def _edits(client: Client, token: str, graph: dict[str, Any], path: str, value: int) -> tuple[list[float], float]:
    """Return the milliseconds of each edit, every time to a new value, and of the first preview of the session."""
    begun = time.perf_counter()
    with _opened(client, token, graph) as socket:
        _answered(socket, 1, [])
        opened = (time.perf_counter() - begun) * 1000
        patches = [[{"op": "replace", "path": path, "value": value + number}] for number in range(EDITS + 3)]
        samples = [_answered(socket, number, patch) for number, patch in enumerate(patches, start=2)]
    return samples[3:], opened


def _opened(client: Client, token: str, graph: dict[str, Any]) -> ClientConnection:
    model = client.post("/models", {"name": f"bench {len(graph['components'])}", "graph": graph})["id"]
    address = f"{client.url.replace('http', 'ws', 1)}/api/v1/models/{model}/preview"
    return connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None, max_size=None)


def _storm(client: Client, token: str) -> tuple[int, int]:
    """Return how often the edited component has run in a storm of edits, and how many of its values were shown."""
    executions = shown = 0
    with _opened(client, token, convolutions()) as socket:
        _answered(socket, 1, [])
        begun = time.monotonic()
        for number in range(STORM):
            patch = [{"op": "replace", "path": "/components/conv2/settings/filters", "value": 17 + number}]
            socket.send(json.dumps({"revision": number + 2, "patch": patch}))
            time.sleep(max(0.0, begun + (number + 1) * STORM_SECONDS / STORM - time.monotonic()))
        while True:
            message = json.loads(socket.recv(timeout=120))
            told = message["components"].get("conv2") if message["kind"] == "preview" else None
            if told is not None:
                executions, shown = told["executions"], shown + 1
            if message["kind"] == "done" and message["revision"] == STORM + 1:
                # The first run was that of the opening.
                return executions - 1, shown


def _answered(socket: ClientConnection, revision: int, patch: list[dict[str, Any]]) -> float:
    """Return the milliseconds until the last preview; the findings, which follow, are read and not timed."""
    begun, shown = time.perf_counter(), 0.0
    socket.send(json.dumps({"revision": revision, "patch": patch}))
    while True:
        message = json.loads(socket.recv(timeout=120))
        if message["kind"] == "error":
            raise RuntimeError(message)
        if message["kind"] == "preview":
            shown = (time.perf_counter() - begun) * 1000
        if message["kind"] == "done" and message["revision"] == revision:
            return shown
