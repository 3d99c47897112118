from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast

import pytest
from glasswork_executor.core.pool import Pool
from glasswork_executor.core.runner import Runner
from glasswork_sdk.errors import Exhausted


@dataclass
class Idle:
    last_used: float = 0.0


def pool(size: int = 2, waiting: int = 9) -> tuple[Pool, list[Any]]:
    made = [Idle(number) for number in range(size)]
    runners = iter(made)
    return Pool(lambda: cast(Runner, next(runners)), size, waiting), list(made)


async def test_a_request_gets_the_runner_that_knows_its_topic() -> None:
    lending, (first, second) = pool()
    async with lending.borrow("a") as one, lending.borrow("b") as two:
        assert (one, two) == (first, second)
    async with lending.borrow("b") as again:
        assert again is second
    first.last_used = 5
    async with lending.borrow("new") as longest_idle:
        assert longest_idle is second


async def test_a_request_waits_for_a_runner_and_more_than_may_wait_are_refused() -> None:
    lending, (only,) = pool(size=1, waiting=1)
    async with AsyncExitStack() as held:
        await held.enter_async_context(lending.borrow("a"))
        waiting = asyncio.create_task(lending.borrow("a").__aenter__())
        await asyncio.sleep(0)
        assert not waiting.done()
        with pytest.raises(Exhausted, match="1 previews wait already"):
            await lending.borrow("a").__aenter__()
    assert await asyncio.wait_for(waiting, 60) is only


async def test_a_runner_comes_back_from_a_request_that_failed_or_gave_up() -> None:
    lending, _ = pool(size=1, waiting=1)

    async def fails() -> None:
        async with lending.borrow("a"):
            gone = asyncio.create_task(lending.borrow("a").__aenter__())
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fails()
    async with asyncio.timeout(60), lending.borrow("a"):
        pass
