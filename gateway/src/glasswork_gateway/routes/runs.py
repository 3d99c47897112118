"""Runs: training, and what can be seen and changed of it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from glasswork.registry.v1 import registry_pb2
from glasswork.trainer.v1 import trainer_pb2
from glasswork_sdk.document import Document
from glasswork_sdk.errors import FieldViolation, InvalidInput, WrongState
from glasswork_servicekit.channel import IDEMPOTENT
from glasswork_servicekit.graphs import dict_to_struct, graph_from_message, struct_to_dict
from starlette.responses import Response

from glasswork_gateway import schemas, translate
from glasswork_gateway.context import Context, InContext
from glasswork_gateway.documents import parse_document
from glasswork_gateway.lists import PageSize, PageToken, page
from glasswork_gateway.routes.models import IdempotencyKey
from glasswork_gateway.strict import StrictRoute, answer

router = APIRouter(prefix="/runs", tags=["runs"], route_class=StrictRoute)
CREATE_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 60.0
PREDICT_SECONDS: Final = 120.0


@router.post("", status_code=202, response_model=schemas.Run)
async def create_run(body: schemas.CreateRun, context: InContext, idempotency_key: IdempotencyKey = "") -> Response:
    """Train a model's working copy, one of its versions, or a graph; with errors the answer has all `diagnostics`."""
    coded = await context.workbench.sound_code(await _document(body, context))
    request = trainer_pb2.CreateRunRequest(
        graph=coded.resolved.graph,
        program=coded.program,
        profile=coded.resolved.profile,
        model=body.model or "",
        version=body.version or "",
        devices=[body.devices] if isinstance(body.devices, str) else body.devices,
        idempotency_key=idempotency_key,
    )
    run = (await context.services.trainer.CreateRun(request, timeout=CREATE_SECONDS)).run
    return answer(translate.run(run), 202, {"Location": f"/api/v1/runs/{run.id}"})


@router.get("", response_model=schemas.Page[schemas.Run])
async def list_runs(
    context: InContext,
    model: Annotated[str, Query(max_length=63, description="Only runs of this model.")] = "",
    page_size: PageSize = 0,
    page_token: PageToken = "",
) -> Response:
    """List the runs, the newest first."""
    request = trainer_pb2.ListRunsRequest(model=model, page_size=page_size, page_token=page_token)
    found = await context.services.trainer.ListRuns(request, metadata=(IDEMPOTENT,))
    return answer(page(list(map(translate.run, found.runs)), found.next_page_token))


@router.get("/{run}", response_model=schemas.Run)
async def get_run(run: str, context: InContext) -> Response:
    """Read one run."""
    return answer(translate.run((await _get(run, context)).run))


@router.get("/{run}/graph", response_model=schemas.Graph)
async def get_run_graph(run: str, context: InContext) -> Response:
    """Read the model document that a run trained."""
    return answer(graph_from_message((await _get(run, context)).graph))


@router.get("/{run}/code", response_model=schemas.Script)
async def get_run_code(run: str, context: InContext) -> Response:
    """Read the script that a run trained."""
    return answer({"script": (await _get(run, context)).script})


@router.patch("/{run}", response_model=schemas.Run)
async def update_run(run: str, body: schemas.UpdateRun, context: InContext) -> Response:
    """Change what can be changed while a run goes on: the learning rate.

    A run that is within something long, as reading its data, is answered 504; it makes the change after that, and its
    events say so.
    """
    request = trainer_pb2.UpdateRunRequest(run=run, learning_rate=body.learning_rate)
    return answer(translate.run((await context.services.trainer.UpdateRun(request, timeout=PAUSE_SECONDS)).run))


@router.delete("/{run}", status_code=204, response_class=Response)
async def delete_run(run: str, context: InContext) -> Response:
    """Remove an ended run and everything of it."""
    await context.services.trainer.DeleteRun(trainer_pb2.DeleteRunRequest(run=run))
    return Response(status_code=204)


@router.post("/{run}/pause", response_model=schemas.Run)
async def pause_run(run: str, context: InContext) -> Response:
    """Stop the steps until the run is resumed."""
    request = trainer_pb2.PauseRunRequest(run=run)
    return answer(translate.run((await context.services.trainer.PauseRun(request, timeout=PAUSE_SECONDS)).run))


