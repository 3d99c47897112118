"""Python literals: the one way by which a value gets into generated code."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


class Code(str):
    """Text that is code already, written by Glasswork and never by a user (class names, identifiers)."""

    __slots__ = ()


def python_literal(value: Any) -> str:
    """Return the Python literal of a value; `Code` passes through.

    Args:
        value: None, bool, int, finite float, str, or lists, tuples and mappings of them.

    Raises:
        TypeError: the value is of another type.
        ValueError: it is a float that is not finite, which has no literal.

    Example:
        >>> python_literal((3, 3)), python_literal('say "hi"')
        ('(3, 3)', '"say \\\\"hi\\\\""')
    """
    if isinstance(value, Code):
        return str(value)
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"a number in generated code is finite, received {value}")
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(python_literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(python_literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{python_literal(key)}: {python_literal(item)}" for key, item in value.items()) + "}"
    raise TypeError(f"a value in generated code is a plain literal, received {type(value).__name__}")
