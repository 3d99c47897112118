"""What training is told to cost before it begins, beside what it then costs."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
from glasswork_cli.client import Client
from glasswork_cli.data_directory import Running
from websockets.sync.client import connect

from benchmarks.measure import Row, median
from benchmarks.running import run_process, services

EXAMPLES = ("digits", "wine", "diabetes", "digit_halves")
TEMPLATES = Path(__file__).resolve().parent.parent / "services/registry/src/glasswork_registry/templates"
EPOCHS = 12
ROUNDS = 3
LOOK_SECONDS = 0.1


def run() -> list[Row]:
    """Estimate and train each suggested graph and each template, in turns."""
    rows = []
    with services() as (client, running, directory):
        for name, graph in _graphs(client).items():
            estimates, actuals = [], []
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                estimates.append(client.post("/cost", {"graph": graph}) | {"took": time.perf_counter() - begun})
                actuals.append(_train(client, running, directory.token(), graph))
            rows += _rows(name, estimates, actuals)
    return rows


def _graphs(client: Client) -> dict[str, dict[str, Any]]:
    """Return the graphs by name, each with few epochs."""
    found = {}
    for example in EXAMPLES:
        client.post("/datasets", {"example": example})
        found[f"suggested {example}"] = client.post("/suggest", {"dataset": f"example:{example}"})["graph"]
    for path in sorted(TEMPLATES.glob("*.json")):
        found[path.stem] = json.loads(path.read_text())["graph"]
    for graph in found.values():
        for item in graph["components"].values():
            if item["type"] in ("core.classification", "core.regression", "core.multitask"):
                item["settings"] |= {"epochs": EPOCHS}
    return found


def _rows(name: str, estimates: list[dict[str, Any]], actuals: list[tuple[float, float]]) -> list[Row]:
    seconds = [item["epoch_seconds"] * 1000 for item in estimates]
    memory = [item["memory_bytes"] / 2**20 for item in estimates]
    took = median([item["took"] for item in estimates])
    first, flops = estimates[0], estimates[0]["flops"]
    note = f"medians of {ROUNDS}; told within {took:.1f} s; {first['parameters']:,} weights, "
    note += f"{flops:,} FLOPs a row" if flops is not None else f"FLOPs unknown: {first['unknown']['flops']}"
    epoch, growth = median([item[0] * 1000 for item in actuals]), median([item[1] for item in actuals])
    return [
        Row(f"epoch of {name}", median(seconds), "the run", epoch, "ms", None, note),
        Row(f"memory of {name}", median(memory), "the run", growth, "MiB", None, "growth of private memory"),
    ]


def _train(client: Client, running: Running, token: str, graph: dict[str, Any]) -> tuple[float, float]:
    """Return the median time between the ends of two epochs of a run, in seconds, and how its memory grew, in MiB."""
    run = client.post("/runs", {"graph": graph, "devices": "cpu"})["id"]
    address = f"{client.url.replace('http', 'ws', 1)}/api/v1/runs/{run}/events"
    ends: list[float] = []
    with connect(address, additional_headers={"Authorization": f"Bearer {token}"}, proxy=None) as socket:
        with _watched(running) as growths:
            for text in socket:
                event = json.loads(text)
                if event["kind"] == "epoch":
                    ends.append(datetime.fromisoformat(event["time"]).timestamp())
                if len(ends) == EPOCHS:
                    break
        for _ in socket:  # what follows training is no part of its cost
            pass
    return median([after - before for before, after in pairwise(ends)]), max(growths)


@contextmanager
def _watched(running: Running) -> Iterator[list[float]]:
    """Take the growth of the youngest run's private memory again and again, as the estimate takes its own."""
    growths, done = [0.0], threading.Event()

    def look() -> None:
        found: psutil.Process | None = None
        while not done.wait(LOOK_SECONDS):
            with contextlib.suppress(OSError, psutil.Error, ValueError, KeyError):
                if found is None:
                    found = _forked(run_process(running))
                else:
                    growths.append((_peak(found.pid) - _status(found.ppid())["RssAnon"]) / 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield growths
    finally:
        done.set()
        thread.join()


def _forked(process: psutil.Process) -> psutil.Process | None:
    """Return the process if it is that of a run, forked from the zygote; while none is, it is the zygote itself."""
    parent = process.parent()
    return process if parent is not None and "zygote" in " ".join(parent.cmdline()) else None


def _peak(pid: int) -> int:
    figures = _status(pid)
    return max(figures["RssAnon"], figures["VmHWM"] - figures["RssFile"])


def _status(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if " kB" in rest}
