"""What stands between gRPC and every servicer: readiness, the secret, the request id, errors."""

from __future__ import annotations

import asyncio
import hmac
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from glasswork_sdk.errors import GlassworkError, InternalError, Unauthenticated, Unavailable

from glasswork_servicekit import correlation, wire

SECRET_KEY = "glasswork-secret"  # noqa: S105 - the name of the metadata, not a secret
HEALTH_CHECK = "/grpc.health.v1.Health/Check"
HEALTH_PREFIX = "/grpc.health.v1.Health/"

Behavior = Callable[[Any, Any], Any]


class Readiness:
    """Whether a service may answer yet; calls before that are refused with UNAVAILABLE."""

    def __init__(self) -> None:
        self.ready = False


class ServiceInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Guards and translates all four kinds of RPC.

    Args:
        service: short name of the service, for messages.
        secret: what every call has to show in its metadata.
        readiness: whether the service may answer yet.
    """

    def __init__(self, service: str, secret: str, readiness: Readiness) -> None:
        self._service = service
        self._secret = secret.encode()
        self._readiness = readiness
        self._log = logging.getLogger("glasswork.rpc")

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any]]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any]:
        """Return the handler of a call with its behaviour wrapped."""
        handler: Any = await continuation(handler_call_details)
        method = handler_call_details.method
        # The health check tells nothing but the state, and a supervisor without the secret needs it.
        if handler is None or method == HEALTH_CHECK:
            return handler  # type: ignore[no-any-return]
        kind = "_".join(
            "stream" if flag else "unary" for flag in (handler.request_streaming, handler.response_streaming)
        )
        make: Callable[..., grpc.RpcMethodHandler[Any, Any]] = getattr(grpc, f"{kind}_rpc_method_handler")
        return make(
            self._wrap(getattr(handler, kind), method),
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def _wrap(self, behavior: Behavior, method: str) -> Behavior:
        if inspect.isasyncgenfunction(behavior):

            async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
                try:
                    self._admit(context, method)
                    async for response in behavior(request, context):
                        yield response
                except Exception as error:
                    await self._abort(error, context, method)

            return stream

        async def call(request: Any, context: Any) -> Any:
            try:
                self._admit(context, method)
                return await behavior(request, context)
            except Exception as error:
                await self._abort(error, context, method)

        return call

    def _admit(self, context: Any, method: str) -> None:
        metadata = {key: value for key, value in context.invocation_metadata() or ()}
        correlation.set_request_id(correlation.sound_request_id(str(metadata.get(correlation.METADATA_KEY, ""))))
        shown = str(metadata.get(SECRET_KEY, "")).encode()
        if not hmac.compare_digest(shown, self._secret):
            raise Unauthenticated(
                f"The {self._service} service expects this deployment's secret in the metadata {SECRET_KEY!r}; "
                f"it is {'wrong' if shown else 'missing'}. Use the secret file of the running services."
            )
        if not self._readiness.ready and not method.startswith(HEALTH_PREFIX):
            raise Unavailable(f"The {self._service} service is not ready: it is starting or stopping. Try again.")

    async def _abort(self, error: Exception, context: Any, method: str) -> None:
        request_id = correlation.current_request_id()
        # An abort that a servicer asked for itself, and the end of the caller, pass as they are.
        if isinstance(error, grpc.aio.AbortError | asyncio.CancelledError):
            raise error
        if not isinstance(error, GlassworkError):
            self._log.exception("unexpected error in %s", method, exc_info=error)
            error = InternalError(
                f"{method} failed by a mistake of Glasswork, not of yours. The log has it under the id {request_id}.",
                metadata={"id": request_id},
            )
        code, details, trailing = wire.to_rpc(error, request_id)
        await context.abort(code, details, trailing)
