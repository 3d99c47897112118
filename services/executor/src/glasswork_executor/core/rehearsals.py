"""Where training is tried: workers in which numbers and times are those of a run, there while they are asked for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from glasswork_executor.core.runner import Patience, Runner
from glasswork_executor.core.staff import Staff
from glasswork_executor.core.verdicts import Verdicts


class Rehearsals:
    """Keeps a zygote with the environment of a run from the first question until none has come for a while.

    Previews run without oneDNN, in which a plain mistake ends the process; training with it takes a third of the time.
    Which of the two holds is decided when TensorFlow is imported, so one zygote cannot serve both.

    Args:
        make: makes the staff of a fresh zygote.
        patience: how long workers may take.
        idle_seconds: after so long without a question the zygote is ended.
    """

    def __init__(self, make: Callable[[], Staff], patience: Patience, idle_seconds: float) -> None:
        self._make = make
        self._patience = patience
        self._idle_seconds = idle_seconds
        self._starting: asyncio.Task[Staff] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._ended: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Callable[[], Awaitable[Runner]]]:
        """Have the zygote started, and give what waits for it and makes a runner; one question at a time."""
        if self._ending is not None:
            self._ending.cancel()
        if self._starting is None:
            self._starting = asyncio.create_task(self._start())
        try:
            yield self._runner
        finally:
            self._ending = asyncio.create_task(self._end_later())

    async def stop(self) -> None:
        """End the zygote."""
        if self._ending is not None:
            self._ending.cancel()
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.cancel()
            staff = (await asyncio.gather(starting, return_exceptions=True))[0]
            if isinstance(staff, Staff):
                await staff.stop()

    async def _runner(self) -> Runner:
        starting = self._starting
        if starting is None:
            raise RuntimeError("a runner can be made only while a question is open")
        try:
            return Runner(await asyncio.shield(starting), Verdicts(), self._patience)
        except Exception:
            self._starting = None
            raise

    async def _start(self) -> Staff:
        staff = self._make()
        try:
            await staff.start()
        except BaseException:
            await staff.stop()
            raise
        return staff

    async def _end_later(self) -> None:
        await asyncio.sleep(self._idle_seconds)
        # From here on nobody cancels it: a zygote that is half ended would stay.
        self._ended, self._ending = self._ending, None
        await self.stop()
