"""A gateway alone (no service runs), and the deployment that all tests share."""

from __future__ import annotations

import os
import re
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

from tests.running import Glasswork


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
def deployment(glasswork: Glasswork) -> Deployment:
    directory, running = glasswork.directory, glasswork.running
    environ = {
        **os.environ,
        **{f"GLASSWORK_{name.upper()}_ADDRESS": address for name, address in running.addresses.items()},
        "GLASSWORK_DATA_DIR": str(directory.path),
        "GLASSWORK_SECRET_FILE": str(directory.secret_file),
        "GLASSWORK_TOKEN_FILE": str(directory.token_file),
    }
    return Deployment(running.url, directory.token(), directory.path, environ)


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
