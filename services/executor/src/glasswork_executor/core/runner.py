"""Runs jobs on a worker of its own, and turns the worker's death into an answer."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import math
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from glasswork_sdk.errors import FieldViolation, InternalError, InvalidDataset, UserCodeFailed, error_classes
from glasswork_servicekit.frames import Message
from glasswork_servicekit.worker import CPU, MEMORY, TIME, Exit, Worker, WorkerGone

from glasswork_executor.core.answers import Answer, Done, Gradients, Known, Tally, Variable
from glasswork_executor.core.keys import Keys
from glasswork_executor.core.program import Job, Program, job_to_json
from glasswork_executor.core.staff import Staff
from glasswork_executor.core.verdicts import Verdicts

# A program with more components than this that crash is not worth a worker each.
MOST_DEATHS = 5
# A newer edit does not wait longer than this for a component of the older one, unless it needs that itself.
IMPATIENCE_SECONDS = 1.0
# After a worker has died of a backward pass, none is made for so long.
GRADIENTS_SECONDS = 60.0
ADVICE = {
    MEMORY: "Make its output smaller.",
    TIME: "Look for an endless loop or too large a computation.",
    CPU: "Look for an endless loop or too large a computation.",
}


@dataclass(frozen=True)
class Patience:
    """How long to wait for one component, and for the reading of a dataset, in seconds."""

    component_seconds: float = 10.0
    dataset_seconds: float = 60.0


class Runner:
    """One worker at a time, what it has told, and how often each component ran; jobs run one after the other.

    Args:
        staff: where workers come from.
        verdicts: what crashed too often.
        patience: how long to wait.
    """

    def __init__(self, staff: Staff, verdicts: Verdicts, patience: Patience) -> None:
        self._staff = staff
        self._verdicts = verdicts
        self._patience = patience
        self._worker: Worker | None = None
        self._numbers = itertools.count(1)
        self._number = 0
        self._running: tuple[str, str] | None = None
        self._told: dict[str, Answer] = {}
        self._program: Program | None = None
        self._executions: dict[str, int] = {}
        self._lock = asyncio.Lock()
        self._backward = False
        self._gradients_from = 0.0
        self._cancelled = False
        self._following: Job | None = None
        self._cancelling: asyncio.Task[None] | None = None
        self.last_used = time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._lock.locked()

    async def run(self, job: Job) -> AsyncGenerator[Answer | Known | Variable | Gradients | Done, None]:
        """Compute a job; answers come in topological order, then the end, unless `cancel` ended it.

        Args:
            job: what to compute.

        Yields:
            Answers for all components, then the variables and the gradients that were asked for, then `Done`.

        Raises:
            UserCodeFailed: worker after worker died.
        """
        async with self._lock:
            self._cancelled = False
            start, tally = time.monotonic(), Tally()
            failures: dict[str, Mapping[str, Any]] = {}
            for _ in range(MOST_DEATHS):
                try:
                    async with aclosing(self._attempt(job, failures, tally)) as answers:
                        async for answer in answers:
                            yield answer
                except WorkerGone:
                    await self._take_leave(failures)
                    if not self._cancelled and not self._backward:
                        continue
                break
            else:
                raise UserCodeFailed(
                    f"The preview was given up: {MOST_DEATHS} processes died of it. Mend or remove the components "
                    "that crash."
                )
            if not self._cancelled:
                yield tally.done((time.monotonic() - start) * 1000)
            self._settle()

    async def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send a request about a dataset and return its answer.

        Raises:
            InvalidDataset: the dataset cannot be read, or reading it took more than is allowed.
        """
        async with self._lock:
            worker = await self._staffed()
            try:
                await worker.send(request)
                header = (await self._receive(worker, self._patience.dataset_seconds)).header
                while "number" in header:
                    header = (await self._receive(worker, self._patience.dataset_seconds)).header
            except WorkerGone:
                reason = self._reason(await self._bury(), self._patience.dataset_seconds)
                raise InvalidDataset(f"Reading the dataset was stopped: {reason}. Make it smaller.") from None
            except asyncio.CancelledError:
                await self._dismiss(worker)
                raise
            self._settle()
        if header["kind"] == "failed":
            fields = [FieldViolation(field, text) for field, text in header["fields"]]
            raise error_classes().get(header["reason"], InternalError)(header["message"], fields=fields)
        return header

    async def follow(self, request: Mapping[str, Any], seconds: float) -> AsyncGenerator[dict[str, Any], None]:
        """Send a request that is answered in parts, and yield them.

        Args:
            request: what is asked.
            seconds: how long each part may take.

        Raises:
            UserCodeFailed: the worker died of it; the text says of what.
        """
        async with self._lock:
            worker = await self._staffed()
            try:
                await worker.send({**request, "memory": worker.limits.memory_bytes})
                while (header := (await self._receive(worker, seconds)).header)["kind"] != "end":
                    yield header
            except WorkerGone:
                raise UserCodeFailed(self._reason(await self._bury(), seconds)) from None
            except (asyncio.CancelledError, GeneratorExit):
                await self._dismiss(worker)
                raise
            self._settle()

    def cancel(self, following: Job | None = None) -> None:
        """Give up the present job, at once between two components, soon within one.

        Args:
            following: the job that comes next; a worker that is busy with a part of it is left to end that.
        """
        self._following = following
        if self._lock.locked() and not self._cancelled:
            self._cancelled = True
            self._cancelling = asyncio.create_task(self._give_up(self._number))

    async def rest(self) -> None:
        """Let the worker go; the next job gets another."""
        async with self._lock:
            worker = self._worker
            self._forget()
            if worker is not None:
                try:
                    await worker.close(grace=0.2)
                finally:
                    self._staff.left(self)

    async def _attempt(
        self, job: Job, failures: Mapping[str, Any], tally: Tally
    ) -> AsyncGenerator[Answer | Known | Variable | Gradients, None]:
        worker = await self._staffed()
        self._number, self._running, self._backward = next(self._numbers), None, False
        verdicts = {**self._verdicts.active(), **failures}
        job = replace(job, gradients=job.gradients and time.monotonic() >= self._gradients_from)
        told, self._program = job_to_json(job, self._program), job.program
        request = {"kind": "preview", "number": self._number, "job": told, "verdicts": verdicts}
        await worker.send({**request, "memory": worker.limits.memory_bytes})
        finished = False
        try:
            while not finished:
                message = await self._receive(worker, self._patience.component_seconds)
                # What a job that was left early still tells has to be known, and is nobody's answer.
                current = message.header.get("number") == self._number
                answer = self._note(message, current)
                if current and isinstance(answer, Known):
                    tally.add_known(answer)
                    yield answer
                elif current and isinstance(answer, Answer) and answer.component not in tally.answered:
                    tally.add(answer)
                    yield answer
                if current and message.header["kind"] == "variable":
                    self._running = None
                    yield _variable(message)
                if current and message.header["kind"] == "gradients":
                    yield Gradients(message.header["components"])
                finished = current and message.header["kind"] in {"done", "superseded"}
        except (GeneratorExit, asyncio.CancelledError):
            await self._abandon(worker)
            raise

    async def _abandon(self, worker: Worker) -> None:
        """Leave a job that nobody waits for any more, so that the next one can begin at once."""
        if self._running is not None:
            worker.kill()
            return
        with contextlib.suppress(WorkerGone):
            await worker.send({"kind": "cancel", "number": self._number})

    async def _dismiss(self, worker: Worker) -> None:
        """End a worker whose answer nobody waits for any more: the next request would take it for its own."""
        worker.kill()
        await self._bury()

    def _note(self, message: Message, current: bool) -> Answer | Known | None:
        """Take note of a message and return what it answers."""
        header = message.header
        if header["kind"] == "started" and current:
            self._running = (header["component"], header["key"])
        elif header["kind"] == "backward" and current:
            self._running, self._backward = None, True
        elif header["kind"] == "preview":
            self._running = None
            return self._remember(header, message.blobs)
        elif header["kind"] == "known":
            return Known([self._told[name] for name in header["components"] if name in self._told])
        return None

    def _remember(self, header: dict[str, Any], blobs: list[bytes]) -> Answer:
        name = header["component"]
        if header["cause"]:
            self._executions[name] = self._executions.get(name, 0) + 1
        answer = Answer(
            component=name,
            key=header["key"],
            state=header["state"],
            outputs=header["outputs"],
            blobs=blobs,
            parameter_count=header["parameter_count"],
            error=header["error"],
            cause=header["cause"],
            milliseconds=header["milliseconds"],
            executions=self._executions.get(name, 0),
        )
        self._told[name] = answer
        return answer

    async def _staffed(self) -> Worker:
        if self._worker is not None and not self._worker.alive:
            await self._bury()
        if self._worker is None:
            self._worker = await self._staff.hire(self)
        return self._worker

    async def _receive(self, worker: Worker, seconds: float) -> Message:
        try:
            async with asyncio.timeout(seconds):
                return await worker.receive()
        except TimeoutError:
            worker.kill(TIME)
            raise WorkerGone("it took too long") from None

    async def _take_leave(self, failures: dict[str, Mapping[str, Any]]) -> None:
        running, ending = self._running, await self._bury()
        if self._backward and not self._cancelled:
            # All previews are out by then; the next edits do without gradients rather than lose a worker each.
            self._gradients_from = time.monotonic() + GRADIENTS_SECONDS
        if running is None or self._cancelled:
            return
        component, key = running
        reason = self._reason(ending, self._patience.component_seconds)
        text = f"The preview of '{component}' was stopped: {reason}. {ADVICE.get(ending.reason, '')}".rstrip()
        failure = {"message": text, "line": 0, "code": f"WORKER_{ending.reason.upper()}"}
        failures[key] = failure
        self._executions[component] = self._executions.get(component, 0) + 1
        self._verdicts.crashed(key, failure)

    async def _bury(self) -> Exit:
        worker, self._running = self._worker, None
        self._forget()
        self._staff.left(self)
        if worker is None:
            raise InternalError("A worker was lost that was not there.")
        # A worker that has closed its end and goes on is as good as dead.
        return await worker.close(grace=2.0)

    def _forget(self) -> None:
        # What a worker was told and has told is known to that worker alone.
        self._worker, self._program = None, None
        self._told.clear()

    def _reason(self, ending: Exit, seconds: float) -> str:
        return f"it took longer than {seconds:g} s" if ending.reason == TIME else ending.describe()

    def _settle(self) -> None:
        self.last_used = time.monotonic()
        self._staff.freed()

    async def _give_up(self, number: int) -> None:
        worker = self._worker
        if worker is None:
            return
        with contextlib.suppress(WorkerGone):
            await worker.send({"kind": "cancel", "number": number})
        begun = time.monotonic()
        while True:
            await asyncio.sleep(IMPATIENCE_SECONDS)
            if not (self._lock.locked() and self._cancelled and self._number == number and self._worker is worker):
                return
            if time.monotonic() - begun >= self._worth():
                worker.kill()
                return

    def _worth(self) -> float:
        """Return for how many seconds the worker is worth waiting for: what it knows would have to be made again."""
        if self._following is None:
            return 0.0
        wanted = {key.value for key in Keys().of(self._following).values()}
        if self._running is not None and self._running[1] in wanted:
            return math.inf
        return sum(answer.milliseconds for answer in self._told.values() if answer.key in wanted) / 1000


def _variable(message: Message) -> Variable:
    header = message.header
    return Variable(
        component=header["component"],
        name=header["name"],
        kind=header["variable"],
        shown=header["shown"],
        blobs=message.blobs,
        error=header["error"],
        names=header["names"],
    )
