from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest
from glasswork.trainer.v1 import trainer_pb2 as pb
from glasswork_sdk.errors import InvalidInput, NotFound, WrongState
from google.protobuf.struct_pb2 import Struct

from services.trainer.tests.harness import (
    ENDED,
    HASH,
    SLOW_EPOCHS,
    Server,
    bare_request,
    digits_request,
    gated,
    lasting,
    let_go,
    script,
)
from tests.warm import Warm

pytestmark = [pytest.mark.tensorflow, pytest.mark.asyncio(loop_scope="session")]

HASH_OF_SCRIPT = """
import sys; sys.path.insert(0, sys.argv[1])
import keras, model, tensorflow as tf
from glasswork_trainer.worker.networks import hash_weights, read_weights
keras.utils.set_random_seed(model.SEED); tf.config.experimental.enable_op_determinism()
data, trained = model.load_data(sys.argv[2]), model.build_model()
model.train(trained, data)
print(hash_weights(read_weights(trained)))
"""


async def test_a_run_trains_is_tested_and_has_the_weights_of_the_script_alone(
    server: Server, run: str, datasets: Path, tmp_path: Path, warm: Warm
) -> None:
    ended = await server.get(run)
    assert (ended.state, ended.epoch, ended.end_reason, ended.progress) == (pb.STATE_SUCCEEDED, 10, "completed", 1.0)
    assert float(str(ended.test["accuracy"])) > 0.8
    assert ended.environment["op_determinism"] == "on"
    (tmp_path / "model.py").write_text(script())
    folder = datasets / HASH.removeprefix("sha256:")
    alone = await asyncio.to_thread(warm.run, ["-c", HASH_OF_SCRIPT, tmp_path, folder], check=True)
    assert alone.stdout.strip() == ended.weights_hash


