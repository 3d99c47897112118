"""The four services: a channel to each, and how each is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

import grpc
from glasswork.codegen.v1 import codegen_pb2_grpc
from glasswork.executor.v1 import executor_pb2_grpc
from glasswork.registry.v1 import registry_pb2_grpc
from glasswork.trainer.v1 import trainer_pb2_grpc
from glasswork_sdk.errors import GlassworkError
from glasswork_servicekit.channel import connect
from grpc_health.v1 import health_pb2, health_pb2_grpc

from glasswork_gateway.settings import SERVICES, GatewaySettings

SERVING: Final = "serving"
STARTING: Final = "starting"
DOWN: Final = "down"
_EAGER_SECONDS: Final = 0.1
_CALM_SECONDS: Final = 0.5
_CHECK_SECONDS: Final = 2.0


@dataclass
class Services:
    """Stubs of the services; each call is awaited or iterated, and raises errors of the tree."""

    codegen: codegen_pb2_grpc.CodegenServiceAsyncStub
    executor: executor_pb2_grpc.ExecutorServiceAsyncStub
    trainer: trainer_pb2_grpc.TrainerServiceAsyncStub
    registry: registry_pb2_grpc.RegistryServiceAsyncStub
    channels: dict[str, grpc.aio.Channel]
    states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(SERVICES, STARTING))
    were_complete: bool = False

    @property
    def status(self) -> str:
        """`ok` where every service serves, `starting` before that was so for the first time, else `degraded`."""
        if all(state == SERVING for state in self.states.values()):
            return "ok"
        return "degraded" if self.were_complete else "starting"

    async def watch(self) -> None:
        """Keep the states true for ever."""
        await asyncio.gather(*(self._watch_one(name, channel) for name, channel in self.channels.items()))

    async def close(self) -> None:
        """Close the channels."""
        await asyncio.gather(*(channel.close(None) for channel in self.channels.values()))

    async def _watch_one(self, name: str, channel: grpc.aio.Channel) -> None:
        health: health_pb2_grpc.HealthAsyncStub = health_pb2_grpc.HealthStub(channel)
        while True:
            self.states[name] = await _state(health)
            self.were_complete = self.were_complete or self.status == "ok"
            await asyncio.sleep(_CALM_SECONDS if self.states[name] == SERVING else _EAGER_SECONDS)


def connect_services(settings: GatewaySettings) -> Services:
    """Return channels to the services; each connects when it is first used."""
    channels = {name: connect(settings.addresses[name], settings.secret) for name in SERVICES}
    return Services(
        codegen=codegen_pb2_grpc.CodegenServiceStub(channels["codegen"]),
        executor=executor_pb2_grpc.ExecutorServiceStub(channels["executor"]),
        trainer=trainer_pb2_grpc.TrainerServiceStub(channels["trainer"]),
        registry=registry_pb2_grpc.RegistryServiceStub(channels["registry"]),
        channels=channels,
    )


async def _state(health: health_pb2_grpc.HealthAsyncStub) -> str:
    try:
        answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=_CHECK_SECONDS)
    except GlassworkError:
        return DOWN
    return SERVING if answer.status == health_pb2.HealthCheckResponse.SERVING else STARTING
