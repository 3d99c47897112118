"""What an epoch is told to take before it is trained, beside what it then takes."""

from __future__ import annotations

import json
import time
from datetime import datetime
from itertools import pairwise
from typing import Any

from glasswork_cli.client import Client
from websockets.sync.client import connect

from benchmarks.measure import Row, median
from benchmarks.running import services

EXAMPLES = ("digits", "wine", "diabetes")
EPOCHS = 12


def run() -> list[Row]:
    """Estimate the suggested graph of each example, then train it."""
    rows = []
    with services() as (client, _, directory):
        for example in EXAMPLES:
            client.post("/datasets", {"example": example})
            graph = client.post("/suggest", {"dataset": f"example:{example}"})["graph"]
            begun = time.perf_counter()
            cost = client.post("/cost", {"graph": graph})
            took = time.perf_counter() - begun
            real = _epoch(client, directory.token(), graph) * 1000
            note = f"told within {took:.1f} s; {cost['flops']:,} FLOPs a row, {cost['memory_bytes'] / 2**20:.0f} MiB"
            rows.append(Row(f"epoch of {example}", cost["epoch_seconds"] * 1000, "the run", real, "ms", None, note))
    return rows


def _epoch(client: Client, token: str, graph: dict[str, Any]) -> float:
    """Return the median time between the ends of two epochs of a run, in seconds."""
    for item in graph["components"].values():
        if item["type"] in ("core.classification", "core.regression"):
            item["settings"] |= {"epochs": EPOCHS}
    run = client.post("/runs", {"graph": graph, "devices": "cpu"})["id"]
    address = f"{client.url.replace('http', 'ws', 1)}/api/v1/runs/{run}/events"
    ends = []
    with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as socket:
        for text in socket:
            event = json.loads(text)
            if event["kind"] == "epoch":
                ends.append(datetime.fromisoformat(event["time"]).timestamp())
    return median([after - before for before, after in pairwise(ends)])
