"""What the routes work with, made once and kept with the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from glasswork_gateway.keyring import Keyring
from glasswork_gateway.lists import Memory
from glasswork_gateway.services import Services
from glasswork_gateway.settings import GatewaySettings
from glasswork_gateway.shelf import Shelf
from glasswork_gateway.workbench import Workbench


@dataclass(frozen=True)
class Context:
    """The services and what is built on them."""

    settings: GatewaySettings
    keyring: Keyring
    services: Services
    shelf: Shelf
    workbench: Workbench
    memory: Memory


def context_of(connection: HTTPConnection) -> Context:
    """Return the context of a request's or socket's app."""
    return cast(Context, connection.app.state.context)


InContext = Annotated[Context, Depends(context_of)]
