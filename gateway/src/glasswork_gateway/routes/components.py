"""What there is to work with: component types, plugins, examples, devices."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from glasswork.codegen.v1 import codegen_pb2
from glasswork.registry.v1 import registry_pb2
from glasswork.trainer.v1 import trainer_pb2
from glasswork_servicekit.channel import IDEMPOTENT
from pydantic_core import to_json
from starlette.responses import Response

from glasswork_gateway import schemas, translate
from glasswork_gateway.context import InContext
from glasswork_gateway.lists import PageSize, PageToken, page
from glasswork_gateway.strict import StrictRoute

router = APIRouter(tags=["catalogue"], route_class=StrictRoute)


@router.get("/components", response_model=schemas.Page[schemas.ComponentType])
async def list_components(context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the component types of all plugins."""

    async def make() -> bytes:
        request = codegen_pb2.ListComponentTypesRequest(page_size=page_size, page_token=page_token)
        found = await context.services.codegen.ListComponentTypes(request, metadata=(IDEMPOTENT,))
        return _page(list(map(translate.component_type, found.component_types)), found.next_page_token)

    return _json(await context.memory.get(f"components {page_size} {page_token}", make))


@router.get("/plugins", response_model=schemas.Page[schemas.Plugin])
async def list_plugins(context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the plugins, those that failed to load included."""

    async def make() -> bytes:
        request = codegen_pb2.ListPluginsRequest(page_size=page_size, page_token=page_token)
        found = await context.services.codegen.ListPlugins(request, metadata=(IDEMPOTENT,))
        return _page(list(map(translate.plugin, found.plugins)), found.next_page_token)

    return _json(await context.memory.get(f"plugins {page_size} {page_token}", make))


@router.get("/diagnostics", response_model=schemas.Page[schemas.Rule])
async def list_diagnostics(context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List what a check can find, each with its reasons."""

    async def make() -> bytes:
        request = codegen_pb2.ListRulesRequest(page_size=page_size, page_token=page_token)
        found = await context.services.codegen.ListRules(request, metadata=(IDEMPOTENT,))
        return _page(list(map(translate.rule, found.rules)), found.next_page_token)

    return _json(await context.memory.get(f"diagnostics {page_size} {page_token}", make))


@router.get("/examples", response_model=schemas.Page[schemas.Example])
async def list_examples(context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List the datasets that ship with Glasswork."""

    async def make() -> bytes:
        request = registry_pb2.ListExamplesRequest(page_size=page_size, page_token=page_token)
        found = await context.services.registry.ListExamples(request, metadata=(IDEMPOTENT,))
        return _page(list(map(translate.example, found.examples)), found.next_page_token)

    return _json(await context.memory.get(f"examples {page_size} {page_token}", make))


@router.get("/devices", response_model=schemas.Page[schemas.Device])
async def list_devices(context: InContext, page_size: PageSize = 0, page_token: PageToken = "") -> Response:
    """List where runs can train."""

    async def make() -> bytes:
        request = trainer_pb2.ListDevicesRequest(page_size=page_size, page_token=page_token)
        found = await context.services.trainer.ListDevices(request, metadata=(IDEMPOTENT,))
        return _page(list(map(translate.device, found.devices)), found.next_page_token)

    return _json(await context.memory.get(f"devices {page_size} {page_token}", make))


def _page(items: list[dict[str, Any]], token: str) -> bytes:
    return to_json(page(items, token))


def _json(data: bytes) -> Response:
    return Response(data, media_type="application/json")
