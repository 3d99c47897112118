"""How much of a test of volume runs: a tenth, and all of it where GLASSWORK_TEST_FULL=1."""

from __future__ import annotations

import os

FULL = os.environ.get("GLASSWORK_TEST_FULL") == "1"


def tenth(number: int) -> int:
    """Return a tenth of a number of cases, at least 1; all of them in a full run."""
    return number if FULL else max(1, number // 10)
