"""One registry for a data directory, and one writer at a time for a model."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from glasswork_sdk.errors import Unavailable


class RootLock:
    """The exclusive lock of a data directory.

    Its descriptor is handed to every git child: when the registry is killed while git still writes, the next registry
    waits for that orphan, and may then remove stale lock files safely.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def acquire(cls, path: Path, wait: float = 10.0) -> RootLock:
        """Take the lock.

        Args:
            path: the lock file.
            wait: seconds >= 0 to wait for another holder, default 10.

        Raises:
            Unavailable: another process holds it; the message names its pid.
        """
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor, time.monotonic() + wait)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise Unavailable(
                f"Another registry (process {holder}) uses {path.parent}. Stop it, or choose another data directory."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Give the lock back."""
        os.close(self.descriptor)


class NamedLocks:
    """A lock for each name, so that the writers of one model wait for each other and for nobody else."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.RLock] = {}

    @contextlib.contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Hold the lock of a name; the same thread may hold it more than once."""
        with self._guard:
            lock = self._locks.setdefault(name, threading.RLock())
        with lock:
            yield


def _lock(descriptor: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.05)
        else:
            return
