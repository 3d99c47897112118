"""The process of a run, seen from the server: orders, messages, and how it ended."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glasswork_sdk.errors import DeadlineExceeded, Unavailable, WrongState, error_classes
from glasswork_servicekit.frames import Message
from glasswork_servicekit.worker import Exit, Worker, WorkerGone

REPLY_SECONDS = 12.0
# The last message of a process that did what it was to do; what follows it is only the exit.
LAST_MESSAGES = ("tested", "failed", "cancelled", "left")


@dataclass(frozen=True)
class Ending:
    """How a process ended: by which last message, or how it died without one."""

    kind: str
    header: Mapping[str, Any]
    exit: Exit | None = None


class RunProcess:
    """Speaks with the process of one run.

    Args:
        worker: the forked process.
        on_message: called for each message, in order.
    """

    def __init__(self, worker: Worker, on_message: Callable[[Mapping[str, Any]], None]) -> None:
        self._worker = worker
        self._on_message = on_message
        self._replies: dict[int, asyncio.Future[Message]] = {}
        self._numbers = itertools.count(1)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._worker.pid

    async def run(self, headers: Sequence[Mapping[str, Any]]) -> Ending:
        """Send the order and what is to follow it, and take messages until the process has ended."""
        last = Ending("died", {})
        try:
            for header in headers:
                await self._worker.send(header)
            while True:
                message = await self._worker.receive()
                kind = str(message.header.get("kind"))
                if kind == "reply":
                    self._settle(message)
                elif kind in LAST_MESSAGES:
                    last = Ending(kind, message.header)
                else:
                    self._on_message(message.header)
        except WorkerGone:
            pass
        finally:
            # Also where a message could not be kept: nobody would hear of the process after that. Whatever it was asked
            # meanwhile has no answer any more.
            self._fail_replies()
            ended = await self._worker.close(grace=2.0)
        return last if last.kind != "died" else Ending("died", {}, ended)

    async def send(self, command: Mapping[str, Any]) -> None:
        """Send a command that is obeyed at the end of a batch; a process that has ended needs none."""
        try:
            await self._worker.send(command)
        except WorkerGone:
            return

    async def ask(self, name: str, **values: Any) -> Message:
        """Send a command and return the reply.

        Raises:
            DeadlineExceeded: the process is within something long.
            Unavailable: it ended.
            GlassworkError: it refuses, for the reason that it gives.
        """
        number = next(self._numbers)
        future = self._replies[number] = asyncio.get_running_loop().create_future()
        try:
            await self.send({"command": name, "id": number, **values})
            reply: Message = await asyncio.wait_for(future, REPLY_SECONDS)
        except TimeoutError:
            raise DeadlineExceeded(
                "The run has not reached the end of a batch in time. Try again in a moment."
            ) from None
        finally:
            self._replies.pop(number, None)
        if reply.header.get("error"):
            raise error_classes().get(str(reply.header["reason"]), WrongState)(str(reply.header["error"]))
        return reply

    def kill(self) -> None:
        """End the process at once."""
        self._worker.kill()

    def _settle(self, message: Message) -> None:
        future = self._replies.get(int(message.header["id"]))
        if future is not None and not future.done():
            future.set_result(message)

    def _fail_replies(self) -> None:
        for future in self._replies.values():
            if not future.done():
                future.set_exception(Unavailable("The run's process ended before it answered. Try again."))
