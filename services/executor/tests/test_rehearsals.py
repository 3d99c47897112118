from __future__ import annotations

import asyncio
from typing import Any

import pytest
from glasswork_executor.core.rehearsals import Rehearsals
from glasswork_executor.core.runner import Patience
from glasswork_executor.core.staff import Staff


class Zygotes:
    """Makes staff that counts how often it was started and stopped."""

    def __init__(self, failures: int = 0) -> None:
        self.started = self.stopped = 0
        self.failures = failures

    def __call__(self) -> Staff:
        zygotes = self

        class Counted(Staff):
            def __init__(self) -> None:
                pass

            async def start(self) -> None:
                if zygotes.failures:
                    zygotes.failures -= 1
                    raise OSError("no memory")
                zygotes.started += 1

            async def stop(self) -> None:
                zygotes.stopped += 1

        return Counted()


def rehearsals(make: Any, idle_seconds: float) -> Rehearsals:
    return Rehearsals(make, Patience(1, 1), idle_seconds)


async def test_questions_in_a_row_share_a_zygote_that_ends_when_none_comes() -> None:
    zygotes = Zygotes()
    asked = rehearsals(zygotes, idle_seconds=0.05)
    for _ in range(3):
        async with asked.open() as runner:
            await runner()
    assert (zygotes.started, zygotes.stopped) == (1, 0)
    async with asyncio.timeout(60):
        while not zygotes.stopped:
            await asyncio.sleep(0.01)
    async with asked.open() as runner:
        await runner()
    assert (zygotes.started, zygotes.stopped) == (2, 1)
    await asked.stop()
    assert zygotes.stopped == 2


async def test_a_question_that_takes_long_keeps_the_zygote_of_the_one_before() -> None:
    zygotes = Zygotes()
    asked = rehearsals(zygotes, idle_seconds=0)
    async with asked.open() as runner:
        await runner()
    async with asked.open() as runner:
        for _ in range(20):
            await asyncio.sleep(0)
        await runner()
        assert (zygotes.started, zygotes.stopped) == (1, 0)
    await asked.stop()


async def test_a_zygote_that_did_not_start_is_ended_and_the_next_question_has_another() -> None:
    zygotes = Zygotes(failures=1)
    asked = rehearsals(zygotes, idle_seconds=60)
    with pytest.raises(OSError, match="no memory"):
        async with asked.open() as runner:
            await runner()
    assert (zygotes.started, zygotes.stopped) == (0, 1)
    async with asked.open() as runner:
        await runner()
    assert zygotes.started == 1
    await asked.stop()


async def test_a_runner_is_made_for_an_open_question_alone() -> None:
    asked = rehearsals(Zygotes(), idle_seconds=60)
    async with asked.open() as runner:
        pass
    await asked.stop()
    with pytest.raises(RuntimeError, match="while a question is open"):
        await runner()
