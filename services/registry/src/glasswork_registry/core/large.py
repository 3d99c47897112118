"""Git LFS without git-lfs: pointer texts, and objects in the folders that git-lfs reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from glasswork_sdk.errors import FieldViolation, InvalidInput
from glasswork_servicekit.durable import make_folders, move, remove

from glasswork_registry.core.staging import StagedFile

ATTRIBUTES: Final = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"
MAX_SIZE: Final = 1 << 40
_POINTER: Final = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n"
    rb"oid sha256:(?P<oid>[0-9a-f]{64})\nsize (?P<size>0|[1-9][0-9]{0,12})\n"
)


def pointer(sha256: str, size: int) -> bytes:
    """Return the text that stands for a large file in git."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def parse_pointer(data: bytes) -> tuple[str, int] | None:
    """Return the sha256 and the size in a pointer, or None for anything but an exact pointer."""
    found = _POINTER.fullmatch(data)
    if found is None or int(found["size"]) > MAX_SIZE:
        return None
    return found["oid"].decode(), int(found["size"])


def object_path(objects: Path, sha256: str) -> Path:
    """Return where a large object lies."""
    return objects / sha256[:2] / sha256[2:4] / sha256


def keep(staged: StagedFile, objects: Path, repository: Path) -> None:
    """Move a staged and synced file to its place; an object that is there already stays."""
    target = object_path(objects, staged.sha256)
    if target.is_file() and target.stat().st_size == staged.size:
        remove([staged.path])
        return
    make_folders(target.parent, repository)
    move(staged.path, target)


def check_weights(path: Path) -> None:
    """Refuse a file that is not in the safetensors format; only its header is read.

    Raises:
        InvalidInput: the file is something else.
    """
    try:
        with path.open("rb") as source:
            length = int.from_bytes(source.read(8), "little")
            size = path.stat().st_size
            header = json.loads(source.read(length)) if 2 <= length <= min(size - 8, 100_000_000) else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise InvalidInput(
            "The weights are not in the safetensors format. Write them with safetensors' save_file.",
            fields=[FieldViolation("weights", "not a safetensors file")],
        )
