from __future__ import annotations

import subprocess
import sys

import pytest
from glasswork_cli import services
from glasswork_cli.data_directory import DataDirectory, Running, try_lock
from glasswork_cli.failures import Failure

DEAF = """
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", file=sys.stderr, flush=True)
while True:
    signal.pause()
"""


def process(code: str) -> subprocess.Popen[bytes]:
    """Start a program in the place of `glasswork up`."""
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, start_new_session=True)


def test_services_that_end_at_once_are_told_with_their_words(directory: DataDirectory) -> None:
    ended = process("import sys; sys.exit('Port 8000 is in use.')")
    with pytest.raises(Failure, match=r"could not be started: Port 8000 is in use\.\. Run `glasswork doctor`"):
        services._await_state(directory, ended)
    services._stop(ended)


def test_services_of_another_process_are_not_ones_own(
    directory: DataDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "START_SECONDS", 0.1)
    waiting = process("import signal; signal.pause()")
    with (directory.path / "up.lock").open("a") as lock:
        assert try_lock(lock)
        directory.announce(Running(waiting.pid + 1, 1, {}))
        with pytest.raises(Failure, match="did not start within"):
            services._await_state(directory, waiting)
        directory.announce(Running(waiting.pid, 2, {}))
        monkeypatch.setattr(services, "START_SECONDS", 60.0)
        assert services._await_state(directory, waiting).port == 2
    services._stop(waiting)
    assert waiting.returncode is not None


def test_services_that_do_not_end_are_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "STOP_SECONDS", 0.05)
    deaf = process(DEAF)
    assert deaf.stderr is not None
    assert deaf.stderr.readline() == b"deaf\n"
    services._stop(deaf)
    assert deaf.wait(60) == -9
