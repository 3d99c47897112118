from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from glasswork_sdk.errors import Unavailable
from glasswork_trainer.core.events import Event, EventKind
from glasswork_trainer.core.live import SERVER, USER, LiveRun, apply
from glasswork_trainer.core.run import Run, State, new_identifier
from glasswork_trainer.core.store import RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def live(store: RunStore) -> Iterator[LiveRun]:
    run = Run(new_identifier("r"), number=1)
    store.create(run, {})
    made = LiveRun(run, store)
    yield made
    made.close()


def test_an_event_has_the_position_of_its_run_and_the_next_number(live: LiveRun) -> None:
    live.emit(EventKind.BATCH, epoch=1, step=3, metrics={"loss": 0.5})
    event = live.emit(EventKind.LOG, message="here")
    assert (event.sequence, event.epoch, event.step) == (2, 1, 3)
    assert (live.run.metrics, live.run.last_sequence) == ({"loss": 0.5}, 2)


def test_nothing_changes_the_state_of_a_run_that_has_ended(live: LiveRun, store: RunStore) -> None:
    live.change_state(State.CANCELLED)
    live.change_state(State.RUNNING)
    live.change_state(State.FAILED)
    assert live.run.state == State.CANCELLED
    assert live.run.ended > 0
    assert store.load()[0].state == State.CANCELLED


def test_a_pause_of_the_server_becomes_one_of_the_user_and_ends_with_the_next_state(live: LiveRun) -> None:
    live.change_state(State.PAUSED, paused_by=SERVER)
    live.change_state(State.PAUSED, paused_by=USER)
    assert (live.run.paused_by, live.run.last_sequence) == (USER, 2)
    live.change_state(State.PAUSED, paused_by=USER)
    assert live.run.last_sequence == 2
    live.change_state(State.RUNNING)
    assert live.run.paused_by == ""


def test_the_log_brings_a_record_up_to_date_that_was_left_behind(live: LiveRun, store: RunStore) -> None:
    live.change_state(State.RUNNING)
    before = store.load()[0]
    live.emit(EventKind.EPOCH, epoch=2, step=0, metrics={"loss": 0.25})
    live.close()
    again = LiveRun(before, store)
    again.recover()
    assert (again.run.epoch, again.run.logged_epochs, again.run.metrics) == (2, 2, {"loss": 0.25})
    assert again.emit(EventKind.LOG).sequence == 3
    again.close()


def test_a_metric_that_is_not_finite_is_none_of_the_run(live: LiveRun) -> None:
    apply(Event(EventKind.EPOCH, 1, epoch=1, metrics={"loss": 1.0, "f1": 0.5}), live.run)
    apply(Event(EventKind.EPOCH, 2, epoch=2, metrics={"f1": 0.6}, not_finite={"loss": "nan"}), live.run)
    assert live.run.metrics == {"f1": 0.6}


async def test_a_reader_has_the_past_and_the_present_once_each_up_to_the_end(live: LiveRun) -> None:
    for number in range(3):
        live.emit(EventKind.LOG, message=str(number))
    watched = live.watch(after=1)
    snapshot = await anext(watched)
    live.emit(EventKind.LOG, message="new")
    live.change_state(State.CANCELLED)
    events = [item async for item in watched if isinstance(item, Event)]
    assert isinstance(snapshot, Run)
    assert (snapshot.last_sequence, [event.sequence for event in events]) == (3, [2, 3, 4, 5])


async def test_a_reader_whose_server_ends_is_told_to_come_again(live: LiveRun) -> None:
    watched = live.watch(after=0)
    await anext(watched)
    live.close()
    with pytest.raises(Unavailable, match="Watch again"):
        await anext(watched)


async def test_waiting_for_a_state_ends_with_it_or_with_the_time(live: LiveRun) -> None:
    assert not await live.until(lambda run: run.state == State.RUNNING, 0.01)
    waiting = asyncio.create_task(live.until(lambda run: run.state == State.RUNNING, 60))
    await asyncio.sleep(0)
    live.change_state(State.RUNNING)
    assert await waiting
