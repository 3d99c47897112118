from __future__ import annotations

from pathlib import Path

import pytest
from glasswork_servicekit.zygote import Zygote
from glasswork_trainer.core.events import Event, EventKind, EventLog, read_events
from glasswork_trainer.core.live import LiveRun
from glasswork_trainer.core.processes import Processes
from glasswork_trainer.core.run import Run, State, new_identifier
from glasswork_trainer.core.runs import Runs
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
