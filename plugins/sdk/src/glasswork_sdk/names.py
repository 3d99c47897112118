"""Names that stand in documents and in generated code: what they may be, and how clashes are avoided."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterable
from typing import Final

ID_PATTERN: Final = r"^[a-z][a-z0-9_]{0,62}$"
_ID: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_BUILTINS: Final = frozenset(dir(builtins))


def is_component_id(name: str) -> bool:
    """Return whether `name` may be the id of a component: the pattern, and no Python keyword."""
    return bool(_ID.fullmatch(name)) and not keyword.iskeyword(name)


def identifier(component_id: str, taken: Collection[str]) -> str:
    """Return the Python name of a component: its id, with `_` behind it where it is a builtin or taken.

    Args:
        component_id: the id, a valid one.
        taken: imports and functions of the file that the name must not hide.
    """
    name = component_id
    while name in _BUILTINS or name in taken:
        name += "_"
    return name


def class_names(component_ids: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Return a CamelCase class name for each id, numbered from 2 where two would be equal."""
    names: dict[str, str] = {}
    used = set(taken) | _BUILTINS
    for component_id in component_ids:
        base = "".join(part[:1].upper() + part[1:] for part in component_id.split("_") if part) or "Component"
        name, number = base, 2
        while name in used:
            name, number = f"{base}_{number}", number + 1
        used.add(name)
        names[component_id] = name
    return names
