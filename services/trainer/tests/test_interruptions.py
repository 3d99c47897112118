"""Runs that are interrupted, paused, killed: real processes, and the numbers of an uninterrupted run at the end.

What a run does when its processes come and go is decided in core/training.py and core/runs.py, and tested there.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from glasswork.trainer.v1 import trainer_pb2 as pb
from glasswork_sdk.errors import DeadlineExceeded, InvalidInput, Unavailable, WrongState

from services.trainer.tests.harness import (
    DROPOUT,
    ENDED,
    PATIENCE,
    SLOW_EPOCHS,
    Server,
    bare_request,
    digits_request,
    gated,
    lasting,
    let_go,
    read_json,
    script,
    worker_pids,
)
from tests.volume import FULL

pytestmark = [pytest.mark.tensorflow, pytest.mark.asyncio(loop_scope="session")]

EPOCHS = 30 if FULL else 5
STOPPING = "EarlyStopping(patience=5)"
RESTORING = (STOPPING, "EarlyStopping(patience=25, restore_best_weights=True)")
# The best epoch is the first: its weights come back at the end and not where the interruption was.
FIRST_IS_BEST = (STOPPING, 'EarlyStopping(mode="max", patience=99, restore_best_weights=True)')
LONG = gated(script("digits", lasting(EPOCHS), DROPOUT, RESTORING))
BEST = gated(script("digits", lasting(4), DROPOUT, FIRST_IS_BEST))
GAN = script("gan")
GAN_STEPS = 12
# Of 420 rows.
BATCHES = 14


@dataclass(frozen=True)
class Whole:
    """What an uninterrupted run came to."""

    weights_hash: str
    metrics: dict[str, float]
    rows: list[dict[str, float]]


async def whole_run(server: Server, request: pb.CreateRunRequest) -> Whole:
    return await ended_whole(server, await created(server, request))


async def ended_whole(server: Server, run: str) -> Whole:
    """Wait for the success of a run."""
    ended = await server.ended(run)
    assert ended.state == pb.STATE_SUCCEEDED, (ended, [event async for event in server.events(run)][-5:])
    answer = await server.stub.ListMetrics(pb.ListMetricsRequest(run=run))
    return Whole(ended.weights_hash, dict(ended.metrics), [dict(row.metrics) for row in answer.rows])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(server: Server) -> Whole:
    return await whole_run(server, digits_request(LONG))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole_best(server: Server) -> Whole:
    return await whole_run(server, digits_request(BEST))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole_gan(server: Server) -> Whole:
    return await whole_run(server, bare_request(GAN))


async def created(server: Server, request: pb.CreateRunRequest, go: bool = True) -> str:
    """Make a run whose later steps are quick, or slow until `let_go`."""
    run = await server.create(request)
    if go:
        let_go(server, run)
    return run


async def in_a_slow_epoch(server: Server) -> str:
    """Make a run and meet it in the middle of an epoch, where it is slow."""
    run = await created(server, digits_request(LONG), go=False)
    await server.until(run, lambda item: item.kind == pb.EVENT_KIND_BATCH and item.epoch == SLOW_EPOCHS)
    return run


async def paused(server: Server, request: pb.CreateRunRequest, steps: int = 0) -> tuple[str, pb.Run]:
    """Make a run that pauses at its first step, or so many steps later."""
    run = await created(server, request)
    # The process begins with the pause. Where it takes longer than a call may, the pause comes after the call.
    with contextlib.suppress(DeadlineExceeded):
        await server.stub.PauseRun(pb.PauseRunRequest(run=run))
    found = await until_paused(server, run)
    return (run, await stepped(server, run, steps)) if steps else (run, found)


async def stepped(server: Server, run: str, steps: int) -> pb.Run:
    await server.stub.ResumeRun(pb.ResumeRunRequest(run=run, steps=steps))
    return await until_paused(server, run)


async def until_paused(server: Server, run: str) -> pb.Run:
    async with asyncio.timeout(PATIENCE):
        while (found := await server.get(run)).state != pb.STATE_PAUSED:
            assert found.state not in ENDED, found
            await asyncio.sleep(0.02)
    return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.02)


async def variables(server: Server, run: str, component: str) -> Any:
    """Return the variables of a component; a process that has just died, or is just made, is asked again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(Unavailable, DeadlineExceeded):
                asked = pb.GetVariablesRequest(run=run, component=component)
                return await server.stub.GetVariables(asked, timeout=PATIENCE)
            await asyncio.sleep(0.05)


async def epochs(server: Server, run: str) -> list[int]:
    return [event.epoch async for event in server.events(run) if event.kind == pb.EVENT_KIND_EPOCH]


def kill_workers(server: Server, run: str) -> list[int]:
    pids = list(worker_pids(server.run_folder(run)))
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    return pids


