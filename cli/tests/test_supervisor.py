"""The supervisor over services of a few lines, which do what real ones seldom do."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from glasswork_cli import supervisor as module
from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.supervisor import Supervisor

DEADLINE = 60.0
GOOD = "import signal; signal.pause()"
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""
BAD = "import sys; sys.exit(3)"
Make = Callable[[str], Supervisor]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def make(tmp_path: Path, directory: DataDirectory, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make a supervisor of two services, one of which runs the code that is given."""
    monkeypatch.setattr(module, "SERVICES", ("first", "second"))
    monkeypatch.setattr(module, "HEAD_START_SECONDS", 0.0)
    monkeypatch.setattr(module, "FIRST_DELAY", 0.001)
    monkeypatch.setattr(module, "LONGEST_DELAY", 0.001)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def run(code: str) -> Supervisor:
        (tmp_path / "glasswork_first.py").write_text(GOOD)
        (tmp_path / "glasswork_second.py").write_text(code)
        return Supervisor(directory, 1, "code", said.append)

    return run


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not look():
            await asyncio.sleep(0.01)


async def test_service_that_dies_again_and_again_ends_everything_and_names_its_log(
    make: Make, directory: DataDirectory, said: list[str]
) -> None:
    supervisor = make(BAD)
    assert await asyncio.wait_for(supervisor.run(), DEADLINE) == 1
    assert len(said) == module.DEATHS_ALLOWED + 1
    assert said[0].startswith("second ended with exit code 3 and is started again")
    assert f"Glasswork stops; read {directory.path / 'logs' / 'second.log'}" in said[-1]
    assert all(child.returncode is not None for child in supervisor._children.values())


async def test_service_that_is_killed_is_started_again(make: Make, said: list[str]) -> None:
    supervisor = make(GOOD)
    running = asyncio.create_task(supervisor.run())
    await until(lambda: len(supervisor._children) == 2)
    before = supervisor._children["second"]
    before.kill()
    await until(lambda: supervisor._children["second"] is not before)
    supervisor._on_signal()
    assert await asyncio.wait_for(running, DEADLINE) == 0
    assert [line.partition(" and ")[0] for line in said] == ["second ended with signal SIGKILL"]


async def test_service_that_does_not_end_is_killed(
    make: Make, directory: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.05)
    supervisor = make(DEAF)
    running = asyncio.create_task(supervisor.run())
    log = directory.path / "logs" / "second.log"
    await until(lambda: log.exists() and "deaf" in log.read_text())
    supervisor._on_signal()
    assert await asyncio.wait_for(running, DEADLINE) == 0
    assert supervisor._children["second"].returncode == -signal.SIGKILL
    assert not (directory.path / "up.json").exists()


async def test_second_ctrl_c_kills_at_once(make: Make, directory: DataDirectory) -> None:
    supervisor = make(DEAF)
    running = asyncio.create_task(supervisor.run())
    log = directory.path / "logs" / "second.log"
    await until(lambda: log.exists() and "deaf" in log.read_text())
    supervisor._on_signal()
    supervisor._on_signal()
    await asyncio.wait_for(running, DEADLINE)
    assert supervisor._children["second"].returncode == -signal.SIGKILL


def test_log_that_has_grown_large_is_put_aside(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOG_BYTES", 3)
    supervisor = make(GOOD)
    for text in (b"old", b"er", b"new"):
        with supervisor._open_log("second") as log:
            log.write(text)
    path = supervisor._log_path("second")
    assert (path.with_suffix(".log.1").read_bytes(), path.read_bytes()) == (b"older", b"new")
