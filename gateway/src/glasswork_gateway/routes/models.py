"""Models, their working copies and their versions."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header
from glasswork.registry.v1 import registry_pb2
from glasswork.trainer.v1 import trainer_pb2
from glasswork_sdk.document import Document
from glasswork_sdk.errors import FieldViolation, GlassworkError, InvalidInput
from glasswork_servicekit.channel import IDEMPOTENT
from glasswork_servicekit.graphs import graph_from_message, graph_to_message
from pydantic_core import to_json
from starlette.responses import Response

from glasswork_gateway import schemas, translate
from glasswork_gateway.context import Context, InContext
from glasswork_gateway.documents import parse_document
from glasswork_gateway.lists import PageSize, PageToken, page
from glasswork_gateway.strict import StrictRoute, answer
from glasswork_gateway.versions import save_run, save_working_copy

RUNS_SECONDS: Final = 2.0
router = APIRouter(prefix="/models", tags=["models"], route_class=StrictRoute)
IfMatch = Annotated[str, Header(max_length=200, description="Write only if the working copy still has this etag.")]
IdempotencyKey = Annotated[str, Header(max_length=200, description="A repeated request with the same key acts once.")]


@router.post("", status_code=201, response_model=schemas.Model)
async def create_model(body: schemas.CreateModel, context: InContext) -> Response:
    """Make a model from nothing, from a graph, or with a suggestion for a dataset or an example."""
    name, document = await _first_document(body, context)
    request = registry_pb2.CreateModelRequest(name=name, graph=graph_to_message(document.to_json()))
    model = (await context.services.registry.CreateModel(request)).model
    headers = {"Location": f"/api/v1/models/{model.id}", "ETag": _quoted(model.etag)}
    return answer(translate.model(model), 201, headers)


@router.get("", response_model=schemas.Page[schemas.Model])
async def list_models(context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the models, the last changed first."""
    request = registry_pb2.ListModelsRequest(page_size=page_size, page_token=page_token)
    found = await context.services.registry.ListModels(request, metadata=(IDEMPOTENT,))
    runs = await _last_runs([model.id for model in found.models], context)
    models = [{**translate.model(model), "last_run": runs.get(model.id)} for model in found.models]
    return answer(page(models, found.next_page_token))


@router.get("/{model}", response_model=schemas.Model)
async def get_model(model: str, context: InContext) -> Response:
    """Read one model."""
    request = registry_pb2.GetModelRequest(model=model)
    found = (await context.services.registry.GetModel(request, metadata=(IDEMPOTENT,))).model
    return answer(translate.model(found))


@router.patch("/{model}", response_model=schemas.Model)
async def rename_model(model: str, body: schemas.RenameModel, context: InContext) -> Response:
    """Change a model's free name."""
    request = registry_pb2.UpdateModelRequest(model=model, name=body.name)
    return answer(translate.model((await context.services.registry.UpdateModel(request)).model))


@router.delete("/{model}", status_code=204, response_class=Response)
async def delete_model(model: str, context: InContext) -> Response:
    """Move a model to the trash."""
    await context.services.registry.DeleteModel(registry_pb2.DeleteModelRequest(model=model))
    return Response(status_code=204)


@router.post("/{model}/duplicate", status_code=201, response_model=schemas.Model)
async def duplicate_model(model: str, context: InContext, body: schemas.DuplicateModel | None = None) -> Response:
    """Copy a model's working copy into a new model."""
    request = registry_pb2.DuplicateModelRequest(model=model, name=body.name if body else "")
    copy = (await context.services.registry.DuplicateModel(request)).model
    return answer(translate.model(copy), 201, {"Location": f"/api/v1/models/{copy.id}"})


@router.get("/{model}/graph", response_model=schemas.Graph)
async def get_graph(
    model: str, context: InContext, if_none_match: Annotated[str, Header(max_length=200)] = ""
) -> Response:
    """Read the working copy."""
    request = registry_pb2.GetWorkingCopyRequest(model=model)
    copy = await context.services.registry.GetWorkingCopy(request, metadata=(IDEMPOTENT,))
    headers = {"ETag": _quoted(copy.etag)}
    if _unquoted(if_none_match) == copy.etag:
        return Response(status_code=304, headers=headers)
    graph = context.graphs.get(copy.etag, lambda: to_json(graph_from_message(copy.graph)))
    return Response(graph, 200, headers, "application/json")


