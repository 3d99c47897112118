"""Connections with limits that hold before anybody has shown a token: heads of requests, their time, and their number.

Uvicorn bounds none of these with its faster parser. The limits stand here, in the protocol that the server really runs,
and `tests/test_connections.py` tries them on raw sockets, so that a change of parser cannot lose them unseen.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_SLICE: Final = 16 * 1024
_TITLES: Final = {408: "Too slow", 431: "Head too large", 503: "Too many connections"}


class HttpConnection(HttpToolsProtocol):
    """A connection whose request heads are bounded in bytes, number of headers and time.

    Class attributes are the limits:

    - `HEAD_BYTES`: of the request line and all headers of a request, and of trailers behind a body; within 16 KiB.
    - `LINE_BYTES`: of one header, as the WebSocket handshake reads it.
    - `HEADERS`: number of headers.
    - `HEAD_SECONDS`: from the opening of the connection, or the first byte of a further request, to the head's end.
    - `CONNECTIONS`: open at once, WebSockets included; `CONNECTIONS_EACH`: of them from one address.
    """

    HEAD_BYTES: ClassVar[int] = 64 * 1024
    LINE_BYTES: ClassVar[int] = 8 * 1024
    HEADERS: ClassVar[int] = 100
    HEAD_SECONDS: ClassVar[float] = 15.0
    CONNECTIONS: ClassVar[int] = 1_024
    CONNECTIONS_EACH: ClassVar[int] = 512

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, or refuse the connection where there are too many."""
        super().connection_made(transport)
        self._refused = False
        self._in_head = True
        self._head_bytes = 0
        self._longest = 0
        self._timer: asyncio.TimerHandle | None = None
        if len(self.connections) > self.CONNECTIONS or self._of_this_address() > self.CONNECTIONS_EACH:
            self._refuse(503, "There are too many open connections. Close some, and try again.")
        else:
            self._start_timer()

    def _of_this_address(self) -> int:
        address = self.client[0] if self.client else None
        # Both kinds of connections know their client.
        clients = (getattr(item, "client", None) for item in self.connections)
        return sum(1 for client in clients if client is not None and client[0] == address)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has come; of a head no more at once than can be thrown away."""
        for start in range(0, len(data), _SLICE):
            if self._refused or self.transport.get_protocol() is not self:
                return
            part = data[start : start + _SLICE]
            if self._in_head:
                self._start_timer()
            # In a body this counts what is none: trailers and extensions of chunks.
            self._head_bytes += len(part)
            if self._head_bytes > self.HEAD_BYTES and self._in_head:
                self._refuse(431, f"The head of a request has at most {self.HEAD_BYTES:,} bytes.")
                return
            super().data_received(part)
            if self._head_bytes > self.HEAD_BYTES and not self._in_head:
                self._refuse(431, f"What follows a body has at most {self.HEAD_BYTES:,} bytes.")

    def on_message_begin(self) -> None:
        """Begin to read a head, perhaps behind another request in the same packet."""
        self._start_timer()
        self._longest = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; those behind a body are none of the request's, and nobody reads them."""
        if not self._in_head:
            return
        self._longest = max(self._longest, len(name) + len(value) + 2)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Answer the request, unless its head is over a limit."""
        self._stop_timer()
        if len(self.headers) > self.HEADERS:
            self._refuse(431, f"A request has at most {self.HEADERS} headers, received {len(self.headers)}.")
        elif self._longest > self.LINE_BYTES:
            self._refuse(431, f"A header has at most {self.LINE_BYTES:,} bytes, received {self._longest:,}.")
        else:
            self._in_head, self._head_bytes, self._longest = False, 0, 0
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand a part of the body on."""
        self._head_bytes = 0
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for the head of a further request."""
        self._in_head, self._head_bytes = True, 0
        if not self._refused:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that the request is malformed, unless it was refused already."""
        if not self._refused:
            self._refused = True
            super().send_400_response(msg)

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.HEAD_SECONDS, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        self._refuse(408, f"The head of the request did not come within {self.HEAD_SECONDS:g} s.")

    def _refuse(self, status: int, detail: str) -> None:
        self._refused = True
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(_answer(status, detail))
            self.transport.close()


class SocketConnection(WebSocketsSansIOProtocol):
    """A WebSocket whose handshake is answered and closed where it cannot be parsed; uvicorn leaves it open."""

    def handle_parser_exception(self) -> None:
        """End the connection."""
        if not self.handshake_initiated:
            self.transport.write(_answer(431, "The WebSocket handshake cannot be read: its head is too large."))
            self.transport.close()
            return
        super().handle_parser_exception()


class WithoutQueries(logging.Filter):
    """Cuts the query from addresses in the server's log: a token put there by mistake is no business of a log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut the queries of a record, and keep it."""
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(item) for item in record.args)
        return True


def _cut(value: Any) -> Any:
    return (
        value.partition("?")[0] + "?…" if isinstance(value, str) and value.startswith("/") and "?" in value else value
    )


def _answer(status: int, detail: str) -> bytes:
    title = _TITLES[status]
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "code": _code(title), "detail": detail})
    head = f"content-type: application/problem+json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return STATUS_LINE[status] + head.encode() + body.encode()


def _code(title: str) -> str:
    return title.lower().replace(" ", "-")


def raise_descriptor_limit() -> int:
    """Let this process open as many files as the system allows it, and return how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 65_536) if hard != resource.RLIM_INFINITY else 65_536
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted
