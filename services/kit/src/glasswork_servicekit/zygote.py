"""The server's side of a zygote: starts it, asks it for workers, and starts it again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import os
import socket
import sys
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from glasswork_sdk.errors import Unavailable

from glasswork_servicekit.frames import FrameLimits
from glasswork_servicekit.sandbox import Isolation, Limits
from glasswork_servicekit.worker import Worker
from glasswork_servicekit.zygote_process import LARGEST_PACKET

# TensorFlow is imported within seconds, but not from a cold disk beside other work.
READY_SECONDS = 180.0
LONGEST_PAUSE = 5.0
FORK_ATTEMPTS = 5
STEADY_SECONDS = 30.0
# Nothing else of the server's environment reaches a zygote or a worker: no token, no credentials, no proxy.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "PYTHONPATH")
# What changes digits, and times, has to be the same in a run's process as in a shell that runs the script.
NUMERIC = ("TF_ENABLE_ONEDNN_OPTS", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def numeric_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return those of the variables that change digits."""
    return {key: environ[key] for key in NUMERIC if key in environ}


class _Ended(Exception):
    """The zygote ended before it could answer."""


class Zygote:
    """A process that has imported `preload` and forks workers from it within milliseconds.

    Args:
        preload: modules to import once; the modules of the entries belong to them.
        environment: further variables of the zygote and of all its workers.
        output: file to which the zygote's own stderr is appended; default the server's stderr.
    """

    def __init__(
        self, preload: Sequence[str], environment: Mapping[str, str] | None = None, output: Path | None = None
    ) -> None:
        self._preload = list(preload)
        inherited = {key: os.environ[key] for key in INHERITED if key in os.environ}
        self._environment = {**inherited, "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._output = output
        self._log = logging.getLogger("glasswork.zygote")
        self._tokens = itertools.count()
        self._workers: dict[int, Worker] = {}
        self._early_exits: dict[int, int] = {}
        self._forks: dict[int, asyncio.Future[int]] = {}
        self._ready = asyncio.Event()
        self._broken: str | None = None
        self._baseline = 0
        self._control: socket.socket | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._orphans: list[Worker] = []
        self._generation = 0
        self._made: weakref.WeakSet[Worker] = weakref.WeakSet()
        self._stopping = asyncio.Event()
        self._isolation = Isolation()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the present zygote; None where there is none."""
        return self._process.pid if self._process is not None else None

    @property
    def isolation(self) -> Isolation:
        """What this machine allows; known when the zygote is ready."""
        return self._isolation

    async def start(self) -> None:
        """Start the process; it is ready when its imports are done, for which `ready` and `fork` wait."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def ready(self, timeout: float = READY_SECONDS) -> None:
        """Wait until workers can be forked.

        Raises:
            Unavailable: the imports failed or took too long.
        """
        try:
            await asyncio.wait_for(self._ready.wait(), timeout)
        except TimeoutError:
            raise Unavailable(f"The worker process is not ready after {timeout:g} s. Look into the log.") from None
        if self._broken is not None:
            raise Unavailable(f"Workers cannot be started: {self._broken}. Mend the installation; `doctor` says more.")

    async def fork(
        self,
        entry: str,
        limits: Limits | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        output: Path | None = None,
        frame_limits: FrameLimits | None = None,
    ) -> Worker:
        """Fork a worker that runs `entry` with its `Connection`.

        Args:
            entry: `package.module:function`.
            limits: what it may use; default everything.
            environment: further variables.
            cwd: its working folder.
            output: file to which its stdout and stderr are appended; default nowhere.
            frame_limits: the largest frame allowed in either direction.

        Returns:
            The worker, running.

        Raises:
            Unavailable: the zygote cannot be started, or the system refuses another process.
        """
        limits, frame_limits = limits or Limits(), frame_limits or FrameLimits()
        request: dict[str, Any] = {
            "token": next(self._tokens),
            "entry": entry,
            "limits": limits.to_json(),
            "environment": dict(environment or {}),
            "cwd": str(cwd) if cwd else "",
            "output": str(output) if output else None,
            "frames": asdict(frame_limits),
        }
        pid, ours, generation = await self._forked(request)
        worker = Worker(pid, limits, self._baseline, frame_limits)
        self._workers[pid] = worker
        self._made.add(worker)
        await worker.open(ours)
        if pid in self._early_exits:
            self._on_exit(pid, self._early_exits.pop(pid))
        elif generation != self._generation:
            # Its zygote died while it was forked: the next one knows nothing of it.
            del self._workers[pid]
            self._orphans.append(worker)
            worker.orphaned()
        return worker

    async def stop(self) -> None:
        """End the zygote, and with it the workers that do not survive it; the others lose their connection."""
        self._stopping.set()
        if self._control is not None:
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)
        if self._keeper is not None:
            await self._keeper
        # A closed connection asks those that survive to end as well, in their own time.
        await asyncio.gather(*(worker.disconnect() for worker in list(self._made)))
        await asyncio.gather(*(worker.wait() for worker in self._orphans if not worker.limits.survives_zygote))

    async def _forked(self, request: dict[str, Any]) -> tuple[int, socket.socket, int]:
        """Have the request answered, by the next zygote where the present one dies."""
        for attempt in range(1, FORK_ATTEMPTS + 1):
            await self.ready()
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    generation = self._generation
                    return await self._request(request, theirs), ours, generation
                except _Ended:
                    ours.close()
                    await asyncio.sleep(0.1 * attempt)
                except BaseException:
                    ours.close()
                    raise
        raise Unavailable("The worker process ended again and again while it was asked for a worker. Try again.")

    async def _request(self, request: dict[str, Any], theirs: socket.socket) -> int:
        if self._control is None:
            raise _Ended("the zygote has just ended")
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._forks[request["token"]] = answer
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], [theirs.fileno()])
            return await answer
        except OSError as error:
            raise _Ended(f"the zygote cannot be reached: {error}") from error
        finally:
            self._forks.pop(request["token"], None)

    async def _keep(self) -> None:
        pause = 0.1
        while not self._stopping.is_set():
            started = asyncio.get_running_loop().time()
            await self._live_once()
            if self._stopping.is_set():
                return
            lived = asyncio.get_running_loop().time() - started
            pause = 0.1 if lived > STEADY_SECONDS else min(LONGEST_PAUSE, pause * 2)
            self._log.error("the zygote ended; it is started again", extra={"lived": lived, "pause": pause})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _live_once(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with ours:
            with theirs:
                process = await self._spawn(theirs)
            self._process, self._control = process, ours
            self._generation += 1
            try:
                if not self._stopping.is_set():
                    await self._read_events(ours)
            finally:
                self._process, self._control = None, None
                self._ready.clear()
                ours.close()
                self._orphan_workers()
                await _end(process)

    async def _spawn(self, theirs: socket.socket) -> asyncio.subprocess.Process:
        stderr = self._output.open("ab") if self._output is not None else None
        try:
            # -P: the working folder must not be importable. A session of its own: Ctrl-C is the server's affair.
            return await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    "-P",
                    "-m",
                    "glasswork_servicekit.zygote_process",
                    str(theirs.fileno()),
                    *self._preload,
                ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=stderr,
                env=self._environment,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        finally:
            if stderr is not None:
                stderr.close()

    async def _read_events(self, control: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                packet = await loop.sock_recv(control, LARGEST_PACKET)
            except ConnectionError:
                return
            if not packet:
                return
            self._on_event(json.loads(packet))

    def _on_event(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "ready":
            self._on_ready(event)
        elif kind == "broken":
            self._broken = event["message"]
            self._ready.set()
        elif kind == "exit":
            self._on_exit(event["pid"], event["code"])
        elif (answer := self._forks.get(event["token"])) is not None and not answer.done():
            if kind == "forked":
                answer.set_result(event["pid"])
            else:
                answer.set_exception(Unavailable(f"No process for a worker: {event['message']}. Try again."))

    def _on_ready(self, event: dict[str, Any]) -> None:
        self._broken = None
        self._baseline = event["private_bytes"]
        self._isolation = Isolation(**event["isolation"])
        missing = [name for name, allowed in event["isolation"].items() if not allowed]
        if missing:
            self._log.warning("this machine cannot keep workers from: %s", ", ".join(missing))
        self._ready.set()

    def _on_exit(self, pid: int, code: int) -> None:
        worker = self._workers.pop(pid, None)
        if worker is not None:
            worker.ended(code)
        else:
            # The worker's end may be told before `fork` has come to know it.
            self._early_exits[pid] = code

    def _orphan_workers(self) -> None:
        for answer in self._forks.values():
            if not answer.done():
                answer.set_exception(_Ended("the zygote ended while it was asked"))
        self._orphans = [worker for worker in (*self._orphans, *self._workers.values()) if worker.alive]
        for worker in self._orphans:
            worker.orphaned()
        self._workers.clear()
        self._early_exits.clear()


async def _end(process: asyncio.subprocess.Process) -> None:
    # It ends with its socket; one that hangs in an import does not see that.
    try:
        await asyncio.wait_for(process.wait(), 1.0)
    except TimeoutError:
        process.kill()
        await process.wait()
