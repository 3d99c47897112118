"""What a measurement is, and how samples become figures."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        what: what was measured.
        ours: our figure, in `unit`.
        rival: what the rival does.
        theirs: the rival's figure, in the same unit; None where there is no rival.
        unit: ms, s or CPU s.
        goal: the goal for ours, in the unit; None for none.
        note: sample size, percentiles, conditions.
    """

    what: str
    ours: float
    rival: str
    theirs: float | None
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours divided by the rival's; below 1 is better."""
        return None if not self.theirs else self.ours / self.theirs

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "ratio": self.ratio, "met": None if self.goal is None else self.ours <= self.goal}


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the smallest sample that so many of them do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def timed(work: Callable[[], Any], repeats: int, warmup: int = 1) -> list[float]:
    """Return the wall time of each repeat, in milliseconds."""
    for _ in range(warmup):
        work()
    samples = []
    for _ in range(repeats):
        begun = time.perf_counter()
        work()
        samples.append((time.perf_counter() - begun) * 1000)
    return samples


def median(samples: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(samples)
