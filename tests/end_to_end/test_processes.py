"""The services as processes: up soon, back after a kill, gone after Ctrl-C."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
import pytest
from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory, Running

from tests.running import LIGHT, START_SECONDS, STOP_SECONDS, Glasswork, started

pytestmark = pytest.mark.services
SERVICES = ("gateway", "registry", "codegen", "executor", "trainer")
T = TypeVar("T")


def child(glasswork: Glasswork, name: str) -> psutil.Process | None:
    """Return a service's process, or None where it is just being started anew."""
    for process in psutil.Process(glasswork.process.pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if f"glasswork_{name}" in " ".join(process.cmdline()):
                return process
    return None


def awaited(look: Callable[[], T | None], seconds: float = START_SECONDS) -> T:
    """Return what `look` finds, as soon as it finds anything."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < deadline, f"nothing after {seconds:g} s"
        time.sleep(0.02)
    return found


def kill(glasswork: Glasswork, name: str) -> psutil.Process:
    """Kill a service and return the process that takes its place."""
    before = awaited(lambda: child(glasswork, name))
    before.kill()
    before.wait(STOP_SECONDS)

    def successor() -> psutil.Process | None:
        found = child(glasswork, name)
        return found if found is not None and found.pid != before.pid else None

    return awaited(successor)


def health(running: Running) -> str | None:
    try:
        return str(httpx.get(f"{running.url}/api/v1/health", trust_env=False).json()["status"])
    except httpx.TransportError:
        return None


def descendants(glasswork: Glasswork) -> list[psutil.Process]:
    return psutil.Process(glasswork.process.pid).children(recursive=True)


def previewed(client: Client) -> dict[str, str]:
    """Return the state of each component of a suggested model."""
    dataset = client.post("/datasets", {"example": "wine"})["id"]
    graph = client.post("/suggest", {"dataset": dataset})["graph"]
    shown = client.post("/preview", {"graph": graph})["components"]
    return {name: item["state"] for name, item in shown.items()}


def test_health_answers_before_the_services_serve_and_nothing_is_left_after_ctrl_c(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    arguments = ["up", "--no-browser", "--port", "0", "--data-dir", str(tmp_path)]
    # TensorFlow is imported ahead here: that gateway and page do not wait for it is what is tested.
    process = subprocess.Popen([sys.executable, "-m", "glasswork_cli", *arguments], stdout=subprocess.DEVNULL)
    try:
        first = awaited(lambda: health(awaited(directory.running)))
        with Client(awaited(directory.running).url, directory.token()) as client:
            client.wait_until_healthy(START_SECONDS)
            states = previewed(client)
        tree = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(STOP_SECONDS)
    _, alive = psutil.wait_procs(tree, timeout=STOP_SECONDS)
    assert first in {"starting", "ok"}
    assert set(states.values()) == {"ok"}
    assert (code, alive) == (0, [])
    assert len(tree) >= len(SERVICES)


def test_services_without_preload_come_back_work_and_end_with_their_supervisor(tmp_path: Path) -> None:
    with started(tmp_path, **LIGHT) as glasswork:
        for name in SERVICES:
            kill(glasswork, name)
            glasswork.client.wait_until_healthy(START_SECONDS)
        assert set(previewed(glasswork.client).values()) == {"ok"}
        tree = descendants(glasswork)
        glasswork.process.kill()
        glasswork.process.wait(STOP_SECONDS)
        _, alive = psutil.wait_procs(tree, timeout=STOP_SECONDS)
    assert alive == []
    assert len(tree) >= len(SERVICES)


def test_second_supervisor_on_the_same_folder_is_refused(glasswork: Glasswork) -> None:
    arguments = ["up", "--no-browser", "--port", "0", "--data-dir", str(glasswork.directory.path)]
    told = subprocess.run(
        [sys.executable, "-m", "glasswork_cli", *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert told.returncode == 1
    assert glasswork.running.url in told.stderr


def test_run_goes_on_after_the_trainer_is_killed(glasswork: Glasswork) -> None:
    client = glasswork.client
    graph = client.post("/suggest", {"dataset": client.post("/datasets", {"example": "digits"})["id"]})["graph"]
    graph["components"]["train"]["settings"] = {"epochs": 6, "early_stopping": False}
    whole = client.post("/runs", {"graph": graph})
    for _ in client.events(whole["id"]):
        pass
    run = client.post("/runs", {"graph": graph})
    epochs = (event for event in client.events(run["id"]) if event["kind"] == "epoch")
    next(epochs), next(epochs)
    kill(glasswork, "trainer")
    sequences = [event["sequence"] for event in client.events(run["id"])]
    ended, expected = client.get(f"/runs/{run['id']}"), client.get(f"/runs/{whole['id']}")
    assert ended["state"] == expected["state"] == "SUCCEEDED"
    assert ended["weights"] == expected["weights"]
    assert sequences == sorted(set(sequences))
