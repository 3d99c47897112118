"""What a forked worker does to itself before it runs code of the user: namespaces, limits, descriptors.

Linux only. Where the kernel or a container forbids user namespaces, what can be had without them is used, and the
zygote says at its start what is missing.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from glasswork_servicekit import landlock, seccomp

CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x20000000, 0x40000000, 0x08000000
GET_FLAGS, SET_FLAGS, IS_UP = 0x8913, 0x8914, 1
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_CHILD_SUBREAPER = 1, 38, 36
# Families of sockets that reach no further than their network namespace.
NAMESPACED = (socket.AF_INET, socket.AF_INET6)
# A guard reports a worker that died of a signal as shells do; a PID namespace's init cannot die of its own signals.
SIGNALLED = 128


@dataclass(frozen=True)
class Limits:
    """What a worker may use.

    Args:
        memory_bytes: private memory of the whole process tree beyond that of the zygote; None for no limit.
        cpu_seconds: CPU time of the worker's process; None for no limit.
        file_bytes: largest file that it may write; None for no limit.
        open_files: descriptors, default 1,024.
        processes: processes that it may have at once (threads too, for users other than root); None for no limit.
        network: False for no network but the worker's own loopback, and no sockets that are files.
        contained: True for a PID namespace (or a reaper where that is forbidden): nothing that it starts outlives it.
        survives_zygote: True for a worker that goes on when its zygote dies.
        hidden: folders of which it sees nothing, where the kernel has Landlock; with any it writes to its working
            folder alone.
        shown: folders below those that it reads all the same.
    """

    memory_bytes: int | None = None
    cpu_seconds: int | None = None
    file_bytes: int | None = None
    open_files: int = 1024
    processes: int | None = None
    network: bool = True
    contained: bool = False
    survives_zygote: bool = False
    hidden: Sequence[str] = ()
    shown: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the limits as a JSON object."""
        return asdict(self)


def installed_software() -> tuple[str, ...]:
    """Return the folders that Python imports from, for `shown`.

    The working directory, which `python -m` puts in front of them, is none: services start in their data directory.
    """
    here = os.path.realpath(os.getcwd())
    return (sys.prefix, sys.base_prefix, *(path for path in sys.path if path and os.path.realpath(path) != here))


@dataclass(frozen=True)
class Isolation:
    """What this machine allows: namespaces of users, of processes, of the network, files to be hidden, no sockets."""

    user: bool = False
    processes: bool = False
    network: bool = False
    files: bool = False
    sockets: bool = False


def probe() -> Isolation:
    """Find out what workers can be confined by; namespaces are tried in children that end at once."""
    files, sockets = landlock.is_there(), seccomp.is_there()
    for user in (True, False):
        flag = CLONE_NEWUSER if user else 0
        found = Isolation(user, _can_unshare(flag | CLONE_NEWPID), _can_unshare(flag | CLONE_NEWNET), files, sockets)
        if found.processes or found.network:
            return found
    return Isolation(files=files, sockets=sockets)


def enter(limits: Limits, isolation: Isolation, parent: int) -> None:
    """Confine this freshly forked process; returns in the process that is to run the user's code.

    Args:
        limits: what it may use.
        isolation: what the machine allows.
        parent: pid of the zygote, with which the worker dies unless it survives it.
    """
    if not limits.survives_zygote:
        _die_with_parent(parent)
    with_pids = limits.contained and isolation.processes
    _unshare(with_pids, not limits.network and isolation.network, isolation.user)
    if limits.contained:
        _guard(with_pids)
    _libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if not limits.network:
        # Of a namespace of its own it may have all; where there is none, nothing.
        seccomp.forbid_sockets(NAMESPACED if isolation.network else ())
    _set_limits(limits)


def keep_only(descriptor: int, kept: int = 3) -> None:
    """Move `descriptor` to number `kept` and close everything above it: sockets and locks must not leak."""
    os.dup2(descriptor, kept)
    os.closerange(kept + 1, 1 << 20)


