"""The gateway's app: composition only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from glasswork_gateway import problems
from glasswork_gateway.context import Context
from glasswork_gateway.guard import Guard
from glasswork_gateway.guide import Guide
from glasswork_gateway.keyring import Keyring
from glasswork_gateway.lists import Memory, Recent
from glasswork_gateway.routes import code, components, datasets, graphs, health, jobs, models, pages, runs
from glasswork_gateway.services import connect_services
from glasswork_gateway.settings import GatewaySettings
from glasswork_gateway.shelf import Shelf
from glasswork_gateway.sockets import events, preview
from glasswork_gateway.workbench import Workbench

ROOT: Final = "/api/v1"
SOCKETS: Final = (
    {
        "path": f"{ROOT}/models/{{model}}/preview",
        "description": "The live session. Send {revision, patch: RFC 6902} or {revision, graph}, {sample} or {cancel}; "
        "receive {revision, kind: ready, shapes, preview, diagnostics, done or error, …}.",
    },
    {
        "path": f"{ROOT}/runs/{{run}}/events?after=N",
        "description": "The events after N: state, batch, epoch, checkpoint, log, diagnostic.",
    },
)


def create_app(settings: GatewaySettings) -> Guard:
    """Return the app with the guard in front of it.

    Args:
        settings: what the gateway was told.
    """
    keyring = Keyring(settings.token_file, settings.login_code)
    return Guard(create_api(lambda app: _lifespan(app, settings, keyring)), settings, keyring)


def create_api(lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None) -> FastAPI:
    """Return the app without its guard; without a life span it can only describe itself.

    Args:
        lifespan: what the app needs while it runs.
    """
    app = FastAPI(
        title="Glasswork",
        version=version("glasswork-gateway"),
        description="Everything that the web page does, as an API.",
        openapi_url=f"{ROOT}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        responses={"4XX": {"model": problems.Problem, "description": "A problem"}},
        redirect_slashes=False,
    )
    api = APIRouter(prefix=ROOT)
    for module in (health, components, datasets, graphs, code, models, runs, jobs, preview, events):
        api.include_router(module.router)
    app.include_router(api)
    app.include_router(pages.router)
    problems.install(app)
    _describe(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, settings: GatewaySettings, keyring: Keyring) -> AsyncIterator[None]:
    services = connect_services(settings)
    shelf = Shelf(services)
    workbench = Workbench(services, shelf)
    guide = Guide(services, workbench)
    app.state.context = Context(app.version, settings, keyring, services, shelf, workbench, guide, Memory(), Recent())
    watchers = [asyncio.create_task(services.watch()), asyncio.create_task(keyring.watch())]
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        await guide.close()
        await services.close()


def _operation_id(route: APIRoute) -> str:
    return route.name


def _describe(app: FastAPI) -> None:
    """Add to the description what FastAPI does not know: the token, and the sockets."""
    made = app.openapi

    def describe() -> dict[str, Any]:
        described = made()
        schemes = described.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["token"] = {"type": "http", "scheme": "bearer"}
        described["security"] = [{"token": []}]
        described["x-websockets"] = list(SOCKETS)
        return described

    app.openapi = describe  # type: ignore[method-assign]
