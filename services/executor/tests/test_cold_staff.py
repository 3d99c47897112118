"""Staff over a zygote that has not imported TensorFlow, with workers that are none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from glasswork_executor.core.staff import Staff
from glasswork_sdk.errors import Unavailable
from glasswork_servicekit.sandbox import Limits
from glasswork_servicekit.worker import Exit, WorkerGone


class Worker:
    """A worker whose imports end when the test says so."""

    alive = True

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.imported: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Future[Exit] = asyncio.get_running_loop().create_future()

    async def send(self, request: dict[str, Any]) -> None:
        self.asked.append(request)

    async def receive(self) -> None:
        await self.imported

    async def wait(self) -> Exit:
        return await self.ended


class Zygote:
    def __init__(self) -> None:
        self.workers: list[Worker] = []

    async def fork(self, *_: Any, **__: Any) -> Worker:
        self.workers.append(Worker())
        return self.workers[-1]

    async def stop(self) -> None:
        """There is nothing to stop."""


class Employer:
    busy, last_used = True, 0.0

    async def rest(self) -> None:
        """It has no worker."""


def staffed(cold: bool) -> tuple[Zygote, Staff]:
    zygote: Any = Zygote()
    return zygote, Staff(zygote, Limits(), most=2, idle_seconds=60, spare=False, cold=cold)


async def until(look: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not look():
            await asyncio.sleep(0)


async def test_cold_worker_is_handed_out_when_it_has_imported_its_libraries() -> None:
    zygote, staff = staffed(cold=True)
    hiring = asyncio.create_task(staff.hire(Employer()))
    await until(lambda: zygote.workers and zygote.workers[0].asked)
    assert not hiring.done()
    zygote.workers[0].imported.set_result(None)
    assert await hiring is zygote.workers[0]  # type: ignore[comparison-overlap]
    await staff.stop()


async def test_cold_worker_that_dies_of_its_imports_is_told_as_such() -> None:
    zygote, staff = staffed(cold=True)
    hiring = asyncio.create_task(staff.hire(Employer()))
    await until(lambda: zygote.workers and zygote.workers[0].asked)
    zygote.workers[0].imported.set_exception(WorkerGone("killed"))
    with pytest.raises(Unavailable, match="ended while it imported TensorFlow"):
        await hiring
    await staff.stop()


async def test_worker_of_a_warm_zygote_is_handed_out_at_once() -> None:
    zygote, staff = staffed(cold=False)
    assert await staff.hire(Employer()) is zygote.workers[0]  # type: ignore[comparison-overlap]
    assert zygote.workers[0].asked == []
    await staff.stop()
