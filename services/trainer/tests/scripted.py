"""Processes of runs that are no processes: each plays a script, so that a run's states need no TensorFlow."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from glasswork_servicekit.frames import Message
from glasswork_servicekit.sandbox import Limits
from glasswork_servicekit.worker import EXITED, KILLED, SIGNAL, Exit, Worker, WorkerGone
from glasswork_servicekit.zygote import Zygote
from glasswork_trainer.core.layout import RunFolder
from glasswork_trainer.core.processes import Kind, Processes


class ScriptedWorker:
    """A process that says what its script says; `told` has what the server sent."""

    def __init__(self, play: Play) -> None:
        self.pid = 0
        self.told: list[dict[str, Any]] = []
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._said: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._exit = Exit(0, None, EXITED, Limits())
        self._task = asyncio.create_task(self._perform(play))

    @property
    def ended(self) -> bool:
        return self._task.done()

    @property
    def order(self) -> dict[str, Any]:
        return self.told[0]

    @property
    def commands(self) -> list[str]:
        return [command["command"] for command in self.told[1:]]

    def say(self, kind: str, **values: Any) -> None:
        self._said.put_nowait({"kind": kind, **values})

    async def next(self) -> dict[str, Any]:
        """Wait for whatever is told next."""
        return await self._heard.get()

    async def hear(self, name: str) -> dict[str, Any]:
        """Wait for a command; others are passed over."""
        while (command := await self._heard.get()).get("command") != name:
            pass
        return command

    def die(self, number: int = signal.SIGKILL) -> None:
        """End by a signal."""
        self._exit = Exit(None, number, SIGNAL, Limits())
        self._task.cancel()

    async def send(self, header: Mapping[str, Any], blobs: Sequence[Any] = ()) -> None:
        if self._task.done():
            raise WorkerGone("the worker has ended")
        command = json.loads(json.dumps(header))
        self.told.append(command)
        self._heard.put_nowait(command)

    async def receive(self) -> Message:
        header = await self._said.get()
        if header is None:
            raise WorkerGone("the worker has ended")
        return Message(header, [])

    async def close(self, grace: float = 1.0) -> Exit:
        self._task.cancel()
        return self._exit

    def kill(self, reason: str = KILLED) -> None:
        self._exit = Exit(None, signal.SIGKILL, reason, Limits())
        self._task.cancel()

    async def _perform(self, play: Play) -> None:
        try:
            await self._heard.get()
            await play(self)
        finally:
            self._said.put_nowait(None)


Play = Callable[[ScriptedWorker], Awaitable[None]]


class ScriptedProcesses(Processes):
    """Forks that play one script after the other; the last one from then on."""

    def __init__(self, *plays: Play) -> None:
        super().__init__(Zygote([]))
        self._plays = plays
        self._forked = asyncio.Condition()
        self.forks: list[ScriptedWorker] = []

    async def fork(self, kind: Kind, folder: RunFolder) -> Worker:
        made = ScriptedWorker(self._plays[min(len(self.forks), len(self._plays) - 1)])
        self.forks.append(made)
        async with self._forked:
            self._forked.notify_all()
        return cast(Worker, made)

    async def forked(self, number: int) -> ScriptedWorker:
        """Wait until so many processes were made, and return the last of them."""
        async with asyncio.timeout(60), self._forked:
            await self._forked.wait_for(lambda: len(self.forks) >= number)
        return self.forks[number - 1]


EPOCHS, STEPS = 3, 4


def epoch(worker: ScriptedWorker, number: int) -> None:
    """Train an epoch and write its checkpoint."""
    worker.say("batch", epoch=number - 1, step=STEPS, metrics={"loss": 1 / number}, not_finite={})
    worker.say("epoch", epoch=number, step=0, metrics={"loss": 1 / number}, not_finite={})
    worker.say("checkpoint", epoch=number, step=0, name=f"e{number}")


def history(epochs: int) -> list[dict[str, Any]]:
    return [{"epoch": number, "metrics": {"loss": 1 / number}, "not_finite": {}} for number in range(1, epochs + 1)]


def started(worker: ScriptedWorker, restored: int = 0) -> None:
    """Begin, from the checkpoint of so many epochs where there are any."""
    place = {"epoch": restored, "step": 0, "history": history(restored)} if restored else None
    worker.say("started", epochs=EPOCHS, steps=STEPS, restored=place)


def trained(worker: ScriptedWorker, epochs: int = EPOCHS, reason: str = "completed") -> None:
    worker.say(
        "trained", epoch=epochs, step=0, history=history(epochs), weights_hash=f"sha256:{epochs}", end_reason=reason
    )


async def whole(worker: ScriptedWorker) -> None:
    """Train and test without an interruption."""
    started(worker)
    for number in range(1, EPOCHS + 1):
        epoch(worker, number)
    trained(worker)
    worker.say("tested", results={"rows": 6})


async def waiting(worker: ScriptedWorker) -> None:
    """Train one epoch, then go on only as commands say."""
    started(worker)
    epoch(worker, 1)
    await worker.hear("pause")
    worker.say("paused", epoch=1, step=2)
    await worker.hear("resume")
    worker.say("resumed", epoch=1, step=2)
    await worker.hear("stop")
    trained(worker, 1, "stopped")
    worker.say("tested", results={"rows": 6})
