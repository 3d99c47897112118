from __future__ import annotations

import grpc
import pytest
from glasswork_sdk.errors import (
    Conflict,
    DeadlineExceeded,
    FieldViolation,
    InternalError,
    InvalidGraph,
    InvalidInput,
    Unauthenticated,
    Unavailable,
)
from glasswork_servicekit import wire
from grpc.aio import AioRpcError, Metadata


def received(code: grpc.StatusCode, details: str = "", trailing: wire.MetadataItems = ()) -> AioRpcError:
    return AioRpcError(code, Metadata(), Metadata(*trailing), details, details)


def test_an_error_comes_back_as_its_class_with_all_that_it_knows() -> None:
    sent = InvalidGraph("bad", fields=[FieldViolation("graph", "loop")], metadata={"component": "conv1"})
    found = wire.from_rpc(received(*wire.to_rpc(sent, "request-7")), "/x")
    assert type(found) is InvalidGraph
    assert (found.message, found.fields) == ("bad", sent.fields)
    assert found.metadata == {"component": "conv1", "request_id": "request-7"}


def test_a_message_that_no_trailer_holds_is_cut() -> None:
    found = wire.from_rpc(received(*wire.to_rpc(InvalidGraph("x" * 10_000), "")), "/x")
    assert len(found.message) == wire.LONGEST_MESSAGE


def test_a_peer_names_no_class_that_is_not_known_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InvalidGraph, "reason", "SOME_NEWER_REASON")
    sent = wire.to_rpc(InvalidGraph("bad"), "")
    monkeypatch.undo()
    found = wire.from_rpc(received(*sent), "/x")
    assert (type(found), found.message) == (InvalidInput, "/x failed with INVALID_ARGUMENT: bad")


def test_an_error_of_another_domain_or_of_broken_bytes_is_taken_by_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = received(grpc.StatusCode.ABORTED, "lost", ((wire.STATUS_KEY, b"\xff\xff"),))
    assert type(wire.from_rpc(broken, "/x")) is Conflict
    monkeypatch.setattr(wire, "DOMAIN", "elsewhere")
    sent = wire.to_rpc(InvalidGraph("bad"), "")
    monkeypatch.undo()
    assert type(wire.from_rpc(received(*sent), "/x")) is not InvalidGraph


@pytest.mark.parametrize(
    ("code", "cls"),
    [
        (grpc.StatusCode.DEADLINE_EXCEEDED, DeadlineExceeded),
        (grpc.StatusCode.UNAVAILABLE, Unavailable),
        (grpc.StatusCode.UNAUTHENTICATED, Unauthenticated),
        (grpc.StatusCode.UNKNOWN, InternalError),
    ],
)
def test_an_error_of_grpc_itself_has_the_class_of_its_code(code: grpc.StatusCode, cls: type) -> None:
    found = wire.from_rpc(received(code, "unix:/secret/folder.sock"), "/x")
    assert type(found) is cls
    assert cls is not Unavailable or "secret" not in found.message
