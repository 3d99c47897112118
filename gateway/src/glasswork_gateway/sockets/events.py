"""The events of a run, from any sequence number on; a reader that comes again loses nothing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from glasswork.trainer.v1 import trainer_pb2
from glasswork_sdk.errors import GlassworkError, Unavailable
from pydantic_core import to_json
from starlette.websockets import WebSocket

from glasswork_gateway import translate
from glasswork_gateway.context import Context, context_of
from glasswork_gateway.sockets.lifetime import accept, close_with, next_text, until_first

router = APIRouter()


@router.websocket("/runs/{run}/events")
async def event_socket(socket: WebSocket, run: str, after: Annotated[int, Query(ge=0, le=2**62)] = 0) -> None:
    """Send the events after a sequence number as they come, and close when the run has ended."""
    await accept(socket)
    try:
        await until_first([_send(socket, context_of(socket), run, after), _until_gone(socket)])
    except GlassworkError as error:
        # A reader that shall come again gets nothing that is no event.
        await close_with(socket, error, tell=not isinstance(error, Unavailable))


async def _send(socket: WebSocket, context: Context, run: str, after: int) -> None:
    """Send what comes; a slow client holds back its own stream only, which then leaves out batch events."""
    request = trainer_pb2.WatchRunRequest(run=run, after_sequence=after)
    async for message in context.services.trainer.WatchRun(request):
        # The snapshot is what GET /runs/{run} says; without a sequence number it would be no event.
        if message.WhichOneof("kind") == "event":
            await socket.send_text(to_json(translate.event(message.event)).decode())
    await socket.close(1000, "the run has ended")


async def _until_gone(socket: WebSocket) -> None:
    while await next_text(socket) is not None:
        pass
