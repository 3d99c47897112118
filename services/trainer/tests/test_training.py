"""The states of a run over its processes, which are scripted: no process starts."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from glasswork_sdk.errors import DeadlineExceeded, WrongState
from glasswork_trainer.core import process, training
from glasswork_trainer.core.events import Event, EventKind, EventLog, read_events
from glasswork_trainer.core.live import SERVER, LiveRun
from glasswork_trainer.core.run import Run, State, new_identifier
from glasswork_trainer.core.store import RunStore
from glasswork_trainer.core.training import Training

from services.trainer.tests.scripted import (
    ScriptedProcesses,
    ScriptedWorker,
    epoch,
    started,
    trained,
    waiting,
    whole,
)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveRun]:
    store = RunStore(tmp_path / "runs")
    run = Run(new_identifier("r"), number=1)
    store.create(run, {})
    made = LiveRun(run, store)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "DISK_SECONDS", 0)


@asynccontextmanager
async def driven(live: LiveRun, processes: ScriptedProcesses) -> AsyncIterator[Training]:
    """Drive a run within the block, until it has ended or has no process."""
    made = Training(live, live.folder.path, processes)
    task = asyncio.create_task(made.drive())
    yield made
    async with asyncio.timeout(60):
        await task


async def drive(live: LiveRun, processes: ScriptedProcesses) -> None:
    async with driven(live, processes):
        pass


async def reached(live: LiveRun, state: State) -> None:
    assert await live.until(lambda run: run.state == state, 60), live.run


def told(live: LiveRun, kind: EventKind) -> list[Event]:
    return [event for event in read_events(live.folder.events) if event.kind == kind]


def findings(live: LiveRun) -> list[str]:
    return [event.message for event in told(live, EventKind.DIAGNOSTIC)]


def epochs(live: LiveRun) -> list[int]:
    return [event.epoch for event in told(live, EventKind.EPOCH)]


async def test_a_run_trains_and_is_tested_by_one_process(live: LiveRun) -> None:
    processes = ScriptedProcesses(whole)
    await drive(live, processes)
    run = live.run
    assert (run.state, run.end_reason, run.weights_hash, run.test) == (
        "SUCCEEDED",
        "completed",
        "sha256:3",
        {"rows": 6},
    )
    assert [event.state for event in told(live, EventKind.STATE)] == [State.RUNNING, State.SUCCEEDED]
    assert epochs(live) == [1, 2, 3]
    assert len(processes.forks) == 1


async def test_a_pause_holds_until_it_is_resumed_for_so_many_steps(live: LiveRun) -> None:
    processes = ScriptedProcesses(waiting)
    async with driven(live, processes) as run:
        worker = await processes.forked(1)
        await run.pause()
        assert (live.run.state, live.run.epoch, live.run.step, live.run.paused_by) == ("PAUSED", 1, 2, "user")
        await run.resume(3)
        assert live.run.state == State.RUNNING
        await run.stop()
    assert [(command["command"], command.get("steps")) for command in worker.told[1:]] == [
        ("pause", None),
        ("resume", 3),
        ("stop", None),
    ]
    assert (live.run.state, live.run.end_reason) == (State.SUCCEEDED, "stopped")


async def test_a_command_that_comes_before_the_process_follows_its_order(live: LiveRun) -> None:
    processes = ScriptedProcesses(waiting)
    run = Training(live, live.folder.path, processes)
    pausing = asyncio.create_task(run.pause())
    await asyncio.sleep(0)
    task = asyncio.create_task(run.drive(steps=5))
    await pausing
    assert live.run.state == State.PAUSED
    assert (processes.forks[0].order["steps"], processes.forks[0].commands) == (5, ["pause"])
    await run.resume(0)
    await run.stop()
    await task


async def test_a_pause_that_is_not_reached_in_time_comes_later(live: LiveRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "PAUSE_SECONDS", 0.01)
    read = asyncio.Event()

    async def slow(worker: ScriptedWorker) -> None:
        await read.wait()
        await waiting(worker)

    async with driven(live, ScriptedProcesses(slow)) as run:
        with pytest.raises(DeadlineExceeded, match="pauses at its first step"):
            await run.pause()
        read.set()
        await reached(live, State.PAUSED)
        await run.resume(0)
        await run.stop()


async def test_a_change_that_is_not_made_in_time_says_when_it_will_be_and_is_kept_then(
    live: LiveRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "REPLY_SECONDS", 0.01)
    late = asyncio.Event()

    async def slow(worker: ScriptedWorker) -> None:
        value = (await worker.hear("learning_rate"))["value"]
        await late.wait()
        worker.say("changed", learning_rate=value, epoch=0, step=1)
        worker.say("failed", error={"message": "enough"})

    processes = ScriptedProcesses(slow)
    async with driven(live, processes) as run:
        await processes.forked(1)
        await reached(live, State.RUNNING)
        with pytest.raises(DeadlineExceeded, match="takes effect at the next end of a batch"):
            await run.set_learning_rate(0.25)
        late.set()
    assert live.run.state == State.FAILED
    assert live.run.changes == [{"epoch": 0, "step": 1, "learning_rate": 0.25}]


async def dies_at_once(worker: ScriptedWorker) -> None:
    started(worker)
    worker.die()
    await asyncio.sleep(0)


async def test_a_process_that_dies_without_getting_further_is_given_up_at_the_third_time(live: LiveRun) -> None:
    processes = ScriptedProcesses(dies_at_once)
    await drive(live, processes)
    assert live.run.state == State.FAILED
    assert live.run.error is not None
    assert live.run.error.code == "PROCESS_DIED"
    assert "SIGKILL" in live.run.error.message
    assert len(processes.forks) == training.ATTEMPTS == 3
    assert ["goes on from the last checkpoint" in message for message in findings(live)] == [True, True]


async def test_a_process_that_gets_further_each_time_is_never_given_up(live: LiveRun) -> None:
    done = 0

    async def a_bit(worker: ScriptedWorker) -> None:
        nonlocal done
        started(worker, restored=done)
        done += 1
        worker.say("checkpoint", epoch=done, step=0, name=f"e{done}")
        if done < 8:
            worker.die()
        else:
            trained(worker)
            worker.say("tested", results={"rows": 6})
        await asyncio.sleep(0)

    processes = ScriptedProcesses(a_bit)
    await drive(live, processes)
    assert (live.run.state, len(processes.forks)) == (State.SUCCEEDED, 8)


async def test_a_crash_is_not_tried_again(live: LiveRun) -> None:
    async def crashes(worker: ScriptedWorker) -> None:
        worker.die(signal.SIGSEGV)
        await asyncio.sleep(0)

    processes = ScriptedProcesses(crashes)
    await drive(live, processes)
    assert (live.run.state, len(processes.forks)) == (State.FAILED, 1)
    assert live.run.error is not None
    assert "SIGSEGV" in live.run.error.message


async def test_epochs_that_are_trained_again_after_an_interruption_are_told_once(live: LiveRun) -> None:
    async def killed(worker: ScriptedWorker) -> None:
        started(worker)
        for number in (1, 2):
            epoch(worker, number)
        worker.die()
        await asyncio.sleep(0)

    async def again(worker: ScriptedWorker) -> None:
        # It begins at the checkpoint before the last epoch that was told.
        started(worker, restored=1)
        for number in (2, 3):
            epoch(worker, number)
        trained(worker)
        worker.say("tested", results={"rows": 6})

    await drive(live, ScriptedProcesses(killed, again))
    assert live.run.state == State.SUCCEEDED
    assert epochs(live) == [1, 2, 3]
    assert any("Resumed from the checkpoint at epoch 2" in event.message for event in told(live, EventKind.LOG))


async def test_epochs_that_were_never_told_come_from_the_checkpoint(live: LiveRun) -> None:
    async def silent(worker: ScriptedWorker) -> None:
        started(worker, restored=2)
        trained(worker)
        worker.say("tested", results={"rows": 6})

    await drive(live, ScriptedProcesses(silent))
    assert epochs(live) == [1, 2, 3]


async def test_a_test_that_ends_its_process_every_time_is_left_out(live: LiveRun) -> None:
    async def dies_in_its_test(worker: ScriptedWorker) -> None:
        trained(worker)
        worker.die()
        await asyncio.sleep(0)

    processes = ScriptedProcesses(dies_in_its_test)
    await drive(live, processes)
    run = live.run
    assert (run.state, run.end_reason, run.weights_hash, run.test) == (
        "SUCCEEDED",
        "completed",
        "sha256:3",
        {"rows": 0},
    )
    assert ["tested again" in message for message in findings(live)] == [True, True, False]
    assert findings(live)[-1].startswith("There is no test at the end:")
    assert len(processes.forks) == 3


async def in_its_test(worker: ScriptedWorker) -> None:
    trained(worker)
    await asyncio.Event().wait()


async def test_a_run_is_stopped_in_its_test_and_keeps_its_weights(live: LiveRun) -> None:
    async with driven(live, ScriptedProcesses(in_its_test)) as run:
        while not run.trained:
            await asyncio.sleep(0)
        for call in (run.pause(), run.set_learning_rate(0.1)):
            with pytest.raises(WrongState, match="finished training and is being tested"):
                await call
        await run.stop()
    assert (live.run.state, live.run.weights_hash, live.run.test) == (State.SUCCEEDED, "sha256:3", {"rows": 0})
    assert "the run was stopped" in findings(live)[-1]


async def test_a_run_stopped_before_its_first_step_is_cancelled(live: LiveRun) -> None:
    processes = ScriptedProcesses(in_silence)
    async with driven(live, processes) as run:
        await processes.forked(1)
        await run.stop()
    assert (live.run.state, live.run.weights_hash) == (State.CANCELLED, "")


async def in_silence(worker: ScriptedWorker) -> None:
    await asyncio.Event().wait()


async def test_a_paused_run_whose_process_dies_stays_paused(live: LiveRun) -> None:
    processes = ScriptedProcesses(waiting)
    async with driven(live, processes) as run:
        worker = await processes.forked(1)
        await run.pause()
        worker.die()
    assert (live.run.state, live.run.paused_by, len(processes.forks)) == (State.PAUSED, "user", 1)


@pytest.mark.parametrize("kind", list(EventKind)[:-1])
async def test_a_disk_that_is_full_for_a_moment_ends_no_run_and_doubles_no_number(
    live: LiveRun, monkeypatch: pytest.MonkeyPatch, kind: EventKind
) -> None:
    append, failed = EventLog.append, False

    def fails_once(log: EventLog, event: Event) -> None:
        nonlocal failed
        if event.kind == kind and event.epoch >= 1 and not failed:
            failed = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        append(log, event)

    async def resumed(worker: ScriptedWorker) -> None:
        started(worker, restored=1)
        for number in (2, 3):
            epoch(worker, number)
        trained(worker)
        worker.say("tested", results={"rows": 6})

    monkeypatch.setattr(EventLog, "append", fails_once)
    first = resumed if kind == EventKind.LOG else whole
    await drive(live, ScriptedProcesses(first, resumed))
    assert live.run.state == State.SUCCEEDED
    assert epochs(live) == [1, 2, 3]
    numbers = [event.sequence for event in read_events(live.folder.events)]
    assert numbers == sorted(set(numbers))
    assert failed


async def test_the_end_of_the_server_lets_the_process_write_a_checkpoint(live: LiveRun) -> None:
    async def leaves(worker: ScriptedWorker) -> None:
        started(worker)
        await worker.hear("leave")
        worker.say("checkpoint", epoch=0, step=3, name="last")
        worker.say("left")

    processes = ScriptedProcesses(leaves)
    async with driven(live, processes) as run:
        await processes.forked(1)
        await reached(live, State.RUNNING)
        await run.leave()
    assert (live.run.state, live.run.paused_by) == (State.PAUSED, SERVER)
    assert [event.message for event in told(live, EventKind.CHECKPOINT)] == ["last"]
    assert len(processes.forks) == 1


async def test_a_process_that_does_not_leave_is_killed(live: LiveRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "LEAVE_SECONDS", 0.1)
    processes = ScriptedProcesses(in_silence)
    async with driven(live, processes) as run:
        worker = await processes.forked(1)
        await reached(live, State.RUNNING)
        await run.leave()
    assert worker.commands == ["leave"]
    assert (live.run.state, len(processes.forks)) == (State.RUNNING, 1)


async def test_a_run_that_goes_on_under_other_conditions_says_so(live: LiveRun) -> None:
    async def elsewhere(worker: ScriptedWorker) -> None:
        worker.say("environment", values={"threads": "8", "python": "3.12"})
        await whole(worker)

    live.run.environment = {"threads": "2", "python": "3.12"}
    await drive(live, ScriptedProcesses(elsewhere))
    assert findings(live) == ["The run goes on under other conditions (threads): its numbers may differ slightly."]
