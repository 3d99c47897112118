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
    np.asarray(behind(17 + number % 8, front))
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
    np.asarray(keras.layers.Dense(10 + number % 5, activation="softmax")(x))
    samples.append((time.perf_counter() - begun) * 1000)
print(0, statistics.median(samples), sorted(samples)[56])
"""


def run() -> list[Row]:
    """Measure a CNN of 10 components, a chain of 1,000, and the first preview of a session."""
    first, middle, tail = _keras(KERAS)
    _, last_middle, last_tail = _keras(LAST)
    with services() as (client, _, directory):
        token = directory.token()
        client.post("/datasets", {"example": "digits"})
        client.post("/preview", {"graph": convolutions()})
        small, opened = _edits(client, token, convolutions(), "/components/conv2/settings/filters", range(17, 25))
        large, _ = _edits(client, token, chain(1_000), "/components/dense994/settings/units", range(11, 16))
    note = f"{EDITS} edits"
    rival = "Keras builds and runs the changed layers"
    goal = percentile(small, 0.5) * 2
    return [
        Row("edit to preview, CNN of 10, p50", median(small), rival, middle, "ms", 25, note),
        Row("edit to preview, CNN of 10, p95", percentile(small, 0.95), rival, tail, "ms", 60, note),
        Row("edit at the end of 1,000, p50", median(large), "Keras, last layer", last_middle, "ms", goal, note),
        Row("edit at the end of 1,000, p95", percentile(large, 0.95), "Keras, last layer", last_tail, "ms", 120, note),
        Row("first preview of a session", opened, "fresh Keras process", first, "ms", 1_000, "once"),
    ]


def _keras(code: str) -> tuple[float, float, float]:
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    first, middle, tail = map(float, told.stdout.split()[-3:])
    return first, middle, tail


def _edits(client: Client, token: str, graph: dict[str, Any], path: str, values: range) -> tuple[list[float], float]:
    """Return the milliseconds of each edit, and of the first preview of the session."""
    model = client.post("/models", {"name": f"bench {len(graph['components'])}", "graph": graph})["id"]
    address = f"{client.url.replace('http', 'ws', 1)}/api/v1/models/{model}/preview"
    headers = {"Authorization": f"Bearer {token}"}
    begun = time.perf_counter()
    with connect(address, additional_headers=headers, proxy=None, max_size=None) as socket:
        _answered(socket, 1, [])
        opened = (time.perf_counter() - begun) * 1000
        samples = []
        for number in range(EDITS + 3):
            value = values[number % len(values)] + number // len(values) * len(values)
            samples.append(_answered(socket, number + 2, [{"op": "replace", "path": path, "value": value}]))
    return samples[3:], opened


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
