"""What is installed: the component types that a document can name, and the plugins that bring them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glasswork_sdk.boundary import Failure
from glasswork_sdk.component import ComponentType


@dataclass(frozen=True)
class PluginInfo:
    """An installed plugin.

    Args:
        name: name of the entry point.
        version: version of its distribution.
        distribution: name of its distribution.
        component_types: the full names of the component types that it brings.
        error: why it could not be loaded; empty for a sound one.
        traceback: the traceback that goes with the error.
        failures: faults of its code that were found since it was loaded.
    """

    name: str
    version: str
    distribution: str
    component_types: tuple[str, ...] = ()
    error: str = ""
    traceback: str = ""
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Installed:
    """What an analysis has to know of the plugins.

    Args:
        types: component types by full name, as in `core.dense`.
        plugins: all plugins, broken ones included, by name.
    """

    types: Mapping[str, ComponentType[Any]]
    plugins: Mapping[str, PluginInfo]
