"""The zygote process: imports what workers need, does nothing else with it, and forks on request.

It never runs an operation, lists devices or starts a thread: a child of a process that has would hang. Everything it
is told and tells goes over one SOCK_SEQPACKET socket, a JSON object a packet; a fork request carries the worker's end
of its connection as a descriptor. The end of that socket is the end of the zygote.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from glasswork_servicekit import landlock, sandbox
from glasswork_servicekit.connection import Connection
from glasswork_servicekit.frames import FrameLimits
from glasswork_servicekit.sandbox import Isolation, Limits

LARGEST_PACKET = 64 * 1024
RAISED = 70


def main(descriptor: int, preload: list[str]) -> None:
    """Serve fork requests until the other end of the socket closes.

    Args:
        descriptor: number of the inherited control socket.
        preload: modules to import first.
    """
    control = socket.socket(fileno=descriptor)
    isolation = sandbox.probe()
    try:
        for name in preload:
            importlib.import_module(name)
    except Exception as error:
        _send(control, {"event": "broken", "message": f"{type(error).__name__}: {error}"})
        return
    # What is here now lives as long as the zygote: keep the collector from touching, and so copying, its pages.
    gc.collect()
    gc.freeze()
    _send(
        control, {"event": "ready", "private_bytes": sandbox.private_bytes(os.getpid()), "isolation": vars(isolation)}
    )
    _serve(control, isolation)


def _serve(control: socket.socket, isolation: Isolation) -> None:
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    sources: list[Any] = [control, woken]
    while True:
        ready, _, _ = select.select(sources, [], [])
        if woken in ready:
            os.read(woken, 4096)
        _reap(control)
        if control in ready:
            packet, descriptors, _, _ = socket.recv_fds(control, LARGEST_PACKET, 1)
            if not packet:
                return
            _fork(control, json.loads(packet), descriptors[0], isolation)
            os.close(descriptors[0])


def _reap(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _send(control, {"event": "exit", "pid": pid, "code": os.waitstatus_to_exitcode(status)})


def _fork(control: socket.socket, request: dict[str, Any], descriptor: int, isolation: Isolation) -> None:
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        _send(control, {"event": "failed", "token": request["token"], "message": str(error)})
        return
    if pid == 0:
        _become_worker(request, descriptor, isolation, parent)
    _send(control, {"event": "forked", "token": request["token"], "pid": pid})


def _become_worker(request: dict[str, Any], descriptor: int, isolation: Isolation, parent: int) -> NoReturn:
    # Whatever happens, a child never returns into the zygote's loop, and ends without the zygote's exit handlers.
    code = RAISED
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        sandbox.redirect_output(request["output"])
        sandbox.keep_only(descriptor)
        limits = Limits(**request["limits"])
        sandbox.enter(limits, isolation, parent)
        os.environ.update(request["environment"])
        if request["cwd"]:
            os.chdir(request["cwd"])
        # The zygote has asked for it and remembers its own.
        tempfile.tempdir = None
        if limits.hidden:
            landlock.confine(limits.hidden, limits.shown, [os.getcwd()])
        gc.enable()
        connection = Connection(socket.socket(fileno=3), FrameLimits(**request["frames"]))
        _entry(request["entry"])(connection)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except EOFError:
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def _entry(name: str) -> Callable[[Connection], None]:
    module, _, function = name.partition(":")
    found: Callable[[Connection], None] = getattr(importlib.import_module(module), function)
    return found


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue


def _send(control: socket.socket, event: dict[str, Any]) -> None:
    try:
        control.send(json.dumps(event).encode())
    except (BrokenPipeError, ConnectionResetError):
        # The server is gone; the loop sees the end of the socket next.
        return


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
