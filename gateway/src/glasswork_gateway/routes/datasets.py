"""Datasets."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from glasswork.executor.v1 import executor_pb2
from glasswork.registry.v1 import registry_pb2
from glasswork_sdk.document import Split
from glasswork_sdk.errors import InvalidInput
from glasswork_sdk.validation import violations
from glasswork_servicekit.channel import IDEMPOTENT
from glasswork_servicekit.graphs import struct_to_dict
from pydantic import ValidationError
from starlette.responses import Response

from glasswork_gateway import schemas, translate
from glasswork_gateway.context import InContext
from glasswork_gateway.lists import PageSize, PageToken, page
from glasswork_gateway.problems import BadRequest
from glasswork_gateway.strict import StrictRoute, answer
from glasswork_gateway.uploads import Upload

router = APIRouter(prefix="/datasets", tags=["datasets"], route_class=StrictRoute)
ROWS_SECONDS: Final = 60.0
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "name": {"type": "string", "description": "Free name; must come before the file."},
                        "file": {"type": "string", "format": "binary", "description": "CSV, Parquet, NPZ or zip."},
                    },
                }
            },
            "application/json": {"schema": schemas.ImportRequest.model_json_schema()},
        },
    }
}


@router.post("", status_code=201, response_model=schemas.Dataset, openapi_extra=_BODY)
async def create_dataset(request: Request, context: InContext) -> Response:
    """Take in a dataset: an uploaded file, an example, or a path of Glasswork's machine."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        wanted = await _import_request(request)
        dataset = await context.shelf.take_in(wanted.example or "", wanted.path or "")
    else:
        upload = Upload(request)
        file_name = await upload.begin()
        dataset = await context.shelf.upload(file_name, upload.text("name"), upload.chunks())
    return answer(translate.dataset(dataset), 201, {"Location": f"/api/v1/datasets/{dataset.id}"})


@router.get("", response_model=schemas.Page[schemas.Dataset])
async def list_datasets(context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the datasets, the newest first."""
    request = registry_pb2.ListDatasetsRequest(page_size=page_size, page_token=page_token)
    found = await context.services.registry.ListDatasets(request, metadata=(IDEMPOTENT,))
    return answer(page(list(map(translate.dataset, found.datasets)), found.next_page_token))


@router.get("/{dataset}", response_model=schemas.Dataset)
async def get_dataset(dataset: str, context: InContext) -> Response:
    """Read one dataset; by its id, or by sha256: and its hash."""
    return answer(translate.dataset(await context.shelf.find(dataset)))


@router.get("/{dataset}/rows", response_model=schemas.Page[dict[str, Any]])
async def list_rows(dataset: str, context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the rows as they stand in the table."""
    found = await context.shelf.find(dataset)
    request = executor_pb2.ReadRowsRequest(hash=found.hash, page_size=page_size, page_token=page_token)
    rows = await context.services.executor.ReadRows(request, timeout=ROWS_SECONDS, metadata=(IDEMPOTENT,))
    return answer(page([struct_to_dict(row) for row in rows.rows], rows.next_page_token))


@router.post("/{dataset}/profile", response_model=schemas.Dataset)
async def profile_dataset(dataset: str, body: schemas.ProfileRequest, context: InContext) -> Response:
    """Read a dataset with types and a split of one's own: its figures, classes and warnings as they are then."""
    split = Split(**body.split.model_dump()) if body.split else Split()
    return answer(translate.dataset(await context.shelf.read_as(dataset, body.types, split)))


@router.delete("/{dataset}", status_code=204, response_class=Response)
async def delete_dataset(dataset: str, context: InContext) -> Response:
    """Remove a dataset from the list, and its files where no version needs them."""
    await context.services.registry.DeleteDataset(registry_pb2.DeleteDatasetRequest(dataset=dataset))
    return Response(status_code=204)


async def _import_request(request: Request) -> schemas.ImportRequest:
    try:
        wanted = schemas.ImportRequest.model_validate(await request.json())
    except ValidationError as error:
        fields = violations(error, schemas.ImportRequest)
        raise InvalidInput(f"The request has bad fields: {fields[0].description}.", fields=fields) from None
    if bool(wanted.example) == bool(wanted.path):
        raise BadRequest('Name either an "example" or a "path".')
    return wanted
