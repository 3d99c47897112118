"""Bytes that come in as a stream: written aside, hashed while they come, synced at the end."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import TracebackType

from glasswork_sdk.errors import Exhausted
from glasswork_servicekit.durable import remove


class StagedFile:
    """A file in the staging folder; gone at the end of the `with` block unless it was moved away.

    Args:
        path: where it is written; must not exist.
        limit: bytes >= 0 that it may have.
        what: what it is, for the error message.
    """

    def __init__(self, path: Path, limit: int, what: str) -> None:
        self.path = path
        self.size = 0
        self.sha256 = ""
        self._limit = limit
        self._what = what
        self._hash = hashlib.sha256()
        self._file = path.open("xb")

    def __enter__(self) -> StagedFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        remove([self.path])

    def write(self, chunk: bytes) -> None:
        """Add bytes.

        Raises:
            Exhausted: more than the limit came.
        """
        self.size += len(chunk)
        if self.size > self._limit:
            raise Exhausted(f"The {self._what} has more than {self._limit} bytes, which is the limit.")
        self._hash.update(chunk)
        self._file.write(chunk)

    def finish(self) -> None:
        """Write everything to the disk, and learn the hash."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.sha256 = self._hash.hexdigest()
