"""When edits run."""

from __future__ import annotations

from itertools import pairwise

import pytest
from glasswork_gateway.sockets.pace import CALM_SECONDS, CAPACITY, QUIET_SECONDS, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def runs(
    spacing: float, count: int, answer: float, clock: Clock | None = None, pace: Pace | None = None
) -> list[float]:
    """Return when edits run, of `count`, one each `spacing` seconds and answered in `answer`; the last one always."""
    clock = clock or Clock()
    pace = pace or Pace(clock)
    start, waiting, answered = clock.now, False, 0.0
    ran: list[float] = []
    for number in range(count):
        clock.now += spacing
        pace.edited(busy=waiting or clock.now < answered)
        delay = pace.delay()
        # A newer edit that comes within the delay takes this one's place.
        waiting = delay >= spacing and number < count - 1
        if not waiting:
            clock.now += delay
            pace.ran()
            ran.append(clock.now - start)
            answered = clock.now + answer
            clock.now -= delay
    return ran


def gaps(ran: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(ran)]


def test_edits_that_wait_for_their_answers_all_run() -> None:
    assert len(runs(spacing=0.03, count=100, answer=0.02)) == 100


@pytest.mark.parametrize("answer", [0.001, 0.009, 0.03, 0.2, 1.5])
@pytest.mark.parametrize("spacing", [0.008, 0.01, 0.012])
def test_of_a_thousand_edits_in_ten_seconds_at_most_twenty_run(spacing: float, answer: float) -> None:
    ran = runs(spacing, count=round(10 / spacing), answer=answer)

    assert 14 <= len(ran) <= 20
    assert max(gaps(ran)) < 1.3


def test_a_drag_that_is_answered_in_time_runs_every_edit() -> None:
    assert len(runs(spacing=1 / 15, count=30, answer=0.03)) == 30


def test_a_drag_that_is_too_fast_is_live_at_first() -> None:
    ran = runs(spacing=1 / 60, count=120, answer=0.03)

    assert len([when for when in ran if when < 1.0]) >= 5
    assert len(ran) >= CAPACITY
    assert max(gaps(ran)) < 0.8


def test_after_a_storm_the_last_edit_runs_soon_and_the_next_at_once() -> None:
    clock = Clock()
    pace = Pace(clock)
    runs(0.01, 1000, 0.03, clock, pace)
    pace.edited(busy=True)
    assert pace.delay() == QUIET_SECONDS
    clock.now += CALM_SECONDS
    assert pace.delay() == 0.0


def test_storms_that_stop_for_a_moment_are_one_storm() -> None:
    clock = Clock()
    pace = Pace(clock)
    ran = 0
    for _ in range(10):
        ran += len(runs(0.01, 90, 0.03, clock, pace))
        clock.now += 0.1

    assert ran <= 20 + 10
