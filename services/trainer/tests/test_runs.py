from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from glasswork_servicekit.zygote import Zygote
from glasswork_trainer.core.events import Event, EventKind, EventLog, read_events
from glasswork_trainer.core.live import LiveRun
from glasswork_trainer.core.processes import Processes
from glasswork_trainer.core.program import TRAINING, Component, Program
from glasswork_trainer.core.run import Run, State, new_identifier
from glasswork_trainer.core.runs import Order, Runs
from glasswork_trainer.core.store import RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def runs(store: RunStore) -> Runs:
    """Runs of which none gets a process."""
    return Runs(store, Path("nowhere"), Processes(Zygote([])), concurrent=0)


def made(store: RunStore, state: State = State.PENDING) -> Run:
    run = Run(new_identifier("r"), state=state, number=1)
    store.create(run, {})
    return run


async def test_a_run_whose_end_is_in_the_log_alone_has_ended(store: RunStore) -> None:
    run = made(store, State.RUNNING)
    log = EventLog(store.folder(run.id).events)
    log.append(Event(EventKind.STATE, 1, 5.0, state=State.SUCCEEDED, end_reason="completed"))
    log.close()
    started = runs(store)
    await started.start()
    assert (started.get(run.id).run.state, started.get(run.id).run.ended) == (State.SUCCEEDED, 5.0)
    await started.stop()
    assert [event.sequence for event in read_events(store.folder(run.id).events)] == [1]
    assert store.load()[0].state == State.SUCCEEDED


async def test_an_end_whose_record_cannot_be_written_is_told_and_is_the_last(store: RunStore) -> None:
    live = LiveRun(made(store), store)
    record = live.folder.record
    record.unlink()
    record.mkdir()
    watched = live.watch(0)
    await anext(watched)
    with pytest.raises(IsADirectoryError):
        live.change_state(State.SUCCEEDED)
    live.change_state(State.FAILED)
    assert [event.state async for event in watched if isinstance(event, Event)] == [State.SUCCEEDED]


ORDER = Order({}, "EPOCHS = 1\n", Program((Component("train", kind=TRAINING),)), None, idempotency_key="once")


async def test_a_key_is_free_again_when_its_run_could_not_be_made(store: RunStore, tmp_path: Path) -> None:
    made_by = runs(store)
    (tmp_path / "runs").rename(tmp_path / "away")
    with pytest.raises(FileNotFoundError):
        await made_by.create(ORDER)
    (tmp_path / "away").rename(tmp_path / "runs")
    run = await made_by.create(ORDER)
    assert await made_by.create(ORDER) is run
    await made_by.stop()


async def test_calls_that_come_while_their_run_is_made_get_it(store: RunStore) -> None:
    made_by = runs(store)
    gone = asyncio.create_task(made_by.create(ORDER))
    others = [asyncio.create_task(made_by.create(ORDER)) for _ in range(3)]
    await asyncio.sleep(0)
    gone.cancel()
    assert {run.id for run in await asyncio.gather(*others)} == {run.id for run in store.load()}
    assert len(store.load()) == 1
    await made_by.stop()
