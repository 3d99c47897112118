"""The number of entries of a zip archive, counted in its directory without keeping one of them.

`zipfile` makes an object of half a kilobyte for each entry before anybody can count them, and the number that an
archive states about itself may lie. Layout: APPNOTE.TXT of PKWARE, sections 4.3.12 to 4.3.16.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Final

_END: Final = struct.Struct("<4s4H2LH")
_END_64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64: Final = struct.Struct("<4sLQL")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_LONGEST_COMMENT: Final = 65_535


def count_entries(path: Path, most: int) -> int:
    """Return the number of entries of an archive, or `most + 1` where there are more.

    Args:
        path: the archive.
        most: where to stop counting.

    Raises:
        ValueError: there is no directory.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        start, size = _directory(file)
        file.seek(start)
        count = read = 0
        while read < size and count <= most:
            header = file.read(_ENTRY.size)
            if len(header) < _ENTRY.size or not header.startswith(b"PK\x01\x02"):
                raise ValueError("its directory is damaged")
            lengths = _ENTRY.unpack(header)[10:13]
            file.seek(sum(lengths), 1)
            read += _ENTRY.size + sum(lengths)
            count += 1
        return count


def _directory(file: BinaryIO) -> tuple[int, int]:
    """Return where the directory starts, and its size in bytes."""
    length = file.seek(0, 2)
    tail_start = max(0, length - _END.size - _LONGEST_COMMENT)
    file.seek(tail_start)
    tail = file.read()
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        raise ValueError("it has no directory")
    end, size = tail_start + found, _END.unpack_from(tail, found)[5]
    wide = _wide_directory(file, end)
    if wide is not None:
        end, size = wide
    if size > end:
        raise ValueError("its directory is larger than the file")
    # Whatever stands in front of an archive moves it, so that its stated offset does not count.
    return end - size, size


def _wide_directory(file: BinaryIO, end: int) -> tuple[int, int] | None:
    """Return where the end record of a large archive starts and the size of its directory; None for a usual one."""
    if end < _LOCATOR_64.size + _END_64.size:
        return None
    file.seek(end - _LOCATOR_64.size)
    if not file.read(_LOCATOR_64.size).startswith(b"PK\x06\x07"):
        return None
    start = end - _LOCATOR_64.size - _END_64.size
    file.seek(start)
    record = file.read(_END_64.size)
    return (start, _END_64.unpack(record)[8]) if record.startswith(b"PK\x06\x06") else None
