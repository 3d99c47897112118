"""Pages of lists, the same in every service: 50 items unless asked, 1,000 at most, and opaque tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

from glasswork_sdk.errors import FieldViolation, InvalidInput

DEFAULT_SIZE: Final = 50
MAX_SIZE: Final = 1000
Item = TypeVar("Item")


class Page(NamedTuple, Generic[Item]):
    """Some items of a list, and the token of the next page (empty at the end)."""

    items: list[Item]
    next_token: str


def page_size(requested: int) -> int:
    """Return how many items to read: 50 for 0, at most 1,000.

    Raises:
        InvalidInput: a negative size.
    """
    if requested < 0:
        raise InvalidInput(
            f"A page has 1 to {MAX_SIZE} items, received page_size {requested}.",
            fields=[FieldViolation("page_size", "expected 0 (the default) or more")],
        )
    return min(requested or DEFAULT_SIZE, MAX_SIZE)


def encode_token(kind: str, *key: int | str) -> str:
    """Return the token for a page that begins behind the item with this key."""
    return base64.urlsafe_b64encode(json.dumps([kind, *key]).encode()).decode()


def decode_token(kind: str, token: str, types: Sequence[type]) -> list[Any] | None:
    """Return the key in a token, or None for an empty token.

    Raises:
        InvalidInput: a token that this list did not give out.
    """
    if not token:
        return None
    try:
        values = json.loads(base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True))
        if isinstance(values, list) and values[:1] == [kind] and list(map(_type_of, values[1:])) == list(types):
            return values[1:]
    except (ValueError, RecursionError):
        pass
    raise _unknown_token()


def _unknown_token() -> InvalidInput:
    text = "The page token is not one that this list gave out. Begin again without one."
    return InvalidInput(text, fields=[FieldViolation("page_token", "unknown token")])


def _type_of(value: Any) -> type:
    """Return the type of a part of a key; a number that no database holds has none that a list asks for."""
    return object if isinstance(value, int) and abs(value) >= 2**63 else type(value)


def make_page(rows: Sequence[Item], size: int, token: Callable[[Item], str]) -> Page[Item]:
    """Cut `size + 1` rows that were read to a page, with a token where there was one more."""
    return Page(list(rows[:size]), token(rows[size - 1]) if len(rows) > size else "")


def start_of(kind: str, token: str) -> int:
    """Return the index at which the page of a token begins; 0 for an empty token.

    Args:
        kind: names the list, so that no token serves another one.
        token: from the page before.

    Raises:
        InvalidInput: a token that this list did not give out.
    """
    key = decode_token(kind, token, [int])
    start: int = key[0] if key else 0
    if start < 0:
        raise _unknown_token()
    return start


def page_of(kind: str, items: Sequence[Item], size: int, token: str) -> Page[Item]:
    """Return a page of a list that is in memory, in a stable order.

    Args:
        kind: names the list, so that no token serves another one.
        items: the whole list.
        size: at most so many; 0 for 50.
        token: from the page before; empty for the first.

    Raises:
        InvalidInput: a negative size, or a token that this list did not give out.
    """
    start, limit = start_of(kind, token), page_size(size)
    rest = len(items) > start + limit
    return Page(list(items[start : start + limit]), encode_token(kind, start + limit) if rest else "")
