"""Runners for requests without a session: few, chosen so that what a worker knows is used again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from glasswork_sdk.errors import Exhausted

from glasswork_executor.core.runner import Runner


@dataclass
class _Place:
    runner: Runner
    topic: str = ""
    taken: bool = False


class Pool:
    """A fixed number of runners that requests borrow.

    Args:
        make: makes a runner.
        size: how many.
        waiting: requests that may wait; more are refused at once.
    """

    def __init__(self, make: Callable[[], Runner], size: int, waiting: int) -> None:
        self._places = [_Place(make()) for _ in range(size)]
        self._most_waiting = waiting
        self._waiting = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def borrow(self, topic: str) -> AsyncIterator[Runner]:
        """Lend a runner, if possible the one that worked on the same topic.

        Args:
            topic: what the request is about, such as a dataset's hash.

        Raises:
            Exhausted: too many requests wait already.
        """
        if self._waiting >= self._most_waiting:
            raise Exhausted(f"{self._waiting} previews wait already. Try again in a moment.")
        self._waiting += 1
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: any(not place.taken for place in self._places))
                place = self._choose(topic)
                place.taken = True
        finally:
            self._waiting -= 1
        try:
            place.topic = topic
            yield place.runner
        finally:
            place.taken = False
            async with self._changed:
                self._changed.notify()

    def _choose(self, topic: str) -> _Place:
        free = [place for place in self._places if not place.taken]
        known = [place for place in free if place.topic == topic]
        return known[0] if known else min(free, key=lambda place: place.runner.last_used)
