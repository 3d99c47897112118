"""Events for those who watch: each has a queue of its own, and a slow one gets fewer batches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from glasswork_trainer.core.events import Event, EventKind

# Batches that wait for one reader, at most; then an older one gives way to a newer.
MOST_BATCHES = 64


class Subscription:
    """The events that one reader has not taken yet."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._batches = 0
        self._filled = asyncio.Event()
        self._closed = False

    def offer(self, event: Event) -> None:
        """Add an event; of batches only the newest are kept, of everything else all."""
        if event.kind == EventKind.BATCH:
            self._batches += 1
            if self._batches > MOST_BATCHES:
                self._drop_batch()
        self._events.append(event)
        self._filled.set()

    def close(self) -> None:
        """Let the reader end when it has taken what is there."""
        self._closed = True
        self._filled.set()

    async def next(self) -> Event | None:
        """Wait for the next event; None at the end."""
        while not self._events:
            if self._closed:
                return None
            self._filled.clear()
            await self._filled.wait()
        event = self._events.popleft()
        self._batches -= event.kind == EventKind.BATCH
        return event

    def _drop_batch(self) -> None:
        index = next(number for number, event in enumerate(self._events) if event.kind == EventKind.BATCH)
        del self._events[index]
        self._batches -= 1


class Feed:
    """Hands each event to every subscription."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Receive events within the block."""
        subscription = Subscription()
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)

    def publish(self, event: Event) -> None:
        """Hand out an event."""
        for subscription in self._subscriptions:
            subscription.offer(event)

    def close(self) -> None:
        """End all subscriptions, as at the end of the server."""
        for subscription in self._subscriptions:
            subscription.close()
