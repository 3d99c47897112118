"""What the routes work with, made once and kept with the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from glasswork_gateway.guide import Guide
from glasswork_gateway.keyring import Keyring
from glasswork_gateway.lists import Memory, Recent
from glasswork_gateway.services import Services
from glasswork_gateway.settings import GatewaySettings
from glasswork_gateway.shelf import Shelf
from glasswork_gateway.workbench import Workbench


@dataclass(frozen=True)
class Context:
    """The services and what is built on them.

    Args:
        version: of this program.
        settings: what the gateway was told.
        keyring: who may ask.
        services: the four services.
        shelf: datasets.
        workbench: what is done with graphs.
        guide: examples for documentation pages.
        memory: answers that hardly ever change.
        graphs: JSON of working copies by etag: an etag stands for one content for ever.
    """

    version: str
    settings: GatewaySettings
    keyring: Keyring
    services: Services
    shelf: Shelf
    workbench: Workbench
    guide: Guide
    memory: Memory
    graphs: Recent


def context_of(connection: HTTPConnection) -> Context:
    """Return the context of a request's or socket's app."""
    return cast(Context, connection.app.state.context)


async def _context(connection: HTTPConnection) -> Context:
    # FastAPI runs a plain function in a thread, which costs more than most answers.
    return context_of(connection)


InContext = Annotated[Context, Depends(_context)]
