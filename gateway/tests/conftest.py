"""A gateway alone (no service runs), and a whole deployment of real processes, once for all tests that need it."""

from __future__ import annotations

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from glasswork_gateway.app import create_app
from glasswork_gateway.guard import Guard
from glasswork_gateway.settings import LOCAL_HOSTS, SERVICES, GatewaySettings
from jsonschema import Draft202012Validator

START_SECONDS = 90.0
EXAMPLES = Path(__file__).parents[2] / "services/registry/src/glasswork_registry/examples"


@dataclass(frozen=True)
class Deployment:
    """A running deployment."""

    url: str
    token: str
    data: Path
    environ: dict[str, str]

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=120, trust_env=False)

    @property
    def sockets(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/api/v1"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Contract:
    """The description of the API, against which answers are held."""

    def __init__(self, described: dict[str, Any]) -> None:
        self._components = described["components"]
        self._operations = [
            (re.compile(re.sub(r"{[^}]+}", "[^/]+", path) + "$"), method.upper(), item["responses"])
            for path, methods in described["paths"].items()
            for method, item in methods.items()
        ]

    def check(self, answer: httpx.Response) -> None:
        answer.read()
        assert answer.status_code < 500, f"{answer.request.method} {answer.request.url} failed: {answer.text[:2000]}"
        schema = self._schema(answer)
        if schema is not None and answer.status_code != 304:
            Draft202012Validator({**schema, "components": self._components}).validate(answer.json())

    def _schema(self, answer: httpx.Response) -> dict[str, Any] | None:
        path, status = answer.request.url.path, str(answer.status_code)
        for pattern, method, responses in self._operations:
            if method == answer.request.method and pattern.match(path):
                declared = responses.get(status) or responses["4XX"]
                media: list[dict[str, Any]] = list(declared.get("content", {}).values())
                return media[0].get("schema") if media else None
        raise AssertionError(f"{answer.request.method} {path} is not described")


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("up")
    secret = folder / "secret"
    secret.write_text(secrets.token_urlsafe(32))
    secret.chmod(0o600)
    port = _free_port()
    environ = {
        **os.environ,
        **{f"GLASSWORK_{name.upper()}_ADDRESS": f"unix:{folder}/{name}.sock" for name in SERVICES},
        "GLASSWORK_DATA_DIR": str(folder),
        "GLASSWORK_SECRET_FILE": str(secret),
        "GLASSWORK_GATEWAY_PORT": str(port),
        "GLASSWORK_DATA_ROOTS": str(EXAMPLES),
    }
    started = [_start(name, environ, folder) for name in (*SERVICES, "gateway")]
    try:
        yield _until_ok(folder, port, environ)
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(20)


@pytest.fixture(scope="session")
def api(deployment: Deployment) -> Iterator[httpx.Client]:
    """A client of the deployment, with the token; every answer is held against the description of the API."""
    with deployment.client() as client:
        contract = Contract(client.get("/openapi.json").json())
        client.event_hooks = {"response": [contract.check]}
        yield client


@pytest.fixture
def settings(tmp_path: Path) -> GatewaySettings:
    return GatewaySettings(
        host="127.0.0.1",
        port=8000,
        addresses={name: f"unix:{tmp_path}/{name}.sock" for name in SERVICES},
        secret="s" * 32,
        token_file=tmp_path / "token",
        login_code="a-code-that-is-good-once",
        allowed_hosts=LOCAL_HOSTS | {"glasswork.example"},
        allowed_origins=frozenset({"https://front.example"}),
    )


@pytest.fixture
async def guard(settings: GatewaySettings) -> AsyncIterator[Guard]:
    made = create_app(settings)
    app = made._app
    assert isinstance(app, FastAPI)
    async with app.router.lifespan_context(app):
        yield made


@pytest.fixture
async def client(guard: Guard) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway alone, without a token."""
    transport = httpx.ASGITransport(guard, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as made:
        yield made


@pytest.fixture
def bearer(guard: Guard, settings: GatewaySettings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.token_file.read_text().strip()}"}


def _start(name: str, environ: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen([sys.executable, "-m", f"glasswork_{name}"], env=environ, stdout=log, stderr=log)


def _until_ok(folder: Path, port: int, environ: dict[str, str]) -> Deployment:
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    told = ""
    while time.monotonic() < deadline:
        try:
            told = httpx.get(f"{url}/api/v1/health", trust_env=False).text
            if '"status":"ok"' in told:
                return Deployment(url, (folder / "token").read_text().strip(), folder, environ)
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"the deployment did not become healthy: {told}; logs are in {folder}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
