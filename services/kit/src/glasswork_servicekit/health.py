"""Asking a service whether it can really work."""

from __future__ import annotations

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

SERVING = "serving"
NOT_SERVING = "not_serving"
UNREACHABLE = "unreachable"


async def check(address: str, secret: str = "", service: str = "", timeout: float = 2.0) -> str:
    """Ask the service at `address` how it is.

    Args:
        address: `unix:/path` or `host:port`.
        secret: the deployment's secret; the check itself does not need it.
        service: full name of the gRPC service; empty for the server as a whole.
        timeout: seconds to wait, default 2.

    Returns:
        `serving`, `not_serving` or `unreachable`.
    """
    del secret  # Health stays answerable to a supervisor that has none.
    async with grpc.aio.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=timeout)
        except grpc.aio.AioRpcError:
            return UNREACHABLE
    return SERVING if answer.status == health_pb2.HealthCheckResponse.SERVING else NOT_SERVING
