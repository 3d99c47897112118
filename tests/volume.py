"""How much the tests of volume do: a part of it by default, all of it where GLASSWORK_TEST_FULL is 1.

A test's own variable decides for that test, whatever GLASSWORK_TEST_FULL says.
"""

from __future__ import annotations

import os
from typing import Final

FULL: Final = os.environ.get("GLASSWORK_TEST_FULL", "") == "1"


def volume(full: int, part: int, variable: str) -> int:
    """Return how many times a test repeats itself.

    Args:
        full: with GLASSWORK_TEST_FULL=1.
        part: without it.
        variable: the environment variable that overrides both with a number.
    """
    return int(os.environ.get(variable) or (full if FULL else part))


def tenth(number: int) -> int:
    """Return a tenth of a number of cases, at least 1; all of them in a full run."""
    return number if FULL else max(1, number // 10)


def in_full(variable: str) -> bool:
    """Return whether a test runs in full: GLASSWORK_TEST_FULL=1 says so, and so does a variable of its own."""
    return FULL or bool(os.environ.get(variable))


MUTATIONS: Final = volume(2_000, 200, "GLASSWORK_MUTATIONS")
"""Mutated documents; each is checked, coded and previewed."""

RENDERS: Final = volume(10_000, 1_000, "GLASSWORK_TEST_RENDERS")
"""Components that are rendered with random settings, over all types."""

EDITS: Final = volume(300, 60, "GLASSWORK_TEST_EDITS")
"""Sequences of edits, of which each answer is compared with the one from scratch."""

KILLS: Final = volume(60, 15, "GLASSWORK_TEST_KILLS")
"""Kills of a registry that saves to SQLite."""

SERVER_KILLS: Final = volume(60, 4, "GLASSWORK_TEST_KILLS")
"""Kills of a registry that saves to PostgreSQL."""

ALL_SEEDS: Final = in_full("GLASSWORK_FULL_SUGGESTIONS")
"""Whether suggestions are trained on ten splits each, also those on pictures, of which one takes half a minute."""

ALL_EPOCHS: Final = in_full("GLASSWORK_FULL_TEMPLATES")
"""Whether templates are trained for all their epochs, until they reach their goal."""
