from __future__ import annotations

import asyncio
import os
import signal
import socket
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.executor.v1 import executor_pb2_grpc as rpc
from glasswork_sdk.errors import Unavailable, WrongState
from glasswork_servicekit import health
from glasswork_servicekit import server as server_module
from glasswork_servicekit.channel import connect
from glasswork_servicekit.server import ServiceServer, running
from glasswork_servicekit.settings import ServiceSettings

PROGRAM = """
import sys
from pathlib import Path
from glasswork_servicekit.server import run
from glasswork_servicekit.settings import from_environment

class Idle:
    name = "glasswork.test.v1.Idle"
    def register(self, server): pass
    async def start(self): pass
    async def stop(self): Path(sys.argv[1]).write_text("stopped")

run(lambda settings: Idle(), from_environment("idle"))
"""


async def test_health_is_not_serving_and_calls_are_refused_until_started(
    settings: ServiceSettings, service: Any
) -> None:
    may_start = asyncio.Event()
    service.start = may_start.wait
    server = ServiceServer(service, settings)
    starting = asyncio.ensure_future(server.start())
    async with asyncio.timeout(60):
        while await health.check(settings.address) != "not_serving":
            assert not starting.done()
            await asyncio.sleep(0.01)

    async with connect(settings.address, settings.secret) as channel:
        stub: rpc.ExecutorServiceAsyncStub = rpc.ExecutorServiceStub(channel)
        with pytest.raises(Unavailable, match="not ready"):
            await stub.ReadRows(pb.ReadRowsRequest())
    may_start.set()
    await starting
    assert await health.check(settings.address) == "serving"
    await server.stop()
    assert service.stopped


async def test_a_service_that_does_not_stop_is_given_up_in_time(
    settings: ServiceSettings, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A service has to be gone within 10 s.
    assert server_module.GRACE_SECONDS + server_module.STOP_SECONDS < 10
    monkeypatch.setattr(server_module, "STOP_SECONDS", 0.01)
    service.stop = asyncio.Event().wait
    server = ServiceServer(service, settings)
    await server.start()
    async with asyncio.timeout(60):
        await server.stop()


async def test_a_stale_socket_file_is_replaced(settings: ServiceSettings, service: Any) -> None:
    path = Path(settings.address.removeprefix("unix:"))
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))

    async with running(service, settings):
        assert await health.check(settings.address) == "serving"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_socket_in_use_is_left_alone(settings: ServiceSettings, service: Any) -> None:
    async with running(service, settings):
        with pytest.raises(WrongState, match="Another service listens"):
            await ServiceServer(service, settings).start()
        assert await health.check(settings.address) == "serving"


async def test_the_socket_folder_is_private(settings: ServiceSettings, service: Any) -> None:
    async with running(service, settings):
        folder = Path(settings.address.removeprefix("unix:")).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_tcp_service_says_its_port(settings: ServiceSettings, service: Any) -> None:
    tcp = ServiceSettings("echo", "127.0.0.1:0", settings.secret, settings.data_dir, settings.datasets_dir)
    async with running(service, tcp) as server:
        assert not server.address.endswith(":0")
        assert await health.check(server.address) == "serving"


async def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    assert await health.check(f"unix:{tmp_path}/nobody.sock", timeout=0.5) == "unreachable"


async def test_sigterm_stops_the_service_and_exits_0_within_10_s(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("0123456789abcdef")
    secret.chmod(0o600)
    environment = os.environ | {
        "GLASSWORK_IDLE_ADDRESS": f"unix:{tmp_path}/idle.sock",
        "GLASSWORK_SECRET_FILE": str(secret),
        "GLASSWORK_DATA_DIR": str(tmp_path),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(tmp_path / "mark"), env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while await health.check(environment["GLASSWORK_IDLE_ADDRESS"]) != "serving":
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGTERM)

    assert await asyncio.wait_for(process.wait(), 120) == 0
    assert (tmp_path / "mark").read_text() == "stopped"
