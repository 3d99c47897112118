"""The supervisor and its children: quick to answer, back after a kill, gone after Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest
from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory

from tests.running import Glasswork, started

pytestmark = pytest.mark.services
SERVICES = ("gateway", "registry", "codegen", "executor", "trainer")


def child(glasswork: Glasswork, name: str) -> psutil.Process:
    found = [
        process
        for process in psutil.Process(glasswork.process.pid).children()
        if f"glasswork_{name}" in " ".join(process.cmdline())
    ]
    assert len(found) == 1
    return found[0]


def await_ok(client: Client, seconds: float = 30.0) -> None:
    client.wait_until_healthy(seconds)


def test_health_answers_at_once_and_is_ok_soon(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    begun = time.monotonic()
    arguments = ["up", "--no-browser", "--port", "0", "--data-dir", str(tmp_path)]
    process = subprocess.Popen([sys.executable, "-m", "glasswork_cli", *arguments], stdout=subprocess.DEVNULL)
    first, answered = "", 0.0
    try:
        while time.monotonic() - begun < 20 and not first:
            running = directory.running()
            try:
                first = httpx.get(f"{running.url}/api/v1/health", trust_env=False).json()["status"] if running else ""
                answered = time.monotonic() - begun
            except httpx.TransportError:
                pass
            time.sleep(0.02)
        with Client(directory.running().url, directory.token()) as client:  # type: ignore[union-attr]
            await_ok(client, 20)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert first in {"starting", "ok"}
    print(f"first answer after {answered:.2f} s")


def test_every_child_comes_back_after_a_kill(tmp_path: Path) -> None:
    with started(tmp_path) as glasswork:
        for name in SERVICES:
            before = child(glasswork, name)
            before.kill()
            before.wait(10)
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                try:
                    if child(glasswork, name).pid != before.pid:
                        break
                except AssertionError:
                    time.sleep(0.05)
            await_ok(glasswork.client)
            assert child(glasswork, name).pid != before.pid


def test_nothing_is_left_after_ctrl_c(tmp_path: Path) -> None:
    with started(tmp_path) as glasswork:
        graph = glasswork.client.post(
            "/suggest", {"dataset": glasswork.client.post("/datasets", {"example": "wine"})["id"]}
        )
        glasswork.client.post("/preview", {"graph": graph["graph"]})
        tree = psutil.Process(glasswork.process.pid).children(recursive=True)
        begun = time.monotonic()
        os.kill(glasswork.process.pid, signal.SIGINT)
        assert glasswork.process.wait(15) == 0
        assert time.monotonic() - begun < 10
        gone, alive = psutil.wait_procs(tree, timeout=2)
    assert alive == []
    assert len(gone) >= 5


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    with started(tmp_path) as glasswork:
        tree = psutil.Process(glasswork.process.pid).children(recursive=True)
        glasswork.process.kill()
        glasswork.process.wait(5)
        _, alive = psutil.wait_procs(tree, timeout=15)
    assert alive == []


def test_second_supervisor_on_the_same_folder_is_refused(glasswork: Glasswork) -> None:
    arguments = ["up", "--no-browser", "--port", "0", "--data-dir", str(glasswork.directory.path)]
    told = subprocess.run(
        [sys.executable, "-m", "glasswork_cli", *arguments], capture_output=True, text=True, check=False, timeout=30
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
    trainer = child(glasswork, "trainer")
    trainer.kill()
    trainer.wait(10)
    sequences = [event["sequence"] for event in client.events(run["id"])]
    ended, expected = client.get(f"/runs/{run['id']}"), client.get(f"/runs/{whole['id']}")
    assert ended["state"] == expected["state"] == "SUCCEEDED"
    assert ended["weights"] == expected["weights"]
    assert sequences == sorted(set(sequences))
