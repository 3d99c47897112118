"""The code of one component: read, edited, and the settings that follow a graph."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from glasswork_gateway import schemas
from glasswork_gateway.context import InContext
from glasswork_gateway.documents import parse_document
from glasswork_gateway.strict import StrictRoute, answer

router = APIRouter(tags=["graphs"], route_class=StrictRoute)


@router.post("/code/component", response_model=schemas.ComponentText)
async def read_component_code(body: schemas.ComponentRequest, context: InContext) -> Response:
    """Read the code of one component: its template's, the one in use, and where both changed."""
    return answer(await context.workbench.component_code(await parse_document(body.graph), body.component))


@router.post("/code/edit", response_model=schemas.CodeEdit)
async def edit_component_code(body: schemas.CodeEditRequest, context: InContext) -> Response:
    """Take in an edit of a component's code: settings move where they can express it, else it is custom code."""
    document = await parse_document(body.graph)
    return answer(await context.workbench.edit_code(document, body.component, body.text, body.resolved))


@router.post("/suggest/settings", response_model=schemas.Suggestion)
async def suggest_settings(body: schemas.GraphRequest, context: InContext) -> Response:
    """Let the settings that nobody touched follow the graph and the data, with one sentence for each."""
    document, explanation = await context.workbench.follow(await parse_document(body.graph))
    return answer({"graph": document.to_json(), "explanation": explanation})
