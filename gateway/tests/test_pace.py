"""When edits run."""

from __future__ import annotations

from glasswork_gateway.sockets.pace import QUIET_SECONDS, SLOT_SECONDS, Pace


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def runs(spacing: float, count: int, answer: float) -> int:
    """Return how many of `count` edits run, each `spacing` seconds after the one before and answered in `answer`."""
    clock = Clock()
    pace = Pace(clock)
    answered = ran = 0.0
    for _ in range(count):
        clock.now += spacing
        pace.edited(busy=clock.now < answered)
        if pace.delay() < spacing:
            pace.ran()
            ran += 1
            answered = clock.now + answer
    return int(ran)


def test_edits_that_wait_for_their_answers_all_run() -> None:
    assert runs(spacing=0.03, count=100, answer=0.02) == 100


def test_of_a_thousand_edits_in_ten_seconds_few_run() -> None:
    assert runs(spacing=0.01, count=1000, answer=0.03) <= 18
    assert runs(spacing=0.01, count=1000, answer=0.001) <= 40


def test_after_a_storm_the_next_edit_runs_at_once() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.ran()
    pace.edited(busy=True)
    assert pace.delay() == QUIET_SECONDS
    clock.now += SLOT_SECONDS
    assert pace.delay() == 0.0
