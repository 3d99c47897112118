from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import signal
import time

import pytest
import pytest_asyncio
from glasswork.trainer.v1 import trainer_pb2 as pb
from glasswork_sdk.errors import InvalidInput, WrongState

from services.trainer.tests.harness import (
    DROPOUT,
    ENDED,
    Server,
    bare_request,
    digits_request,
    lasting,
    read_json,
    script,
    worker_pids,
)

pytestmark = [pytest.mark.tensorflow, pytest.mark.asyncio(loop_scope="module")]

EPOCHS = 30
STOPPING = ("EarlyStopping(patience=5)", "EarlyStopping(patience=25, restore_best_weights=True)")
LONG = script("digits", lasting(EPOCHS), DROPOUT, STOPPING)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(server: Server) -> str:
    """The weights' hash of an uninterrupted run of LONG."""
    return await finished(server, await server.create(digits_request(LONG)))


async def finished(server: Server, run: str) -> str:
    """Wait for the end of a run and return its weights' hash."""
    ended = await server.ended(run)
    assert ended.state == pb.STATE_SUCCEEDED, (ended, [event async for event in server.events(run)][-5:])
    return str(ended.weights_hash)


async def begun(server: Server, text: str = LONG, epoch: int = 2) -> str:
    run = await server.create(digits_request(text))
    await server.until(run, lambda event: event.kind == pb.EVENT_KIND_EPOCH and event.epoch >= epoch)
    return run


async def rows(server: Server, run: str) -> list[dict[str, float]]:
    answer = await server.stub.ListMetrics(pb.ListMetricsRequest(run=run))
    return [dict(row.metrics) for row in answer.rows]


async def epochs(server: Server, run: str) -> list[int]:
    return [event.epoch async for event in server.events(run) if event.kind == pb.EVENT_KIND_EPOCH]


async def test_pause_stops_the_steps_and_resume_changes_no_number(server: Server, whole: str) -> None:
    run = await begun(server)
    began = time.monotonic()
    paused = (await server.stub.PauseRun(pb.PauseRunRequest(run=run))).run
    assert time.monotonic() - began < 0.5
    assert paused.state == pb.STATE_PAUSED
    await asyncio.sleep(0.3)
    still = await server.get(run)
    assert (still.epoch, still.step) == (paused.epoch, paused.step)
    resumed = (await server.stub.ResumeRun(pb.ResumeRunRequest(run=run))).run
    assert resumed.state == pb.STATE_RUNNING
    assert await finished(server, run) == whole


async def test_single_steps_pause_again_after_so_many(server: Server) -> None:
    run = await begun(server)
    before = (await server.stub.PauseRun(pb.PauseRunRequest(run=run))).run
    for _ in range(2):
        await server.stub.ResumeRun(pb.ResumeRunRequest(run=run, steps=3))
        while (after := await server.get(run)).state != pb.STATE_PAUSED:
            await asyncio.sleep(0.02)
    steps = before.steps
    assert (after.epoch * steps + after.step) - (before.epoch * steps + before.step) == 6
    with pytest.raises(InvalidInput, match="steps"):
        await server.stub.ResumeRun(pb.ResumeRunRequest(run=run, steps=-1))
    await server.stub.StopRun(pb.StopRunRequest(run=run))


async def test_a_paused_run_shows_the_variables_of_every_component(server: Server, whole: str) -> None:
    run = await begun(server)
    with pytest.raises(WrongState, match="Pause it"):
        await server.stub.GetVariables(pb.GetVariablesRequest(run=run, component="conv1"))
    paused = (await server.stub.PauseRun(pb.PauseRunRequest(run=run))).run
    for component in ("image", "digit", "normalize1", "conv1", "flatten1", "dense1", "train"):
        found = await server.stub.GetVariables(pb.GetVariablesRequest(run=run, component=component))
        assert any(variable.kind == "output" for variable in found.variables), component
        assert found.step == paused.epoch * paused.steps + paused.step
    conv1 = await server.stub.GetVariables(pb.GetVariablesRequest(run=run, component="conv1"))
    shapes = {(variable.kind, variable.name): list(variable.spec.shape) for variable in conv1.variables}
    assert shapes["output", "output"] == [6, 6, 16]
    assert shapes["weight", "kernel"] == [3, 3, 1, 16]
    assert shapes["gradient", "kernel"] == [3, 3, 1, 16]
    gradient = next(v for v in conv1.variables if (v.kind, v.name) == ("gradient", "kernel"))
    assert 0 < gradient.statistics.std < 10
    await server.stub.ResumeRun(pb.ResumeRunRequest(run=run))
    assert await finished(server, run) == whole


