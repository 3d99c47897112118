"""The trial of a plugin in a process of its own: what hangs, exits or crashes there does it to nobody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import EntryPoint
from typing import Final

from glasswork_sdk.errors import InvalidInput

LOAD_SECONDS: Final = 20.0
"""How long a plugin may take to import; GLASSWORK_PLUGIN_SECONDS sets another limit."""
_SURVIVED: Final = "survived"
_CODE: Final = """
import json, os, sys
report = os.dup(1)
os.dup2(2, 1)
sys.path[:] = json.loads(sys.argv[1])
try:
    from glasswork_sdk.plugins import trial
    trial(*sys.argv[2:])
except Exception:
    pass  # the real import raises it again, and tells it with its traceback
os.write(report, b"survived")
os._exit(0)
"""


def load_seconds() -> float:
    """Return how long a plugin may take to import, in seconds.

    Raises:
        InvalidInput: GLASSWORK_PLUGIN_SECONDS is no number above 0.
    """
    text = os.environ.get("GLASSWORK_PLUGIN_SECONDS", "")
    try:
        seconds = float(text) if text else LOAD_SECONDS
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise InvalidInput(f"GLASSWORK_PLUGIN_SECONDS is {text!r}, expected a number of seconds above 0.")
    return seconds


def probe(entry_points: Iterable[EntryPoint], seconds: float) -> dict[EntryPoint, str]:
    """Import plugins, each in a process of its own, two at a time.

    Args:
        entry_points: the plugins.
        seconds: how long each may take.

    Returns:
        Why a plugin must not be imported here, for each that did not survive. One that raises survives: its exception
        is found when it is imported.
    """
    points = list(entry_points)
    with ThreadPoolExecutor(max_workers=2) as pool:
        reasons = pool.map(lambda point: _reason(point, seconds), points)
        return {point: reason for point, reason in zip(points, reasons, strict=True) if reason}


def _reason(point: EntryPoint, seconds: float) -> str:
    command = [sys.executable, "-c", _CODE, json.dumps(sys.path), point.name, point.value]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"TimeoutError: it was not imported within {seconds:g} s"
    if done.stdout.decode(errors="replace").endswith(_SURVIVED):
        return ""
    code = done.returncode
    told = f"exit code {code}" if code >= 0 else f"signal {-code}"
    return f"SystemExit: it ended the process that imported it, with {told}"
