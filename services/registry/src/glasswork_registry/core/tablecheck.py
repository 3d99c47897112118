"""A first look at a table: is it what its ending says? What it holds is the executor's to find out."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from glasswork_sdk.errors import InvalidDataset

_SNIFF: Final = 1024 * 1024
_MAX_COLUMNS: Final = 4096


def check_table(path: Path) -> None:
    """Refuse a file that is plainly no table of its kind.

    Raises:
        InvalidDataset: it is empty, or not what its ending says.
    """
    if path.stat().st_size == 0:
        raise InvalidDataset(f"The file {path.name!r} is empty. Give a table with a header and at least one row.")
    {".csv": _check_csv, ".parquet": _check_parquet, ".npz": _check_npz}[path.suffix.lower()](path)


def _check_csv(path: Path) -> None:
    with path.open("rb") as source:
        start = source.read(_SNIFF)
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidDataset(f"The file {path.name!r} is not text. Save it as CSV in UTF-8.")
    header, newline, _ = start.partition(b"\n")
    if len(start) == _SNIFF and not newline:
        raise InvalidDataset(f"The first line of {path.name!r} is longer than {_SNIFF} bytes. Is it a CSV file?")
    if not header.strip():
        raise InvalidDataset(f"The first line of {path.name!r} is empty. It must name the columns.")
    columns = max(header.count(separator) for separator in (b",", b";", b"\t")) + 1
    if columns > _MAX_COLUMNS:
        raise InvalidDataset(f"A table has at most {_MAX_COLUMNS} columns, {path.name!r} has {columns}.")


def _check_parquet(path: Path) -> None:
    with path.open("rb") as source:
        start = source.read(4)
        source.seek(-min(4, path.stat().st_size), 2)
        end = source.read(4)
    if start != b"PAR1" or end != b"PAR1":
        raise InvalidDataset(f"The file {path.name!r} is no Parquet file, or is cut off. Write it again.")


def _check_npz(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as opened:
            names = opened.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise InvalidDataset(f"The file {path.name!r} is no NPZ file. Write it with numpy.savez.") from None
    if not names or not all(name.endswith(".npy") and "/" not in name for name in names):
        raise InvalidDataset(f"The NPZ file {path.name!r} must hold NumPy arrays only. Write it with numpy.savez.")
