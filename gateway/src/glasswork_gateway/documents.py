"""Model documents of requests: parsed off the event loop where that takes long enough for others to notice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sized
from typing import Any, Final

from glasswork_sdk.document import Document

_SMALL: Final = 200
"""Components and connections that are parsed within a few milliseconds."""


async def parse_document(graph: Mapping[str, Any]) -> Document:
    """Return a document of a request.

    Raises:
        InvalidDocument: it is no document; `fields` names every bad place.
    """
    parts = (graph.get(name) for name in ("components", "connections", "notes", "groups", "dataset"))
    size = sum(len(part) for part in parts if isinstance(part, Sized))
    return Document.parse(graph) if size <= _SMALL else await asyncio.to_thread(Document.parse, graph)
