"""What is installed: the component types that a document can name, and the plugins that bring them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glasswork_sdk.component import ComponentType


@dataclass(frozen=True)
class PluginInfo:
    """An installed plugin; `error` says why it could not be loaded."""

    name: str
    version: str
    distribution: str
    component_types: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Installed:
    """What an analysis has to know of the plugins.

    Args:
        types: component types by full name, as in `core.dense`.
        plugins: all plugins, broken ones included, by name.
    """

    types: Mapping[str, ComponentType[Any]]
    plugins: Mapping[str, PluginInfo]
