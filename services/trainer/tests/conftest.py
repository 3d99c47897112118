from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.trainer.tests.harness import Server, write_digits


@pytest.fixture(scope="session")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("datasets")
    write_digits(folder)
    return folder


@pytest.fixture
def short_folder() -> Iterator[Path]:
    # A unix socket's path holds 107 bytes; pytest's folders are longer.
    with tempfile.TemporaryDirectory(prefix="gw") as folder:
        yield Path(folder)


@pytest_asyncio.fixture(loop_scope="module")
async def own_server(short_folder: Path, datasets: Path) -> AsyncIterator[Server]:
    # For a test that ends its server and starts it again; whatever comes, none is left behind.
    running = Server(short_folder, datasets)
    await running.start()
    yield running
    await running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(datasets: Path) -> AsyncIterator[Server]:
    with tempfile.TemporaryDirectory(prefix="gw") as folder:
        running = Server(Path(folder), datasets)
        await running.start()
        yield running
        await running.stop()
