from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.executor.v1 import executor_pb2_grpc as rpc
from glasswork_sdk.errors import DeadlineExceeded, Unavailable
from glasswork_servicekit.channel import IDEMPOTENT, connect
from glasswork_servicekit.server import running
from glasswork_servicekit.settings import ServiceSettings


async def test_an_absent_service_is_unavailable(tmp_path: Path) -> None:
    async with connect(f"unix:{tmp_path}/nobody.sock", "secret") as channel:
        stub: rpc.ExecutorServiceAsyncStub = rpc.ExecutorServiceStub(channel)
        with pytest.raises(Unavailable, match="ReadRows cannot be reached"):
            await stub.ReadRows(pb.ReadRowsRequest())


async def test_an_idempotent_call_survives_a_restart(settings: ServiceSettings, service: Any) -> None:
    async with connect(settings.address, settings.secret) as channel:
        stub: rpc.ExecutorServiceAsyncStub = rpc.ExecutorServiceStub(channel)
        call = stub.ReadRows(pb.ReadRowsRequest(page_token="on"), metadata=(IDEMPOTENT,))
        waiting = asyncio.ensure_future(asyncio.wait_for(call, 120))
        async with running(service, settings):
            assert (await waiting).next_page_token == "on"


async def test_a_call_over_its_deadline_says_so(settings: ServiceSettings) -> None:
    async def never(request: Any, context: Any) -> None:
        await asyncio.Event().wait()

    server = grpc.aio.server()
    handler = grpc.unary_unary_rpc_method_handler(never)
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("echo", {"Never": handler}),))
    Path(settings.address.removeprefix("unix:")).parent.mkdir()
    server.add_insecure_port(settings.address)
    await server.start()
    async with connect(settings.address, settings.secret) as channel:
        with pytest.raises(DeadlineExceeded, match="/echo/Never"):
            await channel.unary_unary("/echo/Never", None, None)(b"", timeout=0.1)
    await server.stop(0)
