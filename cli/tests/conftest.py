from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
from click.testing import CliRunner, Result
from glasswork_cli.client import Client
from glasswork_cli.data_directory import DataDirectory
from glasswork_cli.main import main

Handler: TypeAlias = Callable[[httpx.Request], httpx.Response]
Ask: TypeAlias = Callable[..., Result]
MakeClient: TypeAlias = Callable[[Handler], Client]


class Clock:
    """Time that passes while somebody sleeps, and then only."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path / "data")


@pytest.fixture
def ask(directory: DataDirectory) -> Ask:
    """Run a command of the command line in this process, on a data directory of its own."""

    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(main, [*map(str, arguments), "--data-dir", str(directory.path)])

    return run


@pytest.fixture
def make_client(monkeypatch: pytest.MonkeyPatch) -> MakeClient:
    """Make a client whose gateway is a function, and whose pauses take no time."""
    monkeypatch.setattr("glasswork_cli.client.time", Clock())

    def make(handler: Handler) -> Client:
        client = Client("http://gateway", "token")
        client._http = httpx.Client(base_url="http://gateway/api/v1", transport=httpx.MockTransport(handler))
        return client

    return make


@pytest.fixture
def gateway(make_client: MakeClient) -> Callable[[dict[str, Any]], Client]:
    """Make a client of a gateway that gives one answer to each path."""

    def make(answers: dict[str, Any]) -> Client:
        return make_client(lambda request: httpx.Response(200, json=answers[request.url.path.removeprefix("/api/v1")]))

    return make
