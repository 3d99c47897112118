"""Services for the measurements that go through the gateway, started as a user starts them."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory, Running

START_SECONDS = 60.0


@contextmanager
def services() -> Iterator[tuple[Client, Running, DataDirectory]]:
    """Give a client of fresh services on an empty data directory."""
    with tempfile.TemporaryDirectory() as folder:
        directory = DataDirectory(Path(folder))
        command = [sys.executable, "-m", "glasswork_cli", "up", "--no-browser", "--port", "0", "--data-dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + START_SECONDS
            while (running := directory.running()) is None:
                if time.monotonic() > deadline:
                    raise TimeoutError("the services did not start")
                time.sleep(0.02)
            with Client(running.url, directory.token()) as client:
                client.wait_until_healthy(START_SECONDS)
                yield client, running, directory
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def run_process(running: Running) -> psutil.Process:
    """Return the process that trains: the youngest descendant of the trainer."""
    children = psutil.Process(running.pid).children()
    trainer = next(item for item in children if "glasswork_trainer" in " ".join(item.cmdline()))
    return max(trainer.children(recursive=True), key=lambda item: item.create_time())
