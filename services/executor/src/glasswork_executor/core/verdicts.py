"""Remembers what crashed: content that has crashed three times within a minute is not run again for a while."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

CRASHES = 3
SECONDS = 60.0
MOST_KEYS = 1024


@dataclass
class _Record:
    times: deque[float] = field(default_factory=lambda: deque(maxlen=CRASHES))
    failure: dict[str, Any] = field(default_factory=dict)
    until: float = 0.0


class Verdicts:
    """Counts crashes by content key.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def crashed(self, key: str, failure: dict[str, Any]) -> None:
        """Take note of a crash.

        Args:
            key: the content that crashed.
            failure: what the user is told of it.
        """
        record = self._records.setdefault(key, _Record())
        self._records.move_to_end(key)
        now = self._clock()
        record.times.append(now)
        record.failure = failure
        if len(record.times) == CRASHES and now - record.times[0] <= SECONDS:
            record.until = now + SECONDS
        if len(self._records) > MOST_KEYS:
            self._records.popitem(last=False)

    def active(self) -> dict[str, dict[str, Any]]:
        """Return the failures, by key, of what is not to be run now."""
        now = self._clock()
        return {key: record.failure for key, record in self._records.items() if record.until > now}
