"""Which files a process and its children may still see: Landlock, in Linux from 5.13, which needs no rights."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

# The numbers are the same on all architectures.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION, PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
READ = EXECUTE | READ_FILE | READ_DIR
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
# What programs write to without keeping anything.
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/shm")  # noqa: S108 - a device here
ACCELERATORS = ("nvidia*", "nvidia-caps/*", "kfd", "dri/*")


class _Ruleset(ctypes.Structure):
    _fields_ = [("handled_access_fs", ctypes.c_uint64)]


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def is_there() -> bool:
    """Return whether this kernel has Landlock."""
    return _call(CREATE_RULESET, None, 0, ASK_VERSION) >= 1


def confine(hidden: Iterable[str], shown: Iterable[str], writable: Iterable[str]) -> bool:
    """Let this thread and its future children see all files but the hidden ones, and write only where it is said.

    What is made later beside a folder above a hidden one is hidden as well. There is no way back.

    Args:
        hidden: folders of which nothing is seen.
        shown: folders below those that are seen, and only read. One that is a hidden folder, or holds one, shows
            nothing more: hiding wins.
        writable: folders that may be read and written, wherever they are.

    Returns:
        False where the kernel has no Landlock; nothing is confined then.
    """
    version = _call(CREATE_RULESET, None, 0, ASK_VERSION)
    if version < 1:
        return False
    everything = _everything(version)
    rules = _call(CREATE_RULESET, ctypes.byref(_Ruleset(everything)), ctypes.sizeof(_Ruleset), 0)
    if rules < 0:
        return False
    try:
        secret = [_real(path) for path in hidden]
        below = (path for path in map(_real, shown) if not any(item.is_relative_to(path) for item in secret))
        for path in (*_beside(secret), *below):
            _allow(rules, path, READ)
        for path in (*map(Path, DEVICES), *_accelerators(), *map(_real, writable)):
            _allow(rules, path, everything)
        return _call(RESTRICT_SELF, rules, 0) == 0
    finally:
        os.close(rules)


def _everything(version: int) -> int:
    """Return all rights about files that a version of Landlock knows."""
    rights = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
    return rights.get(version, (1 << 16) - 1)


def _beside(hidden: list[Path], folder: Path = Path("/")) -> Iterator[Path]:
    """Yield the fewest paths that together are everything in a folder but what is hidden."""
    if not any(path.is_relative_to(folder) for path in hidden):
        yield folder
        return
    if folder in hidden:
        return
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if not entry.is_symlink():
            yield from _beside(hidden, Path(entry.path))


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        # It went meanwhile, or this machine has no such device.
        return
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            rights &= ON_FILES
        rule = _PathBeneath(rights, descriptor)
        _call(ADD_RULE, rules, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)


def _accelerators() -> Iterator[Path]:
    """Yield the devices of graphics processors: work reaches them by writing."""
    for pattern in ACCELERATORS:
        yield from Path("/dev").glob(pattern)


def _real(path: str) -> Path:
    return Path(os.path.realpath(path))


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    answer: int = libc.syscall(number, *arguments)
    return answer
