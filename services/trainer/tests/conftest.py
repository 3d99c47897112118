from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from glasswork.trainer.v1 import trainer_pb2 as pb

from services.trainer.tests.harness import Server, digits_request, write_digits


@pytest.fixture(scope="session")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets")
    write_digits(folder)
    return folder


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(datasets: Path) -> AsyncIterator[Server]:
    """The trainer, shared by all tests that leave it as it is."""
    async with begun(datasets) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def run(server: Server) -> str:
    """A run that has trained to its end and is shared by all tests that only look at it."""
    identifier = await server.create(digits_request())
    assert (await server.ended(identifier)).state == pb.STATE_SUCCEEDED
    return identifier


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def own_server(datasets: Path) -> AsyncIterator[Server]:
    """A trainer for tests that end it and start it again; whatever comes, none is left behind."""
    async with begun(datasets) as running:
        yield running


@asynccontextmanager
async def begun(datasets: Path) -> AsyncIterator[Server]:
    # A unix socket's path holds 107 bytes; pytest's folders are longer.
    with tempfile.TemporaryDirectory(prefix="gw") as folder:
        running = Server(Path(folder), datasets)
        await running.start()
        yield running
        await running.stop()
