"""The real services, started as a user starts them, for the tests that cross them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory, Running

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "services" / "registry" / "src" / "glasswork_registry" / "examples"
START_SECONDS = 300.0


@dataclass
class Glasswork:
    """Services in the hands of a test."""

    process: subprocess.Popen[str]
    directory: DataDirectory
    client: Client

    @property
    def running(self) -> Running:
        found = self.directory.running()
        assert found is not None
        return found


def command(*arguments: str, directory: Path, timeout: float = 180.0) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "glasswork_cli", *arguments, "--data-dir", str(directory)],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


@contextlib.contextmanager
def started(folder: Path, **environment: str) -> Iterator[Glasswork]:
    """Start the services on a folder, and end them with Ctrl-C."""
    directory = DataDirectory(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "glasswork_cli", "up", "--no-browser", "--port", "0", "--data-dir", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, **environment},
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while (running := directory.running()) is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert running is not None, process.communicate(timeout=5)[0]
        with Client(running.url, directory.token()) as client:
            client.wait_until_healthy(START_SECONDS)
            yield Glasswork(process, directory, client)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=120)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        process.communicate()