async def test_pause_steps_and_a_look_at_the_variables_change_no_number(server: Server, whole: Whole) -> None:
    run, first = await paused(server, digits_request(LONG))
    for component in ("image", "digit", "normalize1", "conv1", "flatten1", "dense1", "train"):
        found = await variables(server, run, component)
        assert any(variable.kind == "output" for variable in found.variables), component
        assert found.step == place(first)
    for number in (1, 2):
        assert place(await stepped(server, run, 3)) == place(first) + 3 * number
    still = await server.get(run)
    resumed = (await server.stub.ResumeRun(pb.ResumeRunRequest(run=run))).run
    assert (still.state, resumed.state) == (pb.STATE_PAUSED, pb.STATE_RUNNING)
    assert await ended_whole(server, run) == whole


def place(run: pb.Run) -> int:
    return run.epoch * run.steps + run.step


async def test_a_paused_run_shows_outputs_weights_and_gradients(server: Server) -> None:
    run, _ = await paused(server, digits_request(LONG), steps=2)
    conv1 = await variables(server, run, "conv1")
    shapes = {(variable.kind, variable.name): list(variable.spec.shape) for variable in conv1.variables}
    assert shapes["output", "output"] == [6, 6, 16]
    assert shapes["weight", "kernel"] == [3, 3, 1, 16]
    assert shapes["gradient", "kernel"] == [3, 3, 1, 16]
    gradient = next(v for v in conv1.variables if (v.kind, v.name) == ("gradient", "kernel"))
    assert 0 < gradient.statistics.std < 10
    with pytest.raises(InvalidInput, match="steps"):
        await server.stub.ResumeRun(pb.ResumeRunRequest(run=run, steps=-1))
    await server.stub.StopRun(pb.StopRunRequest(run=run))


async def test_a_run_that_goes_on_shows_no_variables_and_pauses_in_mid_epoch(server: Server) -> None:
    run = await in_a_slow_epoch(server)
    with pytest.raises(WrongState, match="Pause it"):
        await server.stub.GetVariables(pb.GetVariablesRequest(run=run, component="conv1"))
    held = (await server.stub.PauseRun(pb.PauseRunRequest(run=run))).run
    assert (held.state, held.epoch) == (pb.STATE_PAUSED, SLOW_EPOCHS)
    await server.stub.StopRun(pb.StopRunRequest(run=run))


MARK = """class Mark(keras.callbacks.Callback):
    def on_test_begin(self, logs=None):
        Path("validating").touch()


"""
LONG_VALIDATION = ('batches("validation").batch(256)', 'batches("validation").batch(4).repeat(5_000)')


async def test_a_run_paused_in_validation_answers_with_the_weights_of_that_moment(server: Server) -> None:
    text = script("digits", LONG_VALIDATION).replace("callbacks = [keras.", "callbacks = [Mark(), keras.")
    text = text.replace("def assemble(", MARK + "def assemble(")
    run = await server.create(digits_request(text))
    await until((server.run_folder(run) / "work" / "validating").exists)
    held = (await server.stub.PauseRun(pb.PauseRunRequest(run=run))).run
    assert (held.epoch, held.step) == (0, held.steps)
    trainers = list(worker_pids(server.run_folder(run)))
    there = weights(await variables(server, run, "dense1"))
    predicted = await server.stub.PredictSamples(pb.PredictSamplesRequest(run=run, count=1))
    assert len(predicted.samples) == 1
    for pid in trainers:
        os.kill(pid, signal.SIGKILL)
    await until(lambda: not set(trainers) & set(worker_pids(server.run_folder(run))))
    assert weights(await variables(server, run, "dense1")) == there


def weights(answer: Any) -> list[Any]:
    return [variable for variable in answer.variables if variable.kind == "weight"]


async def test_a_new_learning_rate_acts_at_once(server: Server) -> None:
    run, held = await paused(server, digits_request(LONG))
    await server.stub.UpdateRun(pb.UpdateRunRequest(run=run, learning_rate=0.25))
    found = await variables(server, run, "train")
    rate = next(variable for variable in found.variables if variable.name == "learning_rate")
    assert rate.statistics.mean == pytest.approx(0.25)
    at = {"epoch": held.epoch, "step": held.step}
    assert read_json(server.run_folder(run) / "run.json")["changes"] == [{**at, "learning_rate": 0.25}]
    with pytest.raises(InvalidInput, match="above 0"):
        await server.stub.UpdateRun(pb.UpdateRunRequest(run=run, learning_rate=-1))
    await server.stub.StopRun(pb.StopRunRequest(run=run))


async def test_a_killed_process_goes_on_by_itself_with_the_same_weights(server: Server, whole: Whole) -> None:
    run = await in_a_slow_epoch(server)
    assert kill_workers(server, run)
    let_go(server, run)
    assert await ended_whole(server, run) == whole
    assert await epochs(server, run) == list(range(1, EPOCHS + 1))
    messages = [event.message async for event in server.events(run)]
    assert any("goes on from the last checkpoint" in message for message in messages)


