from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from glasswork_registry.core.records import Draft, Version
from glasswork_registry.core.registry import Registry, open_registry
from glasswork_sdk.document import Document

from services.registry.tests.postgresql import SQLITE, Postgresql, running_postgresql


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgresql]:
    """A server for the tests of this session."""
    with running_postgresql(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Address of an empty database; empty for the SQLite file that a registry makes itself."""
    if getattr(request, "param", SQLITE) == SQLITE:
        yield ""
        return
    with request.getfixturevalue("postgresql").database() as url:
        yield url


@pytest.fixture
def registry(tmp_path: Path, database_url: str) -> Iterator[Registry]:
    opened = open_registry(tmp_path / "data", database_url=database_url, data_roots=[tmp_path / "allowed"])
    yield opened
    opened.close()


@pytest.fixture
def document() -> Callable[..., Document]:
    """Make a document that differs by a number, on a dataset given by its hash."""

    def make(number: int = 0, dataset: str = "") -> Document:
        reference = {"source": "example:wine", "hash": f"sha256:{dataset}"} if dataset else None
        component = {"type": "core.dense", "settings": {"units": number}}
        return Document.parse(
            {"format": 1, "dataset": reference, "components": {"dense1": component}, "connections": []}
        )

    return make


@pytest.fixture
def weights_bytes() -> Callable[[int], bytes]:
    """Make a safetensors file with one tensor of bytes."""

    def make(size: int) -> bytes:
        header = json.dumps({"kernel": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
        return len(header).to_bytes(8, "little") + header + bytes(size)

    return make


@pytest.fixture
def save(registry: Registry) -> Callable[..., Version]:
    """Save a version of a draft, with weights where some are given."""

    def run(draft: Draft, weights: bytes = b"") -> Version:
        if not weights:
            return registry.versions.save(draft)
        with registry.versions.stage_weights() as staged:
            staged.write(weights)
            staged.finish()
            return registry.versions.save(draft, staged)

    return run