def redirect_output(path: str | None) -> None:
    """Send stdout and stderr to the end of the file at `path`, or nowhere; stdin is empty."""
    source = os.open(os.devnull, os.O_RDONLY)
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if path else os.open(os.devnull, os.O_WRONLY)
    os.dup2(source, 0)
    os.dup2(target, 1)
    os.dup2(target, 2)


def _set_limits(limits: Limits) -> None:
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_NOFILE, limits.open_files)
    if limits.file_bytes is not None:
        _set(resource.RLIMIT_FSIZE, limits.file_bytes)
    if limits.processes is not None:
        _set(resource.RLIMIT_NPROC, limits.processes)
    if limits.cpu_seconds is not None:
        # The soft limit ends the worker by SIGXCPU, which names the cause; the hard one follows where that is caught.
        _set(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 2)


def _set(which: int, soft: int, hard: int | None = None) -> None:
    ceiling = resource.getrlimit(which)[1]
    wanted = [soft, soft if hard is None else hard]
    if ceiling != resource.RLIM_INFINITY:
        wanted = [min(value, ceiling) for value in wanted]
    resource.setrlimit(which, (wanted[0], wanted[1]))


def _unshare(processes: bool, network: bool, user: bool) -> None:
    flags = (CLONE_NEWPID if processes else 0) | (CLONE_NEWNET | CLONE_NEWIPC if network else 0)
    if not flags:
        return
    uid, gid = os.geteuid(), os.getegid()
    _call_unshare(flags | (CLONE_NEWUSER if user else 0))
    if user:
        # The same user inside as outside; without a map every file would belong to nobody.
        with contextlib.suppress(OSError):
            Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    if network:
        _raise_loopback()


def _raise_loopback() -> None:
    """Let processes of a new network namespace reach each other: libraries of several devices do so."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = fcntl.ioctl(any_socket, GET_FLAGS, struct.pack("16sH14x", b"lo", 0))
        flags = struct.unpack_from("16sH", asked)[1]
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", flags | IS_UP))


def _guard(pid_namespace: bool) -> None:
    """Stay behind as the parent that outlives the worker, ends what it leaves, and passes on how it ended."""
    if not pid_namespace:
        _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        _fork_and_wait(kill_descendants)
        return
    # The first process of a PID namespace is its init: when it ends, the kernel ends all others, daemons included.
    _fork_and_wait(None)
    _die_with_parent(0)
    _fork_and_wait(None)


def _fork_and_wait(after: Callable[[int], None] | None) -> None:
    child = os.fork()
    if child == 0:
        return
    keep_only_standard()
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            break
    if after is not None:
        after(os.getpid())
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else SIGNALLED - code)


def keep_only_standard() -> None:
    """Close everything but stdin, stdout and stderr, so that the worker's connection ends with the worker."""
    os.closerange(3, 1 << 20)


def descendants(pid: int) -> list[int]:
    """Return the pids of all processes below `pid`, from /proc; what has gone meanwhile is left out."""
    found: list[int] = []
    pending = [pid]
    while pending:
        current = pending.pop()
        for task in _entries(f"/proc/{current}/task"):
            children = [int(child) for child in _read(f"/proc/{current}/task/{task}/children").split()]
            found += children
            pending += children
    return found


def kill_descendants(pid: int) -> None:
    """Send SIGKILL to every process below `pid`."""
    for child in descendants(pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)


def private_bytes(pid: int) -> int:
    """Return the private and shared-memory bytes of one process; 0 where it is gone."""
    total = 0
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(("RssAnon:", "RssShmem:")):
            total += int(line.split()[1]) * 1024
    return total


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _die_with_parent(parent: int) -> None:
    _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have gone before the line above; inside a fresh PID namespace it is seen as 0.
    if os.getppid() != parent:
        os._exit(SIGNALLED + signal.SIGKILL)


def _can_unshare(flags: int) -> bool:
    child = os.fork()
    if child == 0:
        try:
            _call_unshare(flags)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def _call_unshare(flags: int) -> None:
    # os.unshare exists from Python 3.12 only.
    if _libc().unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)
