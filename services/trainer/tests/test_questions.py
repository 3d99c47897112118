from __future__ import annotations

import asyncio
import base64
import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from glasswork.trainer.v1 import trainer_pb2 as pb
from glasswork_sdk.errors import InvalidInput, NotFound, WrongState
from glasswork_servicekit import graphs
from safetensors.numpy import load

from services.trainer.tests.harness import ENDED, HASH, Server, bare_request, digits_request, lasting, script

pytestmark = [pytest.mark.tensorflow, pytest.mark.asyncio(loop_scope="session")]


async def exported(server: Server, run: str, form: str) -> pb.Export:
    export: pb.Export = (await server.stub.ExportRun(pb.ExportRunRequest(run=run, format=form))).export
    while export.state not in ENDED:
        await asyncio.sleep(0.05)
        export = (await server.stub.GetExport(pb.GetExportRequest(run=run, export=export.id))).export
    return export


async def judged(server: Server, run: str, split: str) -> pb.Test:
    test: pb.Test = (await server.stub.RunTests(pb.RunTestsRequest(run=run, split=split))).test
    while test.state not in ENDED:
        await asyncio.sleep(0.05)
        test = (await server.stub.GetTest(pb.GetTestRequest(run=run, test=test.id))).test
    return test


async def download(server: Server, request: pb.DownloadFileRequest) -> bytes:
    return b"".join([part.chunk async for part in server.stub.DownloadFile(request)])


