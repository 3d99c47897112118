from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TypeAlias

import grpc
import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.executor.v1 import executor_pb2_grpc as rpc
from glasswork_sdk.errors import FieldViolation, InternalError, InvalidInput, NotFound, Unauthenticated
from glasswork_servicekit import correlation, health
from glasswork_servicekit.channel import connect
from glasswork_servicekit.settings import ServiceSettings

Stub: TypeAlias = "rpc.ExecutorServiceAsyncStub"


async def test_an_error_arrives_as_its_class_with_fields_and_metadata(stub: Stub) -> None:
    with correlation.request_id("request-7"), pytest.raises(InvalidInput) as caught:
        await stub.InspectDataset(pb.InspectDatasetRequest(hash="x"))

    assert caught.value.message == "bad hash"
    assert caught.value.fields == (FieldViolation("hash", "too short"),)
    assert caught.value.metadata == {"component": "conv1", "request_id": "request-7"}


async def test_an_unknown_exception_is_internal_and_only_the_log_has_the_traceback(
    stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(InternalError) as caught:
        await stub.InspectDataset(pb.InspectDatasetRequest(hash="bug"))

    assert "secret detail" not in caught.value.message
    assert caught.value.metadata["id"] in caught.value.message
    assert "a secret detail" in caplog.text


async def test_an_error_in_the_middle_of_a_stream_arrives_as_its_class(stub: Stub) -> None:
    responses = aiter(stub.Preview(pb.PreviewRequest()))

    assert (await anext(responses)).preview.component == "one"
    with pytest.raises(NotFound, match="no second component"):
        await anext(responses)


async def test_an_error_in_a_bidirectional_stream_arrives_as_its_class(stub: Stub) -> None:
    async def requests() -> AsyncIterator[pb.OpenSessionRequest]:
        yield pb.OpenSessionRequest(revision=4)
        yield pb.OpenSessionRequest(revision=-1)

    responses = aiter(stub.OpenSession(requests()))
    assert (await anext(responses)).revision == 4
    with pytest.raises(InvalidInput, match="revisions increase"):
        await anext(responses)


@pytest.mark.parametrize("secret", ["", "wrong"])
async def test_every_kind_of_call_is_refused_without_the_secret(
    stub: Stub, settings: ServiceSettings, secret: str
) -> None:
    async with connect(settings.address, secret) as channel:
        other: Stub = rpc.ExecutorServiceStub(channel)
        with pytest.raises(Unauthenticated, match="glasswork-secret"):
            await other.ReadRows(pb.ReadRowsRequest())
        with pytest.raises(Unauthenticated):
            await anext(aiter(other.Preview(pb.PreviewRequest())))
        with pytest.raises(Unauthenticated):
            await anext(aiter(other.OpenSession(iter([pb.OpenSessionRequest()]))))


async def test_the_health_check_needs_no_secret(stub: Stub, settings: ServiceSettings) -> None:
    assert await health.check(settings.address) == "serving"
    assert await health.check(settings.address, service="glasswork.executor.v1.ExecutorService") == "serving"


async def test_a_message_over_16_mib_is_refused_and_the_service_lives(stub: Stub, settings: ServiceSettings) -> None:
    async with grpc.aio.insecure_channel(settings.address) as channel:
        raw = channel.unary_unary("/glasswork.executor.v1.ExecutorService/ReadRows", None, None)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await raw(b"x" * (17 * 1024 * 1024), metadata=(("glasswork-secret", settings.secret),))

    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert (await stub.ReadRows(pb.ReadRowsRequest(page_token="on"))).next_page_token == "on"


async def test_a_caller_that_goes_away_leaves_the_service_well(stub: Stub) -> None:
    call = stub.OpenSession(None)
    await call.write(pb.OpenSessionRequest(revision=1))
    call.cancel()
    await asyncio.sleep(0)

    assert (await stub.ReadRows(pb.ReadRowsRequest(page_token="on"))).next_page_token == "on"
