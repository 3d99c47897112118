"""One process at a time in the folder of a run, also when a server was killed and its process lives on for a moment."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from pathlib import Path

# An orphan writes its checkpoint and ends at its next batch; one that does not is stuck.
PATIENCE_SECONDS = 10.0
POLL_SECONDS = 0.02


def claim(path: Path, patience: float = PATIENCE_SECONDS) -> int:
    """Wait until no other process works on the run, and be the one that does.

    An orphan that stays longer than `patience` seconds is ended; checkpoints are whole or not there at any moment.

    Args:
        path: the lock file of the run.
        patience: seconds to wait for another process.

    Returns:
        The descriptor that holds the claim; it ends with the process.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    while not _locked(descriptor):
        if time.monotonic() > deadline:
            _end_holder(descriptor)
            deadline = time.monotonic() + patience
        time.sleep(POLL_SECONDS)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_holder(descriptor: int) -> None:
    """End the process that wrote its number into the file; it holds the lock, so the number is still its own."""
    with contextlib.suppress(ValueError, ProcessLookupError, PermissionError):
        os.kill(int(os.pread(descriptor, 32, 0)), signal.SIGKILL)