async def test_a_run_paused_in_validation_answers_with_the_weights_of_that_moment(server: Server) -> None:
    long = ('batches("validation").batch(256)', 'batches("validation").batch(4).repeat(500)')
    run = await server.create(digits_request(script("digits", long)))
    await server.until(run, lambda event: event.kind == pb.EVENT_KIND_BATCH)
    await asyncio.sleep(0.5)
    paused = (await server.stub.PauseRun(pb.PauseRunRequest(run=run))).run
    assert (paused.epoch, paused.step) == (0, paused.steps)
    trainers = list(worker_pids(server.run_folder(run)))
    asked = pb.GetVariablesRequest(run=run, component="dense1")
    there = [variable for variable in (await server.stub.GetVariables(asked)).variables if variable.kind == "weight"]
    predicted = await server.stub.PredictSamples(pb.PredictSamplesRequest(run=run, count=1))
    assert len(predicted.samples) == 1
    for pid in trainers:
        os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.5)
    answered = (await server.stub.GetVariables(asked)).variables
    assert [variable for variable in answered if variable.kind == "weight"] == there


async def test_a_new_learning_rate_acts_at_once(server: Server) -> None:
    run = await begun(server)
    paused = (await server.stub.PauseRun(pb.PauseRunRequest(run=run))).run
    await server.stub.UpdateRun(pb.UpdateRunRequest(run=run, learning_rate=0.25))
    found = await server.stub.GetVariables(pb.GetVariablesRequest(run=run, component="train"))
    rate = next(variable for variable in found.variables if variable.name == "learning_rate")
    assert rate.statistics.mean == pytest.approx(0.25)
    place = {"epoch": paused.epoch, "step": paused.step}
    assert read_json(server.run_folder(run) / "run.json")["changes"] == [{**place, "learning_rate": 0.25}]
    with pytest.raises(InvalidInput, match="above 0"):
        await server.stub.UpdateRun(pb.UpdateRunRequest(run=run, learning_rate=-1))
    await server.stub.StopRun(pb.StopRunRequest(run=run))


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_killed_process_goes_on_by_itself_with_the_same_weights(server: Server, seed: int, whole: str) -> None:
    run = await begun(server, epoch=1)
    await asyncio.sleep(random.Random(seed).uniform(0, 0.8))
    for pid in worker_pids(server.run_folder(run)):
        os.kill(pid, signal.SIGKILL)
    ended = await server.ended(run)
    assert ended.state == pb.STATE_SUCCEEDED, ended.error
    assert ended.weights_hash == whole
    assert await epochs(server, run) == list(range(1, ended.epoch + 1))


async def test_a_disk_that_is_full_for_a_moment_ends_no_run_and_doubles_no_number(
    own_server: Server, whole: str
) -> None:
    run = await begun(own_server)
    limits = resource.prlimit(own_server.pid, resource.RLIMIT_FSIZE)
    written = (own_server.run_folder(run) / "events.jsonl").stat().st_size
    workers = list(worker_pids(own_server.run_folder(run)))
    resource.prlimit(own_server.pid, resource.RLIMIT_FSIZE, (written + 300, limits[1]))
    async with asyncio.timeout(30):
        while any(pid in worker_pids(own_server.run_folder(run)) for pid in workers):
            await asyncio.sleep(0.05)
    resource.prlimit(own_server.pid, resource.RLIMIT_FSIZE, limits)
    assert await finished(own_server, run) == whole
    numbers = [event.sequence async for event in own_server.events(run)]
    assert numbers == sorted(set(numbers))
    assert await epochs(own_server, run) == list(range(1, (await own_server.get(run)).epoch + 1))


def whose_test_runs(code: str) -> str:
    """A script of one epoch whose test split runs some code."""
    rows = f"(x, {{'targets': tf.py_function(lambda y: ({code}, y)[1], [y['targets']], tf.int64)}})"
    whole = 'batches("test").batch(256)'
    return script("digits", lasting(1), (whole, f"{whole}.map(lambda x, y: {rows})"))


async def test_a_test_that_ends_its_process_every_time_is_left_out(own_server: Server) -> None:
    run = await own_server.create(
        digits_request(whose_test_runs('__import__("os").kill(__import__("os").getpid(), 9)'))
    )
    ended = await own_server.ended(run)
    assert (ended.state, ended.end_reason, dict(ended.test)) == (pb.STATE_SUCCEEDED, "completed", {"rows": 0})
    assert ended.weights_hash
    findings = [event.message async for event in own_server.events(run) if event.kind == pb.EVENT_KIND_DIAGNOSTIC]
    assert [message.partition(":")[0] for message in findings[-1:]] == ["There is no test at the end"], findings
    assert [("tested again" in message) for message in findings] == [True, True, False]


