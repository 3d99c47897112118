"""Channels to services: secret, request id, deadlines, retries, and errors as the classes of the tree.

This wraps the channel instead of using gRPC's client interceptors: an interceptor that raises an error of its own
leaves an exception in a callback of the event loop.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Generator
from types import TracebackType
from typing import Any

import grpc

from glasswork_servicekit import correlation, wire
from glasswork_servicekit.interceptors import SECRET_KEY

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
DEFAULT_DEADLINE = 15.0
# A caller adds this to the metadata of a read, or of a write that carries a key of its own: it may be sent again.
IDEMPOTENT = ("glasswork-idempotent", "1")
ATTEMPTS = 3


def channel_options() -> list[tuple[str, Any]]:
    """Return the gRPC options that servers and clients share."""
    return [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_metadata_size", 64 * 1024),
        ("grpc.so_reuseport", 0),
        # After a service was restarted its callers should find it within a second, not after gRPC's default of 20.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 1_000),
    ]


def connect(address: str, secret: str) -> grpc.aio.Channel:
    """Return a channel to the service at `address`; it connects when it is first used.

    Calls carry the secret and the present request id; a unary call has a deadline of 15 s unless `timeout` is given; a
    failure is raised as its class of `glasswork_sdk.errors`. A call with `metadata=(IDEMPOTENT,)` is sent up to three
    times while the service cannot be reached.

    Args:
        address: `unix:/path` or `host:port`.
        secret: the deployment's secret.
    """
    return ServiceChannel(grpc.aio.insecure_channel(address, options=channel_options()), secret)


class ServiceChannel(grpc.aio.Channel):
    """A channel whose calls carry the secret and raise errors of the tree.

    Args:
        inner: the channel that does the work.
        secret: the deployment's secret.
    """

    def __init__(self, inner: grpc.aio.Channel, secret: str) -> None:
        self._inner = inner
        self._secret = secret

    async def __aenter__(self) -> ServiceChannel:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        """End the channel and what runs on it."""
        await self._inner.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:
        """Return the state of the connection."""
        return self._inner.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Wait until the state is another."""
        await self._inner.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Wait until the service is connected."""
        await self._inner.channel_ready()

    def unary_unary(self, method: str, *args: Any, **options: Any) -> Any:
        """Return a callable for one request and one response."""
        inner = self._inner.unary_unary(method, *args, **options)

        def call(request: Any, timeout: float | None = None, metadata: Any = None, **more: Any) -> UnaryCall:
            arguments = {"timeout": DEFAULT_DEADLINE if timeout is None else timeout, **more}
            attempts = ATTEMPTS if IDEMPOTENT in tuple(metadata or ()) else 1
            return UnaryCall(lambda: inner(request, metadata=self._metadata(metadata), **arguments), method, attempts)

        return call

    def stream_unary(self, method: str, *args: Any, **options: Any) -> Any:
        """Return a callable for many requests and one response."""
        inner = self._inner.stream_unary(method, *args, **options)

        def call(request_iterator: Any = None, metadata: Any = None, **more: Any) -> UnaryCall:
            return UnaryCall(lambda: inner(request_iterator, metadata=self._metadata(metadata), **more), method, 1)

        return call

    def unary_stream(self, method: str, *args: Any, **options: Any) -> Any:
        """Return a callable for one request and many responses."""
        return self._streaming(self._inner.unary_stream(method, *args, **options), method)

    def stream_stream(self, method: str, *args: Any, **options: Any) -> Any:
        """Return a callable for many requests and many responses."""
        return self._streaming(self._inner.stream_stream(method, *args, **options), method)

    def _streaming(self, inner: Callable[..., Any], method: str) -> Callable[..., StreamCall]:
        def call(request: Any = None, metadata: Any = None, **more: Any) -> StreamCall:
            return StreamCall(inner(request, metadata=self._metadata(metadata), **more), method)

        return call

    def _metadata(self, given: Any) -> tuple[tuple[str, str | bytes], ...]:
        request_id = correlation.current_request_id() or correlation.new_request_id()
        return (*tuple(given or ()), (SECRET_KEY, self._secret), (correlation.METADATA_KEY, request_id))


class UnaryCall:
    """A call that is awaited for its one response.

    Args:
        start: begins an attempt.
        method: the method called.
        attempts: how often to try while the service cannot be reached.
    """

    def __init__(self, start: Callable[[], Any], method: str, attempts: int) -> None:
        self._start = start
        self._method = method
        self._attempts = attempts
        self._call: Any = start()

    def __await__(self) -> Generator[Any, None, Any]:
        return self._result().__await__()

    def __getattr__(self, name: str) -> Any:
        # write, done_writing, cancel, code and the like are gRPC's own.
        return getattr(self._call, name)

    async def _result(self) -> Any:
        for attempt in range(1, self._attempts + 1):
            try:
                return await self._call
            except grpc.aio.AioRpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE or attempt == self._attempts:
                    raise wire.from_rpc(error, self._method) from error
            # Full jitter, so that the callers of a restarted service do not come all at once.
            await asyncio.sleep(random.uniform(0, 0.1 * 2**attempt))  # noqa: S311 - not for secrecy
            self._call = self._start()


class StreamCall:
    """A call that is iterated for its responses.

    Args:
        call: gRPC's call.
        method: the method called.
    """

    def __init__(self, call: Any, method: str) -> None:
        self._call = call
        self._method = method

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)

    async def __aiter__(self) -> AsyncIterator[Any]:
        try:
            async for response in self._call:
                yield response
        except grpc.aio.AioRpcError as error:
            raise wire.from_rpc(error, self._method) from error

    async def read(self) -> Any:
        """Return the next response, or `grpc.aio.EOF` at the end.

        Raises:
            GlassworkError: the call failed.
        """
        try:
            return await self._call.read()
        except grpc.aio.AioRpcError as error:
            raise wire.from_rpc(error, self._method) from error

    async def write(self, request: Any) -> None:
        """Send one more request.

        Raises:
            GlassworkError: the call failed.
        """
        try:
            await self._call.write(request)
        except grpc.aio.AioRpcError as error:
            raise wire.from_rpc(error, self._method) from error
