"""Pages of short lists that are in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from glasswork_sdk.errors import FieldViolation, InvalidInput

Item = TypeVar("Item")
DEFAULT_SIZE: Final = 500


def page(items: Sequence[Item], size: int, token: str) -> tuple[Sequence[Item], str]:
    """Return one page and the token of the next, which is empty at the end.

    Args:
        items: the whole list, in a stable order.
        size: at most so many; 0 for 500.
        token: from the page before; empty for the first.

    Raises:
        InvalidInput: the token or the size is none of ours.
    """
    if size < 0:
        raise InvalidInput(
            f"page_size is at least 0, received {size}.", fields=[FieldViolation("page_size", "below 0")]
        )
    if token and not (token.isascii() and token.isdigit() and len(token) < 10):
        raise InvalidInput(
            "page_token is the next_page_token of an earlier answer.",
            fields=[FieldViolation("page_token", "unknown token")],
        )
    start = int(token or 0)
    end = start + (size or DEFAULT_SIZE)
    return items[start:end], str(end) if end < len(items) else ""