async def test_a_run_is_stopped_in_its_test_and_keeps_its_weights(own_server: Server) -> None:
    run = await own_server.create(digits_request(whose_test_runs('__import__("time").sleep(60)')))
    while not (await own_server.get(run)).weights_hash:
        await asyncio.sleep(0.05)
    await own_server.stop()
    await own_server.start()
    await own_server.stub.StopRun(pb.StopRunRequest(run=run))
    stopped = await own_server.ended(run)
    assert (stopped.state, stopped.end_reason, dict(stopped.test)) == (pb.STATE_SUCCEEDED, "completed", {"rows": 0})


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_an_ended_server_is_followed_by_one_that_goes_on(own_server: Server, number: int, whole: str) -> None:
    run = await begun(own_server)
    began = time.monotonic()
    code = await own_server.stop(number)
    assert number == signal.SIGKILL or (code == 0 and time.monotonic() - began < 10)
    await own_server.start()
    ended = await own_server.ended(run)
    assert ended.state == pb.STATE_SUCCEEDED, ended.error
    assert ended.weights_hash == whole
    assert await epochs(own_server, run) == list(range(1, ended.epoch + 1))
    assert not list(worker_pids(own_server.run_folder(run)))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_tests_and_exports_of_an_ended_server_are_done_by_the_next(own_server: Server, number: int) -> None:
    run = await own_server.create(digits_request())
    assert (await own_server.ended(run)).state == pb.STATE_SUCCEEDED
    test = (await own_server.stub.RunTests(pb.RunTestsRequest(run=run))).test.id
    export = (await own_server.stub.ExportRun(pb.ExportRunRequest(run=run, format="keras"))).export.id
    await own_server.stop(number)
    await own_server.start()
    async with asyncio.timeout(60):
        exported = pb.Export()
        while exported.state not in ENDED:
            await asyncio.sleep(0.1)
            exported = (await own_server.stub.GetExport(pb.GetExportRequest(run=run, export=export))).export
    tested = (await own_server.stub.GetTest(pb.GetTestRequest(run=run, test=test))).test
    assert (tested.state, exported.state) == (pb.STATE_SUCCEEDED, pb.STATE_SUCCEEDED)


async def test_a_job_that_ends_its_server_every_time_is_given_up(own_server: Server) -> None:
    run = await own_server.create(digits_request())
    assert (await own_server.ended(run)).state == pb.STATE_SUCCEEDED
    test = (await own_server.stub.RunTests(pb.RunTestsRequest(run=run))).test.id
    await own_server.stop(signal.SIGKILL)
    record = own_server.run_folder(run) / "tests" / f"{test}.json"
    record.write_text(json.dumps({**read_json(record), "attempts": 3}))
    await own_server.start()
    ended = (await own_server.stub.GetTest(pb.GetTestRequest(run=run, test=test))).test
    assert (ended.state, ended.error.code) == (pb.STATE_FAILED, "INTERRUPTED")
    assert "3 times" in ended.error.message


async def test_a_paused_run_stays_paused_over_a_restart(own_server: Server, whole: str) -> None:
    run = await begun(own_server)
    paused = (await own_server.stub.PauseRun(pb.PauseRunRequest(run=run))).run
    await own_server.stop()
    await own_server.start()
    again = await own_server.get(run)
    assert (again.state, again.epoch, again.step) == (pb.STATE_PAUSED, paused.epoch, paused.step)
    # The server has just begun to load TensorFlow, which takes long on a busy machine.
    found = await own_server.stub.GetVariables(pb.GetVariablesRequest(run=run, component="conv1"), timeout=90)
    assert {variable.kind for variable in found.variables} >= {"output", "weight"}
    await own_server.stub.ResumeRun(pb.ResumeRunRequest(run=run))
    assert await finished(own_server, run) == whole


async def test_an_interruption_in_mid_epoch_changes_no_metric(own_server: Server) -> None:
    # The best epoch is the first: its weights come back at the end and not where the interruption was.
    text = LONG.replace("patience=25", 'mode="max", patience=99')
    run = await begun(own_server, text)
    await own_server.stub.PauseRun(pb.PauseRunRequest(run=run))
    await own_server.stub.ResumeRun(pb.ResumeRunRequest(run=run, steps=5))
    while (paused := await own_server.get(run)).state != pb.STATE_PAUSED:
        await asyncio.sleep(0.02)
    if paused.step == paused.steps:
        # After an epoch's last step there is nothing to enter; one step on there is.
        await own_server.stub.ResumeRun(pb.ResumeRunRequest(run=run, steps=2))
    await own_server.stop()
    await own_server.start()
    await own_server.stub.ResumeRun(pb.ResumeRunRequest(run=run))
    hashed = await finished(own_server, run)
    other = await own_server.create(digits_request(text))
    assert hashed == await finished(own_server, other)
    assert await rows(own_server, run) == await rows(own_server, other)


async def test_a_gan_is_interrupted_in_mid_epoch_without_a_changed_number(own_server: Server) -> None:
    text = script("gan", ("EPOCHS = 4", "EPOCHS = 60"))
    run = await own_server.create(bare_request(text))
    await own_server.until(run, lambda event: event.kind == pb.EVENT_KIND_EPOCH)
    await own_server.stub.PauseRun(pb.PauseRunRequest(run=run))
    await own_server.stub.ResumeRun(pb.ResumeRunRequest(run=run, steps=5))
    await own_server.stop()
    await own_server.start()
    await own_server.stub.ResumeRun(pb.ResumeRunRequest(run=run))
    ended = await own_server.ended(run)
    assert ended.state == pb.STATE_SUCCEEDED, ended.error
    whole = await own_server.ended(await own_server.create(bare_request(text)))
    assert (ended.weights_hash, dict(ended.metrics)) == (whole.weights_hash, dict(whole.metrics))
