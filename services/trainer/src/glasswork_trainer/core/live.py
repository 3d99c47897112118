"""A run while it can change: its record, its event log, and those who watch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any

from glasswork_sdk.errors import Unavailable

from glasswork_trainer.core.events import Event, EventKind, EventLog, read_events
from glasswork_trainer.core.feed import Feed
from glasswork_trainer.core.run import Failure, Run, State
from glasswork_trainer.core.store import RunStore

CHUNK = 500
USER, SERVER = "user", "server"
SERVER_ENDED = "The server ended; the run goes on with the next one."


class LiveRun:
    """One run; every change of it goes through here, to the log, the record and the readers.

    Args:
        run: the record as it was read or made.
        store: where the run lies.
    """

    def __init__(self, run: Run, store: RunStore) -> None:
        self.run = run
        self.folder = store.folder(run.id)
        self._store = store
        self._feed = Feed()
        self._log: EventLog | None = None
        self._changed = asyncio.Event()

    def recover(self) -> None:
        """Bring the record up to the log, which is ahead of it after a crash; it may say that the run has ended."""
        log = self._open_log()
        for event in read_events(self.folder.events, self.run.last_sequence):
            apply(event, self.run)
        self.run.last_sequence = log.last_sequence
        if self.run.state.terminal:
            self.save()
            self._close_log()

    def emit(self, kind: EventKind, **values: Any) -> Event:
        """Add an event, with the run's position where none is given.

        Args:
            kind: what kind.
            **values: further fields of the event.
        """
        log = self._open_log()
        place = {"epoch": self.run.epoch, "step": self.run.step, "time": time.time(), **values}
        event = Event(kind, sequence=log.last_sequence + 1, **place)
        log.append(event)
        apply(event, self.run)
        try:
            if kind == EventKind.STATE:
                log.sync()
                self.save()
        finally:
            # It is in the log, whatever the disk does now.
            self._feed.publish(event)
            self._notify()
        return event

    def change_state(
        self, state: State, *, reason: str = "", error: Failure | None = None, paused_by: str = ""
    ) -> None:
        """Go over to a state, durably; nothing happens where the run is in it already, or has ended."""
        if self.run.state.terminal or (state == self.run.state and paused_by == self.run.paused_by):
            return
        message = SERVER_ENDED if paused_by == SERVER else ""
        try:
            self.emit(EventKind.STATE, state=state, end_reason=reason, error=error, message=message)
        finally:
            if self.run.state.terminal:
                self._close_log()

    def change_learning_rate(self, learning_rate: float, **place: int) -> None:
        """Take note of a new learning rate.

        Args:
            learning_rate: per step.
            **place: epoch and step at which it took effect; the run's where none are given.
        """
        change = {"epoch": self.run.epoch, "step": self.run.step, **place, "learning_rate": learning_rate}
        self.run.changes.append(change)
        self.emit(EventKind.LOG, message=f"The learning rate is {learning_rate:g} from here on.", **place)
        self.save()

    def save(self) -> None:
        """Write the record."""
        self._store.save(self.run)

    def sync(self) -> None:
        """Return when all events so far are on disk."""
        # The log may be closed meanwhile, by the event of the run's end, which syncs it.
        with suppress(ValueError):
            if self._log is not None:
                self._log.sync()

    def close(self) -> None:
        """End the readers' streams and the log."""
        self._feed.close()
        self._close_log()

    async def until(self, condition: Callable[[Run], bool], timeout: float) -> bool:
        """Wait until the run is as asked; return False after `timeout` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not condition(self.run):
                    await self._changed.wait()
        return condition(self.run)

    async def watch(self, after: int) -> AsyncIterator[Run | Event]:
        """Yield the run, then its events with a sequence number above `after`, to the terminal state.

        Raises:
            Unavailable: the server ends before the run does.
        """
        with self._feed.subscribe() as subscription:
            snapshot = replace(self.run, metrics=dict(self.run.metrics))
            yield snapshot
            async for event in self._past(after, snapshot.last_sequence):
                yield event
            if snapshot.state.terminal:
                return
            while (event := await subscription.next()) is not None:  # type: ignore[assignment]
                if event.sequence > max(after, snapshot.last_sequence):
                    yield event
                if event.state is not None and event.state.terminal:
                    return
            raise Unavailable("The trainer ends. Watch again after the last event, and miss nothing.")

    async def _past(self, after: int, last: int) -> AsyncIterator[Event]:
        events = read_events(self.folder.events, after)
        while chunk := await asyncio.to_thread(lambda: list(islice(events, CHUNK))):
            for event in chunk:
                if event.sequence > last:
                    return
                yield event

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _open_log(self) -> EventLog:
        if self._log is None:
            self._log = EventLog(self.folder.events)
        return self._log

    def _close_log(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None


def apply(event: Event, run: Run) -> None:
    """Change the record as the event says."""
    run.last_sequence = event.sequence
    if event.kind in (EventKind.BATCH, EventKind.EPOCH):
        run.epoch, run.step = event.epoch, event.step
        run.metrics.update(event.metrics)
        if event.kind == EventKind.EPOCH:
            run.logged_epochs = max(run.logged_epochs, event.epoch)
        for name in event.not_finite:
            run.metrics.pop(name, None)
    if event.kind == EventKind.STATE and event.state is not None:
        run.state, run.error = event.state, event.error
        if event.state.terminal:
            run.end_reason = event.end_reason
        run.ended = event.time if event.state.terminal else 0.0
        run.paused_by = "" if event.state != State.PAUSED else SERVER if event.message else USER
