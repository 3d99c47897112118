"""Request bodies read strictly: one JSON value, finite numbers, no key twice, not too deep."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi.routing import APIRoute
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from glasswork_gateway.problems import BadRequest

# A model document has 24 levels at most, and a request puts it some levels down.
MAX_DEPTH: Final = 28
SMALL_BYTES: Final = 64 * 1024
_MAX_INTEGER: Final = 2**53


def parse_json(data: bytes | str) -> Any:
    """Return the value in a JSON text.

    Raises:
        BadRequest: it is no strict JSON.
    """
    try:
        value = json.loads(data, parse_constant=_no_constant, object_pairs_hook=_unique, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is no valid JSON: {error or 'it is nested too deeply'}.") from None
    _check(value, 0)
    return value


class StrictRequest(Request):
    """A request whose JSON is read strictly."""

    async def json(self) -> Any:
        """Return the body's value.

        Raises:
            BadRequest: it is no strict JSON.
        """
        data = await self.body()
        # A large body takes long to parse, and nobody else is answered meanwhile.
        return parse_json(data) if len(data) <= SMALL_BYTES else await asyncio.to_thread(parse_json, data)


class StrictRoute(APIRoute):
    """A route whose requests are strict."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with strict requests."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


def answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON as a response: written once, by pydantic's own writer; the types are checked by tests."""
    return Response(to_json(content), status, headers, "application/json")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > _MAX_INTEGER:
        raise ValueError("an integer is larger than 2^53")
    return int(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise BadRequest(f"The body is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, dict | list):
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            _check(item, depth + 1)
    elif isinstance(value, str):
        # JSON can name half a character, which nothing else can hold.
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise BadRequest("The body has a text that is no valid Unicode: a lone surrogate.")
    elif isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise BadRequest("The body has a number that is too large.")
