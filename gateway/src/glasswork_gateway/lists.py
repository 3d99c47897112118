"""Lists: the parameters of a page, and a short memory for lists that hardly ever change."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import Query

_SECONDS: Final = 2.0

PageSize = Annotated[int, Query(ge=0, le=1000, description="At most so many items; 0 for 50.")]
PageToken = Annotated[str, Query(max_length=1000, description="next_page_token of the page before.")]


def page(items: list[dict[str, Any]], next_page_token: str) -> dict[str, Any]:
    """Return a part of a list."""
    return {"items": items, "next_page_token": next_page_token}


class Recent:
    """Keeps the values that were asked for last, by a key that stands for one value for ever.

    Args:
        size: how many to keep.
    """

    def __init__(self, size: int = 128) -> None:
        self._size = size
        self._values: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Return the value of a key, made where it is not known."""
        value = self._values.get(key)
        if value is None:
            value = self._values[key] = make()
            if len(self._values) > self._size:
                self._values.popitem(last=False)
        self._values.move_to_end(key)
        return value


class Memory:
    """Remembers the bytes of answers for two seconds: plugins and devices change with a restart at most."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, bytes]] = {}

    async def get(self, key: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return what was made less than two seconds ago, else make it."""
        now = time.monotonic()
        made, value = self._known.get(key, (0.0, b""))
        if not value or now - made > _SECONDS:
            value = await make()
            if len(self._known) > 100:
                self._known.clear()
            self._known[key] = (now, value)
        return value
