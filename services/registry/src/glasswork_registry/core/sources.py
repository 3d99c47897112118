"""Where the files of a dataset come from: one file, a zip archive, or a folder; all hostile until proven sound."""

from __future__ import annotations

import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from glasswork_sdk.errors import InvalidDataset

from glasswork_registry.core.zip_directory import count_entries

MAX_ENTRIES: Final = 50_000
MAX_RATIO: Final = 200
_MAX_PATH: Final = 1_000
# A tiny archive may pack well; only what also grows large is a bomb.
_RATIO_FREE: Final = 16 * 1024 * 1024
# What reading a damaged archive raises, by how it is packed.
_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, ValueError, NotImplementedError)
_RESERVED: Final = frozenset('<>:"|?*\\')


@dataclass(frozen=True)
class Entry:
    """One file of a source: its path inside it, with forward slashes, and a way to read it."""

    path: str
    open: Callable[[], BinaryIO]


def single_file(path: Path, name: str) -> list[Entry]:
    """Return the source of one file under a given name."""
    return [Entry(check_path(name), lambda: _open_plain(path))]


def folder(root: Path) -> list[Entry]:
    """Return the files below a folder; links are not followed.

    Raises:
        InvalidDataset: more files than allowed, or a name that is no sound path.
    """
    entries: list[Entry] = []
    for parent, folders, files in os.walk(root, followlinks=False):
        folders.sort()
        for name in sorted(files):
            path = Path(parent, name)
            if not path.is_symlink() and path.is_file():
                relative = path.relative_to(root).as_posix()
                entries.append(Entry(check_path(relative), lambda path=path: _open_plain(path)))  # type: ignore[misc]
        if len(entries) > MAX_ENTRIES:
            raise _too_many(str(root.name))
    return entries


@contextmanager
def archive(path: Path) -> Iterator[list[Entry]]:
    """Give the files in a zip archive, checked one by one before any is read.

    Raises:
        InvalidDataset: it is no zip archive, or one of its entries is not sound.
    """
    try:
        if count_entries(path, MAX_ENTRIES) > MAX_ENTRIES:
            raise _too_many("zip archive")
        opened = zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise InvalidDataset(f"The zip archive cannot be read: {error}. Pack it again.") from None
    with opened:
        infos = opened.infolist()
        _refuse_twins([info.filename for info in infos])
        files = [_checked(info) for info in infos]
        budget = _Budget(max(_RATIO_FREE, MAX_RATIO * path.stat().st_size))
        yield [Entry(info.filename, _opener(opened, info, budget)) for info in files if not info.is_dir()]


def check_path(path: str) -> str:
    """Return a path that is relative, plain and portable.

    Raises:
        InvalidDataset: it is anything else.
    """
    parts = path.rstrip("/").split("/")
    unsound = (
        not path
        or len(path) > _MAX_PATH
        or not path.isprintable()
        or any(letter in _RESERVED for letter in path)
        or any(part in ("", ".", "..") or len(part.encode()) > 255 for part in parts)
        or PurePosixPath(path).is_absolute()
    )
    if unsound:
        raise InvalidDataset(
            f"The file name {path[:100]!r} cannot be kept: names are relative, without '..', control characters or any "
            f"of {''.join(sorted(_RESERVED))}. Rename the file."
        )
    return path


class _Budget:
    """Counts the bytes that really come out of an archive, whatever its headers say."""

    def __init__(self, limit: int) -> None:
        self._left = limit

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise InvalidDataset(
                f"The zip archive unpacks to more than {MAX_RATIO} times its size. Upload the files in another form."
            )


class _CountedFile:
    """A file in an archive, read within the archive's budget."""

    def __init__(self, file: BinaryIO, name: str, budget: _Budget) -> None:
        self._file = file
        self._name = name
        self._budget = budget

    def __enter__(self) -> _CountedFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        try:
            data = self._file.read(size)
        except (*_DAMAGED, EOFError) as error:
            raise InvalidDataset(f"{self._name!r} in the zip archive is damaged: {error}. Pack it again.") from None
        self._budget.take(len(data))
        return data


def _opener(opened: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> Callable[[], BinaryIO]:
    def open_entry() -> BinaryIO:
        try:
            file = opened.open(info)
        except (*_DAMAGED, RuntimeError) as error:
            raise InvalidDataset(f"{info.filename!r} in the zip archive is damaged: {error}. Pack it again.") from None
        return cast(BinaryIO, _CountedFile(cast(BinaryIO, file), info.filename, budget))

    return open_entry


def _checked(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    check_path(info.filename)
    # zipfile cuts a name at its first NUL, and turns backslashes on Windows only.
    if info.orig_filename != info.filename:
        check_path(info.orig_filename)
    if info.flag_bits & 0x1:
        raise InvalidDataset(f"{info.filename!r} in the zip archive is encrypted. Pack it without a password.")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InvalidDataset(f"{info.filename!r} in the zip archive is a link or device. Pack plain files only.")
    return info


def _refuse_twins(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        folded = name.casefold()
        if folded in seen:
            raise InvalidDataset(f"{name[:100]!r} stands twice in the zip archive (but for upper case). Rename one.")
        seen.add(folded)
    files = {name for name in seen if not name.endswith("/")}
    for name in seen:
        if clash := next((str(part) for part in PurePosixPath(name).parents if str(part) in files), None):
            raise InvalidDataset(f"{clash[:100]!r} is a file and a folder in the zip archive. Rename one.")


def _open_plain(path: Path) -> BinaryIO:
    try:
        # A pipe without a writer would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise InvalidDataset(f"{path.name[:100]!r} cannot be read: {error.strerror}.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise InvalidDataset(f"{path.name[:100]!r} is not a plain file.")
    return os.fdopen(descriptor, "rb")


def _too_many(what: str) -> InvalidDataset:
    return InvalidDataset(f"A dataset has at most {MAX_ENTRIES} files, the {what} has more. Use fewer, larger files.")
