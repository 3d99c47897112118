"""Limits before any token, tried on raw sockets against the real server: whatever parser it runs, they must hold."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from glasswork_gateway.connections import HttpConnection, SocketConnection, WithoutQueries
from glasswork_gateway.server import Server

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
SOCKET = HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
DEADLINE = 60.0


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})


class Limited(HttpConnection):
    HEAD_SECONDS = 0.5
    CONNECTIONS = 12
    CONNECTIONS_EACH = 8


@contextlib.contextmanager
def serving(protocol: type[HttpConnection]) -> Iterator[int]:
    """Run the server as the gateway does, with this protocol, and yield its port."""
    config = uvicorn.Config(
        app, port=0, log_config=None, access_log=False, http=protocol, ws=SocketConnection, lifespan="off"
    )
    server = Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(DEADLINE)


@pytest.fixture(scope="module")
def usual() -> Iterator[int]:
    with serving(HttpConnection) as port:
        yield port


@pytest.fixture(scope="module")
def limited() -> Iterator[int]:
    with serving(Limited) as port:
        yield port


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)


def until_closed(peer: socket.socket) -> bytes:
    """Return what the server says before it closes; fails where it does not close."""
    told = b""
    with contextlib.suppress(ConnectionResetError):
        while part := peer.recv(65_536):
            told += part
    return told


def answer(port: int, *parts: bytes) -> bytes:
    with connected(port) as peer:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                peer.sendall(part)
        return until_closed(peer)


def problem(told: bytes) -> dict[str, Any]:
    head, _, body = told.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    found: dict[str, Any] = json.loads(body)
    assert f" {found['status']} ".encode() in head.split(b"\r\n")[0]
    return found


def test_requests_within_the_limits_are_answered_on_one_connection(usual: int) -> None:
    headers = b"".join(b"X-%d: %s\r\n" % (number, b"v" * 600) for number in range(90))
    request = HEAD + headers + b"Content-Length: 300000\r\n"
    with connected(usual) as peer:
        for _ in range(3):
            peer.sendall(request + b"\r\n" + b"b" * 300_000)
            told = b""
            while not told.endswith(b"ok"):
                told += peer.recv(65_536)
            assert told.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "parts",
    [
        [HEAD, *[b"X-%d: %s\r\n" % (number, b"v" * 4_000) for number in range(1_000)]],
        [HEAD + b"X: ", *[b"v" * 8_192] * 1_000],
        [b"GET /" + b"a" * 100_000, *[b"a" * 65_536] * 10],
        [HEAD + b"X-A: 1\r\n" * 101 + b"\r\n"],
        [HEAD + b"X: " + b"v" * 9_000 + b"\r\n\r\n"],
        [SOCKET + b"Sec-WebSocket-Key: " + b"a" * 9_000 + b"\r\n\r\n"],
        [SOCKET + b"X: " + b"v" * 20_000 + b"\r\n\r\n"],
        [SOCKET + b"X-A: 1\r\n" * 130 + b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"],
    ],
    ids=["bytes", "one-header", "url", "number", "line", "socket-key", "socket-line", "socket-number"],
)
def test_head_over_a_limit_is_refused_and_the_connection_closed(usual: int, parts: list[bytes]) -> None:
    told = answer(usual, *parts)
    # A peer that goes on sending may lose the answer; it never keeps the connection.
    assert not told or problem(told)["code"] == "head-too-large"


CHUNKED = HEAD.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        [b"0\r\n", *[b"X-A: " + b"v" * 8_000 + b"\r\n"] * 1_000],
        [b"0\r\nX-A: ", *[b"v" * 8_192] * 1_000],
        [b"4;", *[b"v" * 8_192] * 1_000],
    ],
    ids=["trailers", "one-trailer", "chunk-extension"],
)
def test_what_stands_around_a_body_is_bounded_as_a_head(usual: int, parts: list[bytes]) -> None:
    told = answer(usual, CHUNKED, *parts)
    assert not told or problem(told)["code"] == "head-too-large"


def test_trailers_within_the_limits_change_nothing(usual: int) -> None:
    with connected(usual) as peer:
        for _ in range(2):
            peer.sendall(CHUNKED + b"0\r\nX-A: " + b"v" * 9_000 + b"\r\n\r\n")
            told = b""
            while not told.endswith(b"ok"):
                told += peer.recv(65_536)
            assert told.startswith(b"HTTP/1.1 200")


def test_endless_head_is_not_kept_in_memory(usual: int) -> None:
    sent = 0
    with connected(usual) as peer, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        peer.sendall(HEAD)
        for _ in range(4_000):
            peer.sendall(b"X-A: " + b"v" * 16_000 + b"\r\n")
            sent += 16_000
    assert sent < 64_000_000


@pytest.mark.parametrize("begun", [b"", b"GET", HEAD, HEAD + b"X-A: 1\r\n"], ids=["silent", "verb", "head", "header"])
def test_head_that_does_not_end_is_given_up(limited: int, begun: bytes) -> None:
    assert problem(answer(limited, begun))["status"] == 408


def test_further_request_on_a_connection_has_the_same_time(limited: int) -> None:
    with connected(limited) as peer:
        peer.sendall(HEAD + b"\r\n" + HEAD)
        told = until_closed(peer)
    assert told.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in told


def test_connections_over_the_number_are_refused_until_others_end(limited: int) -> None:
    with contextlib.ExitStack() as stack:
        # Each has its answer and stays open, so that none is given up meanwhile.
        for _ in range(Limited.CONNECTIONS_EACH):
            peer = stack.enter_context(connected(limited))
            peer.sendall(HEAD + b"\r\n")
            assert peer.recv(65_536).startswith(b"HTTP/1.1 200")
        assert problem(answer(limited))["code"] == "too-many-connections"
    told = b""
    while not told.startswith(b"HTTP/1.1 200"):
        with connected(limited) as peer:
            peer.sendall(HEAD + b"Connection: close\r\n\r\n")
            told = until_closed(peer)


def test_request_that_is_no_http_is_refused_once(usual: int) -> None:
    told = answer(usual, b"\x16\x03\x01 nothing\r\n\r\n")
    assert told.count(b"HTTP/1.1 400") == 1


def test_log_has_the_path_of_a_socket_and_not_its_query(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("glasswork.test.queries")
    logger.addFilter(WithoutQueries())
    with caplog.at_level(logging.INFO, logger.name):
        logger.info('%s - "WebSocket %s" %d', "127.0.0.1", "/api/v1/runs/1/events?token=secret&after=1", 403)
    assert caplog.messages == ['127.0.0.1 - "WebSocket /api/v1/runs/1/events?…" 403']
