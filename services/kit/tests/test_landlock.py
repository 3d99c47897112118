"""Which files a worker sees and writes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from glasswork_servicekit.landlock import is_there

PROGRAM = """
import ctypes, sys, tempfile
from glasswork_servicekit.landlock import confine

data, act, *shown = sys.argv[1:]
ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)
assert confine([data], [data + "/datasets", *shown], [data + "/../work"])
{act}
"""
needs_landlock = pytest.mark.skipif(not is_there(), reason="this kernel has no Landlock (Linux 5.13)")


def act(tmp_path: Path, line: str, *shown: str) -> str:
    """Return what a confined process prints, or the name of its error."""
    for name in ("data/datasets", "work", "elsewhere"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
    for name in ("data/token", "data/datasets/wine.csv", "elsewhere/notes"):
        (tmp_path / name).write_text("content")
    program = PROGRAM.replace("{act}", line)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "data"), line, *shown],
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1].partition(":")[0]


@needs_landlock
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('print(open(data + "/token").read())', "PermissionError"),
        ("import os; print(os.listdir(data))", "PermissionError"),
        ('print(open(data + "/datasets/wine.csv").read())', "content"),
        ('print(open(data + "/../elsewhere/notes").read())', "content"),
        ('open(data + "/token", "a")', "PermissionError"),
        ('open(data + "/datasets/wine.csv", "a")', "PermissionError"),
        ('open(data + "/../elsewhere/new", "w")', "PermissionError"),
        ('import os; os.rename(data + "/../elsewhere", data + "/../gone")', "PermissionError"),
        ('print(open(data + "/../work/new", "w").write("four"))', "4"),
        ('open("/dev/null", "w").write("x"); print("written")', "written"),
        ('import subprocess; print(subprocess.run(["cat", data + "/token"], capture_output=True).returncode)', "1"),
    ],
)
def test_a_confined_process_sees_and_writes_only_what_it_may(tmp_path: Path, line: str, told: str) -> None:
    assert act(tmp_path, line) == told


@needs_landlock
@pytest.mark.parametrize("around", ["data", ".", "data/../data", "/"])
def test_a_shown_folder_that_holds_a_hidden_one_opens_nothing(tmp_path: Path, around: str) -> None:
    shown = str(tmp_path / around)
    assert act(tmp_path, 'print(open(data + "/token").read())', shown) == "PermissionError"
    assert act(tmp_path, 'print(open(data + "/datasets/wine.csv").read())', shown) == "content"
    assert act(tmp_path, 'print(open(data + "/../elsewhere/notes").read())', shown) == "content"
