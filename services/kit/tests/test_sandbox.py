"""What a worker does to itself, where no namespaces are allowed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from glasswork_servicekit.sandbox import SIGNALLED, installed_software

PROGRAM = """
import os, sys, time
from pathlib import Path
from glasswork_servicekit.sandbox import Isolation, Limits, enter

parent, mark = os.getpid(), Path(sys.argv[1])
child = os.fork()
if child == 0:
    enter(Limits(contained=True, open_files=64), Isolation(), parent)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            mark.write_text(str(os.getpid()))
            time.sleep(60)
        os._exit(0)
    while not mark.exists() or not mark.read_text():
        time.sleep(0.01)
    {end}
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def run(tmp_path: Path, end: str) -> tuple[int, int]:
    """Return the exit code that the guard passed on, and the pid of a daemon that the worker left."""
    program = PROGRAM.replace("{end}", end)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "mark")], capture_output=True, text=True, timeout=120
    )
    return int(done.stdout), int((tmp_path / "mark").read_text())


def is_running(pid: int) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    return True


def test_a_daemon_ends_with_its_worker_without_namespaces(tmp_path: Path) -> None:
    code, daemon = run(tmp_path, "os._exit(3)")

    assert code == 3
    assert not is_running(daemon)


def test_a_signal_is_passed_on_by_the_guard(tmp_path: Path) -> None:
    code, daemon = run(tmp_path, "os.abort()")

    assert code == SIGNALLED + 6
    assert not is_running(daemon)


def test_the_working_directory_is_no_installed_software(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend("")
    found = installed_software()
    assert str(tmp_path) not in found
    assert "" not in found
    assert sys.prefix in found
