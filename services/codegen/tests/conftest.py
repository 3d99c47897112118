from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from glasswork.codegen.v1 import codegen_pb2_grpc
from glasswork_codegen.service import CodegenService
from glasswork_servicekit.channel import connect
from glasswork_servicekit.server import ServiceServer
from glasswork_servicekit.settings import ServiceSettings

SECRET = "a secret of more than sixteen characters"


@pytest.fixture
async def codegen(tmp_path: Path) -> AsyncIterator[Any]:
    settings = ServiceSettings("codegen", f"unix:{tmp_path}/run/codegen.sock", SECRET, tmp_path, tmp_path / "datasets")
    server = ServiceServer(CodegenService(), settings)
    await server.start()
    async with connect(settings.address, SECRET) as channel:
        yield codegen_pb2_grpc.CodegenServiceStub(channel)
    await server.stop()
