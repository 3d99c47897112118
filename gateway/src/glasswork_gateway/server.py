"""Running the gateway: uvicorn, ended by a signal within seconds, with exit code 0."""

from __future__ import annotations

import contextlib
import logging
import signal
from collections.abc import Iterator
from typing import Final

import uvicorn

from glasswork_gateway.app import create_app
from glasswork_gateway.connections import HttpConnection, SocketConnection, WithoutQueries, raise_descriptor_limit
from glasswork_gateway.settings import GatewaySettings

GRACE_SECONDS: Final = 4
SOCKET_BYTES: Final = 6 * 1024 * 1024


class Server(uvicorn.Server):
    """Uvicorn that takes a signal as a wish to end, not as a reason to die of it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT stop the server; a second SIGINT at once."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run(settings: GatewaySettings) -> None:
    """Serve until a signal."""
    logging.getLogger("uvicorn.error").addFilter(WithoutQueries())
    # Half of the descriptors stay for files, services, and what answers need.
    HttpConnection.CONNECTIONS = min(HttpConnection.CONNECTIONS, raise_descriptor_limit() // 2)
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=HttpConnection,
        ws=SocketConnection,
        ws_max_size=SOCKET_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
    )
    Server(config).run()
