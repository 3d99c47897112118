"""Tests and exports of runs: jobs with progress."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final

from fastapi import APIRouter
from glasswork.trainer.v1 import trainer_pb2
from glasswork_sdk.errors import WrongState
from glasswork_servicekit.channel import IDEMPOTENT
from starlette.responses import Response, StreamingResponse

from glasswork_gateway import schemas, translate
from glasswork_gateway.context import InContext
from glasswork_gateway.lists import PageSize, PageToken, page
from glasswork_gateway.strict import StrictRoute, answer

router = APIRouter(prefix="/runs/{run}", tags=["jobs"], route_class=StrictRoute)
DOWNLOAD_SECONDS: Final = 3600.0
START_SECONDS: Final = 60.0


@router.post("/tests", status_code=202, response_model=schemas.Test)
async def start_test(run: str, context: InContext, body: schemas.StartTest | None = None) -> Response:
    """Test a run on one of its splits."""
    request = trainer_pb2.RunTestsRequest(run=run, split=body.split if body else "test")
    test = (await context.services.trainer.RunTests(request, timeout=START_SECONDS)).test
    return answer(translate.test(test), 202, {"Location": f"/api/v1/runs/{run}/tests/{test.id}"})


@router.get("/tests", response_model=schemas.Page[schemas.Test])
async def list_tests(run: str, context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the tests of a run, the oldest first."""
    request = trainer_pb2.ListTestsRequest(run=run, page_size=page_size, page_token=page_token)
    found = await context.services.trainer.ListTests(request, metadata=(IDEMPOTENT,))
    return answer(page(list(map(translate.test, found.tests)), found.next_page_token))


@router.get("/tests/{test}", response_model=schemas.Test)
async def get_test(run: str, test: str, context: InContext) -> Response:
    """Read a test."""
    request = trainer_pb2.GetTestRequest(run=run, test=test)
    return answer(translate.test((await context.services.trainer.GetTest(request, metadata=(IDEMPOTENT,))).test))


@router.post("/exports", status_code=202, response_model=schemas.Export)
async def start_export(run: str, body: schemas.StartExport, context: InContext) -> Response:
    """Export a run; the file is loaded back and compared before the job is done."""
    request = trainer_pb2.ExportRunRequest(run=run, format=body.format)
    export = (await context.services.trainer.ExportRun(request, timeout=START_SECONDS)).export
    return answer(translate.export(export), 202, {"Location": f"/api/v1/runs/{run}/exports/{export.id}"})


@router.get("/exports", response_model=schemas.Page[schemas.Export])
async def list_exports(run: str, context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the exports of a run, the oldest first."""
    request = trainer_pb2.ListExportsRequest(run=run, page_size=page_size, page_token=page_token)
    found = await context.services.trainer.ListExports(request, metadata=(IDEMPOTENT,))
    return answer(page(list(map(translate.export, found.exports)), found.next_page_token))


@router.get("/exports/{export}", response_model=schemas.Export)
async def get_export(run: str, export: str, context: InContext) -> Response:
    """Read an export."""
    return answer(translate.export(await _export(run, export, context)))


@router.get("/exports/{export}/file", response_class=StreamingResponse)
async def download_export(run: str, export: str, context: InContext) -> Response:
    """Download the file of an export."""
    found = await _export(run, export, context)
    if found.state != trainer_pb2.STATE_SUCCEEDED:
        raise WrongState(f"Export {export} is {translate.state(found.state)}. Wait until it is SUCCEEDED.")

    async def chunks() -> AsyncIterator[bytes]:
        request = trainer_pb2.DownloadFileRequest(run=run, export=export)
        async for message in context.services.trainer.DownloadFile(request, timeout=DOWNLOAD_SECONDS):
            yield message.chunk

    name = re.sub(r"[^A-Za-z0-9._-]", "_", found.file) or "export"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(found.bytes),
        "Content-Security-Policy": "sandbox",
    }
    return StreamingResponse(chunks(), 200, headers, "application/octet-stream")


async def _export(run: str, export: str, context: InContext) -> trainer_pb2.Export:
    request = trainer_pb2.GetExportRequest(run=run, export=export)
    found: trainer_pb2.Export = (await context.services.trainer.GetExport(request, metadata=(IDEMPOTENT,))).export
    return found