async def test_events_increase_and_a_second_reader_has_each_once(server: Server, run: str) -> None:
    first = [event async for event in server.events(run)]
    numbers = [event.sequence for event in first]
    assert numbers == sorted(set(numbers))
    assert [event.epoch for event in first if event.kind == pb.EVENT_KIND_EPOCH] == list(range(1, 11))
    assert [event.state for event in first if event.state] == [1, 2, pb.STATE_SUCCEEDED]
    middle = numbers[len(numbers) // 2]
    assert [event.sequence async for event in server.events(run, middle)] == [n for n in numbers if n > middle]


async def test_metrics_have_a_row_for_each_epoch_and_pages(server: Server, run: str) -> None:
    page = await server.stub.ListMetrics(pb.ListMetricsRequest(run=run, page_size=8))
    rest = await server.stub.ListMetrics(pb.ListMetricsRequest(run=run, page_token=page.next_page_token))
    assert [row.epoch for row in (*page.rows, *rest.rows)] == list(range(1, 11))
    assert {"loss", "val_loss", "accuracy", "val_f1", "precision", "recall"} <= set(page.rows[0].metrics)


async def test_a_run_is_listed_read_and_deleted(server: Server) -> None:
    text = script("digits", lasting(1))
    run = await server.create(digits_request(text, model="listed", version="c0ffee"))
    await server.ended(run)
    listed = await server.stub.ListRuns(pb.ListRunsRequest(model="listed"))
    assert [item.id for item in listed.runs] == [run]
    answer = await server.stub.GetRun(pb.GetRunRequest(run=run))
    assert answer.script == text
    assert answer.graph.components["image"].type == "core.data"
    await server.stub.DeleteRun(pb.DeleteRunRequest(run=run))
    with pytest.raises(NotFound, match="There is no run"):
        await server.get(run)


async def test_runs_come_in_pages_the_newest_first(server: Server) -> None:
    runs = [await server.create(digits_request(script("digits", lasting(1)), model="pages")) for _ in range(3)]
    page = await server.stub.ListRuns(pb.ListRunsRequest(model="pages", page_size=2))
    rest = await server.stub.ListRuns(pb.ListRunsRequest(model="pages", page_token=page.next_page_token))
    assert [run.id for run in (*page.runs, *rest.runs)] == runs[::-1]
    assert rest.next_page_token == ""
    for run in runs:
        await server.ended(run)


async def test_a_page_token_that_no_list_gave_out_is_refused(server: Server) -> None:
    with pytest.raises(InvalidInput, match="page token"):
        await server.stub.ListRuns(pb.ListRunsRequest(page_token="zz"))


async def test_the_same_idempotency_key_makes_one_run(server: Server) -> None:
    request = digits_request(script("digits", lasting(1)), idempotency_key="once")
    assert await server.create(request) == await server.create(request)


async def test_bad_orders_are_refused_with_what_was_expected(server: Server) -> None:
    for change, text in (
        (digits_request(devices=["tpu"]), "expected auto, cpu or names as in gpu:0"),
        (digits_request(devices=["gpu:7"]), "this machine has cpu"),
    ):
        with pytest.raises(InvalidInput, match=text):
            await server.create(change)
    nothing = digits_request()
    del nothing.program.components[-1]
    with pytest.raises(InvalidInput, match="no training component"):
        await server.create(nothing)
    elsewhere = digits_request()
    elsewhere.profile.hash = "sha256:" + "0" * 64
    with pytest.raises(NotFound, match="Add it again"):
        await server.create(elsewhere)


async def test_an_unknown_run_is_not_found_by_any_call(server: Server) -> None:
    for call in (
        server.stub.GetRun(pb.GetRunRequest(run="../../etc")),
        server.stub.PauseRun(pb.PauseRunRequest(run="rffffffffffffffffff")),
        server.stub.Predict(pb.PredictRequest(run="nothing", rows=[Struct()])),
    ):
        with pytest.raises(NotFound):
            await call


async def test_early_stopping_ends_the_run_with_its_reason(server: Server) -> None:
    text = script("digits", ("EarlyStopping(patience=5)", "EarlyStopping(patience=1, min_delta=10)"))
    run = await server.ended(await server.create(digits_request(text)))
    assert (run.state, run.end_reason, run.epoch) == (pb.STATE_SUCCEEDED, "early_stopping", 2)


async def test_a_stopped_run_keeps_its_weights_and_is_tested(server: Server) -> None:
    run = await server.create(digits_request(gated(script())))
    await server.until(run, lambda event: event.kind == pb.EVENT_KIND_EPOCH)
    await server.stub.StopRun(pb.StopRunRequest(run=run))
    stopped = await server.ended(run)
    assert (stopped.state, stopped.end_reason) == (pb.STATE_SUCCEEDED, "stopped")
    assert stopped.weights_hash
    assert stopped.test["rows"] == 60


async def test_a_run_stopped_before_its_first_step_is_cancelled(server: Server) -> None:
    run = await server.create(digits_request())
    await server.stub.StopRun(pb.StopRunRequest(run=run))
    stopped = await server.ended(run)
    assert (stopped.state, stopped.weights_hash) == (pb.STATE_CANCELLED, "")
    with pytest.raises(WrongState, match="CANCELLED"):
        await server.stub.PauseRun(pb.PauseRunRequest(run=run))


async def test_a_loss_that_is_not_finite_is_found(server: Server) -> None:
    text = script("digits", ("learning_rate=0.001", "learning_rate=1e30"), lasting(2), ('activation="softmax", ', ""))
    run = await server.create(digits_request(text))
    events = [event async for event in server.events(run)]
    findings = [event.message for event in events if event.kind == pb.EVENT_KIND_DIAGNOSTIC]
    assert any("smaller learning rate" in message for message in findings), findings
    assert not any(math.isnan(value) for event in events for value in event.metrics.values())
    assert any("loss" in event.not_finite for event in events)
    assert (await server.get(run)).state == pb.STATE_SUCCEEDED


async def test_output_of_the_script_becomes_log_events(server: Server) -> None:
    code = '    history = {}\n    print("reading", epoch)\n    print("half \\ud83d")\n'
    text = script("digits", ("    history = {}\n", code), lasting(1))
    run = await server.create(digits_request(text))
    messages = [event.message async for event in server.events(run) if event.kind == pb.EVENT_KIND_LOG]
    assert messages == ["reading 0", "half ?"]


@pytest.mark.parametrize(
    ("edit", "component", "line"),
    [
        (("        return (x - 77.9) / 95.9", "        return tf.reshape(x, (3, 7))"), "normalize1", 5),
        (("        return (x - 77.9) / 95.9", "        return x / undefined"), "normalize1", 5),
        (("kernel_size=(3, 3)", "kernel_size=(30, 30)"), "conv1", 0),
        (("        return (x - 77.9) / 95.9", "        return (x - 77.9) / "), "normalize1", 5),
        (("images[index] = ", "images[index] = 1 / 0 + "), "image", 0),
    ],
)
async def test_an_error_names_the_component_and_the_line_in_its_code(
    server: Server, edit: tuple[str, str], component: str, line: int
) -> None:
    run = await server.ended(await server.create(digits_request(script("digits", edit))))
    assert run.state == pb.STATE_FAILED
    assert (run.error.component, run.error.line or line) == (component, line or run.error.line), run.error
    assert len(run.error.message) > 20


LATE = (
    "    def call(self, x):\n        return (x - 77.9) / 95.9",
    "    def build(self, shape):\n"
    '        self.calls = self.add_weight(shape=(), dtype="int32", initializer="zeros", trainable=False)\n'
    "\n"
    "    def call(self, x):\n"
    "        self.calls.assign_add(1)\n"
    '        tf.debugging.assert_less(self.calls, 7, message="step 7")\n'
    "        return (x - 77.9) / 95.9",
)


async def test_an_error_at_a_later_step_names_the_line_of_a_compiled_graph(server: Server) -> None:
    text = script("digits", LATE)
    run = await server.ended(await server.create(digits_request(text)))
    assert run.state == pb.STATE_FAILED
    assert (run.error.component, run.error.line) == ("normalize1", 9), run.error
    assert "step 7" in run.error.message


async def test_a_crash_of_the_process_is_a_failed_run(server: Server) -> None:
    text = script("digits", ("    history = {}\n", "    import os\n\n    os.abort()\n"))
    run = await server.ended(await server.create(digits_request(text)))
    assert run.state == pb.STATE_FAILED
    assert "SIGABRT" in run.error.message


async def test_a_gan_with_a_loop_of_its_own_trains_with_its_metric(server: Server) -> None:
    run = await server.create(bare_request(script("gan")))
    rows = [event async for event in server.events(run) if event.kind == pb.EVENT_KIND_EPOCH]
    ended = await server.get(run)
    assert ended.state == pb.STATE_SUCCEEDED, ended.error
    assert all("realness" in row.metrics for row in rows)
    assert ended.test["realness"] == ended.metrics["realness"]
    weights = (await server.stub.GetVariables(pb.GetVariablesRequest(run=run, component="train"))).variables
    assert {"fake/kernel", "hidden/kernel"} <= {variable.name.removeprefix("discriminator/") for variable in weights}


async def test_a_training_without_a_dataset_trains_and_ends(server: Server) -> None:
    run = await server.ended(await server.create(bare_request(script("environment"))))
    assert run.state == pb.STATE_SUCCEEDED, run.error
    assert run.metrics["reward"] > 0.6
    assert run.test["rows"] == 0


async def test_runs_beyond_the_limit_wait_for_their_turn(server: Server) -> None:
    text = gated(script("digits", lasting(SLOW_EPOCHS + 2)))
    runs = [await server.create(digits_request(text)) for _ in range(3)]
    states = [(await server.get(run)).state for run in runs]
    assert states == [pb.STATE_RUNNING, pb.STATE_RUNNING, pb.STATE_PENDING]
    for run in runs:
        let_go(server, run)
    ended = [await server.ended(run) for run in runs]
    assert {run.state for run in ended} == {pb.STATE_SUCCEEDED}
    assert len({run.weights_hash for run in ended}) == 1
    assert all(run.state in ENDED for run in ended)
