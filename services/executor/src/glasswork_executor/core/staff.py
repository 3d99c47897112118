"""Workers: a bounded number of them, one spare kept warm, idle ones let go."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Protocol

from glasswork_sdk.errors import GlassworkError, NotFound, Unavailable
from glasswork_servicekit.plain import open_plain
from glasswork_servicekit.sandbox import Limits
from glasswork_servicekit.worker import Worker, WorkerGone
from glasswork_servicekit.zygote import Zygote
from glasswork_servicekit.zygote_process import RAISED

ENTRY = "glasswork_executor.worker.main:main"
# A spare is made when whoever took the last one has had the processors for himself.
REFILL_SECONDS = 1.0
LOOK_SECONDS = 0.2
OUTPUT = "output"
LOGGED_BYTES = 4096


class Employer(Protocol):
    """Who has a worker."""

    last_used: float

    @property
    def busy(self) -> bool:
        """Whether the worker is at work."""

    async def rest(self) -> None:
        """Let the worker go."""


class Staff:
    """Hands out workers.

    Args:
        zygote: forks them.
        limits: what each may use.
        most: workers at the same time; who waits longest without work loses his to whoever needs one.
        idle_seconds: after so long without work a worker is let go.
        spare: whether one more is kept warm for whoever comes next.
        cold: whether the zygote has not imported the libraries; who gets a worker then waits until that has.
    """

    def __init__(
        self,
        zygote: Zygote,
        limits: Limits,
        most: int,
        idle_seconds: float,
        spare: bool = True,
        cold: bool = False,
    ) -> None:
        self._zygote = zygote
        self._limits = limits
        self._most = most
        self._idle_seconds = idle_seconds
        self._employers: set[Employer] = set()
        self._keeps_spare = spare
        self._cold = cold
        self._spare: asyncio.Task[Worker] | None = None
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = logging.getLogger("glasswork.previews")

    async def start(self) -> None:
        """Start the zygote, wait until it can fork, and warm a spare worker."""
        await self._zygote.start()
        await self._zygote.ready()
        if self._keeps_spare:
            self._spare = asyncio.create_task(self._make_warm())
        self._keep(self._let_idle_go())

    async def stop(self) -> None:
        """End the zygote and all workers."""
        tasks = [*self._tasks, *([self._spare] if self._spare else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._zygote.stop()

    async def hire(self, employer: Employer) -> Worker:
        """Return a worker for `employer`, the spare one where it is there.

        Raises:
            Unavailable: no process can be started.
        """
        await self._make_room()
        self._employers.add(employer)
        try:
            return await self._take_spare() or await (self._make_patiently() if self._cold else self._fork())
        except BaseException:
            self.left(employer)
            raise

    def left(self, employer: Employer) -> None:
        """Take note that the worker of `employer` is gone."""
        self._employers.discard(employer)
        self.freed()

    def freed(self) -> None:
        """Take note that some worker may have become idle."""
        self._keep(self._tell())

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _make_room(self) -> None:
        while len(self._employers) >= self._most:
            idle = [employer for employer in self._employers if not employer.busy]
            if idle:
                await min(idle, key=lambda employer: employer.last_used).rest()
            else:
                # A job that was left early frees its worker without a word, so look again from time to time.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS), self._changed:
                        await self._changed.wait()

    async def _take_spare(self) -> Worker | None:
        spare, self._spare = self._spare, None
        if spare is None:
            return None
        self._keep(self._refill())
        with contextlib.suppress(GlassworkError, WorkerGone):
            worker = await spare
            return worker if worker.alive else None
        return None

    async def _refill(self) -> None:
        await asyncio.sleep(REFILL_SECONDS)
        if self._spare is None and self._keeps_spare:
            self._spare = asyncio.create_task(self._make_warm())

    async def _make_warm(self) -> Worker:
        worker = await self._fork()
        await worker.send({"kind": "warm"})
        await worker.receive()
        return worker

    async def _make_patiently(self) -> Worker:
        """Return a worker that has imported its libraries: the time that takes is none of its first component's."""
        try:
            return await self._make_warm()
        except WorkerGone:
            raise Unavailable("A worker ended while it imported TensorFlow. Try again; `doctor` says more.") from None

    async def _fork(self) -> Worker:
        folder = Path(tempfile.mkdtemp(prefix="glasswork-preview-"))
        try:
            environment = {"TMPDIR": str(folder), "HOME": str(folder)}
            worker = await self._zygote.fork(ENTRY, self._limits, environment, folder, output=folder / OUTPUT)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._keep(self._clean(worker, folder))
        return worker

    async def _clean(self, worker: Worker, folder: Path) -> None:
        try:
            ending = await worker.wait()
            facts = {"reason": ending.reason, "code": ending.code, "signal": ending.signal}
            if ending.code == RAISED:
                # The entry itself raised, which is a mistake of ours.
                self._log.error("a worker failed", extra={**facts, "output": await asyncio.to_thread(_tail, folder)})
            else:
                self._log.info("a worker ended", extra=facts)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    async def _let_idle_go(self) -> None:
        while True:
            await asyncio.sleep(min(10.0, self._idle_seconds / 4))
            oldest = time.monotonic() - self._idle_seconds
            for employer in [each for each in self._employers if not each.busy and each.last_used < oldest]:
                await employer.rest()

    def _keep(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _tail(folder: Path) -> str:
    """The end of what a worker has printed; it may have put anything else in the place of that file."""
    try:
        with open_plain(folder / OUTPUT, folder) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - LOGGED_BYTES))
            return file.read(LOGGED_BYTES).decode("utf-8", "replace")
    except (NotFound, OSError):
        return ""
