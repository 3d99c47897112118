"""How often edits are run: all of them where each is answered in time, a bounded number where they come in a storm."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

CAPACITY: Final = 8.0
REFILL_PER_SECOND: Final = 0.9
"""With the capacity, the debt and the last edit: at most 20 runs in the ten seconds of a storm."""
DEBT: Final = 2.0
SPACING_SECONDS: Final = 0.1
"""Between two runs while the bucket is full; the emptier it is, the longer."""
QUIET_SECONDS: Final = 0.08
"""When no edit has come for so long the storm is over, and the last one runs anyway."""
CALM_SECONDS: Final = 0.7
MANY: Final = 8
MANY_WITHIN_SECONDS: Final = 0.1
STORM: Final = 3
STORM_WITHIN_SECONDS: Final = 0.3
PATIENCE_SECONDS: Final = 0.3
"""So long an edit of a storm waits for the values of the one that runs, which nobody would see otherwise."""


class Pace:
    """Says when an edit may run: a bucket of runs, from which edits that come too fast have to take.

    Edits come too fast where one has taken another's place, or many come in a moment. They run often at first, so that
    a drag feels live, and then as regularly as the refill allows.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._runs = CAPACITY
        self._filled = clock()
        self._last_run = float("-inf")
        self._crowded_until = float("-inf")
        self._edits: deque[float] = deque(maxlen=MANY)

    def edited(self, busy: bool) -> None:
        """Take note of an edit.

        Args:
            busy: whether the edit before it has not been answered yet.
        """
        now = self._clock()
        self._edits.append(now)
        many = len(self._edits) == MANY and now - self._edits[0] < MANY_WITHIN_SECONDS
        if busy or many:
            self._crowded_until = now + CALM_SECONDS

    def delay(self) -> float:
        """Return for how many seconds to look out for a newer edit before the present one runs."""
        now = self._clock()
        if now >= self._crowded_until:
            return 0.0
        runs = self._left(now)
        spaced, filled = self._last_run + SPACING_SECONDS * CAPACITY / max(runs, 1.0), (1 - runs) / REFILL_PER_SECOND
        return min(max(0.0, spaced - now, filled), QUIET_SECONDS)

    def patience(self) -> float:
        """Return for how many seconds the next edit may wait until the one that runs is answered; 0 in no storm."""
        now = self._clock()
        storm = sum(now - edit < STORM_WITHIN_SECONDS for edit in self._edits) >= STORM
        return PATIENCE_SECONDS if storm else 0.0

    def ran(self) -> None:
        """Take note that an edit runs now."""
        now = self._clock()
        self._runs, self._filled = max(self._left(now) - 1, -DEBT), now
        self._last_run = now

    def _left(self, now: float) -> float:
        return min(CAPACITY, self._runs + (now - self._filled) * REFILL_PER_SECOND)