@router.put("/{model}/graph", response_model=schemas.Etag)
async def put_graph(model: str, body: schemas.Graph, context: InContext, if_match: IfMatch = "") -> Response:
    """Write the working copy, finished or not; somebody else's change since `If-Match` was read is answered 412."""
    graph = graph_to_message((await parse_document(body)).to_json())
    request = registry_pb2.PutWorkingCopyRequest(model=model, graph=graph, if_match=_unquoted(if_match))
    etag = (await context.services.registry.PutWorkingCopy(request)).etag
    return answer({"etag": etag}, 200, {"ETag": _quoted(etag)})


@router.post("/{model}/versions", status_code=201, response_model=schemas.Version)
async def save_version(
    model: str, body: schemas.SaveVersion, context: InContext, idempotency_key: IdempotencyKey = ""
) -> Response:
    """Save a version: of the working copy, or of what a run trained."""
    save = save_run if body.run else save_working_copy
    version = await save(context, model, body, idempotency_key)
    return answer(translate.version(version), 201, {"Location": f"/api/v1/models/{model}/versions/{version.id}"})


@router.get("/{model}/versions", response_model=schemas.Page[schemas.Version])
async def list_versions(
    model: str, context: InContext, page_size: PageSize = 0, page_token: PageToken = ""
) -> Response:
    """List the versions, the newest first."""
    request = registry_pb2.ListVersionsRequest(model=model, page_size=page_size, page_token=page_token)
    found = await context.services.registry.ListVersions(request, metadata=(IDEMPOTENT,))
    return answer(page(list(map(translate.version, found.versions)), found.next_page_token))


@router.get("/{model}/versions/{version}", response_model=schemas.VersionContent)
async def get_version(model: str, version: str, context: InContext) -> Response:
    """Read a version with its graph and script."""
    request = registry_pb2.GetVersionRequest(model=model, version=version)
    found = await context.services.registry.GetVersion(request, metadata=(IDEMPOTENT,))
    content = {"graph": graph_from_message(found.graph), "script": found.script}
    return answer({**translate.version(found.version), **content})


@router.post("/{model}/restore", response_model=schemas.Etag)
async def restore_version(model: str, body: schemas.Restore, context: InContext, if_match: IfMatch = "") -> Response:
    """Make the working copy what a version was."""
    request = registry_pb2.RestoreVersionRequest(model=model, version=body.version, if_match=_unquoted(if_match))
    etag = (await context.services.registry.RestoreVersion(request)).etag
    return answer({"etag": etag}, 200, {"ETag": _quoted(etag)})


async def _first_document(body: schemas.CreateModel, context: Context) -> tuple[str, Document]:
    given = [name for name in ("graph", "dataset", "template") if getattr(body, name) is not None]
    if len(given) > 1:
        raise InvalidInput(
            f"A model is made from one of graph, dataset and template, received {' and '.join(given)}.",
            fields=[FieldViolation(given[1], f"{given[0]} is given as well")],
        )
    if body.graph is not None:
        return body.name or "Model", await parse_document(body.graph)
    ready = await context.shelf.template(body.template) if body.template else None
    if ready is not None:
        return body.name or ready.title, Document.parse(graph_from_message(ready.graph))
    source = f"example:{body.template}" if body.template else body.dataset
    if not source:
        return body.name or "Model", Document()
    document, _ = await context.workbench.suggest(source, body.inputs, body.targets)
    return body.name or (await context.shelf.find(source)).name, document


async def _last_runs(models: list[str], context: Context) -> dict[str, dict[str, Any]]:
    """Return the last run of each model, in one question; none where it has no answer, which no list waits for."""
    if not models:
        return {}
    request = trainer_pb2.ListRunsRequest(newest_of=models)
    try:
        found = await context.services.trainer.ListRuns(request, timeout=RUNS_SECONDS, metadata=(IDEMPOTENT,))
    except GlassworkError:
        return {}
    return {run.model: translate.last_run(run) for run in found.runs}


def _quoted(etag: str) -> str:
    return f'"{etag}"'


def _unquoted(etag: str) -> str:
    plain = etag.strip().removeprefix("W/").strip('"')
    return "" if plain == "*" else plain
