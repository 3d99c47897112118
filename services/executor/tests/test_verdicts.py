from __future__ import annotations

from glasswork_executor.core.verdicts import Verdicts


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_three_crashes_within_a_minute_are_a_verdict_for_a_minute() -> None:
    clock = Clock()
    verdicts = Verdicts(clock)
    for _ in range(2):
        verdicts.crashed("key", {"message": "it crashed"})
    assert verdicts.active() == {}
    verdicts.crashed("key", {"message": "it crashed"})
    assert verdicts.active() == {"key": {"message": "it crashed"}}

    clock.now = 61.0
    assert verdicts.active() == {}


def test_crashes_far_apart_are_no_verdict() -> None:
    clock = Clock()
    verdicts = Verdicts(clock)
    for _ in range(5):
        clock.now += 31.0
        verdicts.crashed("key", {})

    assert verdicts.active() == {}
