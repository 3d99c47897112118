from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from glasswork.registry.v1 import registry_pb2 as pb
from glasswork.registry.v1 import registry_pb2_grpc as rpc
from glasswork_registry.messages import graph_message
from glasswork_registry.service import RegistryService
from glasswork_registry.settings import RegistrySettings
from glasswork_sdk.document import Document
from glasswork_sdk.errors import Conflict, InvalidDocument, InvalidInput, NotFound, UnsupportedFormat
from glasswork_servicekit.channel import connect
from glasswork_servicekit.health import check
from glasswork_servicekit.server import running
from glasswork_servicekit.settings import ServiceSettings

Stub: TypeAlias = "rpc.RegistryServiceAsyncStub"
SECRET = "a-secret-of-the-tests-0123456789"


@pytest.fixture
async def stub(tmp_path: Path, database_url: str) -> AsyncIterator[Stub]:
    data = tmp_path / "data"
    address = f"unix:{tmp_path}/run/r.sock"
    settings = RegistrySettings(ServiceSettings("registry", address, SECRET, data, data / "datasets"), database_url)
    async with running(RegistryService(settings), settings.service), connect(address, SECRET) as channel:
        yield rpc.RegistryServiceStub(channel)


def uploads(*chunks: bytes, file_name: str = "t.csv") -> Iterator[pb.CreateDatasetRequest]:
    yield pb.CreateDatasetRequest(header=pb.CreateDatasetHeader(file_name=file_name))
    for chunk in chunks:
        yield pb.CreateDatasetRequest(chunk=chunk)


def saves(header: pb.SaveVersionHeader, *chunks: bytes) -> Iterator[pb.SaveVersionRequest]:
    yield pb.SaveVersionRequest(header=header)
    for chunk in chunks:
        yield pb.SaveVersionRequest(weights=chunk)


async def test_a_model_lives_through_its_calls(stub: Stub, document: Callable[..., Document]) -> None:
    made = (await stub.CreateModel(pb.CreateModelRequest(name="Wine", graph=graph_message(document(1))))).model
    copy = await stub.GetWorkingCopy(pb.GetWorkingCopyRequest(model=made.id))
    assert (copy.graph, copy.etag) == (graph_message(document(1)), made.etag)
    put = pb.PutWorkingCopyRequest(model="wine", graph=graph_message(document(2)), if_match=made.etag)
    assert (await stub.PutWorkingCopy(put)).etag == document(2).etag()
    with pytest.raises(Conflict) as caught:
        await stub.PutWorkingCopy(put)
    assert caught.value.metadata["etag"] == document(2).etag()
    await stub.UpdateModel(pb.UpdateModelRequest(model="wine", name="Red"))
    twin = (await stub.DuplicateModel(pb.DuplicateModelRequest(model="wine"))).model
    assert twin.name == "Red copy"
    await stub.DeleteModel(pb.DeleteModelRequest(model="wine"))
    assert [model.id for model in (await stub.ListModels(pb.ListModelsRequest())).models] == [twin.id]
    with pytest.raises(NotFound, match="no model 'wine'"):
        await stub.GetModel(pb.GetModelRequest(model="wine"))


async def test_a_version_with_weights_is_saved_listed_read_and_restored(
    stub: Stub, document: Callable[..., Document], weights_bytes: Callable[[int], bytes]
) -> None:
    await stub.CreateModel(pb.CreateModelRequest(name="Wine", graph=graph_message(document(1))))
    data = weights_bytes(3_000_000)
    header = pb.SaveVersionHeader(
        model="wine", message="m", script="x = 1\n", weights_sha256=hashlib.sha256(data).hexdigest()
    )
    header.metrics.update({"loss": 0.25, "epochs": 3})
    chunks = [data[start : start + 2**20] for start in range(0, len(data), 2**20)]
    version = (await stub.SaveVersion(saves(header, *chunks))).version
    assert (version.weights, version.metrics["epochs"]) == (header.weights_sha256, 3)
    assert list((await stub.ListVersions(pb.ListVersionsRequest(model="wine"))).versions) == [version]
    read = await stub.GetVersion(pb.GetVersionRequest(model="wine", version=version.id))
    assert (read.version, read.script, read.graph) == (version, "x = 1\n", graph_message(document(1)))
    back = await stub.RestoreVersion(pb.RestoreVersionRequest(model="wine", version=version.id))
    assert back.etag == document(1).etag()


async def test_a_dataset_is_uploaded_imported_listed_and_removed(stub: Stub) -> None:
    made = (await stub.CreateDataset(uploads(b"a,b\n", b"1,2\n"))).dataset
    assert (made.id, made.HasField("profile")) == ("t", False)
    profile = pb.PutDatasetProfileRequest(dataset="t")
    profile.profile.hash, profile.profile.rows = made.hash, 1
    assert (await stub.PutDatasetProfile(profile)).dataset.profile.rows == 1
    wine = (await stub.ImportDataset(pb.ImportDatasetRequest(example="wine"))).dataset
    assert list(wine.targets) == ["cultivar"]
    assert [item.id for item in (await stub.ListDatasets(pb.ListDatasetsRequest())).datasets] == ["wine", "t"]
    await stub.DeleteDataset(pb.DeleteDatasetRequest(dataset="t"))
    with pytest.raises(NotFound):
        await stub.GetDataset(pb.GetDatasetRequest(dataset="t"))
    assert (await stub.Reindex(pb.ReindexRequest())).datasets == 1
    assert len((await stub.ListExamples(pb.ListExamplesRequest())).examples) == 4


async def test_bad_requests_name_the_field(stub: Stub, document: Callable[..., Document]) -> None:
    with pytest.raises(InvalidInput, match="first message") as caught:
        await stub.CreateDataset(iter([pb.CreateDatasetRequest(chunk=b"x")]))
    assert caught.value.fields[0].field == "header.file_name"
    with pytest.raises(InvalidInput, match="header that names the model"):
        await stub.SaveVersion(iter([]))
    await stub.CreateModel(pb.CreateModelRequest(name="Wine"))
    with pytest.raises(InvalidInput, match="weights_sha256"):
        await stub.SaveVersion(saves(pb.SaveVersionHeader(model="wine"), b"weights"))
    graph = graph_message(document(1))
    graph.format = 2
    with pytest.raises(UnsupportedFormat, match="format 2"):
        await stub.PutWorkingCopy(pb.PutWorkingCopyRequest(model="wine", graph=graph))
    graph.format = 0
    with pytest.raises(InvalidDocument):
        await stub.CreateModel(pb.CreateModelRequest(name="x", graph=graph))


async def test_the_program_serves_and_ends_on_a_signal(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    address = f"unix:{tmp_path}/r.sock"
    environ = {
        **os.environ,
        "GLASSWORK_REGISTRY_ADDRESS": address,
        "GLASSWORK_SECRET_FILE": str(secret),
        "GLASSWORK_DATA_DIR": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "glasswork_registry"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while await check(address, SECRET) != "serving":
            assert time.monotonic() < deadline
        async with connect(address, SECRET) as channel:
            client: Stub = rpc.RegistryServiceStub(channel)
            assert (await client.CreateModel(pb.CreateModelRequest(name="A"))).model.id == "a"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
