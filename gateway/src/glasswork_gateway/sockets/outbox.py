"""What waits to be sent to one client: bounded, and cleared of what a newer edit made worthless."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import to_json
from starlette.websockets import WebSocket

ROOM: Final = 64
LASTING: Final = frozenset({"ready", "error", "suggestions"})
"""Kinds that a newer edit does not make worthless: what is suggested is a part of the document from then on."""


@dataclass(frozen=True)
class Waiting:
    """A message on its way."""

    revision: int
    kind: str
    members: Mapping[str, Any]


class Outbox:
    """Messages on their way to one client; one task writes them, so that a slow client stops nobody else.

    A full outbox makes its feeder wait, which holds back the worker behind it.
    """

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._newest = 0
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    async def put(self, revision: int, kind: str, **members: Any) -> bool:
        """Add a message; wait while there is no room.

        Returns:
            False where it answers an edit that a newer one has made worthless, and is not sent.
        """
        await self._room.wait()
        if kind not in LASTING and revision < self._newest:
            return False
        self._waiting.append(Waiting(revision, kind, members))
        self._changed.set()
        if len(self._waiting) >= ROOM:
            self._room.clear()
        return True

    def drop_before(self, revision: int) -> list[Waiting]:
        """Take out what answers earlier edits; return it, for a part of it may still be true."""
        self._newest = revision
        dropped = [item for item in self._waiting if item.revision < revision and item.kind not in LASTING]
        self._waiting = deque(item for item in self._waiting if item.revision >= revision or item.kind in LASTING)
        if len(self._waiting) < ROOM:
            self._room.set()
        return dropped

    async def write_to(self, socket: WebSocket) -> None:
        """Send what comes, for ever."""
        while True:
            while self._waiting:
                item = self._waiting.popleft()
                if len(self._waiting) < ROOM:
                    self._room.set()
                message = {"revision": item.revision, "kind": item.kind, **item.members}
                await socket.send_text(to_json(message).decode())
            self._changed.clear()
            await self._changed.wait()
