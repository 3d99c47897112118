"""What went wrong in a component, in words, with the line of *its* code."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from types import TracebackType

from glasswork_servicekit.wording import own_words

LONGEST_MESSAGE = 2_000
PRELUDE = "<the start of the script>"


@dataclass(frozen=True)
class Failure:
    """An error of a component.

    Args:
        message: what went wrong.
        line: line of the component's code, from 1; 0 where unknown.
        code: UPPER_SNAKE name of the kind of error.
    """

    message: str
    line: int = 0
    code: str = "USER_CODE_FAILED"


class Refused(Exception):
    """A component cannot be computed for a reason that we know; the text is for the user."""


def file_name(component: str) -> str:
    """Return the file name under which a component's code is compiled."""
    return f"<{component}>"


def failure_of(error: BaseException, component: str) -> Failure:
    """Return what an exception means for `component`.

    Args:
        error: what its code raised.
        component: its id.
    """
    if isinstance(error, SyntaxError) and error.filename == file_name(component):
        return Failure(f"SyntaxError: {error.msg}", error.lineno or 0, "SYNTAX_ERROR")
    line = _line(error.__traceback__, file_name(component))
    return Failure(_text(error), line)


def _line(trace: TracebackType | None, name: str) -> int:
    # The innermost frame in the component's own code: what it called may be anybody's.
    lines = [frame.lineno or 0 for frame in traceback.extract_tb(trace, limit=None) if frame.filename == name]
    return lines[-1] if lines else 0


def _text(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "RecursionError: it calls itself without end."
    text = own_words(error)
    if isinstance(error, Refused):
        return text
    shown = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return shown if len(shown) <= LONGEST_MESSAGE else shown[: LONGEST_MESSAGE - 1] + "…"
