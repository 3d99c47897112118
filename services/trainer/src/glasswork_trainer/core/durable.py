"""Writing files so that a crash leaves the old content or the new, never half of it."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any


def write_bytes(path: Path, content: bytes) -> None:
    """Put `content` at `path`: written aside, synced, renamed, and the folder synced.

    Raises:
        OSError: the disk is full or failed; the old content is still there.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_synced(aside, content)
        aside.rename(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, data: Any) -> None:
    """Put `data` at `path` as JSON, atomically.

    Raises:
        OSError: the disk is full or failed.
        ValueError: `data` holds a number that is not finite.
    """
    write_bytes(path, (json.dumps(data, indent=2, allow_nan=False) + "\n").encode())


def write_synced(path: Path, content: bytes) -> None:
    """Write a file and return when it is on disk.

    Raises:
        OSError: the disk is full or failed.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Return when the entries of a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
