"""What is done with a graph that need not be kept: check, code, preview, suggest."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter
from glasswork.executor.v1 import executor_pb2
from glasswork.graph.v1 import graph_pb2
from starlette.responses import Response

from glasswork_gateway import schemas, translate
from glasswork_gateway.context import InContext
from glasswork_gateway.documents import parse_document
from glasswork_gateway.strict import StrictRoute, answer

router = APIRouter(tags=["graphs"], route_class=StrictRoute)


@router.post("/check", response_model=schemas.Diagnostics)
async def check_graph(body: schemas.GraphRequest, context: InContext) -> Response:
    """Find everything that is wrong with a graph."""
    return answer({"diagnostics": await context.workbench.check(await parse_document(body.graph))})


@router.post("/code", response_model=schemas.Code)
async def write_code(body: schemas.GraphRequest, context: InContext) -> Response:
    """Write the code of a graph; with errors in the graph the answer is a problem with all `diagnostics`."""
    coded = await context.workbench.sound_code(await parse_document(body.graph))
    components = translate.component_codes(coded.program)
    return answer({"script": coded.program.script, "components": components, "diagnostics": coded.diagnostics})


@router.post("/preview", response_model=schemas.Previews)
async def preview_graph(body: schemas.PreviewRequest, context: InContext) -> Response:
    """Show what each component does to the first row of the training split, or to another sample."""
    sample = sample_message(body.sample)
    variables = variable_messages([body.variable] if body.variable else [])
    document = await parse_document(body.graph)
    return answer(await context.workbench.preview(document, sample, body.components, variables))


@router.post("/cost", response_model=schemas.Cost)
async def estimate_cost(body: schemas.GraphRequest, context: InContext) -> Response:
    """Say what a graph will cost before it is trained: weights, operations, memory, and the time of an epoch."""
    return answer(await context.workbench.cost(await parse_document(body.graph)))


@router.post("/suggest", response_model=schemas.Suggestion)
async def suggest_graph(body: schemas.SuggestRequest, context: InContext) -> Response:
    """Make a complete graph for a dataset, with one sentence for each choice."""
    split = graph_pb2.Split(**body.split.model_dump()) if body.split else None
    document, explanation = await context.workbench.suggest(body.dataset, body.inputs, body.targets, split, body.types)
    return answer({"graph": document.to_json(), "explanation": explanation})


def variable_messages(variables: Iterable[schemas.VariableReference]) -> list[executor_pb2.VariableReference]:
    """Return references to variables as messages."""
    return [executor_pb2.VariableReference(component=item.component, name=item.name) for item in variables]


def sample_message(sample: schemas.Sample | None) -> executor_pb2.Sample:
    """Return a sample as a message; none is the first row of the training split."""
    return executor_pb2.Sample(**sample.model_dump()) if sample else executor_pb2.Sample(count=1)
