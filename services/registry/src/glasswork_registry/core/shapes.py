"""The canonical form of a dataset's folder: exactly one table at the top, and the images that it names."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from glasswork_sdk.errors import InvalidDataset

from glasswork_registry.core.sources import Entry

TABLES: Final = frozenset({".csv", ".parquet", ".npz"})
IMAGES: Final = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"})
IMAGE_TABLE: Final = "images.csv"


class Shape(NamedTuple):
    """What a dataset's folder will hold: entries by canonical path, and a table to write where none came."""

    entries: dict[str, Entry]
    table: str
    written: bytes | None = None


def shape_of(entries: Sequence[Entry]) -> Shape:
    """Find out how the files of a source make a dataset.

    Args:
        entries: the files.

    Raises:
        InvalidDataset: there is no table and no folder of images for each class, or there is more than one table.
    """
    useful = {entry.path: entry for entry in entries if _is_useful(entry.path)}
    if not useful:
        raise InvalidDataset(
            "There is no CSV, Parquet or NPZ file and no image in what was given. Give a table, or a zip with a folder "
            "of images for each class."
        )
    tables = sorted(path for path in useful if _ending(path) in TABLES)
    if len(tables) > 1:
        raise InvalidDataset(
            f"A dataset has one table, received {len(tables)}: {', '.join(tables[:5])}. Keep one of them."
        )
    return _with_table(useful, tables[0]) if tables else _with_folders(useful)


def _with_table(entries: dict[str, Entry], table: str) -> Shape:
    """Make the table's folder the top; the images must lie below it."""
    top = PurePosixPath(table).parent
    inside = {}
    for path, entry in entries.items():
        if not PurePosixPath(path).is_relative_to(top):
            raise InvalidDataset(
                f"The table {table!r} does not lie at the top: {path!r} is outside its folder. Put the table beside "
                "the folders that it names."
            )
        inside[PurePosixPath(path).relative_to(top).as_posix()] = entry
    return Shape(inside, PurePosixPath(table).name)


def _with_folders(entries: dict[str, Entry]) -> Shape:
    """Take the folder that an image lies in as its class, below a common top folder where there is one."""
    paths = {path: PurePosixPath(path) for path in entries}
    while len({path.parts[0] for path in paths.values()}) == 1 and all(len(path.parts) > 2 for path in paths.values()):
        paths = {name: PurePosixPath(*path.parts[1:]) for name, path in paths.items()}
    classes = {path.parts[0] for path in paths.values() if len(path.parts) > 1}
    loose = sorted(name for name, path in paths.items() if len(path.parts) == 1)
    if len(classes) < 2 or loose:
        where = f"{loose[0]!r} lies in none" if loose else f"there is only {''.join(classes)!r}"
        raise InvalidDataset(
            f"Images without a table come in a folder for each class, at least two; {where}. Sort the images into "
            "folders, or add a CSV with the file names."
        )
    inside = {path.as_posix(): entries[name] for name, path in paths.items()}
    return Shape(dict(sorted(inside.items())), IMAGE_TABLE, _image_table(sorted(inside)))


def _image_table(paths: Sequence[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["image", "label"])
    writer.writerows([path, PurePosixPath(path).parts[0]] for path in paths)
    return text.getvalue().encode()


def _is_useful(path: str) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(path).parts)
    return not hidden and _ending(path) in TABLES | IMAGES


def _ending(path: str) -> str:
    return PurePosixPath(path).suffix.lower()
