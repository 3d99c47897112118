from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.executor.v1 import executor_pb2_grpc as rpc
from glasswork_sdk.errors import FieldViolation, InvalidInput, NotFound
from glasswork_servicekit.channel import connect
from glasswork_servicekit.server import running
from glasswork_servicekit.settings import ServiceSettings


class EchoServicer(rpc.ExecutorServiceServicer):
    """Fails on request in each of the ways that a servicer can."""

    async def InspectDataset(self, request: pb.InspectDatasetRequest, context: object) -> pb.InspectDatasetResponse:
        if request.hash == "bug":
            raise ZeroDivisionError("a secret detail")
        raise InvalidInput("bad hash", fields=[FieldViolation("hash", "too short")], metadata={"component": "conv1"})

    async def ReadRows(self, request: pb.ReadRowsRequest, context: object) -> pb.ReadRowsResponse:
        return pb.ReadRowsResponse(next_page_token=request.page_token)

    async def Preview(self, request: pb.PreviewRequest, context: object) -> AsyncIterator[pb.PreviewResponse]:
        yield pb.PreviewResponse(preview=pb.ComponentPreview(component="one"))
        raise NotFound("no second component")

    async def OpenSession(
        self, request_iterator: AsyncIterator[pb.OpenSessionRequest], context: object
    ) -> AsyncIterator[pb.OpenSessionResponse]:
        async for request in request_iterator:
            if request.revision < 0:
                raise InvalidInput("revisions increase")
            yield pb.OpenSessionResponse(revision=request.revision)

    async def EstimateCost(self, request: pb.EstimateCostRequest, context: object) -> pb.EstimateCostResponse:
        return pb.EstimateCostResponse()


class EchoService:
    name = "glasswork.executor.v1.ExecutorService"

    def __init__(self) -> None:
        self.stopped = False

    def register(self, server: grpc.aio.Server) -> None:
        rpc.add_ExecutorServiceServicer_to_server(EchoServicer(), server)

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def settings(tmp_path: Path) -> ServiceSettings:
    return ServiceSettings(
        service="echo",
        address=f"unix:{tmp_path}/run/echo.sock",
        secret=secrets.token_hex(16),
        data_dir=tmp_path,
        datasets_dir=tmp_path / "datasets",
    )


@pytest.fixture
def service() -> EchoService:
    return EchoService()


@pytest.fixture
async def stub(settings: ServiceSettings, service: EchoService) -> AsyncIterator[rpc.ExecutorServiceAsyncStub]:
    async with running(service, settings), connect(settings.address, settings.secret) as channel:
        yield rpc.ExecutorServiceStub(channel)
