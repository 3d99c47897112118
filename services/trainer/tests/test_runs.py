from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from glasswork_sdk.errors import InvalidInput, WrongState
from glasswork_servicekit.zygote import Zygote
from glasswork_trainer.core.events import Event, EventKind, EventLog, read_events
from glasswork_trainer.core.live import SERVER, USER, LiveRun
from glasswork_trainer.core.processes import Processes
from glasswork_trainer.core.program import TRAINING, Component, Program
from glasswork_trainer.core.run import Run, State, new_identifier
from glasswork_trainer.core.runs import Order, Runs
from glasswork_trainer.core.store import RunStore

from services.trainer.tests.scripted import ScriptedProcesses, ScriptedWorker, waiting, whole


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


def served(store: RunStore, processes: Processes, concurrent: int = 2) -> Runs:
    return Runs(store, Path("nowhere"), processes, concurrent)


def order(model: str = "", idempotency_key: str = "") -> Order:
    program = Program((Component("train", kind=TRAINING),))
    return Order({}, "EPOCHS = 3\n", program, None, model=model, idempotency_key=idempotency_key)


async def reached(runs: Runs, identifier: str, state: State) -> Run:
    assert await runs.get(identifier).until(lambda run: run.state == state, 60), runs.get(identifier).run
    return runs.get(identifier).run


@pytest.mark.parametrize(("paused_by", "state"), [(USER, State.PAUSED), (SERVER, State.SUCCEEDED)])
async def test_a_run_stays_paused_over_a_restart_where_the_user_paused_it(
    store: RunStore, paused_by: str, state: State
) -> None:
    run = made(store)
    live = LiveRun(run, store)
    live.emit(EventKind.BATCH, epoch=1, step=2)
    live.change_state(State.PAUSED, paused_by=paused_by)
    live.close()
    processes = ScriptedProcesses(whole)
    after = served(store, processes)
    await after.start()
    found = await reached(after, run.id, state)
    assert len(processes.forks) == (state == State.SUCCEEDED)
    assert state != State.PAUSED or (found.epoch, found.step, found.paused_by) == (1, 2, USER)
    await after.stop()


@pytest.mark.parametrize("state", [State.RUNNING, State.PENDING])
async def test_a_run_that_was_interrupted_goes_on_unasked(store: RunStore, state: State) -> None:
    run = made(store, state)
    processes = ScriptedProcesses(whole)
    after = served(store, processes)
    await after.start()
    await reached(after, run.id, State.SUCCEEDED)
    assert len(processes.forks) == 1
    await after.stop()


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.CANCELLED])
async def test_a_run_that_has_ended_is_not_begun_again(store: RunStore, state: State) -> None:
    run = made(store, state)
    processes = ScriptedProcesses(whole)
    after = served(store, processes)
    await after.start()
    for call in (after.pause, after.resume, after.stop_run):
        with pytest.raises(WrongState, match=f"has ended: its state is {state}"):
            await call(run.id)
    assert processes.forks == []
    await after.stop()


async def test_runs_beyond_the_limit_wait_and_a_pause_makes_room(store: RunStore) -> None:
    processes = ScriptedProcesses(waiting)
    runs = served(store, processes, concurrent=1)
    first, second = await runs.create(order()), await runs.create(order())
    assert (first.state, second.state) == (State.RUNNING, State.PENDING)
    await processes.forked(1)
    await runs.pause(first.id)
    await processes.forked(2)
    assert (first.state, second.state) == (State.PAUSED, State.RUNNING)
    await runs.pause(second.id)
    for run in (first, second):
        await runs.resume(run.id)
        await runs.stop_run(run.id)
    assert (first.state, second.state) == (State.SUCCEEDED, State.SUCCEEDED)
    await runs.stop()


async def test_a_run_that_waits_is_paused_changed_and_stopped_without_a_process(store: RunStore) -> None:
    processes = ScriptedProcesses(waiting)
    runs = served(store, processes, concurrent=0)
    run = await runs.create(order())
    assert (await runs.pause(run.id)).state == State.PAUSED
    assert (await runs.update(run.id, 0.5)).changes == [{"epoch": 0, "step": 0, "learning_rate": 0.5}]
    assert (await runs.stop_run(run.id)).state == State.CANCELLED
    assert processes.forks == []
    await runs.stop()


async def test_a_paused_run_without_a_process_gets_one_for_its_steps_and_for_its_end(store: RunStore) -> None:
    async def stops(worker: ScriptedWorker) -> None:
        worker.say("trained", epoch=1, step=2, history=[], weights_hash="sha256:1", end_reason="stopped")
        worker.say("tested", results={"rows": 6})

    run = made(store, State.PAUSED)
    run.epoch, run.paused_by, run.changes = 1, USER, [{"epoch": 0, "step": 1, "learning_rate": 0.5}]
    store.save(run)
    processes = ScriptedProcesses(waiting, stops)
    runs = served(store, processes)
    await runs.start()
    await runs.resume(run.id, 7)
    worker = await processes.forked(1)
    assert (worker.order["steps"], worker.order["stop"], worker.order["changes"]) == (7, False, run.changes)
    await runs.pause(run.id)
    worker.die()
    while runs.training(run.id) is not None:
        await asyncio.sleep(0)
    stopped = await runs.stop_run(run.id)
    assert processes.forks[1].order["stop"]
    assert (stopped.state, stopped.end_reason) == (State.SUCCEEDED, "stopped")
    await runs.stop()


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
async def test_a_learning_rate_that_is_none_is_refused(store: RunStore, value: float) -> None:
    runs = served(store, ScriptedProcesses(waiting), concurrent=0)
    run = await runs.create(order())
    with pytest.raises(InvalidInput, match="learning_rate: expected a number above 0"):
        await runs.update(run.id, value)
    with pytest.raises(InvalidInput, match="steps: expected 0 "):
        await runs.resume(run.id, -1)
    await runs.stop()


async def test_only_an_ended_run_is_deleted(store: RunStore) -> None:
    runs = served(store, ScriptedProcesses(waiting), concurrent=0)
    run = await runs.create(order(idempotency_key="key"))
    with pytest.raises(WrongState, match="has not ended: its state is PENDING"):
        await runs.delete(run.id)
    await runs.stop_run(run.id)
    await runs.delete(run.id)
    assert store.load() == []
    assert (await runs.create(order(idempotency_key="key"))).id != run.id
    await runs.stop()


async def test_pages_have_the_newest_first_and_the_newest_of_a_model_is_found(store: RunStore) -> None:
    runs = served(store, ScriptedProcesses(waiting), concurrent=0)
    made = sorted([(await runs.create(order(model=model))).id for model in ("a", "b", "a", "a")], reverse=True)
    of_a = [name for name in made if runs.get(name).run.model == "a"]
    page, token = runs.page("a", 2, "")
    rest, end = runs.page("a", 2, token)
    assert ([run.id for run in (*page, *rest)], len(page), end) == (of_a, 2, "")
    assert [run.id for run in runs.newest({"a", "none"})] == of_a[:1]
    await runs.stop()


async def test_a_run_whose_dataset_is_gone_fails_and_says_so(store: RunStore) -> None:
    run = made(store)
    run.dataset_hash = "sha256:" + "0" * 64
    store.save(run)
    runs = served(store, ScriptedProcesses(whole))
    await runs.start()
    found = runs.get(run.id).run
    assert found.state == State.FAILED
    assert found.error is not None
    assert "Add it again" in found.error.message
    await runs.stop()
