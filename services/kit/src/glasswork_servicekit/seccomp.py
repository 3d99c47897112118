"""Which sockets a process and its children may still make: a seccomp filter, which needs no rights and has no way back.

A network namespace does not cover the sockets that are files, and whoever may write to one of those, as to Docker's,
may do everything.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
IO_URING_SETUP = 425
"""Makes sockets behind a filter's back."""
FOREIGN_NUMBERS: Final = 0x40000000
"""From here on the numbers are those of x32 programs, which have sockets too."""


@dataclass(frozen=True)
class _Machine:
    """Numbers of an architecture, from the kernel's headers."""

    audit: int
    socket: int


_MACHINES: Final = {"x86_64": _Machine(0xC000003E, 41), "aarch64": _Machine(0xC00000B7, 198)}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def forbid_sockets(allowed: Collection[int] = ()) -> bool:
    """Let this thread and its future children make no sockets any more but those of some families; pairs stay.

    Args:
        allowed: the families, as in `socket.AF_INET`.

    Returns:
        False where this machine or kernel has no such filter; nothing is forbidden then.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.byteorder != "little":
        return False
    code = _filter(machine, sorted(allowed))
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    done: int = libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0)
    return done == 0


def is_there() -> bool:
    """Return whether sockets can be forbidden; tried in a child that ends at once."""
    child = os.fork()
    if child == 0:
        os._exit(0 if forbid_sockets() else 1)
    return os.waitpid(child, 0)[1] == 0


def _filter(machine: _Machine, allowed: Collection[int]) -> bytes:
    """Return the instructions; the last two are the answers, and jumps count from the next instruction."""
    steps = [
        (LOAD, ARCHITECTURE),
        (JUMP_EQUAL, machine.audit, "next", "refuse"),
        (LOAD, NUMBER),
        (JUMP_AT_LEAST, FOREIGN_NUMBERS, "refuse", "next"),
        (JUMP_EQUAL, IO_URING_SETUP, "refuse", "next"),
        (JUMP_EQUAL, machine.socket, "next", "allow"),
        (LOAD, FIRST_ARGUMENT),
        *((JUMP_EQUAL, family, "allow", "next") for family in allowed),
        (RETURN, REFUSE),
        (RETURN, ALLOW),
    ]
    places = {"refuse": len(steps) - 2, "allow": len(steps) - 1}
    code = b""
    for place, (operation, value, *targets) in enumerate(steps):
        jumps = [places.get(str(target), place + 1) - place - 1 for target in targets] or [0, 0]
        code += struct.pack("<HBBI", operation, *jumps, value)
    return code
