"""Errors on the wire: an error of the tree as `google.rpc.Status`, and the same class again from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
from glasswork_sdk.errors import (
    DeadlineExceeded,
    FieldViolation,
    GlassworkError,
    InternalError,
    Unauthenticated,
    Unavailable,
    error_classes,
)
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status

DOMAIN = "glasswork"
STATUS_KEY = "grpc-status-details-bin"
# gRPC sends trailers as HTTP/2 headers; a message beyond this would be refused there.
LONGEST_MESSAGE = 4_000

MetadataItems = Sequence[tuple[str, str | bytes]]


def status_of(error: GlassworkError, request_id: str) -> status_pb2.Status:
    """Return `error` as the status that is sent.

    Args:
        error: an error of the tree.
        request_id: the request that failed; it travels in the metadata.
    """
    status = status_pb2.Status(code=code_pb2.Code.Value(error.code), message=error.message[:LONGEST_MESSAGE])
    metadata = {**error.metadata, "request_id": request_id}
    _attach(status, error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata))
    if error.fields:
        violations = [
            error_details_pb2.BadRequest.FieldViolation(field=item.field, description=item.description)
            for item in error.fields
        ]
        _attach(status, error_details_pb2.BadRequest(field_violations=violations))
    return status


def to_rpc(error: GlassworkError, request_id: str) -> tuple[grpc.StatusCode, str, MetadataItems]:
    """Return what `context.abort` needs to send `error`: code, text and trailing metadata."""
    status = rpc_status.to_status(status_of(error, request_id))
    return status.code, status.details, tuple(status.trailing_metadata)


def from_rpc(error: grpc.aio.AioRpcError, target: str) -> GlassworkError:
    """Return the error of the tree that a failed call stands for.

    The class comes from the local table, by reason; a peer cannot name one of its own.

    Args:
        error: what gRPC raised.
        target: the method called. Of it, errors that the peer did not word itself name the service alone.
    """
    trailing: Any = error.trailing_metadata() or ()
    for key, value in trailing:
        if key == STATUS_KEY and isinstance(value, bytes):
            decoded = _decode(value)
            if decoded is not None:
                return decoded
    return _without_details(error, target)


def _attach(status: status_pb2.Status, detail: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest) -> None:
    packed = AnyMessage()
    packed.Pack(detail)
    status.details.append(packed)


def _decode(data: bytes) -> GlassworkError | None:
    info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    try:
        status = status_pb2.Status.FromString(data)
        for detail in status.details:
            _ = detail.Unpack(info) or detail.Unpack(bad_request)
    except DecodeError:
        return None
    cls = error_classes().get(info.reason) if info.domain == DOMAIN else None
    if cls is None:
        return None
    fields = [FieldViolation(item.field, item.description) for item in bad_request.field_violations]
    return cls(status.message, fields=fields, metadata=dict(info.metadata))


def _without_details(error: grpc.aio.AioRpcError, target: str) -> GlassworkError:
    # What gRPC itself raises: no peer, no time, too large. Never a class of a peer's choice.
    code, details, service = error.code(), error.details() or "", _service_of(target)
    if code == grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceeded(f"{service} gave no answer within the time allowed.")
    if code == grpc.StatusCode.UNAVAILABLE:
        # gRPC's details name sockets and folders: they are for logs, not for whoever reads the message.
        return Unavailable(f"{service} cannot be reached now; it may still be starting. Try again in a moment.")
    if code == grpc.StatusCode.UNAUTHENTICATED:
        return Unauthenticated(f"{service}: {details}")
    table = {cls.code: cls for cls in GlassworkError.__subclasses__()}
    cls = table.get(code.name, InternalError)
    return cls(f"{service} failed with {code.name}: {details}")


def _service_of(method: str) -> str:
    # Users know the services by their names; a method's name tells them nothing.
    package = method.strip("/").split(".")
    return f"The {package[1]}" if package[0] == DOMAIN and len(package) > 2 else "The service"
