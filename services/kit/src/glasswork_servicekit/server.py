"""Running a service: listen, become healthy, and stop gracefully within 10 seconds."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, TypeVar

import grpc
from glasswork_sdk.errors import GlassworkError, InvalidInput, WrongState
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from glasswork_servicekit.channel import channel_options
from glasswork_servicekit.interceptors import Readiness, ServiceInterceptor
from glasswork_servicekit.logging import configure_logging
from glasswork_servicekit.settings import ServiceSettings

GRACE_SECONDS = 5.0
# Grace for calls plus this is below the 10 s within which a service has to be gone.
STOP_SECONDS = 4.0
MAXIMUM_CONCURRENT_RPCS = 512
WRONG_SETTING = 2

Settings = TypeVar("Settings")


class Service(Protocol):
    """A gRPC service as `serve` runs it."""

    @property
    def name(self) -> str:
        """Full name of the gRPC service, as in glasswork.executor.v1.ExecutorService."""

    def register(self, server: grpc.aio.Server) -> None:
        """Add the servicer to the server."""

    async def start(self) -> None:
        """Do what has to be done before the service can work, such as recovery."""

    async def stop(self) -> None:
        """Checkpoint or cancel what runs; calls have ended by then."""


class ServiceServer:
    """One service on one address.

    Args:
        service: what is served.
        settings: where, and with which secret.
    """

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self._service = service
        self._settings = settings
        self._readiness = Readiness()
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]
        self._log = logging.getLogger("glasswork.server")
        self._server = grpc.aio.server(
            interceptors=[ServiceInterceptor(settings.service, settings.secret, self._readiness)],
            options=channel_options(),
            maximum_concurrent_rpcs=MAXIMUM_CONCURRENT_RPCS,
        )
        self.address = settings.address

    async def start(self) -> None:
        """Listen, run the service's own start, then report SERVING.

        Raises:
            WrongState: another server listens on the address.
        """
        prepare_socket(self._settings.address)
        self._service.register(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        await self._report(health_pb2.HealthCheckResponse.NOT_SERVING)
        self._listen()
        await self._server.start()
        await self._service.start()
        self._readiness.ready = True
        await self._report(health_pb2.HealthCheckResponse.SERVING)
        self._log.info("serving", extra={"address": self.address, "pid": os.getpid()})

    async def stop(self) -> None:
        """Report NOT_SERVING, refuse new calls, let running ones end, then stop the service."""
        self._readiness.ready = False
        await self._health.enter_graceful_shutdown()
        await self._server.stop(GRACE_SECONDS)
        try:
            await asyncio.wait_for(self._service.stop(), STOP_SECONDS)
        except TimeoutError:
            self._log.error("the service did not stop within %s s", STOP_SECONDS)
        self._log.info("stopped")

    async def _report(self, status: health_pb2.HealthCheckResponse.ServingStatus.ValueType) -> None:
        for name in ("", self._service.name):
            await self._health.set(name, status)

    def _listen(self) -> None:
        try:
            port = self._server.add_insecure_port(self._settings.address)
        except RuntimeError as error:
            raise WrongState(
                f"The {self._settings.service} service cannot listen on {self._settings.address}: {error}. "
                "Stop what uses the address, or set another."
            ) from error
        if self._settings.address.startswith("unix:"):
            Path(self._settings.address.removeprefix("unix:")).chmod(0o600)
        else:
            self.address = f"{self._settings.address.rpartition(':')[0]}:{port}"


def prepare_socket(address: str) -> None:
    """Make the folder of a unix socket (mode 0700), and remove a socket file that nobody listens on.

    Raises:
        WrongState: somebody listens on it.
    """
    if not address.startswith("unix:"):
        return
    path = Path(address.removeprefix("unix:"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise WrongState(f"Another service listens on {address}. Stop it first, or set another address.")


@asynccontextmanager
async def running(service: Service, settings: ServiceSettings) -> AsyncIterator[ServiceServer]:
    """Serve within the block."""
    server = ServiceServer(service, settings)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def serve(service: Service, settings: ServiceSettings) -> int:
    """Serve until SIGTERM or SIGINT; a second signal quits at once.

    Returns:
        The exit code: 0 after a graceful stop, 1 where the service could not start.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stopping.is_set():
            os._exit(1)
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    server = ServiceServer(service, settings)
    starting = asyncio.ensure_future(server.start())
    waiting = asyncio.ensure_future(stopping.wait())
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    code = await _outcome(starting)
    if code == 0:
        await waiting
    waiting.cancel()
    await server.stop()
    return code


async def _outcome(starting: asyncio.Future[None]) -> int:
    # A signal may come while the service still starts: then its start is given up.
    if not starting.done():
        starting.cancel()
    try:
        await starting
    except asyncio.CancelledError:
        return 0
    except GlassworkError as error:
        logging.getLogger("glasswork.server").error("cannot start: %s", error.message)
        return 1
    except Exception:
        logging.getLogger("glasswork.server").exception("cannot start")
        return 1
    return 0


def run(service_factory: Callable[[ServiceSettings], Service], settings: ServiceSettings) -> None:
    """Serve what the factory makes and exit the process with its code.

    Args:
        service_factory: makes the service, called inside the event loop.
        settings: where it listens, and with which secret.
    """
    configure_logging(settings.service, settings.log_level)
    os.umask(0o077)

    async def main() -> int:
        return await serve(service_factory(settings), settings)

    code = asyncio.run(main())
    logging.shutdown()
    sys.exit(code)


def main(read_settings: Callable[[], Settings], serve_with: Callable[[Settings], None]) -> None:
    """Read a program's settings and serve with them; a wrong one is told in one line, with exit code 2.

    Args:
        read_settings: returns the settings, or raises InvalidInput that names variable, value and what was expected.
        serve_with: serves until a signal.
    """
    try:
        serve_with(read_settings())
    except InvalidInput as error:
        print(error.message, file=sys.stderr)
        sys.exit(WRONG_SETTING)
