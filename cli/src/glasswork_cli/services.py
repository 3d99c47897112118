"""The services behind a command: those that run on the data directory, or its own for the time of the command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory, Running
from glasswork_cli.failures import Failure

START_SECONDS = 60.0
STOP_SECONDS = 15.0


@contextmanager
def services(directory: DataDirectory) -> Iterator[Client]:
    """Give a client of healthy services, which end with the command if it started them.

    Raises:
        Failure: they did not become healthy in time.
    """
    found = directory.running()
    if found is not None:
        with connected(directory, found) as client:
            yield client
        return
    click.echo("Starting the services …", err=True)
    command = [
        sys.executable,
        "-m",
        "glasswork_cli",
        "up",
        "--no-browser",
        "--port",
        "0",
        "--data-dir",
        str(directory.path),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    try:
        with connected(directory, _await_state(directory, process)) as client:
            yield client
    finally:
        _stop(process)


@contextmanager
def connected(directory: DataDirectory, running: Running) -> Iterator[Client]:
    """Give a client of running services, once they are healthy."""
    with Client(running.url, directory.token()) as client:
        client.wait_until_healthy(START_SECONDS)
        yield client


def _await_state(directory: DataDirectory, process: subprocess.Popen[bytes]) -> Running:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        running = directory.running()
        if running is not None and running.pid == process.pid:
            return running
        if process.poll() is not None:
            told = process.stderr.read().decode(errors="replace").strip() if process.stderr else ""
            raise Failure(f"The services could not be started: {told or 'see the logs'}. Run `glasswork doctor`.")
        time.sleep(0.02)
    raise Failure(f"The services did not start within {START_SECONDS:.0f} s. Run `glasswork doctor`.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
    if process.stderr:
        process.stderr.close()