@pytest.mark.skipif(not FULL, reason="volume: GLASSWORK_TEST_FULL=1")
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
async def test_a_process_killed_at_any_moment_changes_no_weight(server: Server, seed: int, whole: Whole) -> None:
    run = await created(server, digits_request(LONG))
    # Any moment will do, and the numbers are to be the same after each.
    await asyncio.sleep(random.Random(seed).uniform(0, 4))
    kill_workers(server, run)
    assert await ended_whole(server, run) == whole


def with_an_endless_test() -> str:
    """A script of one epoch whose test split does not end."""
    sleep = "tf.py_function(lambda y: (__import__('time').sleep(600), y)[1], [y['targets']], tf.int64)"
    test = 'batches("test").batch(256)'
    return script("digits", lasting(1), (test, f"{test}.map(lambda x, y: (x, {{'targets': {sleep}}}))"))


@dataclass(frozen=True)
class Interrupted:
    """A server that was ended in the middle of everything, and started again."""

    server: Server
    going: str
    held: str
    held_at: tuple[int, int]
    gan: str
    tested: str
    done: str
    test: str
    export: str


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=[signal.SIGKILL, signal.SIGTERM])
async def after(request: pytest.FixtureRequest, own_server: Server) -> Interrupted:
    server = own_server
    done = await server.create(digits_request(script("digits", lasting(1))))
    assert (await server.ended(done)).state == pb.STATE_SUCCEEDED
    held, at = await paused(server, digits_request(BEST), steps=BATCHES + 5)
    gan, _ = await paused(server, bare_request(GAN), steps=GAN_STEPS + 5)
    tested = await server.create(digits_request(with_an_endless_test()))
    while not (await server.get(tested)).weights_hash:
        await asyncio.sleep(0.05)
    going = await in_a_slow_epoch(server)
    test = (await server.stub.RunTests(pb.RunTestsRequest(run=done))).test.id
    export = (await server.stub.ExportRun(pb.ExportRunRequest(run=done, format="keras"))).export.id
    code = await server.stop(request.param)
    assert code == (0 if request.param == signal.SIGTERM else -signal.SIGKILL)
    let_go(server, going)
    await server.start()
    return Interrupted(server, going, held, (at.epoch, at.step), gan, tested, done, test, export)


async def test_a_run_of_an_ended_server_goes_on_unasked_with_the_same_weights(after: Interrupted, whole: Whole) -> None:
    server, run = after.server, after.going
    assert await ended_whole(server, run) == whole
    assert await epochs(server, run) == list(range(1, EPOCHS + 1))
    await until(lambda: not list(worker_pids(server.run_folder(run))))


async def test_a_paused_run_stays_paused_over_a_restart(after: Interrupted, whole_best: Whole) -> None:
    server, run = after.server, after.held
    again = await server.get(run)
    assert (again.state, again.epoch, again.step) == (pb.STATE_PAUSED, *after.held_at)
    assert 0 < again.step < again.steps
    found = await variables(server, run, "conv1")
    assert {variable.kind for variable in found.variables} >= {"output", "weight"}
    await server.stub.ResumeRun(pb.ResumeRunRequest(run=run))
    assert await ended_whole(server, run) == whole_best


async def test_a_gan_is_interrupted_in_mid_epoch_without_a_changed_number(after: Interrupted, whole_gan: Whole) -> None:
    await after.server.stub.ResumeRun(pb.ResumeRunRequest(run=after.gan))
    assert await ended_whole(after.server, after.gan) == whole_gan


async def test_a_run_is_stopped_in_the_test_that_it_repeats_and_keeps_its_weights(after: Interrupted) -> None:
    await after.server.stub.StopRun(pb.StopRunRequest(run=after.tested))
    stopped = await after.server.ended(after.tested)
    assert (stopped.state, stopped.end_reason, dict(stopped.test)) == (pb.STATE_SUCCEEDED, "completed", {"rows": 0})
    assert stopped.weights_hash


async def test_tests_and_exports_of_an_ended_server_are_done_by_the_next(after: Interrupted) -> None:
    stub, run = after.server.stub, after.done
    test, export = pb.Test(), pb.Export()
    async with asyncio.timeout(PATIENCE):
        while test.state not in ENDED or export.state not in ENDED:
            await asyncio.sleep(0.05)
            test = (await stub.GetTest(pb.GetTestRequest(run=run, test=after.test))).test
            export = (await stub.GetExport(pb.GetExportRequest(run=run, export=after.export))).export
    assert (test.state, export.state) == (pb.STATE_SUCCEEDED, pb.STATE_SUCCEEDED)
