"""Patches: changes of a document as RFC 6902 operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Operation = Mapping[str, Any]
"""One operation: `op`, `path` and, where it has one, `value`."""

Patch = tuple[Operation, ...]
NO_PATCH: Final[Patch] = ()
