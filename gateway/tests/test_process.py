"""The gateway as a process: it answers at once, finds services again, and ends when it is told."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

COMMAND = [sys.executable, "-m", "glasswork_gateway"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_up(url: str) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/api/v1/health", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the gateway did not answer")


@pytest.mark.services
@pytest.mark.tensorflow
def test_a_signal_closes_sockets_with_1012_and_ends_it(deployment: Any, api: httpx.Client) -> None:
    port = free_port()
    model = api.post("/models", json={"name": "Signal"}).json()["id"]
    environ = {**deployment.environ, "GLASSWORK_GATEWAY_PORT": str(port)}
    with subprocess.Popen(COMMAND, env=environ, stderr=subprocess.DEVNULL) as process:
        until_up(f"http://127.0.0.1:{port}")
        address = f"ws://127.0.0.1:{port}/api/v1/models/{model}/preview"
        with connect(address, additional_headers=deployment.headers, proxy=None) as open_socket:
            assert json.loads(open_socket.recv())["kind"] == "ready"
            process.send_signal(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as caught:
                open_socket.recv(60)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1012
        assert process.wait(60) == 0


@pytest.mark.services
@pytest.mark.tensorflow
def test_a_service_that_was_killed_is_found_again(deployment: Any, api: httpx.Client, tmp_path: Any) -> None:
    """A registry of its own for a second gateway: killed, seen as away, started again, and answered."""
    port = free_port()
    address = f"unix:{tmp_path}/r.sock"
    environ = {
        **deployment.environ,
        "GLASSWORK_GATEWAY_PORT": str(port),
        "GLASSWORK_REGISTRY_ADDRESS": address,
        "GLASSWORK_TOKEN_FILE": str(deployment.data / "token"),
        "GLASSWORK_DATA_DIR": str(tmp_path / "data"),
    }
    registry = [sys.executable, "-m", "glasswork_registry"]
    url = f"http://127.0.0.1:{port}/api/v1"
    with subprocess.Popen(COMMAND, env=environ, stderr=subprocess.DEVNULL) as gateway:
        with subprocess.Popen(registry, env=environ, stderr=subprocess.DEVNULL) as first:
            until(url, "ok")
            first.kill()
        until(url, "degraded")
        with subprocess.Popen(registry, env=environ, stderr=subprocess.DEVNULL) as second:
            until(url, "ok")
            assert httpx.get(f"{url}/models", headers=deployment.headers, trust_env=False).status_code == 200
            second.terminate()
        gateway.terminate()
        assert gateway.wait(60) == 0


def until(url: str, status: str) -> None:
    deadline = time.monotonic() + 300
    told = ""
    while time.monotonic() < deadline:
        try:
            told = httpx.get(f"{url}/health", trust_env=False).json()["status"]
        except httpx.TransportError:
            told = "no answer"
        if told == status:
            return
        time.sleep(0.05)
    raise AssertionError(f"expected {status}, received {told}")
