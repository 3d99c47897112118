"""Writing that survives a power cut: aside, synced, renamed, and the folder synced as well."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def sync_folder(folder: Path) -> None:
    """Write a folder's entries to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Write a file's bytes to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Write everything below a folder to the disk, files before the folders that name them."""
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync_file(Path(parent, name))
        sync_folder(Path(parent))


def write_synced(path: Path, data: bytes) -> None:
    """Write a file in place and return when its bytes are on the disk.

    Raises:
        OSError: the disk is full or failed.
    """
    with path.open("wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())


def write_file(path: Path, data: bytes) -> None:
    """Replace a file as a whole: a reader sees the old bytes or the new ones, whatever happens.

    Raises:
        OSError: the disk is full or failed; the old bytes are still there.
    """
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        write_synced(aside, data)
        aside.rename(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_json(path: Path, data: Any) -> None:
    """Replace a file as a whole by JSON.

    Raises:
        OSError: the disk is full or failed.
        ValueError: `data` holds a number that is not finite.
    """
    write_file(path, (json.dumps(data, indent=2, allow_nan=False) + "\n").encode())


def move(source: Path, target: Path) -> None:
    """Rename a synced file or folder into place, and make the renaming last.

    Raises:
        FileExistsError: a folder that is not empty stands there already.
    """
    try:
        source.rename(target)
    except OSError as error:
        if target.is_dir():
            raise FileExistsError(target) from error
        raise
    for folder in {source.parent, target.parent}:
        sync_folder(folder)


def make_folders(folder: Path, below: Path) -> None:
    """Make a folder and its missing parents under `below`, each made to last."""
    if folder.is_dir() or folder == below:
        return
    make_folders(folder.parent, below)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def remove(paths: Iterable[Path]) -> None:
    """Remove files and folders that nobody needs; what is gone already is fine."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