@router.post("/{run}/resume", response_model=schemas.Run)
async def resume_run(run: str, context: InContext, body: schemas.Resume | None = None) -> Response:
    """Go on after a pause, wholly or for some steps."""
    request = trainer_pb2.ResumeRunRequest(run=run, steps=body.steps if body else 0)
    return answer(translate.run((await context.services.trainer.ResumeRun(request, timeout=PAUSE_SECONDS)).run))


@router.post("/{run}/stop", response_model=schemas.Run)
async def stop_run(run: str, context: InContext) -> Response:
    """End a run early and keep its weights."""
    request = trainer_pb2.StopRunRequest(run=run)
    return answer(translate.run((await context.services.trainer.StopRun(request, timeout=PAUSE_SECONDS)).run))


@router.get("/{run}/metrics", response_model=schemas.Page[schemas.MetricRow])
async def list_metrics(run: str, context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the metrics, one row an epoch."""
    request = trainer_pb2.ListMetricsRequest(run=run, page_size=page_size, page_token=page_token)
    found = await context.services.trainer.ListMetrics(request, metadata=(IDEMPOTENT,))
    rows = [{"epoch": row.epoch, "metrics": translate.finite_all(row.metrics)} for row in found.rows]
    return answer(page(rows, found.next_page_token))


@router.get("/{run}/components/{component}", response_model=schemas.Inspection)
async def inspect_component(
    run: str,
    component: str,
    context: InContext,
    step: Annotated[int | None, Query(ge=0, description="The step to look at; only the present one is kept.")] = None,
) -> Response:
    """Read the variables of a component of a paused or ended run, on the preview sample."""
    request = trainer_pb2.GetVariablesRequest(run=run, component=component)
    found = await context.services.trainer.GetVariables(request, timeout=PAUSE_SECONDS)
    if step is not None and step != found.step:
        raise WrongState(f"Run {run} is at step {found.step}; the variables of step {step} are not kept.")
    return answer({"step": found.step, "variables": list(map(translate.variable, found.variables))})


@router.post("/{run}/predict", response_model=schemas.Predictions)
async def predict(run: str, body: schemas.PredictRequest, context: InContext) -> Response:
    """Predict rows with the weights of a run."""
    request = trainer_pb2.PredictRequest(run=run, rows=map(dict_to_struct, body.rows))
    found = await context.services.trainer.Predict(request, timeout=PREDICT_SECONDS)
    return answer({"predictions": [struct_to_dict(item) for item in found.predictions]})


@router.get("/{run}/samples", response_model=schemas.PredictedSamples)
async def predict_samples(
    run: str,
    context: InContext,
    split: Annotated[Literal["train", "validation", "test"], Query()] = "validation",
    first: Annotated[int, Query(ge=0, le=2**31 - 1, description="The first row of the split, from 0.")] = 0,
    count: Annotated[int, Query(ge=1, le=200, description="At most so many rows.")] = 12,
) -> Response:
    """Predict rows of a split with the weights of a paused or ended run, and say what is true of them."""
    request = trainer_pb2.PredictSamplesRequest(run=run, split=split, first=first, count=count)
    found = await context.services.trainer.PredictSamples(request, timeout=PREDICT_SECONDS)
    return answer({"samples": list(map(translate.sample, found.samples)), "total": found.total})


async def _get(run: str, context: Context) -> trainer_pb2.GetRunResponse:
    return await context.services.trainer.GetRun(trainer_pb2.GetRunRequest(run=run), metadata=(IDEMPOTENT,))


async def _document(body: schemas.CreateRun, context: Context) -> Document:
    if (body.graph is None) == (not body.model):
        raise InvalidInput(
            "A run trains either a model or a graph: name one of the two.",
            fields=[FieldViolation("model", "expected a model or a graph")],
        )
    if body.version and not body.model:
        raise InvalidInput(
            "A version belongs to a model: name its model as well, or give the graph without a version.",
            fields=[FieldViolation("version", "expected together with a model")],
        )
    if body.graph is not None:
        return await parse_document(body.graph)
    registry = context.services.registry
    if body.version:
        request = registry_pb2.GetVersionRequest(model=body.model or "", version=body.version)
        return Document.parse(graph_from_message((await registry.GetVersion(request)).graph))
    copy = await registry.GetWorkingCopy(registry_pb2.GetWorkingCopyRequest(model=body.model or ""))
    return Document.parse(graph_from_message(copy.graph))
