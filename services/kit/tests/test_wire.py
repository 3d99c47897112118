from __future__ import annotations

import grpc
import pytest
from glasswork_sdk.errors import Unavailable
from glasswork_servicekit import wire

METHOD = "/glasswork.registry.v1.RegistryService/ListModels"
CODES = [code for code in grpc.StatusCode if code != grpc.StatusCode.OK]


def failure(code: grpc.StatusCode, details: str = "") -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details, None)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_what_the_peer_did_not_word_names_the_service_and_never_the_method(code: grpc.StatusCode) -> None:
    message = wire.from_rpc(failure(code), METHOD).message
    assert message.startswith("The registry")
    assert not [part for part in ("glasswork", "RegistryService", "ListModels", "/") if part in message]


def test_a_service_that_is_not_there_may_be_starting() -> None:
    error = wire.from_rpc(failure(grpc.StatusCode.UNAVAILABLE, "unix:/run/registry.sock: connect failed"), METHOD)
    assert type(error) is Unavailable
    assert (error.code, error.reason) == ("UNAVAILABLE", Unavailable.reason)
    told = "The registry cannot be reached now; it may still be starting. Try again in a moment."
    assert error.message == told


def test_a_method_that_is_not_of_glasswork_is_of_the_service() -> None:
    error = wire.from_rpc(failure(grpc.StatusCode.UNAVAILABLE), "/grpc.health.v1.Health/Check")
    assert error.message.startswith("The service cannot be reached now")