async def predicted(server: Server, run: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    request = pb.PredictRequest(run=run, rows=[graphs.dict_to_struct(row) for row in rows])
    return [graphs.struct_to_dict(row) for row in (await server.stub.Predict(request)).predictions]


def image(datasets: Path, number: int) -> str:
    path = datasets / HASH.removeprefix("sha256:") / f"images/{number:04d}.png"
    return base64.b64encode(path.read_bytes()).decode()


@pytest.mark.parametrize("form", ["savedmodel", "keras", "tflite", "onnx"])
async def test_an_export_computes_what_the_model_computes(server: Server, run: str, form: str) -> None:
    export = await exported(server, run, form)
    assert export.state == pb.STATE_SUCCEEDED, export.error
    assert export.max_difference <= 1e-5
    content = await download(server, pb.DownloadFileRequest(run=run, export=export.id))
    assert len(content) == export.bytes > 1_000
    listed = await server.stub.ListExports(pb.ListExportsRequest(run=run))
    assert export.id in [item.id for item in listed.exports]


async def test_a_keras_file_brings_the_classes_that_it_needs(server: Server, run: str) -> None:
    export = await exported(server, run, "keras")
    content = await download(server, pb.DownloadFileRequest(run=run, export=export.id))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("model.py").decode() == script()
        assert "custom_objects=vars(model)" in archive.read("README.txt").decode()


async def test_an_unknown_format_is_refused(server: Server, run: str) -> None:
    with pytest.raises(InvalidInput, match="expected one of savedmodel, keras, tflite, onnx"):
        await server.stub.ExportRun(pb.ExportRunRequest(run=run, format="pickle"))
    with pytest.raises(NotFound, match="has no export"):
        await server.stub.GetExport(pb.GetExportRequest(run=run, export="e0"))


async def test_an_export_that_computes_something_else_fails(server: Server) -> None:
    noise = "return (x - 77.9) / 95.9 + tf.random.normal(tf.shape(x))"
    text = script("digits", ("return (x - 77.9) / 95.9", noise), lasting(1))
    other = await server.create(digits_request(text))
    await server.ended(other)
    export = await exported(server, other, "savedmodel")
    assert export.state == pb.STATE_FAILED
    assert "computes something else" in export.error.message


async def test_a_run_without_data_is_exported_on_random_rows(server: Server) -> None:
    other = await server.create(bare_request(script("environment")))
    await server.ended(other)
    export = await exported(server, other, "savedmodel")
    assert export.state == pb.STATE_SUCCEEDED, export.error
    with pytest.raises(WrongState, match="does not predict columns"):
        await predicted(server, other, {"state": 1})


async def test_the_weights_are_a_file_with_a_tensor_for_each_path(server: Server, run: str) -> None:
    content = await download(server, pb.DownloadFileRequest(run=run, weights=True))
    assert sorted(load(content)) == ["conv1/bias", "conv1/kernel", "dense1/bias", "dense1/kernel"]


async def test_a_test_on_another_split_is_a_job_with_results(server: Server, run: str) -> None:
    test = await judged(server, run, "validation")
    listed = await server.stub.ListTests(pb.ListTestsRequest(run=run))
    assert test.id in [item.id for item in listed.tests]
    results = graphs.struct_to_dict(test.results)
    assert (test.state, results["rows"]) == (pb.STATE_SUCCEEDED, 120)
    assert set(results) >= {"accuracy", "precision", "recall", "f1", "auc", "confusion_matrix", "classes"}
    low, high = results["interval"]["accuracy"]
    assert low < results["accuracy"] < high
    assert results["baseline"]["commonest"]["accuracy"] < 0.2 < results["baseline"]["linear"]["accuracy"]
    assert int(np.sum(results["confusion_matrix"])) == 120


async def test_the_test_split_is_the_default_and_gives_the_test_of_the_run(server: Server, run: str) -> None:
    test = await judged(server, run, "")
    assert graphs.struct_to_dict(test.results) == graphs.struct_to_dict((await server.get(run)).test)


async def test_rows_are_predicted_with_probabilities(server: Server, run: str, datasets: Path) -> None:
    first, second = await predicted(server, run, {"image": image(datasets, 0)}, {"image": image(datasets, 1)})
    assert (first["digit"], second["digit"]) == ("0", "1")
    assert sum(first["probabilities"].values()) == pytest.approx(1)
    assert max(first["probabilities"], key=first["probabilities"].get) == "0"


async def test_a_row_that_cannot_be_read_is_named(server: Server, run: str, datasets: Path) -> None:
    good = {"image": image(datasets, 0)}
    with pytest.raises(InvalidInput, match="Row 2, column 'image': expected a value") as caught:
        await predicted(server, run, good, {"picture": "x"})
    assert caught.value.fields[0].field == "rows[1].image"
    with pytest.raises(InvalidInput, match="base64 of a PNG"):
        await predicted(server, run, {"image": base64.b64encode(b"no image").decode()})
    with pytest.raises(InvalidInput, match="expected 1 to"):
        await predicted(server, run)


async def test_samples_of_a_split_stand_beside_their_truth(server: Server, run: str, datasets: Path) -> None:
    found = await server.stub.PredictSamples(pb.PredictSamplesRequest(run=run, first=2, count=100))
    assert (found.total, len(found.samples)) == (120, 100)
    results = graphs.struct_to_dict((await judged(server, run, "validation")).results)
    every = [*(await server.stub.PredictSamples(pb.PredictSamplesRequest(run=run, count=120))).samples]
    right = [item.truth["digit"] == item.prediction["digit"] for item in every]
    assert np.mean(right) == pytest.approx(results["accuracy"])
    first, same = found.samples[0], every[2]
    assert (first.index, first.row, first.truth) == (same.index, same.row, same.truth)
    # In batches of other sizes the last digits of a float may be others.
    assert probabilities(first) == pytest.approx(probabilities(same), rel=1e-4, abs=1e-6)
    assert first.row["image"] == image(datasets, first.index)


def probabilities(sample: pb.PredictedSample) -> dict[str, float]:
    found: dict[str, float] = graphs.struct_to_dict(sample.prediction)["probabilities"]
    return found


async def test_a_split_that_is_none_is_refused(server: Server, run: str) -> None:
    with pytest.raises(InvalidInput, match="split: expected one of train, validation, test, received 'all'"):
        await server.stub.PredictSamples(pb.PredictSamplesRequest(run=run, split="all"))
    with pytest.raises(InvalidInput, match="count: expected 1 to 200, received 201"):
        await server.stub.PredictSamples(pb.PredictSamplesRequest(run=run, count=201))


async def test_an_ended_run_shows_its_variables(server: Server, run: str) -> None:
    found = await server.stub.GetVariables(pb.GetVariablesRequest(run=run, component="dense1"))
    names = [(variable.kind, variable.name) for variable in found.variables]
    assert names == [("output", "output"), ("weight", "kernel"), ("weight", "bias")]
    assert sum(found.variables[0].visualization.values) == pytest.approx(1, abs=1e-5)
    with pytest.raises(NotFound, match="There is no component 'conv9'"):
        await server.stub.GetVariables(pb.GetVariablesRequest(run=run, component="conv9"))


async def test_devices_are_listed(server: Server) -> None:
    found = await server.stub.ListDevices(pb.ListDevicesRequest())
    assert found.devices[0].name == "cpu"
    assert found.devices[0].memory_bytes > 0
