"""What waits to be sent to one client: bounded, and cleared of what a newer edit made worthless."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from pydantic_core import to_json
from starlette.websockets import WebSocket

ROOM: Final = 64


class Outbox:
    """Messages on their way to one client; one task writes them, so that a slow client stops nobody else.

    A full outbox makes its feeder wait, which holds back the worker behind it.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, str]] = deque()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    async def put(self, revision: int, kind: str, **members: Any) -> None:
        """Add a message; wait while there is no room."""
        await self._room.wait()
        text = to_json({"revision": revision, "kind": kind, **members}).decode()
        self._waiting.append((revision, text))
        self._changed.set()
        if len(self._waiting) >= ROOM:
            self._room.clear()

    def drop_before(self, revision: int) -> None:
        """Forget what answers earlier edits: newer answers will come."""
        self._waiting = deque(item for item in self._waiting if item[0] >= revision)
        if len(self._waiting) < ROOM:
            self._room.set()

    async def write_to(self, socket: WebSocket) -> None:
        """Send what comes, for ever."""
        while True:
            while self._waiting:
                _, text = self._waiting.popleft()
                if len(self._waiting) < ROOM:
                    self._room.set()
                await socket.send_text(text)
            self._changed.clear()
            await self._changed.wait()
