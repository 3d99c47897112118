"""How often edits are run: all of them where each waits for its answer, a few where they come in a storm."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

SLOT_SECONDS: Final = 0.7
"""While a slider is dragged, an edit runs so often; the last one runs anyway."""
QUIET_SECONDS: Final = 0.08
"""When no edit has come for so long the storm is over."""
MANY: Final = 20
MANY_WITHIN_SECONDS: Final = 0.25


class Pace:
    """Says when an edit may run. Edits come too fast where one has taken another's place, or many come in a moment.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
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
            self._crowded_until = now + SLOT_SECONDS

    def delay(self) -> float:
        """Return for how many seconds to look out for a newer edit before the present one runs."""
        now = self._clock()
        if now >= self._crowded_until:
            return 0.0
        return max(0.0, min(self._last_run + SLOT_SECONDS - now, QUIET_SECONDS))

    def ran(self) -> None:
        """Take note that an edit runs now."""
        self._last_run = self._clock()
