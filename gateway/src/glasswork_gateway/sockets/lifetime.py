"""How sockets begin and end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any, Final

from glasswork_sdk.errors import GlassworkError
from pydantic_core import to_json
from starlette.websockets import WebSocket, WebSocketDisconnect

from glasswork_gateway.problems import problem_of

SUBPROTOCOL: Final = "glasswork"
TRY_AGAIN: Final = 1013
NOT_TEXT: Final = 1003
_GONE: Final = (WebSocketDisconnect, RuntimeError)


async def accept(socket: WebSocket) -> None:
    """Accept a socket; a browser that showed the token as a subprotocol must be answered with one."""
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in socket.scope.get("subprotocols", ()) else None)


async def next_text(socket: WebSocket) -> str | None:
    """Return the next message of a client, or None when it went; one that sends bytes is told so and sent away."""
    try:
        return await socket.receive_text()
    except KeyError:
        with suppress(*_GONE):
            await socket.close(NOT_TEXT, "messages are JSON as text")
        return None
    except _GONE:
        return None


async def close_with(socket: WebSocket, error: GlassworkError, *, tell: bool = True) -> None:
    """Close an accepted socket: with 1013 to try again, else with 4000 and the HTTP status; `tell` sends why first."""
    problem = problem_of(error)
    code = TRY_AGAIN if problem["status"] in (503, 504) else 4000 + problem["status"]
    with suppress(*_GONE):
        if tell:
            await socket.send_text(to_json({"kind": "error", **problem}).decode())
        await socket.close(code, problem["code"])


async def until_first(works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run several at once until the first ends, and end the others; a client that went is no error."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, _GONE):
            raise error
