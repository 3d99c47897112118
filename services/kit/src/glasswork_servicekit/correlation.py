"""The request id that ties the log lines and errors of one request together, across services."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

METADATA_KEY = "glasswork-request-id"
_SOUND = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# A context variable has to live in a module; it holds nothing but the present request's id.
_current: ContextVar[str] = ContextVar("glasswork_request_id", default="")


def current_request_id() -> str:
    """Return the id of the request being worked on; empty outside of one."""
    return _current.get()


def new_request_id() -> str:
    """Return a fresh id."""
    return uuid.uuid4().hex


def sound_request_id(value: str) -> str:
    """Return `value` where it can safely stand in a log, else a fresh id."""
    return value if _SOUND.fullmatch(value) else new_request_id()


def set_request_id(value: str) -> None:
    """Make `value` the request id of the present task."""
    _current.set(value)


@contextmanager
def request_id(value: str) -> Iterator[str]:
    """Make `value` the request id within the block."""
    token = _current.set(value)
    try:
        yield value
    finally:
        _current.reset(token)
