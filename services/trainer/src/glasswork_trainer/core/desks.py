"""Processes that answer questions about trained runs: kept warm for a while, or used once for a job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from glasswork_sdk.errors import FieldViolation, GlassworkError, UserCodeFailed, error_classes
from glasswork_servicekit.frames import Message
from glasswork_servicekit.worker import KILLED, TIME, Worker, WorkerGone

from glasswork_trainer.core.layout import RunFolder
from glasswork_trainer.core.processes import DESK, Processes
from glasswork_trainer.core.run import Run

MOST_WARM = 2
# Seconds for a prediction or a look at variables; loading the model is within it.
LONGEST_ANSWER = 60.0

Progress = Callable[[float], None]


class Desk:
    """One process that has imported a run's script and loaded its weights.

    Args:
        worker: the forked process.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._lock = asyncio.Lock()

    @property
    def busy(self) -> bool:
        """Whether it is answering."""
        return self._lock.locked()

    async def ask(self, question: Mapping[str, Any], progress: Progress = lambda share: None) -> Message:
        """Return the answer to a question.

        Raises:
            GlassworkError: the question cannot be answered; the class is the one raised in the process.
            UserCodeFailed: code of the run raised, or the process died.
        """
        # A caller that gives up leaves the answer behind, and the next one must not get it for its own.
        return await asyncio.shield(asyncio.create_task(self._ask(question, progress)))

    async def _ask(self, question: Mapping[str, Any], progress: Progress) -> Message:
        async with self._lock:
            try:
                await self._worker.send(question)
                while True:
                    message = await self._worker.receive()
                    if message.header["kind"] != "progress":
                        return _answer(message)
                    progress(float(message.header["value"]))
            except WorkerGone as error:
                how = (await self._worker.close()).describe()
                raise UserCodeFailed(f"The answer could not be found: {how}.") from error

    async def close(self) -> None:
        """End the process."""
        await self._worker.close()

    def kill(self, reason: str = KILLED) -> None:
        """End the process at once."""
        self._worker.kill(reason)


class Desks:
    """The desks of runs.

    Args:
        processes: makes them.
        idle_seconds: how long a desk stays after its last question.
    """

    def __init__(self, processes: Processes, idle_seconds: float) -> None:
        self._processes = processes
        self._idle_seconds = idle_seconds
        self._warm: dict[str, Desk] = {}
        self._versions: dict[str, str] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._opening = asyncio.Lock()
        self._closing: set[asyncio.Task[None]] = set()

    async def ask(self, run: Run, folder: RunFolder, dataset: Path, question: Mapping[str, Any]) -> Message:
        """Ask the warm desk of a run; it is opened where there is none, or where it has older weights.

        Raises:
            GlassworkError: the question cannot be answered.
        """
        key, version = run.id, f"{run.epoch}.{run.step}.{run.weights_hash}"
        async with self._opening:
            if self._versions.get(key) != version:
                self._close(key)
            desk = self._warm.get(key) or await self.open(run, folder, dataset)
            self._warm[key], self._versions[key] = desk, version
            self._stop_timer(key)
            self._evict(key)
        timer = asyncio.get_running_loop().call_later(LONGEST_ANSWER, desk.kill, TIME)
        try:
            return await desk.ask(question)
        except UserCodeFailed:
            self._close(key)
            raise
        finally:
            timer.cancel()
            self._keep(key)

    async def open(self, run: Run, folder: RunFolder, dataset: Path) -> Desk:
        """Return a desk of its own, which the caller closes.

        Raises:
            Unavailable: there can be no further process.
        """
        worker = await self._processes.fork(DESK, folder)
        threads = int(run.environment.get("threads", 0))
        setup = {"folder": str(folder.path), "dataset": str(dataset), "threads": threads}
        await worker.send({**setup, "epoch": run.epoch, "step": run.step})
        return Desk(worker)

    async def devices(self) -> list[dict[str, Any]]:
        """Return the devices that TensorFlow finds.

        Raises:
            UserCodeFailed: the process died over it.
        """
        desk = Desk(await self._processes.fork_bare())
        try:
            return list((await desk.ask({})).header["devices"])
        finally:
            await desk.close()

    async def forget(self, identifier: str) -> None:
        """End the warm desk of a run."""
        self._close(identifier)

    async def stop(self) -> None:
        """End all desks."""
        for key in list(self._warm):
            self._close(key)
        if self._closing:
            await asyncio.wait(self._closing, timeout=2.0)

    def _keep(self, key: str) -> None:
        self._stop_timer(key)
        if key in self._warm:
            self._timers[key] = asyncio.get_running_loop().call_later(self._idle_seconds, self._expire, key)

    def _expire(self, key: str) -> None:
        """End a desk that nobody has asked for long; one that still answers somebody stays."""
        if key in self._warm and self._warm[key].busy:
            self._keep(key)
        else:
            self._close(key)

    def _stop_timer(self, key: str) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def _evict(self, newest: str) -> None:
        """End the desks unused for longest beyond those that may stay; one that answers is left alone."""
        for key in [key for key in self._warm if key != newest and not self._warm[key].busy]:
            if len(self._warm) <= MOST_WARM:
                return
            self._close(key)

    def _close(self, key: str) -> None:
        desk = self._warm.pop(key, None)
        self._versions.pop(key, None)
        self._stop_timer(key)
        if desk is not None:
            task = asyncio.get_running_loop().create_task(desk.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)


def _answer(message: Message) -> Message:
    """Return an answer, or raise the error that it carries."""
    header = message.header
    if header["kind"] == "refused":
        cls = error_classes().get(str(header["reason"]), GlassworkError)
        raise cls(str(header["message"]), fields=[FieldViolation(*pair) for pair in header["fields"]])
    if header["kind"] == "failed":
        error = header["error"]
        facts = {"component": str(error["component"]), "line": str(error["line"])}
        raise UserCodeFailed(str(error["message"]), metadata=facts)
    return message
