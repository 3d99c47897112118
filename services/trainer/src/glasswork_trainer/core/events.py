"""The event log of a run: an append-only file of lines with increasing sequence numbers."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from glasswork_trainer.core.run import Failure, State, failure_from


class EventKind(StrEnum):
    """What kind of thing happened."""

    STATE = "state"
    BATCH = "batch"
    EPOCH = "epoch"
    CHECKPOINT = "checkpoint"
    LOG = "log"
    DIAGNOSTIC = "diagnostic"


@dataclass(frozen=True)
class Event:
    """Something that happened in a run.

    Args:
        sequence: increases from event to event; 0 until the log has given one.
        time: seconds since 1970.
        epoch: complete epochs.
        step: steps done within the present epoch.
        metrics: finite metrics by their Keras names.
        not_finite: `nan`, `inf` or `-inf` by metric name.
    """

    kind: EventKind
    sequence: int = 0
    time: float = 0.0
    epoch: int = 0
    step: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    not_finite: Mapping[str, str] = field(default_factory=dict)
    state: State | None = None
    end_reason: str = ""
    message: str = ""
    error: Failure | None = None

    def to_line(self) -> str:
        """Return one line of JSON; fields that are empty are left out."""
        values = {key: value for key, value in vars(self).items() if value}
        if self.error is not None:
            values["error"] = vars(self.error)
        return json.dumps(values, separators=(",", ":"), allow_nan=False) + "\n"

    @classmethod
    def from_line(cls, line: str | bytes) -> Event:
        """Return the event that a line describes.

        Raises:
            ValueError: the line is no event.
        """
        values: dict[str, Any] = json.loads(line)
        if not isinstance(values, dict) or "kind" not in values or "sequence" not in values:
            raise ValueError(f"expected a JSON object with kind and sequence, received {line[:80]!r}")
        values["kind"] = EventKind(values["kind"])
        if "state" in values:
            values["state"] = State(values["state"])
        values["error"] = failure_from(values.get("error"))
        return cls(**values)


class EventLog:
    """The events of one run on disk, for one writer and many readers.

    Opening repairs a last line that was torn when the writer was killed.

    Args:
        path: the file; it is made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.last_sequence = _repair(path)
        # Without a buffer, which would keep a line that failed and write it with a later one.
        self._file = path.open("ab", buffering=0)

    def append(self, event: Event) -> None:
        """Write an event; readers see it at once, the disk after `sync`.

        Raises:
            ValueError: its sequence number does not increase.
            OSError: the disk is full or failed; nothing of the event is in the log.
        """
        if event.sequence <= self.last_sequence:
            raise ValueError(f"expected a sequence number above {self.last_sequence}, received {event.sequence}")
        line, end = event.to_line().encode(), self._file.seek(0, os.SEEK_END)
        try:
            if self._file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        except OSError:
            self._file.truncate(end)
            raise
        self.last_sequence = event.sequence

    def sync(self) -> None:
        """Return when everything written so far is on disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """End writing."""
        self._file.close()


def read_events(path: Path, after: int = 0) -> Iterator[Event]:
    """Yield the events of a log with a sequence number above `after`; a last line that is not whole is left out."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            # Comparing the number costs a parse; a line starts with its kind, so there is no cheaper way that is safe.
            event = Event.from_line(line)
            if event.sequence > after:
                yield event


def _repair(path: Path) -> int:
    """Cut off what follows the last whole event, and return its sequence number."""
    last, good = 0, 0
    with path.open("a+b") as file:
        file.seek(0)
        for line in file:
            try:
                event = Event.from_line(line)
            except ValueError:
                break
            if not line.endswith(b"\n"):
                break
            last, good = event.sequence, good + len(line)
        if file.seek(0, os.SEEK_END) != good:
            file.truncate(good)
            file.flush()
            os.fsync(file.fileno())
    return last
