from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from glasswork_servicekit.sandbox import Limits
from glasswork_servicekit.zygote import Zygote
from glasswork_trainer.core import desks
from glasswork_trainer.core.processes import Kind, Processes
from glasswork_trainer.core.run import Run, new_identifier
from glasswork_trainer.core.store import RunStore

ENTRIES = """
import os, time

def answer(connection):
    connection.receive()
    while True:
        time.sleep(connection.receive().header["seconds"])
        connection.send({"kind": "result", "pid": os.getpid()})
"""


@pytest.fixture
async def processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Processes]:
    (tmp_path / "entries.py").write_text(ENTRIES)
    monkeypatch.setattr(desks, "DESK", Kind("desk", "entries:answer", Limits()))
    zygote = Zygote(["entries"], {"PYTHONPATH": str(tmp_path)})
    await zygote.start()
    yield Processes(zygote)
    await zygote.stop()


async def test_a_long_answer_is_not_ended_by_the_idle_time_of_the_one_before(
    processes: Processes, tmp_path: Path
) -> None:
    store, run = RunStore(tmp_path / "runs"), Run(new_identifier("r"), number=1)
    store.create(run, {})
    warm = desks.Desks(processes, idle_seconds=0.3)

    async def asked(seconds: float) -> Any:
        return (await warm.ask(run, store.folder(run.id), tmp_path, {"seconds": seconds})).header["pid"]

    first = await asked(0)
    assert await asked(0.8) == first
    assert set(await asyncio.gather(asked(0), asked(0.8))) == {first}
    await asyncio.sleep(1)
    assert await asked(0) != first
    await warm.stop()
