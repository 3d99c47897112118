from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from glasswork_sdk.errors import DeadlineExceeded
from glasswork_servicekit.sandbox import Limits
from glasswork_servicekit.zygote import Zygote
from glasswork_trainer.core import process, training
from glasswork_trainer.core.live import LiveRun
from glasswork_trainer.core.processes import Kind, Processes
from glasswork_trainer.core.run import Run, State, new_identifier
from glasswork_trainer.core.store import RunStore

# A process that reads its data for longer than anybody waits for an answer, and obeys after it.
ENTRIES = """
import time

def slow(connection):
    connection.receive()
    value = connection.receive().header["value"]
    time.sleep(0.6)
    connection.send({"kind": "changed", "learning_rate": value, "epoch": 0, "step": 1})
    connection.send({"kind": "failed", "error": {"message": "enough"}})
"""


@pytest.fixture
async def live(tmp_path: Path) -> LiveRun:
    store = RunStore(tmp_path / "runs")
    run = Run(new_identifier("r"), number=1)
    store.create(run, {})
    return LiveRun(run, store)


@pytest.fixture
async def processes(tmp_path: Path) -> AsyncIterator[Processes]:
    (tmp_path / "entries.py").write_text(ENTRIES)
    zygote = Zygote(["entries"], {"PYTHONPATH": str(tmp_path)})
    await zygote.start()
    yield Processes(zygote)
    await zygote.stop()


async def test_a_change_that_is_not_made_in_time_says_when_it_will_be_and_is_kept_then(
    live: LiveRun, processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "TRAINING", Kind("training", "entries:slow", Limits()))
    monkeypatch.setattr(process, "REPLY_SECONDS", 0.2)
    driven = training.Training(live, tmp_path, processes)
    task = asyncio.create_task(driven.drive())
    async with asyncio.timeout(10):
        while driven._process is None:
            await asyncio.sleep(0.01)
    with pytest.raises(DeadlineExceeded, match="takes effect at the next end of a batch"):
        await driven.set_learning_rate(0.25)
    await task
    assert live.run.state == State.FAILED
    assert live.run.changes == [{"epoch": 0, "step": 1, "learning_rate": 0.25}]
